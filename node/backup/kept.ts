/**
 * The small backup that neighbours keep for each other (§8.6): whom one knows, where they are, and with whom one has
 * accounts. With it, words and one neighbour that can be reached bring back the others, who then show their books.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_BACKUP_BYTES } from '#protocol/limits.ts';
import type { Records } from '#protocol/records.ts';
import { SEAL_BYTES, unseal } from '#protocol/sealing.ts';
import type { Contact } from '../contacts.ts';
import { decodeValue, encodeValue } from '../store/value.ts';
import { seal } from './sealing.ts';

/** Somebody in it: a contact, a neighbour, or both. */
export interface KeptPerson extends Pick<Contact, 'publicKey' | 'alias' | 'cardName' | 'addresses' | 'verified'> {
  /** Of the accounts with them. */
  readonly equivalents: readonly string[];
}

export interface KeptContents {
  readonly version: 1;
  readonly createdAtMs: number;
  /** Most important first. */
  readonly people: readonly KeptPerson[];
  /** How many did not fit. */
  readonly leftOut: number;
}

const NOTHING = new Uint8Array();
/** Looked at before the size is: as many never fit. */
const MOST_PEOPLE = 4_096;
const MAX_UNPACKED_BYTES = 2 ** 22;

/** Everybody, most important first: who has accounts, then who was verified, then who came last. */
export function keptPeople(records: Records, contacts: Iterable<Contact>): KeptPerson[] {
  const known = [...contacts].sort((a, b) => Number(b.verified) - Number(a.verified) || b.addedAtMs - a.addedAtMs);
  const people = new Map<PublicKey, KeptPerson>();
  for (const { publicKey, alias, cardName, addresses, verified } of known) {
    people.set(publicKey, { publicKey, alias, cardName, addresses, verified, equivalents: [] });
  }
  for (const { neighbour, equivalent } of records.accounts()) {
    const stranger = { publicKey: neighbour, alias: null, cardName: null, addresses: [], verified: false };
    const { equivalents, ...person } = people.get(neighbour) ?? { ...stranger, equivalents: [] };
    people.set(neighbour, { ...person, equivalents: [...equivalents, equivalent] });
  }
  const hasAccount = ({ equivalents }: KeptPerson): number => Number(equivalents.length > 0);
  return [...people.values()].sort((a, b) => hasAccount(b) - hasAccount(a));
}

/** As many of them as fit into what neighbours keep, the first ones; and how many were left out. */
export function sealKept(
  people: readonly KeptPerson[],
  { seed, nowMs }: { seed: Uint8Array; nowMs: number },
): { readonly sealed: Uint8Array; readonly leftOut: number } {
  const pack = (count: number): Uint8Array =>
    deflateRawSync(
      encodeValue({
        version: 1,
        createdAtMs: nowMs,
        people: people.slice(0, count),
        leftOut: people.length - count,
      } satisfies KeptContents),
    );
  const fits = (packed: Uint8Array): boolean => packed.length + SEAL_BYTES <= MAX_BACKUP_BYTES;
  let count = Math.min(people.length, MOST_PEOPLE);
  let packed = pack(count);
  while (!fits(packed)) {
    count = Math.floor((count * 7) / 8);
    packed = pack(count);
  }
  return { sealed: seal(seed, 'kept', packed, NOTHING), leftOut: people.length - count };
}

/** What was sealed with this seed, or null for anything else. */
export function openKept(sealed: Uint8Array, seed: Uint8Array): KeptContents | null {
  const packed = unseal(seed, 'kept', sealed, NOTHING);
  if (packed === null) return null;
  const contents = decodeValue(inflateRawSync(packed, { maxOutputLength: MAX_UNPACKED_BYTES })) as KeptContents;
  return contents.version === 1 ? contents : null;
}
