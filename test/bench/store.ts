/** The store: synced batches as a payment writes them, and records read, against LevelDB alone. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Level } from 'level';
import { openStore } from '#node/store/store.ts';
import { encodeValue } from '#node/store/value.ts';
import { emptyAccount } from '#protocol/account.ts';
import type { PaymentId } from '#protocol/packet.ts';
import type { CommittedPosition } from '#protocol/position.ts';
import { recordKey } from '#protocol/record-key.ts';
import type { DurableRecord } from '#protocol/records.ts';
import { committed, person } from '#test/support/people.ts';
import { type Bench, rate } from './figure.ts';
import { rates, ratesOfWaits } from './loop.ts';
import { withFolder } from './temporary.ts';

const WRITES = 'store synced batches';
const READS = 'store records read';
const STEPS = 256;

/** What p1 of a chain of four saves when it applies a certificate: the transaction and both its accounts. */
function commitSaves(): readonly DurableRecord[] {
  const people = [1, 2, 3, 4].map(person);
  const paymentId = randomBytes(32).toString('hex') as PaymentId;
  const certificate = committed(people, { paymentId });
  const position: CommittedPosition = {
    ...{ type: 'position', state: 'committed', position: 1, ...certificate },
    ...{ acked: false, waivedByDownstream: null, waivedByMe: null },
  };
  const account = (neighbour: number, balance: bigint): DurableRecord => ({
    ...emptyAccount(people[neighbour]?.key ?? certificate.header.payer, 'UAH'),
    ...{ limitGiven: 10n ** 12n, limitReceived: 10n ** 12n, balance },
  });
  const { txId } = certificate;
  return [
    { type: 'transaction', txId, positions: [position] },
    account(0, 1_250_000_000n),
    account(2, -1_250_000_000n),
  ];
}

async function measure(folder: string): Promise<readonly ReturnType<typeof rate>[]> {
  const steps = Array.from({ length: STEPS }, commitSaves);
  const batches = steps.map((records) =>
    records.map((record) => ({ type: 'put' as const, key: recordKey(record), value: encodeValue(record) })),
  );
  const keys = steps.map((records) => recordKey(records[0] as DurableRecord));
  const store = await openStore(join(folder, 'store'));
  const level = new Level<string, Uint8Array>(join(folder, 'level'), { valueEncoding: 'view' });
  await level.open();
  let at = 0;
  const next = <T>(list: readonly T[]): T => list[at++ % STEPS] as T;
  for (const step of steps) await store.write(step, { sync: false });
  for (const batch of batches) await level.batch(batch);
  const [writes, floorWrites] = await ratesOfWaits([
    () => store.write(next(steps), { sync: true }),
    () => level.batch(next(batches), { sync: true }),
  ]);
  const [reads, floorReads] = await rates([() => void store.read(next(keys)), () => void level.getSync(next(keys))]);
  await store.close();
  await level.close();
  return [rate(WRITES, 'batches/s', writes, floorWrites), rate(READS, 'records/s', reads, floorReads)];
}

export const store: Bench = { word: 'store', names: [WRITES, READS], run: () => withFolder(measure) };
