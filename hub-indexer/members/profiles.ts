/**
 * The register of those whom a hub hosts: who they are for others, and how they came. What they owe stands in their
 * accounts, not here. Kept in memory whole, since most requests look somebody up.
 */
import type { Documents, Store } from '#node/store/store.ts';
import { type Pid, type PublicKey, pidOf } from '#protocol/identity.ts';
import type { MemberKind } from '#protocol/join-request.ts';
import type { AtRest } from './sealed-documents.ts';

export type MemberStatus = 'active' | 'suspended' | 'left';

export interface MemberProfile {
  readonly publicKey: PublicKey;
  readonly pid: Pid;
  /** As `parseName` gives it. */
  readonly name: string;
  readonly kind: MemberKind;
  readonly status: MemberStatus;
  readonly joinedAtMs: number;
  /** Since when the status is what it is. */
  readonly statusAtMs: number;
  /** Whose invitation it came by; null: nobody's, or the operator's. */
  readonly invitedBy: PublicKey | null;
  /** The id of that invitation. It is counted here how often one was used, so that joining is one write. */
  readonly invitation: string | null;
  /** How to be reached; for the member's own eyes and the operator's. */
  readonly contact: string | null;
}

/** What is left of somebody whom the hub has forgotten: that the key was used here, so that no old request counts again. */
const FORGOTTEN = { status: 'left', name: '–', contact: null, invitedBy: null, invitation: null } as const;

/** The profile of a member once it is forgotten. */
export function forgotten(profile: MemberProfile, nowMs: number): MemberProfile {
  return { ...profile, ...FORGOTTEN, statusAtMs: nowMs };
}

export function isForgotten({ status, name }: MemberProfile): boolean {
  return status === FORGOTTEN.status && name === FORGOTTEN.name;
}

/** What is stored under the public key; the rest follows from it. How one is reached is sealed. */
type Kept = Omit<MemberProfile, 'publicKey' | 'pid' | 'contact'> & { readonly contact: Uint8Array | null };

export class Profiles {
  readonly #documents: Documents<Kept>;
  readonly #atRest: AtRest;
  readonly #spent: (invitation: string) => Promise<void>;
  readonly #byKey = new Map<PublicKey, MemberProfile>();
  readonly #byPid = new Map<Pid, MemberProfile>();
  readonly #uses = new Map<string, number>();
  #last: Promise<unknown> = Promise.resolve();

  private constructor(documents: Documents<Kept>, atRest: AtRest, spent: (invitation: string) => Promise<void>) {
    this.#spent = spent;
    this.#documents = documents;
    this.#atRest = atRest;
  }

  /** `spent` is told of an invitation by which somebody has come, before the profile ceases to say so; on disk when it resolves. */
  static async open(
    store: Pick<Store, 'documents'>,
    atRest: AtRest,
    spent: (invitation: string) => Promise<void>,
  ): Promise<Profiles> {
    const profiles = new Profiles(store.documents<Kept>('member'), atRest, spent);
    for await (const [id, kept] of profiles.#documents.entries()) {
      const publicKey = id as PublicKey;
      const contact = kept.contact === null ? null : (atRest.open(kept.contact, publicKey) as string);
      profiles.#remember({ ...kept, contact, publicKey, pid: pidOf(publicKey) });
    }
    return profiles;
  }

  get(publicKey: PublicKey): MemberProfile | undefined {
    return this.#byKey.get(publicKey);
  }

  byPid(pid: Pid): MemberProfile | undefined {
    return this.#byPid.get(pid);
  }

  all(): IterableIterator<MemberProfile> {
    return this.#byKey.values();
  }

  /** How many profiles say that they have come by this invitation. */
  usesOf(invitation: string): number {
    return this.#uses.get(invitation) ?? 0;
  }

  /**
   * Writes what `change` makes of the profile, one change after the other. It returns the profile to write; the very same
   * one, or anything else, to write nothing. Resolves with what it returned, when that is on disk.
   */
  async change<R>(
    publicKey: PublicKey,
    change: (now: MemberProfile | undefined) => MemberProfile | R | Promise<MemberProfile | R>,
  ): Promise<MemberProfile | R> {
    const turn = this.#last.then(async () => {
      const now = this.#byKey.get(publicKey);
      const changed = await change(now);
      if (!isProfile(changed) || changed === now) return changed;
      const before = now?.invitation ?? null;
      // First: one that is cut short after that has one use less, and none more.
      if (before !== null && before !== changed.invitation) await this.#spent(before);
      const { publicKey: id, pid: _pid, contact, ...kept } = changed;
      await this.#documents.put(id, { ...kept, contact: contact === null ? null : this.#atRest.seal(contact, id) });
      this.#remember(changed);
      return changed;
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Active members whose name holds the text, or whose PID begins with it: those whose name begins with it first. */
  search(query: string, limit: number): readonly MemberProfile[] {
    const wanted = query.normalize('NFC').toLowerCase().trim();
    const found: { readonly rank: number; readonly profile: MemberProfile }[] = [];
    for (const profile of this.#byKey.values()) {
      if (profile.status !== 'active') continue;
      const at = profile.name.toLowerCase().indexOf(wanted);
      if (at >= 0) found.push({ rank: at === 0 ? 0 : 1, profile });
      else if (profile.pid.startsWith(query.trim())) found.push({ rank: 2, profile });
    }
    found.sort(
      (a, b) => a.rank - b.rank || compare(a.profile.name, b.profile.name) || compare(a.profile.pid, b.profile.pid),
    );
    return found.slice(0, limit).map(({ profile }) => profile);
  }

  #remember(profile: MemberProfile): void {
    this.#count(this.#byKey.get(profile.publicKey)?.invitation ?? null, -1);
    this.#byKey.set(profile.publicKey, profile);
    this.#byPid.set(profile.pid, profile);
    this.#count(profile.invitation, 1);
  }

  #count(invitation: string | null, by: number): void {
    if (invitation !== null) this.#uses.set(invitation, this.usesOf(invitation) + by);
  }
}

function isProfile(value: unknown): value is MemberProfile {
  return typeof value === 'object' && value !== null && 'joinedAtMs' in value;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
