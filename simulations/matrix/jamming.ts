/**
 * Jamming: how much of what others own a dishonest pair can hold, for how long, and what honest people notice of it.
 *
 * M pays Z, its accomplice, over H and N, again and again; Z never answers. Meanwhile U pays V over the same H and N.
 *
 *     M ── H ── N ── Z
 *     U ──╯     ╰── V
 */
import { formatAmount } from '#protocol/amount.ts';
import { MAX_OPEN_OF_ONE_UPSTREAM, MAX_OPEN_PER_NEIGHBOUR } from '#protocol/limits.ts';
import { keyOf } from '../signatures.ts';
import { LIMIT, type Plan, payment, paymentIdOf, planned } from './plans.ts';

const [M, H, N, Z, U, V] = [0, 1, 2, 3, 4, 5];

const PLAN: Plan = {
  name: 'jamming',
  size: 6,
  links: [
    [M, H],
    [H, N],
    [N, Z],
    [U, H],
    [N, V],
  ],
  begin: () => undefined,
  outcome: () => '',
};

/** What M does: so many packets of so much each, one every `everyMs`. */
export interface Attack {
  readonly packets: number;
  readonly amount: bigint;
  readonly everyMs: number;
}

export interface Jam {
  /** Most packets of M that were open between H and N at one time. */
  readonly open: number;
  /** How many of 30 payments of U to V, one a second, were paid: while the packets of M live, and an hour later. */
  readonly paidMeanwhile: number;
  readonly paidAfter: number;
  /** What H and N together could not use beyond the life of its packet, amount × seconds, in the first hour. */
  readonly unitSeconds: bigint;
}

const HOUR_MS = 3_600_000;
const PAYMENTS = 30;
/** Numbers of the first ones. */
const MEANWHILE = 1;
const AFTER = 1_000;
const EACH_MS = 1_000;
/** Of U's payments. */
const SMALL = 1_000n;

export function jam({ packets, amount, everyMs }: Attack): Jam {
  const run = planned(PLAN);
  const { records } = run.at(H);
  let open = 0;
  run.watch({
    onMessage: ({ from }) => (from === Z ? 'lost' : null),
    onHandled: () => {
      open = Math.max(open, records.openWith(keyOf(N)));
    },
  });
  for (let number = 0; number < packets; number++)
    run.after(number * everyMs, () => run.command(M, payment(10_000 + number, [[M, H, N, Z]], amount)));
  const pays = (first: number) => {
    for (let number = first; number < first + PAYMENTS; number++)
      run.after((number - first) * EACH_MS, () => run.command(U, payment(number, [[U, H, N, V]], SMALL)));
  };
  const paid = (first: number) => {
    let count = 0;
    for (let number = first; number < first + PAYMENTS; number++) {
      if (run.at(U).records.payment(paymentIdOf(number))?.state === 'COMMITTED') count++;
    }
    return count;
  };
  pays(MEANWHILE);
  run.run(HOUR_MS);
  let held = 0n;
  for (const holding of run.holdings.overdue(run.nowMs)) {
    if (holding.participant !== H && holding.participant !== N) continue;
    held += (holding.amount * BigInt((holding.endedAtMs ?? run.nowMs) - holding.dueAtMs)) / 1_000n;
  }
  pays(AFTER);
  run.run(HOUR_MS);
  return { open, paidMeanwhile: paid(MEANWHILE), paidAfter: paid(AFTER), unitSeconds: held };
}

/** The attacks that the file shows, in words. */
const ATTACKS: readonly (readonly [string, Attack])[] = [
  ['none', { packets: 0, amount: 1n, everyMs: 10 }],
  ['1 packet of 0.00000001', { packets: 1, amount: 1n, everyMs: 10 }],
  ['600 packets of 0.00000001', { packets: 600, amount: 1n, everyMs: 10 }],
  ['1 packet of 50', { packets: 1, amount: LIMIT / 2n, everyMs: 10 }],
  ['600 packets of 1', { packets: 600, amount: LIMIT / 100n, everyMs: 10 }],
];

/** What jamming comes to, as people read it. */
export function jammingTable(): string {
  const rows = ATTACKS.map(([what, attack]) => {
    const { open, paidMeanwhile, paidAfter, unitSeconds } = jam(attack);
    return `| ${what} | ${open} | ${paidMeanwhile} of ${PAYMENTS} | ${paidAfter} of ${PAYMENTS} | ${formatAmount(unitSeconds)} |`;
  });
  return `## Jamming

M pays its accomplice Z over H and N, who are honest; Z never answers. U pays V over the same H and N, once a second. Every
line is of 100. One upstream neighbour may have ${MAX_OPEN_OF_ONE_UPSTREAM} of the ${MAX_OPEN_PER_NEIGHBOUR} packets that may be open with a downstream one.

| M sends | open between H and N | U's payments paid meanwhile | and an hour later | H and N could not use, amount × seconds in the first hour |
|---|---|---|---|---|
${rows.join('\n')}
`;
}
