/** What a neighbour kept for this participant comes back after a loss: contacts, and with whom there are accounts. */
import type { Notice } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { Records } from '#protocol/records.ts';
import type { Clock } from '../clock.ts';
import type { Contacts } from '../contacts.ts';
import type { Identity } from '../identity/key-file.ts';
import type { Log } from '../log.ts';
import { isAnyRefusal } from '../refusals.ts';
import type { Store } from '../store/store.ts';
import { type KeptContents, type KeptPerson, openKept } from './kept.ts';

interface TakingBack {
  readonly identity: Identity;
  readonly records: Records;
  readonly store: Store;
  readonly contacts: Contacts;
  readonly clock: Clock;
  readonly log: Log;
  readonly keepLinked: (neighbour: PublicKey) => void;
}

const KIND = 'restore';
const ID = 'kept';

/** The newest small backup that came back since the loss; it says which accounts there were. */
export function keptBefore(store: Pick<Store, 'documents'>): KeptContents | undefined {
  return store.documents<KeptContents>(KIND).get(ID);
}

/**
 * Adds the contacts that are missing, and connects with all of them. Only after a loss, and only what is older than it
 * and newer than what came before: an old one must not bring back whom the owner has removed.
 */
export async function takeBack(notice: Extract<Notice, { type: 'backup' }>, of: TakingBack): Promise<void> {
  const { identity, records, store, contacts, log, keepLinked } = of;
  const { restoredAtMs } = records.node;
  const kept = openKept(notice.sealed, identity.seed);
  if (kept === null) {
    log.warn({ from: notice.from }, 'a neighbour gave back a backup that nobody can open');
    return;
  }
  const before = keptBefore(store)?.createdAtMs ?? Number.NEGATIVE_INFINITY;
  if (restoredAtMs === null || kept.createdAtMs > restoredAtMs || kept.createdAtMs <= before) return;
  await store.documents<KeptContents>(KIND).put(ID, kept);
  let added = 0;
  for (const person of kept.people) {
    if (await addMissing(person, of)) added++;
    if (contacts.get(person.publicKey) !== undefined) keepLinked(person.publicKey);
  }
  log.info({ from: notice.from, added, leftOut: kept.leftOut }, 'contacts came back from a neighbour');
}

/** Whether something about the person was missing here. */
async function addMissing(person: KeptPerson, { identity, contacts, clock }: TakingBack): Promise<boolean> {
  const { publicKey, alias, cardName, addresses, verified } = person;
  const known = contacts.get(publicKey);
  if (publicKey === identity.publicKey) return false;
  if (known !== undefined && known.alias !== null && known.addresses.length > 0) return false;
  const change = {
    publicKey,
    cardName: known?.cardName ?? cardName ?? undefined,
    // Those that are known here may be newer.
    addresses: [...new Set([...(known?.addresses ?? []), ...addresses])],
    verified: known?.verified === true || verified,
    allowLookAlike: true,
  };
  const put = await contacts.put({ ...change, alias: known?.alias ?? alias ?? undefined }, clock.nowMs());
  // Somebody else got that alias since.
  if (isAnyRefusal(put)) await contacts.put(change, clock.nowMs());
  return true;
}
