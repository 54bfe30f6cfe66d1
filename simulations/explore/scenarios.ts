/**
 * What is explored: small networks, each with the few transactions that are issued in it. Data only.
 */
import type { Command } from '#protocol/event.ts';
import type { PaymentId } from '#protocol/packet.ts';
import { DEFAULT_POLICY } from '#protocol/trust-line.ts';
import { keyOf } from '../signatures.ts';

/** A command that a participant is given once, at any time. */
export interface Order {
  readonly participant: number;
  readonly command: Command;
}

/** What a malicious payer makes of an order besides what an honest one would: a second transaction. */
export type Cheat =
  /** With the same payment id. */
  | 'again'
  /** Whose routes carry less than its total. */
  | 'short';

export interface Scenario {
  readonly name: string;
  readonly what: string;
  readonly participants: number;
  /** Owner, other end, limit. */
  readonly lines: readonly (readonly [number, number, bigint])[];
  /** Debtor, creditor, amount. */
  readonly debts: readonly (readonly [number, number, bigint])[];
  readonly orders: readonly Order[];
  readonly cheats: readonly Cheat[];
  /** Who may, once and at any time, be restored from the backup made before anything happened. */
  readonly restorable: readonly number[];
  /** Who may let any amount go at own risk, at any time: what it loses by that is its own affair. */
  readonly letsGo: readonly number[];
  /** Do malicious participants show ABORTs without what they rest on? */
  readonly hidesEvidence: boolean;
  /** Every set of malicious participants that is tried, the empty one first. */
  readonly malicious: readonly (readonly number[])[];
}

export const EQUIVALENT = 'UAH';

/** All subsets but the whole: somebody honest must be left to lose something. */
function everySubset(participants: number): readonly number[][] {
  const subsets: number[][] = [];
  for (let set = 0; set < 2 ** participants - 1; set++) {
    subsets.push([...Array(participants).keys()].filter((index) => (set & (1 << index)) !== 0));
  }
  return subsets.sort((a, b) => a.length - b.length);
}

const name = (number: number) => number.toString(16).padStart(64, '0');

/** A payment over chosen routes, each with its amount. */
function pay(number: number, routes: readonly (readonly [readonly number[], bigint])[]): Order {
  const participant = routes[0]?.[0][0] as number;
  const receiver = routes[0]?.[0].at(-1) as number;
  const command: Command = {
    type: 'pay',
    paymentId: name(number) as PaymentId,
    receiver: keyOf(receiver),
    equivalent: EQUIVALENT,
    amount: routes.reduce((sum, [, amount]) => sum + amount, 0n),
    sealedMemo: null,
    randomness: name(number),
    routes: routes.map(([nodes, amount]) => ({ nodes: nodes.map(keyOf), amount })),
  };
  return { participant, command };
}

function clear(number: number, ring: readonly number[], amount: bigint): Order {
  const command: Command = {
    type: 'clear',
    paymentId: name(number) as PaymentId,
    equivalent: EQUIVALENT,
    amount,
    nodes: ring.map(keyOf),
    randomness: name(number),
  };
  return { participant: ring[0] as number, command };
}

/** The owner of a line sets another limit. */
function lower(owner: number, other: number, limit: bigint): Order {
  const command: Command = {
    type: 'set-trust-line',
    neighbour: keyOf(other),
    equivalent: EQUIVALENT,
    limit,
    status: 'active',
    policy: DEFAULT_POLICY,
  };
  return { participant: owner, command };
}

/** A participant proposes checkpoints where it is the one to do so. */
function propose(participant: number): Order {
  return { participant, command: { type: 'propose-checkpoints', which: 'all' } };
}

/** Lines both ways between neighbours of a chain. */
function chainLines(participants: number, limit: bigint): [number, number, bigint][] {
  const lines: [number, number, bigint][] = [];
  for (let index = 1; index < participants; index++) lines.push([index, index - 1, limit], [index - 1, index, limit]);
  return lines;
}

type Given = Partial<Scenario> & Pick<Scenario, 'name' | 'what' | 'participants' | 'lines' | 'orders'>;

function scenario(given: Given): Scenario {
  return {
    debts: [],
    cheats: [],
    restorable: [],
    letsGo: [],
    hidesEvidence: true,
    malicious: everySubset(given.participants),
    ...given,
  };
}

const A = 0;
const B = 1;
const C = 2;
const D = 3;

const BOTH_CHEATS: readonly Cheat[] = ['again', 'short'];

export const SCENARIOS: readonly Scenario[] = [
  scenario({
    name: 'chain3',
    what: 'one payment A→B→C',
    participants: 3,
    lines: chainLines(3, 10n),
    orders: [pay(1, [[[A, B, C], 5n]])],
    cheats: BOTH_CHEATS,
  }),
  scenario({
    name: 'chain4',
    what: 'one payment A→B→C→D',
    participants: 4,
    lines: chainLines(4, 10n),
    orders: [pay(1, [[[A, B, C, D], 5n]])],
    cheats: BOTH_CHEATS,
  }),
  scenario({
    name: 'opposite3',
    what: 'A→B→C and C→B→A: two packets on each account, in both directions',
    participants: 3,
    lines: chainLines(3, 10n),
    orders: [pay(1, [[[A, B, C], 6n]]), pay(2, [[[C, B, A], 7n]])],
  }),
  scenario({
    name: 'opposite4',
    what: 'A→B→C→D and D→C→B→A: two packets on each account, in both directions',
    participants: 4,
    lines: chainLines(4, 10n),
    orders: [pay(1, [[[A, B, C, D], 6n]]), pay(2, [[[D, C, B, A], 7n]])],
  }),
  scenario({
    name: 'against4',
    what: 'A→B→C over lines that carry it only once D→C→B has come the other way',
    participants: 4,
    lines: [
      [B, A, 10n],
      [C, B, 4n],
      [C, D, 10n],
      [B, C, 10n],
    ],
    orders: [pay(1, [[[A, B, C], 6n]]), pay(2, [[[D, C, B], 7n]])],
  }),
  scenario({
    name: 'rivals3',
    what: 'A→B→C twice, over lines that carry only one',
    participants: 3,
    lines: chainLines(3, 10n),
    orders: [pay(1, [[[A, B, C], 6n]]), pay(2, [[[A, B, C], 7n]])],
  }),
  scenario({
    name: 'rivals4',
    what: 'A→B→C and D→B→C, over a line from C to B that carries only one',
    participants: 4,
    lines: [
      [B, A, 10n],
      [B, D, 10n],
      [C, B, 10n],
    ],
    orders: [pay(1, [[[A, B, C], 6n]]), pay(2, [[[D, B, C], 7n]])],
  }),
  scenario({
    name: 'split4',
    what: 'one payment over A→B→D and A→C→D',
    participants: 4,
    lines: [
      [B, A, 10n],
      [D, B, 10n],
      [C, A, 10n],
      [D, C, 10n],
    ],
    orders: [
      pay(1, [
        [[A, B, D], 5n],
        [[A, C, D], 4n],
      ]),
    ],
    cheats: ['short'],
  }),
  scenario({
    name: 'crossed4',
    what: 'one payment over A→B→D and A→C→B→D: B stands on both routes, and its hop to D carries only one',
    participants: 4,
    lines: [
      [B, A, 10n],
      [C, A, 10n],
      [B, C, 10n],
      [D, B, 8n],
    ],
    orders: [
      pay(1, [
        [[A, B, D], 5n],
        [[A, C, B, D], 4n],
      ]),
    ],
  }),
  scenario({
    name: 'ring3',
    what: 'one clearing A→B→C→A of what each owes the one before',
    participants: 3,
    lines: [],
    debts: [
      [B, A, 5n],
      [C, B, 7n],
      [A, C, 6n],
    ],
    orders: [clear(1, [A, B, C, A], 5n)],
  }),
  scenario({
    name: 'ring4',
    what: 'one clearing A→B→C→D→A of what each owes the one before',
    participants: 4,
    lines: [],
    debts: [
      [B, A, 5n],
      [C, B, 7n],
      [D, C, 5n],
      [A, D, 6n],
    ],
    orders: [clear(1, [A, B, C, D, A], 5n)],
  }),
  scenario({
    name: 'repaid4',
    what: 'a clearing A→B→C→A and a payment A→B→D that wants the same debt of B to A',
    participants: 4,
    lines: [
      [B, A, 10n],
      [D, B, 10n],
    ],
    debts: [
      [B, A, 5n],
      [C, B, 7n],
      [A, C, 6n],
    ],
    orders: [clear(1, [A, B, C, A], 5n), pay(2, [[[A, B, D], 4n]])],
  }),
  scenario({
    name: 'restored3',
    what: 'one payment A→B→C; anybody may be restored from an old backup',
    participants: 3,
    lines: chainLines(3, 10n),
    orders: [pay(1, [[[A, B, C], 5n]])],
    restorable: [A, B, C],
    hidesEvidence: false,
  }),
  scenario({
    name: 'restored4',
    what: 'one payment A→B→C→D; C may be restored from an old backup',
    participants: 4,
    lines: chainLines(4, 10n),
    orders: [pay(1, [[[A, B, C, D], 5n]])],
    restorable: [C],
    hidesEvidence: false,
  }),
  scenario({
    name: 'restored4b',
    what: 'one payment A→B→C→D; B may be restored from an old backup',
    participants: 4,
    lines: chainLines(4, 10n),
    orders: [pay(1, [[[A, B, C, D], 5n]])],
    restorable: [B],
    hidesEvidence: false,
  }),
  scenario({
    name: 'restored-opposite3',
    what: 'A→B→C and C→B→A; B may be restored from an old backup',
    participants: 3,
    lines: chainLines(3, 10n),
    orders: [pay(1, [[[A, B, C], 6n]]), pay(2, [[[C, B, A], 7n]])],
    restorable: [B],
    hidesEvidence: false,
  }),
  scenario({
    name: 'restored-split3',
    what: 'one payment over A→B→C and A→C; C may be restored from an old backup',
    participants: 3,
    lines: [...chainLines(3, 10n), [C, A, 10n]],
    orders: [
      pay(1, [
        [[A, B, C], 5n],
        [[A, C], 4n],
      ]),
    ],
    restorable: [C],
    hidesEvidence: false,
  }),
  scenario({
    name: 'restored-ring3',
    what: 'one clearing A→B→C→A; A and B may be restored from an old backup',
    participants: 3,
    lines: [],
    debts: [
      [B, A, 5n],
      [C, B, 7n],
      [A, C, 6n],
    ],
    orders: [clear(1, [A, B, C, A], 5n)],
    restorable: [A, B],
    hidesEvidence: false,
  }),
  scenario({
    name: 'let-go4',
    what: 'one payment A→B→C→D; B and D may let go at own risk',
    participants: 4,
    lines: chainLines(4, 10n),
    orders: [pay(1, [[[A, B, C, D], 5n]])],
    letsGo: [B, D],
  }),
  scenario({
    name: 'limit3',
    what: 'one payment A→B→C while B and C lower what they let A and B owe',
    participants: 3,
    lines: chainLines(3, 10n),
    orders: [pay(1, [[[A, B, C], 5n]]), lower(B, A, 2n), lower(C, B, 2n)],
  }),
  scenario({
    name: 'checkpoint3',
    what: 'A→B→C and C→B→A while everybody proposes checkpoints',
    participants: 3,
    lines: chainLines(3, 10n),
    orders: [pay(1, [[[A, B, C], 6n]]), pay(2, [[[C, B, A], 7n]]), propose(A), propose(B), propose(C)],
  }),
];
