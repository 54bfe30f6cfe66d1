/**
 * Moving a member elsewhere: all that there is of it, in the form of a backup that only its own seed can seal, and its end
 * here once it has taken that with nothing changed since.
 */
import { collectBackup } from '#node/backup/contents.ts';
import { packBackup } from '#node/backup/file.ts';
import type { Contact } from '#node/contacts.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_ADDRESSES } from '#protocol/limits.ts';
import { participantChecksum } from '../integrity/checksum.ts';
import type { HostedMember } from './hosted-member.ts';

export interface Bundle {
  /** What a backup file is made of, not sealed. */
  readonly summary: Uint8Array;
  readonly contents: Uint8Array;
  /** Of its accounts: it may end here while this is still so. */
  readonly checksum: string;
}

/**
 * All there is of a member. Neighbours that are hosted here too come with the addresses of the hub, where they are found
 * from elsewhere.
 */
export async function bundleOf(member: HostedMember, nameOf: (publicKey: PublicKey) => string | null): Promise<Bundle> {
  const { driver, store, contacts, clock, host } = member.context;
  const { records } = driver;
  const known = new Map<PublicKey, Contact>([...contacts.all()].map((contact) => [contact.publicKey, contact]));
  const addresses = host.addresses().slice(0, MAX_ADDRESSES);
  for (const neighbour of new Set([...records.neighbours(), ...known.keys()])) {
    const name = nameOf(neighbour);
    if (name === null) continue;
    const before = known.get(neighbour);
    known.set(neighbour, {
      ...{ publicKey: neighbour, alias: before?.alias ?? null, cardName: before?.cardName ?? name, addresses },
      ...{ verified: before?.verified ?? false, addedAtMs: before?.addedAtMs ?? clock.nowMs() },
    });
  }
  const source = { records, store, contacts: known.values(), settings: null };
  const checksum = participantChecksum(records);
  return { ...(await packBackup(await collectBackup(source, clock.nowMs()))), checksum };
}
