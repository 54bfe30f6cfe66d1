/** The three things that can be disturbed, their stages, and who takes part: the columns and the tables of the matrix. */
import { keyOf } from '../signatures.ts';
import { AMOUNT, clearing, LIMIT, line, type Plan, paid, payment, UAH } from './plans.ts';
import type { Role, Setting, Stage } from './scene.ts';

/** A small payment that a backup from before it does not know. */
const EARLIER = AMOUNT / 5n;

const CHAIN: Plan['links'] = [
  [0, 1],
  [1, 2],
  [2, 3],
  [3, 4],
  [4, 5],
  [5, 0],
];

const ROUTE = [0, 1, 2, 3, 4];

const PAYMENT: Plan = {
  name: 'a payment over 4 hops',
  size: 6,
  links: CHAIN,
  earlier: (run) => run.command(0, payment(900, [ROUTE], EARLIER)),
  begin: (run) => run.command(0, payment(1, [ROUTE])),
  outcome: paid,
};

/** Half of it goes another way and is 20 s late, so that the receiver has to hold what came. */
const HELD: Plan = { ...PAYMENT, begin: (run) => run.command(0, payment(1, [ROUTE, [0, 5, 4]], 2n * AMOUNT)) };
const SECOND_ROUTE_MS = 20_000;

const role = (name: string, index: number, previous: number | null, next: number | null): Role => ({
  name,
  index,
  previous,
  next,
});

const ON_ROUTE: readonly Role[] = [
  role('payer (A)', 0, null, 1),
  role('upstream neighbour (B)', 1, 0, 2),
  role('intermediary (C)', 2, 1, 3),
  role('downstream neighbour (D)', 3, 2, 4),
  role('receiver (E)', 4, 3, null),
];

const sent = (type: 'prepare' | 'commit' | 'trust-line', from: number, to: number) =>
  ({ when: 'sent', type, from, to }) as const;

/** The stage, and the same with its expiry passed before the fault begins. */
function withExpiry(name: string, moment: Stage['moment']): readonly Stage[] {
  return [
    { name, moment, isExpired: false },
    { name: `${name}, then its time passed`, moment, isExpired: true },
  ];
}

const BEFORE: Stage = { name: 'before PREPARE', moment: 'before', isExpired: false };
const AFTER: Stage = { name: 'acknowledged everywhere', moment: 'after', isExpired: false };

const PAYMENTS: Setting = {
  kind: 'payment',
  name: 'A payment A → B → C → D → E of 10',
  plan: PAYMENT,
  roles: ON_ROUTE,
  stages: [
    BEFORE,
    ...withExpiry('PREPARE is on its way (C to D)', sent('prepare', 2, 3)),
    ...withExpiry('prepared by all before the receiver', sent('prepare', 3, 4)),
    ...withExpiry('committed at the receiver', sent('commit', 4, 3)),
    ...withExpiry('COMMIT is on its way (C to B)', sent('commit', 2, 1)),
    ...withExpiry('applied by all, the last acknowledgement is on its way', {
      when: 'handled',
      type: 'commit',
      from: 1,
      to: 0,
    }),
    AFTER,
  ],
};

const HELD_PAYMENTS: Setting = {
  kind: 'payment',
  name: 'A payment of 20 on two routes: half over A → B → C → D → E, half over A → F → E, which comes 20 s late',
  plan: HELD,
  roles: ON_ROUTE,
  delay: ({ from, to, message }) => (message.type === 'prepare' && from === 5 && to === 4 ? SECOND_ROUTE_MS : null),
  stages: withExpiry('held at the receiver, which waits for the other route', {
    when: 'handled',
    type: 'prepare',
    from: 3,
    to: 4,
  }),
};

const RING = [0, 3, 2, 1, 0];

const CLEARINGS: Setting = {
  kind: 'clearing',
  name: 'A clearing of the ring A → D → C → B → A by 10',
  plan: {
    name: 'a clearing',
    size: 4,
    links: [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 0],
    ],
    debts: [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 0],
    ],
    earlier: (run) => run.command(0, payment(900, [[0, 1, 2, 3]], EARLIER)),
    begin: (run) => run.command(0, clearing(1, RING)),
    outcome: (run) => (run.at(0).records.account(keyOf(1), UAH)?.balance === 0n ? 'cleared' : 'not cleared'),
  },
  roles: [
    role('initiator (A)', 0, null, 3),
    role('first after it (D)', 3, 0, 2),
    role('in the middle (C)', 2, 3, 1),
    role('last before it (B)', 1, 2, 0),
  ],
  stages: [
    BEFORE,
    ...withExpiry('PREPARE is on its way (D to C)', sent('prepare', 3, 2)),
    ...withExpiry('prepared by all, on its way back to the initiator', sent('prepare', 1, 0)),
    ...withExpiry('committed at the initiator', sent('commit', 0, 1)),
    ...withExpiry('COMMIT is on its way (C to D)', sent('commit', 2, 3)),
    AFTER,
  ],
};

const LINES: Setting = {
  kind: 'trust line',
  name: 'A lowers its trust line to B from 100 to 10',
  plan: {
    name: 'a trust line',
    size: 3,
    links: [
      [0, 1],
      [1, 2],
    ],
    earlier: (run) => run.command(2, payment(900, [[2, 1, 0]], EARLIER)),
    begin: (run) => run.command(0, line(1, AMOUNT)),
    outcome: (run) => (run.at(1).records.account(keyOf(0), UAH)?.limitReceived === LIMIT ? 'not changed' : 'changed'),
  },
  roles: [role('owner (A)', 0, null, 1), role('other end (B)', 1, 0, null)],
  stages: [
    BEFORE,
    { name: 'the document is on its way', moment: sent('trust-line', 0, 1), isExpired: false },
    {
      name: 'stored at the other end, the acknowledgement is on its way',
      moment: { when: 'handled', type: 'trust-line', from: 0, to: 1 },
      isExpired: false,
    },
    AFTER,
  ],
};

export const SETTINGS: readonly Setting[] = [PAYMENTS, HELD_PAYMENTS, CLEARINGS, LINES];
