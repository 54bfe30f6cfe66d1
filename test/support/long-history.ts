/** A node that has been used for years: its store is written in one go, since ten thousand payments take a while. */

import type { Contact } from '#node/contacts.ts';
import { nodeEd25519 } from '#node/identity/ed25519.ts';
import { readPublicIdentity } from '#node/identity/key-file.ts';
import { openStore } from '#node/store/store.ts';
import { emptyAccount } from '#protocol/account.ts';
import { type PublicKey, publicKeyFromBytes } from '#protocol/identity.ts';
import type { PaymentId, Route, TxId } from '#protocol/packet.ts';
import type { Payment } from '#protocol/payment.ts';
import type { CommittedPosition } from '#protocol/position.ts';
import type { DurableRecord } from '#protocol/records.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { committed, person } from './people.ts';

/** Half an hour lies between two entries. */
const APART_MS = 30 * 60_000;
/** When the last one was. */
export const LAST_MS = Date.UTC(2026, 4, 31, 18);
const BATCH = 500;
const CURRENCIES = ['UAH', 'EUR', 'hours'];

const hex = (number: number, kind: number): string => `${kind}${number.toString(16).padStart(63, '0')}`;

/** The name of the neighbour of this number. */
export const nameOfNeighbour = (number: number): string => `Neighbour ${number}`;

/** So many contacts with accounts, and so many entries of history with the first of them, into the folder of a node. */
export async function writeLongHistory(folder: string, entries: number, neighbours: number): Promise<void> {
  const identity = await readPublicIdentity(folder);
  if (identity === null) throw new Error('a folder without an identity');
  const self = identity.publicKey;
  let nowMs = LAST_MS;
  const store = await openStore(folder, { clock: { nowMs: () => nowMs, wakeAt: () => () => undefined } });
  const keys = Array.from({ length: neighbours }, (_, number) => keyOf(number));
  const contacts = store.documents<Contact>('contact');
  for (const [number, publicKey] of keys.entries()) {
    const rest = { cardName: null, addresses: [], verified: false, addedAtMs: LAST_MS };
    await contacts.put(publicKey, { publicKey, alias: nameOfNeighbour(number), ...rest });
  }
  await store.write(
    keys.map((key) => emptyAccount(key, 'UAH')),
    { sync: false },
  );
  for (let first = 0; first < entries; first += BATCH) {
    for (let number = first; number < Math.min(first + BATCH, entries); number += 1) {
      nowMs = LAST_MS - (entries - 1 - number) * APART_MS;
      await store.write([entryOf(number, nowMs, self, keys)], { sync: false });
    }
  }
  await store.close();
}

function keyOf(number: number): PublicKey {
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
  const { header, route, signatures, commit } = committed(nodes.map((_, index) => person(index + 1)));
  const whole: Route = { ...route, amount, nodes };
  const position: CommittedPosition = {
    ...{ type: 'position', state: 'committed', position: 1, acked: true, waivedByDownstream: null, waivedByMe: null },
    ...{ txId: hex(number, 1) as TxId, route: whole, signatures, commit },
    header: {
      ...{ ...header, equivalent, total: amount, payer: other, receiver: isLast ? self : next },
      ...{ paymentId: hex(number, 2) as PaymentId, createdAtMs: atMs, expiresAtMs: atMs + 30_000 },
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
