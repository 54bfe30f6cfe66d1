/** Starting with a million settled transactions: how long until the node may sign, and what stays in memory. */
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '#node/store/store.ts';
import { emptyAccount } from '#protocol/account.ts';
import type { PaymentId, TxId } from '#protocol/packet.ts';
import type { CommittedPosition } from '#protocol/position.ts';
import type { DurableRecord } from '#protocol/records.ts';
import { committed, person } from '#test/support/people.ts';
import { type Bench, cost, type Figure } from './figure.ts';
import type { Start } from './start-up-process.ts';
import { withFolder } from './temporary.ts';

const START = 'start-up 1 M transactions';
const VERIFY = 'start-up 1 M transactions, all read through';
const MEMORY = 'start-up 1 M transactions, memory';
const TRANSACTIONS = 1_000_000;
const BATCH = 500;
const PROCESS = join(import.meta.dirname, 'start-up-process.ts');

const people = [1, 2, 3, 4].map(person);
const certificate = committed(people);
const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** What p1 of a chain of four keeps of one payment: the form is right; signatures and hashes are of chance. */
function recordsOf(number: number): readonly DurableRecord[] {
  const txId = hex(32) as TxId;
  const { header, route } = certificate;
  const createdAtMs = header.createdAtMs + number;
  const position: CommittedPosition = {
    ...{ type: 'position', state: 'committed', position: 1, acked: true, waivedByDownstream: null, waivedByMe: null },
    ...{ ...certificate, txId, header: { ...header, paymentId: hex(32) as PaymentId, createdAtMs } },
    signatures: certificate.signatures.map(() => Uint8Array.from(randomBytes(64))),
    commit: Uint8Array.from(randomBytes(64)),
  };
  const entries = [0, 2].map(
    (neighbour, hop): DurableRecord => ({
      ...{ type: 'entry', neighbour: people[neighbour]?.key ?? header.payer, equivalent: header.equivalent },
      ...{ number: number + 1, hop: { txId, routeIndex: 0, hop, createdAtMs } },
      ...{ delta: hop === 0 ? route.amount : -route.amount, head: hex(32) },
    }),
  );
  return [{ type: 'transaction', txId, positions: [position] }, ...entries];
}

async function build(folder: string, transactions: number): Promise<void> {
  const store = await openStore(folder);
  const accounts = [0, 2].map((at) => emptyAccount(people[at]?.key ?? certificate.header.payer, 'UAH'));
  await store.write(accounts, { sync: true });
  for (let number = 0; number < transactions; number += BATCH) {
    const records = Array.from({ length: BATCH }, (_, index) => recordsOf(number + index)).flat();
    await store.write(records, { sync: false });
    if (number % 100_000 === 0) console.error(`  ${number} transactions written`);
  }
  await store.close();
}

/** Starts on the folder in a process of its own, as a node does. */
async function startOn(folder: string): Promise<Start> {
  const child = fork(PROCESS, [folder]);
  const [said] = (await once(child, 'message')) as [Start];
  if (child.exitCode === null) await once(child, 'exit');
  return said;
}

/** The floor: every byte, read once. */
function readMs(folder: string): number {
  const began = performance.now();
  for (const name of readdirSync(join(folder, 'store'))) readFileSync(join(folder, 'store', name));
  return performance.now() - began;
}

async function measure(folder: string): Promise<readonly Figure[]> {
  const [full, empty] = [join(folder, 'full'), join(folder, 'empty')];
  await build(full, TRANSACTIONS);
  await build(empty, 0);
  const floor = await startOn(empty);
  const { startMs, verifyMs, memoryMb, values } = await startOn(full);
  console.error(`  ${values} values`);
  const bytesMs = readMs(full);
  return [
    cost(START, 's', startMs / 1_000, bytesMs / 1_000),
    cost(VERIFY, 's', verifyMs / 1_000, bytesMs / 1_000),
    cost(MEMORY, 'MB', memoryMb, floor.memoryMb),
  ];
}

export const startUp: Bench = { word: 'start-up', names: [START, VERIFY, MEMORY], run: () => withFolder(measure) };
