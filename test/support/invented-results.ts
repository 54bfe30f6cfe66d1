/** Results of a study that nobody ran: 2 parameters of 3 values, 5 seeds, 6 metrics. */

import { normal } from '#simulations/graphs/variates.ts';
import { Random } from '#simulations/random.ts';
import type { Results, Row } from '#simulations/study/results.ts';

const PARTICIPANTS = [100, 1_000, 10_000] as const;
const DEMANDS = ['uniform', 'gravity', 'circulation:0.5'] as const;
const SEEDS = [1, 2, 3, 4, 5] as const;

export function inventedResults(): Results {
  const random = new Random(1);
  const rows: Row[] = PARTICIPANTS.flatMap((participants, size) =>
    DEMANDS.flatMap((demand, kind) =>
      SEEDS.map((seed) => ({
        participants,
        demand,
        limits: 'lognormal:100,1',
        seed,
        success: 92 - 3 * size + 2.5 * kind + 0.6 * normal(random),
        volume: 85 - 5 * size + 3 * kind + 1.2 * normal(random),
        messages: 18 * (size + 1) + 2 * kind + normal(random),
        attempts: 1 + 0.05 * size + 0.004 * normal(random),
        payments: 1_000 * participants + random.below(900),
        cleared: kind === 0 ? null : 40 + 10 * kind + 4 * normal(random),
      })),
    ),
  );
  return {
    study: 'Size and demand',
    parameters: [
      { name: 'participants', unit: '', what: 'How many people are in the network.', kind: 'integer' },
      { name: 'demand', unit: '', what: 'Who wants to pay whom.', kind: 'text' },
      { name: 'limits', unit: 'units', what: 'How much credit people give each other.', kind: 'text' },
      { name: 'seed', unit: '', what: 'The number that all chance of a run comes from.', kind: 'integer' },
    ],
    metrics: [
      { name: 'success', unit: '%', what: 'Payments that were made, of those that were tried.', kind: 'real' },
      { name: 'volume', unit: '%', what: 'Amount that was paid, of what was tried.', kind: 'real' },
      {
        name: 'messages',
        unit: 'messages a payment',
        what: 'Messages sent for a payment that was made.',
        kind: 'real',
      },
      { name: 'attempts', unit: '', what: 'How often a payment was tried until it was made.', kind: 'real' },
      { name: 'payments', unit: '', what: 'Payments that were tried.', kind: 'integer' },
      {
        name: 'cleared',
        unit: '% of optimum',
        what: 'Debt in circles that was cancelled, of all that could be.',
        kind: 'real',
      },
    ],
    rows,
  };
}
