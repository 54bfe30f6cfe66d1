/** A node that has been used for years: its store is written in one go, since ten thousand payments take a while. */

import type { Contact } from '#node/contacts.ts';
import { nodeEd25519 } from '#node/identity/ed25519.ts';
import { readPublicIdentity } from '#node/identity/key-file.ts';
import { openStore } from '#node/store/store.ts';
import { emptyAccount } from '#protocol/account.ts';
import { type PublicKey, publicKeyFromBytes } from '#protocol/identity.ts';
import type { Header, PaymentId, TxId } from '#protocol/packet.ts';
import type { Payment } from '#protocol/payment.ts';
import type { CommittedPosition } from '#protocol/position.ts';
import type { DurableRecord } from '#protocol/records.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { committed, person } from './people.ts';

/** Half an hour lies between two entries. */
const APART_MS = 30 * 60_000;
/** When the last one was. */
export const LAST_MS = Date.UTC(2026, 4, 31, 18);
const CURRENCIES = ['UAH', 'EUR', 'hours'];

const hex = (number: number, kind: number): string => `${kind}${number.toString(16).padStart(63, '0')}`;

/** The name of the neighbour of this number. */
export const nameOfNeighbour = (number: number): string => `Neighbour ${number}`;

/** The store of a folder with an identity, whose clock says what it is told. */
export async function openAt(folder: string, nowMs: () => number) {
  const identity = await readPublicIdentity(folder);
  if (identity === null) throw new Error('a folder without an identity');
  const store = await openStore(folder, { clock: { nowMs, wakeAt: () => () => undefined } });
  const contacts = store.documents<Contact>('contact');
  const addContact = (publicKey: PublicKey, alias: string): Promise<void> => {
    const rest = { cardName: null, addresses: [], verified: false, addedAtMs: LAST_MS };
    // Past the address book, which takes no harmful name: what is stored may be of whatever version.
    return contacts.put(publicKey, { publicKey, alias, ...rest });
  };
  return { store, self: identity.publicKey, addContact };
}

/** So many contacts with accounts, and so many entries of history with the first of them, into the folder of a node. */
export async function writeLongHistory(folder: string, entries: number, neighbours: number): Promise<void> {
  let nowMs = LAST_MS;
  const { store, self, addContact } = await openAt(folder, () => nowMs);
  const keys = Array.from({ length: neighbours }, (_, number) => keyOfNeighbour(number));
  for (const [number, publicKey] of keys.entries()) await addContact(publicKey, nameOfNeighbour(number));
  await store.write(
    keys.map((key) => emptyAccount(key, 'UAH')),
    { sync: false },
  );
  for (let number = 0; number < entries; number += 1) {
    nowMs = LAST_MS - (entries - 1 - number) * APART_MS;
    await store.write([entryOf(number, nowMs, self, keys)], { sync: false });
  }
  await store.close();
}

/** The key of the neighbour of this number. */
export function keyOfNeighbour(number: number): PublicKey {
  const seed = new Uint8Array(32);
  new DataView(seed.buffer).setUint32(0, number + 1);
  const key = publicKeyFromBytes(nodeEd25519.publicKey(seed));
  if (isRefusal(key)) throw new Error('a key of another length');
  return key;
}

/** In turn: paid to this participant, passed on by it, refused to it. The form is right; hashes and signatures are not. */
function entryOf(number: number, atMs: number, self: PublicKey, keys: readonly PublicKey[]): DurableRecord {
  const other = keys[number % keys.length] ?? self;
  const next = keys[(number + 1) % keys.length] ?? self;
  const equivalent = CURRENCIES[number % CURRENCIES.length] ?? 'UAH';
  const amount = BigInt(1 + (number % 1_000)) * 25_000_000n;
  if (number % 5 === 4) return refusedPayment(number, atMs, other, equivalent, amount);
  const isLast = number % 2 === 0;
  const nodes = isLast ? [other, self] : [other, self, next];
  return transactionOf(hex(number, 1), nodes, { equivalent, total: amount, createdAtMs: atMs });
}

/** A committed payment along these, as the second of them keeps it. */
export function transactionOf(
  id: string,
  nodes: readonly PublicKey[],
  { total, createdAtMs, ...change }: Partial<Header> & Pick<Header, 'total' | 'createdAtMs'>,
): DurableRecord {
  const { header, route, signatures, commit } = committed(nodes.map((_, index) => person(index + 1)));
  const [payer, receiver] = [nodes[0] ?? header.payer, nodes.at(-1) ?? header.receiver];
  const position: CommittedPosition = {
    ...{ type: 'position', state: 'committed', position: 1, acked: true, waivedByDownstream: null, waivedByMe: null },
    ...{ txId: id as TxId, route: { ...route, amount: total, nodes }, signatures, commit },
    header: {
      ...{ ...header, payer, receiver, total, paymentId: id.replace(/^./, '2') as PaymentId },
      ...{ createdAtMs, expiresAtMs: createdAtMs + 30_000, ...change },
    },
  };
  return { type: 'transaction', txId: position.txId, positions: [position] };
}

function refusedPayment(
  number: number,
  atMs: number,
  receiver: PublicKey,
  equivalent: string,
  amount: bigint,
): Payment {
  return {
    ...{ type: 'payment', paymentId: hex(number, 2) as PaymentId, receiver, equivalent, amount, sealedMemo: null },
    ...{ createdAtMs: atMs, randomness: hex(number, 3), chosenRoutes: null, attempts: 0, busyWaits: 0 },
    ...{ refusedHops: [], closest: null, decline: null, state: 'ABORTED', finishedAtMs: atMs },
    refusal: { kind: 'refusal', code: 'no-route', maxHops: 6 },
  };
}
