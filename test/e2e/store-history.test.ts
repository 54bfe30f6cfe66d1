import { describe, expect, it } from 'vitest';
import { openStore, type Store } from '#node/store/store.ts';
import type { TxId } from '#protocol/packet.ts';
import type { Payment } from '#protocol/payment.ts';
import type { CommittedPosition, Position } from '#protocol/position.ts';
import { recordKey } from '#protocol/record-key.ts';
import { type DurableRecord, Records, type Transaction } from '#protocol/records.ts';
import { refuse } from '#protocol/refusals.ts';
import { committed, person, THEN_MS } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';

const [alice, bob, carol] = [person(1), person(2), person(3)] as const;

/** A committed payment Alice → Bob → Carol as the participant at `position` keeps it; `number` makes it another one. */
function settledAt(position: number, number: number, change: Partial<CommittedPosition> = {}): CommittedPosition {
  const certificate = committed([alice, bob, carol], { createdAtMs: THEN_MS + number });
  return {
    type: 'position',
    state: 'committed',
    position,
    ...certificate,
    acked: true,
    waivedByDownstream: null,
    waivedByMe: null,
    ...change,
  };
}

function preparedAt(position: number, number: number): Position {
  const { type, txId, header, route, signatures } = settledAt(position, number);
  return { type, txId, position, header, route, signatures, state: 'prepared', isAdopted: false };
}

function transaction(...positions: readonly [Position, ...Position[]]): Transaction {
  return { type: 'transaction', txId: positions[0].txId, positions };
}

function payment(number: number, state: 'NEW' | 'ABORTED' | 'COMMITTED', finishedAtMs = 0): Payment {
  const base = {
    type: 'payment',
    paymentId: number.toString(16).padStart(64, '0') as Payment['paymentId'],
    receiver: carol.key,
    equivalent: 'UAH',
    amount: 5n,
    sealedMemo: null,
    createdAtMs: THEN_MS + number,
    randomness: '00'.repeat(32),
    chosenRoutes: null,
    decline: null,
    attempts: 0,
    busyWaits: 0,
    refusedHops: [],
    closest: null,
  } as const;
  if (state === 'NEW') return { ...base, state };
  if (state === 'ABORTED') return { ...base, state, refusal: refuse('expired', {}), finishedAtMs };
  return { ...base, state, txId: '11'.repeat(32) as TxId, routes: [], finishedAtMs };
}

/** A store whose clock stands still until it is moved. */
async function storeAt(folder: string): Promise<{ store: Store; clock: { atMs: number } }> {
  const clock = { atMs: THEN_MS };
  const store = await openStore(folder, { clock: { nowMs: () => clock.atMs, wakeAt: () => () => undefined } });
  return { store, clock };
}

async function reloaded(folder: string): Promise<{ store: Store; records: Records }> {
  const { store } = await storeAt(folder);
  const records = new Records(bob.key, 'geo-test', store.read);
  await store.load(records);
  return { store, records };
}

const sync = { sync: true };

describe('what a node has in memory after a start', () => {
  it('is everything but settled transactions, finished payments and expired announcements', async () => {
    const folder = temporaryFolder();
    const { store } = await storeAt(folder);
    const announced = (to: typeof alice, expiresAtMs: number): DurableRecord => ({
      type: 'announcement',
      signed: {
        announcement: {
          version: 1,
          network: 'geo-test',
          from: carol.key,
          to: to.key,
          equivalent: 'UAH',
          seq: 1,
          active: true,
          expiresAtMs,
        },
        fromSignature: null,
        toSignature: null,
      },
    });
    // A minute ago: until then a clock that is set back might show it again.
    const expired = announced(alice, THEN_MS - 60_000);
    const settled = transaction(settledAt(1, 1));
    const finished = payment(1, 'ABORTED', THEN_MS);
    const paid: DurableRecord = {
      type: 'paid',
      payer: alice.key,
      paymentId: payment(9, 'NEW').paymentId,
      txId: settled.txId,
    };
    // One after another and together: what was open is open no more.
    await store.write([transaction(preparedAt(1, 1)), payment(1, 'NEW'), paid], sync);
    await store.write([settled, finished], sync);
    const open = [transaction(preparedAt(1, 3)), transaction(settledAt(1, 2, { acked: false }))] as const;
    await store.write([...open, payment(2, 'NEW'), expired, announced(bob, THEN_MS + 1)], sync);
    await store.close();

    const { store: again, records } = await reloaded(folder);
    // Oldest first, whatever their ids.
    expect([...records.unsettled()].map(({ txId }) => txId)).toStrictEqual([open[1].txId, open[0].txId]);
    expect([...records.payments()]).toStrictEqual([payment(2, 'NEW')]);
    expect([...records.topology.all()].map(({ announcement }) => announcement.to)).toStrictEqual([bob.key]);
    expect(again.read(recordKey(expired))).toBeUndefined();
    // The rest is asked of the disk when it is needed.
    expect(records.positions(settled.txId)).toStrictEqual(settled.positions);
    expect(records.payment(finished.paymentId)).toStrictEqual(finished);
    expect(records.paid(alice.key, paid.paymentId)).toStrictEqual(paid);
    await again.close();
  });
});

describe('the history', () => {
  async function keys(store: Store, before?: string): Promise<string[]> {
    const entries = await store.history(before === undefined ? { limit: 100 } : { before, limit: 100 });
    return entries.map(({ atMs, record }) => `${atMs - THEN_MS} ${recordKey(record)}`);
  }

  it('shows each thing once, newest first, however often its record is written', async () => {
    const folder = temporaryFolder();
    const { store, clock } = await storeAt(folder);
    const passedOn = transaction(settledAt(1, 1));
    await store.write([transaction(preparedAt(1, 1)), payment(1, 'NEW')], sync);
    clock.atMs += 10;
    await store.write([transaction(settledAt(1, 1, { acked: false }))], sync);
    clock.atMs += 10;
    await store.write([payment(1, 'COMMITTED', clock.atMs)], sync);
    clock.atMs += 10;
    const received = transaction(settledAt(2, 2, { acked: false }));
    await store.write([received], sync);
    const expected = [`30 ${recordKey(received)}`, `20 ${recordKey(payment(1, 'NEW'))}`, `10 ${recordKey(passedOn)}`];
    expect(await keys(store)).toStrictEqual(expected);
    // Acknowledged, before and after a restart; later changed once more.
    clock.atMs += 10;
    await store.write([passedOn], sync);
    await store.close();
    const { store: again } = await reloaded(folder);
    await again.write([transaction(settledAt(2, 2))], sync);
    await again.write([transaction(settledAt(1, 1, { waivedByMe: null }))], sync);
    expect(await keys(again)).toStrictEqual(expected);
    await again.close();
  });

  it('shows what the owner paid as a payment only, and what was never committed not at all', async () => {
    const { store } = await storeAt(temporaryFolder());
    await store.write([transaction(settledAt(0, 1)), payment(1, 'COMMITTED', THEN_MS)], sync);
    await store.write([transaction(preparedAt(1, 2)), payment(2, 'NEW')], sync);
    expect(await keys(store)).toStrictEqual([`0 ${recordKey(payment(1, 'NEW'))}`]);
    await store.close();
  });

  it('shows of a payment that proved to be committed after all only that', async () => {
    const { store } = await storeAt(temporaryFolder());
    await store.write([payment(1, 'ABORTED', THEN_MS + 1)], sync);
    await store.write([payment(1, 'COMMITTED', THEN_MS + 2)], sync);
    const entries = await store.history({ limit: 10 });
    expect(entries.map(({ record, atMs }) => [record, atMs - THEN_MS])).toStrictEqual([
      [payment(1, 'COMMITTED', THEN_MS + 2), 2],
    ]);
    await store.close();
  });

  it('is read page by page', async () => {
    const { store } = await storeAt(temporaryFolder());
    const all = Array.from({ length: 25 }, (_, at) => payment(at, 'COMMITTED', THEN_MS + (at >> 1)));
    await store.write(all, sync);
    const seen: string[] = [];
    let before: string | undefined;
    for (;;) {
      const page = await store.history({ limit: 10, ...(before === undefined ? {} : { before }) });
      seen.push(...page.map(({ record }) => recordKey(record)));
      before = page.at(-1)?.cursor;
      if (page.length < 10) break;
    }
    expect(seen).toStrictEqual(all.map(recordKey).reverse());
    expect(await store.history({ limit: 0 })).toStrictEqual([]);
    await store.close();
  });
});
