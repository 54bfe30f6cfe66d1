/** How long a payment over three hops takes, against its floor on the same four processes at the same time. */
import { type Chain, type ChainProcess, cpuMs, withChain } from './chain.ts';
import { type Bench, cost, type Figure, quantile } from './figure.ts';

const P50 = 'payment 3-hop p50';
const P99 = 'payment 3-hop p99';
/** Until the code is compiled as in a node that has run for a while: many at once, then one after the other. */
const WARM_UP = 3_000;
const WARM_UP_IN_FLIGHT = 32;
const WARM_UP_SINGLY = 200;
/** Payments and floors take turns in batches, so that what else happens on the machine meets both. */
const BATCH = 20;
const BATCHES = 25;
/** Acknowledgements of a batch's last payment are saved lazily: that must not fall into the floor's turn. */
const PAUSE_MS = 100;

async function measure({ processes, keys }: Chain): Promise<readonly Figure[]> {
  const [payer] = processes as readonly [ChainProcess];
  const receiver = keys.at(-1) as (typeof keys)[number];
  const pay = async (count: number): Promise<readonly number[]> => {
    const tookMs = await payer.call('pay', receiver, count, 1);
    await pause();
    return tookMs;
  };
  await Promise.all(processes.map((process) => process.call('sizes')));
  await pay(1);
  await startFloor(processes);
  await payer.call('pay', receiver, WARM_UP, WARM_UP_IN_FLIGHT);
  await pay(WARM_UP_SINGLY);
  await payer.call('payFloor', WARM_UP_SINGLY);
  const before = await cpuMs(processes);
  const paymentsMs: number[] = [];
  const floorsMs: number[] = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    paymentsMs.push(...(await pay(BATCH)));
    floorsMs.push(...(await payer.call('payFloor', BATCH)));
  }
  const after = await cpuMs(processes);
  console.error(
    `  ${paymentsMs.length} samples of each; ${Math.round(after.others - before.others)} ms of CPU went to other programs`,
  );
  return [
    cost(P50, 'ms', quantile(paymentsMs, 0.5), quantile(floorsMs, 0.5)),
    cost(P99, 'ms', quantile(paymentsMs, 0.99), quantile(floorsMs, 0.99)),
  ];
}

/** The floor sends and writes as much as the one payment did that was made so far. */
async function startFloor(processes: readonly ChainProcess[]): Promise<void> {
  const addresses = await Promise.all(processes.map((process, position) => process.call('startFloor', position)));
  for (const [index, process] of processes.entries()) {
    const next = addresses[index + 1];
    if (next !== undefined) await process.call('connectFloor', next);
    await process.call('serveFloor', await process.call('sizes'));
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

export const threeHops: Bench = { word: 'three-hops', names: [P50, P99], run: () => withChain(4, measure) };
