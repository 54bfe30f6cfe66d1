/**
 * The address book: whom the owner knows, by which name, at which addresses. Names are the owner's business: an alias
 * wins over what people call themselves, and no two entries may look alike unless the owner says so.
 */
import { type Card, readCard } from '#protocol/card.ts';
import { excerpt } from '#protocol/excerpt.ts';
import { type Pid, type PublicKey, parsePid, pidOf, publicKeyBytes, publicKeyFromHex } from '#protocol/identity.ts';
import { MAX_ADDRESSES } from '#protocol/limits.ts';
import { LruCache } from '#protocol/lru.ts';
import { parseName } from '#protocol/name.ts';
import { isRefusal, type Refusal, refuse } from '#protocol/refusals.ts';
import type { Verify } from '#protocol/statement.ts';
import { admitsKey } from './identity/admit-key.ts';
import { skeleton } from './look-alike.ts';
import { type NodeRefusal, refuseHere } from './refusals.ts';
import type { Documents } from './store/store.ts';

/** One entry, as it is stored. */
export interface Contact {
  readonly publicKey: PublicKey;
  /** What the owner calls them. */
  readonly alias: string | null;
  /** What their card calls them. */
  readonly cardName: string | null;
  readonly addresses: readonly string[];
  /** The owner met them and compared words or scanned the code. */
  readonly verified: boolean;
  readonly addedAtMs: number;
}

/** What to change; what is undefined stays. */
export interface ContactChange {
  readonly publicKey: PublicKey;
  readonly alias?: string | null | undefined;
  readonly cardName?: string | undefined;
  readonly addresses?: readonly string[] | undefined;
  readonly verified?: boolean | undefined;
  /** Take the alias although it looks like another one. */
  readonly allowLookAlike?: boolean | undefined;
}

/** Someone that a person named, with the card if it was one. */
export interface Resolved {
  readonly publicKey: PublicKey;
  readonly card: Card | null;
}

interface Context {
  readonly self: PublicKey;
  readonly network: string;
  readonly verify: Verify;
  readonly documents: Documents<Contact>;
  /** Participants that the node knows besides its contacts: neighbours, and whoever is on the map. */
  readonly strangers: () => Iterable<PublicKey>;
  /** How many there may be; not given: as many as the owner likes. */
  readonly limit?: number;
}

export class Contacts {
  readonly #context: Context;
  readonly #entries = new Map<PublicKey, Contact>();
  /** Those that are being written for the first time. */
  readonly #coming = new Set<PublicKey>();

  private constructor(context: Context) {
    this.#context = context;
  }

  /** Reads the address book from the store. */
  static async open(context: Context): Promise<Contacts> {
    const contacts = new Contacts(context);
    for await (const [, contact] of context.documents.entries()) contacts.#entries.set(contact.publicKey, contact);
    return contacts;
  }

  get count(): number {
    return this.#entries.size;
  }

  all(): IterableIterator<Contact> {
    return this.#entries.values();
  }

  get(publicKey: PublicKey): Contact | undefined {
    return this.#entries.get(publicKey);
  }

  /** The alias, else the name on the card, else null. */
  nameOf(publicKey: PublicKey): string | null {
    const contact = this.#entries.get(publicKey);
    return contact?.alias ?? contact?.cardName ?? null;
  }

  /**
   * Who is meant by an alias, a PID, a public key in hex or a contact card.
   *
   * A name on a card is not enough: anyone can write any name there. Without an alias it still finds its one bearer
   * among the contacts, since adding a contact is the owner's choice.
   */
  resolve(input: string): Resolved | Refusal<'bad-link' | 'bad-key'> | NodeRefusal<'unknown-contact' | 'key-unknown'> {
    const text = input.trim();
    if (/^geo:/i.test(text)) {
      const card = readCard(text, this.#context.verify, this.#context.network);
      return isRefusal(card) ? card : { publicKey: card.publicKey, card };
    }
    const named = this.#named(text);
    if (named !== undefined) return { publicKey: named, card: null };
    const key = publicKeyFromHex(text.toLowerCase());
    if (!isRefusal(key)) return canSign(key) ? { publicKey: key, card: null } : badKey(text);
    const pid = parsePid(text);
    if (isRefusal(pid)) return refuseHere('unknown-contact', { input: excerpt(text) });
    const known = this.#keyOf(pid);
    return known === undefined ? refuseHere('key-unknown', { pid }) : { publicKey: known, card: null };
  }

  /** Adds or changes an entry; on disk when it resolves. */
  async put(
    change: ContactChange,
    nowMs: number,
  ): Promise<
    | Contact
    | Refusal<'bad-name' | 'to-self'>
    | NodeRefusal<'alias-taken' | 'look-alike' | 'alias-ambiguous' | 'too-many-contacts'>
  > {
    const { publicKey } = change;
    if (publicKey === this.#context.self) return refuse('to-self', { what: 'contact' });
    const before = this.#entries.get(publicKey);
    let alias = before?.alias ?? null;
    if (change.alias === null) alias = null;
    else if (change.alias !== undefined) {
      const name = parseName(change.alias);
      if (isRefusal(name)) return name;
      const refusal = this.#whyNotAlias(name, publicKey, change.allowLookAlike === true);
      if (refusal !== null) return refusal;
      alias = name;
    }
    const contact: Contact = {
      publicKey,
      alias,
      cardName: change.cardName ?? before?.cardName ?? null,
      addresses: change.addresses ?? before?.addresses ?? [],
      verified: change.verified ?? before?.verified ?? false,
      addedAtMs: before?.addedAtMs ?? nowMs,
    };
    const { documents, limit = Number.POSITIVE_INFINITY } = this.#context;
    if (before === undefined) {
      const others = new Set([...this.#coming, publicKey]);
      if (this.#entries.size + others.size > limit) return refuseHere('too-many-contacts', { limit });
      this.#coming.add(publicKey);
    }
    try {
      await documents.put(publicKey, contact);
      this.#entries.set(publicKey, contact);
    } finally {
      this.#coming.delete(publicKey);
    }
    return contact;
  }

  /** The directory says where a contact is now: that comes first, and what was known stays as long as there is room. */
  async moved(publicKey: PublicKey, addresses: readonly string[], nowMs: number): Promise<void> {
    const known = this.#entries.get(publicKey);
    if (known === undefined) return;
    const all = [...new Set([...addresses, ...known.addresses])].slice(0, MAX_ADDRESSES);
    if (all.join() !== known.addresses.join()) await this.put({ publicKey, addresses: all }, nowMs);
  }

  /** Forgets someone. Whether there is still an account with them is for the caller to check. */
  async remove(publicKey: PublicKey): Promise<void> {
    await this.#context.documents.delete(publicKey);
    this.#entries.delete(publicKey);
  }

  /** Another contact whose name may be taken for this one, or null. */
  lookAlike(name: string, publicKey: PublicKey): Contact | null {
    const looks = skeleton(name);
    for (const contact of this.#entries.values()) {
      if (contact.publicKey === publicKey) continue;
      for (const other of [contact.alias, contact.cardName]) {
        if (other !== null && skeleton(other) === looks) return contact;
      }
    }
    return null;
  }

  #whyNotAlias(
    alias: string,
    publicKey: PublicKey,
    allowLookAlike: boolean,
  ): NodeRefusal<'alias-taken' | 'look-alike' | 'alias-ambiguous'> | null {
    const readAsId = /^geo:/i.test(alias) || /^[0-9a-f]{64}$/i.test(alias) || !isRefusal(parsePid(alias));
    if (readAsId) return refuseHere('alias-ambiguous', { alias });
    for (const contact of this.#entries.values()) {
      if (contact.publicKey === publicKey || contact.alias !== alias) continue;
      return refuseHere('alias-taken', { alias, pid: pidOf(contact.publicKey) });
    }
    const twin = allowLookAlike ? null : this.lookAlike(alias, publicKey);
    return twin === null ? null : refuseHere('look-alike', { alias, other: twin.alias ?? twin.cardName ?? '' });
  }

  /** By alias; else by the name on a card, if exactly one contact has it and nobody has it as an alias. */
  #named(text: string): PublicKey | undefined {
    const name = parseName(text);
    if (isRefusal(name)) return undefined;
    const byCard: PublicKey[] = [];
    for (const contact of this.#entries.values()) {
      if (contact.alias === name) return contact.publicKey;
      if (contact.alias === null && contact.cardName === name) byCard.push(contact.publicKey);
    }
    return byCard.length === 1 ? byCard[0] : undefined;
  }

  #keyOf(pid: Pid): PublicKey | undefined {
    for (const key of this.#entries.keys()) if (pidOf(key) === pid) return key;
    for (const key of this.#context.strangers()) if (pidOf(key) === pid) return key;
    return undefined;
  }
}

const ADMITTED_KEYS = 4_096;
/** Of keys asked about lately: it takes half a millisecond, and a host is asked about the same ones again and again. */
const admitted = new LruCache<PublicKey, boolean>(ADMITTED_KEYS);

/** Under a key of small order anyone could sign, and under others nobody: whoever has an account with it loses. */
function canSign(key: PublicKey): boolean {
  return admitted.get(key, () => admitsKey(publicKeyBytes(key)));
}

function badKey(text: string): Refusal<'bad-key'> {
  return refuse('bad-key', { input: excerpt(text), why: 'it cannot sign', limit: 'the key of a participant' });
}
