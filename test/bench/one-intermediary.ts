/** How many payments a second go from one participant over a second to a third, and what CPU time they take. */
import { cpus } from 'node:os';
import { type Chain, type ChainProcess, cpuMs, withChain } from './chain.ts';
import { type CryptoCost, cryptoCost } from './crypto.ts';
import { type Bench, cost, type Figure, quantile, rate } from './figure.ts';

const RATE = 'payments through one intermediary';
const CPU = 'cpu per payment';
const IN_FLIGHT = 32;
/** Until the code is compiled, and memory holds what it will hold, as in a node that has run for a while. */
const WARM_UP = 5_000;
const ROUND = 2_000;
const ROUNDS = 5;
/** Acknowledgements are saved lazily; their cost belongs to the round. */
const PAUSE_MS = 200;

/** Two participants prepare and one commits; 1 + 2 verifications on the way there, 1 + 2 on the way back. */
const SIGNATURES = 3;
const VERIFICATIONS = 6;

interface Round {
  readonly perSecond: number;
  readonly cpuMs: number;
  /** What the cryptography of one payment costs, measured between this round and the next. */
  readonly cryptoMs: number;
}

async function measure({ processes, keys }: Chain): Promise<readonly Figure[]> {
  const [payer] = processes as readonly [ChainProcess];
  const receiver = keys.at(-1) as (typeof keys)[number];
  await payer.call('pay', receiver, WARM_UP, IN_FLIGHT);
  const rounds: Round[] = [];
  for (let number = 0; number < ROUNDS; number++) {
    const before = await cpuMs(processes);
    const began = performance.now();
    await payer.call('pay', receiver, ROUND, IN_FLIGHT);
    const perSecond = ROUND / ((performance.now() - began) / 1_000);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const after = await cpuMs(processes);
    const each = after.own.map((ms, index) => (ms - (before.own[index] ?? 0)) / ROUND);
    console.error(
      `  ${Math.round(perSecond)} payments/s; ms of CPU for each payment: ${each.map((ms) => ms.toFixed(2)).join(' + ')}; ` +
        `${Math.round(after.others - before.others)} ms went to other programs`,
    );
    const sum = each.reduce((total, ms) => total + ms, 0);
    rounds.push({ perSecond, cpuMs: sum, cryptoMs: ofPayment(cryptoCost()) });
  }
  const median = (pick: (round: Round) => number): number => quantile(rounds.map(pick), 0.5);
  const cryptoMs = median((round) => round.cryptoMs);
  // What the cores could do if a payment were nothing but its cryptography.
  const most = (Math.min(cpus().length, processes.length) * 1_000) / cryptoMs;
  return [
    rate(
      RATE,
      'payments/s',
      median(({ perSecond }) => perSecond),
      most,
    ),
    cost(
      CPU,
      'ms',
      median((round) => round.cpuMs),
      cryptoMs,
    ),
  ];
}

function ofPayment({ signMs, verifyMs }: CryptoCost): number {
  return SIGNATURES * signMs + VERIFICATIONS * verifyMs;
}

export const oneIntermediary: Bench = {
  word: 'one-intermediary',
  names: [RATE, CPU],
  run: () => withChain(3, measure),
};
