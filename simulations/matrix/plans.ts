/** What people do in a run: who trusts whom, and the commands in whose middle something goes wrong. */
import type { ClearCommand, PayCommand, SetTrustLineCommand } from '#protocol/event.ts';
import type { PaymentId } from '#protocol/packet.ts';
import { DEFAULT_POLICY } from '#protocol/trust-line.ts';
import { keyOf } from '../signatures.ts';
import { Run } from './run.ts';

export const UAH = 'UAH';
const UNIT = 100_000_000n;
/** What every payment and every clearing here is of. */
export const AMOUNT = 10n * UNIT;
export const LIMIT = 100n * UNIT;
/** More than the longest back-off (10 min) several times. */
export const HEALED_MS = 3 * 3_600_000;
const QUIET_MS = 60_000;

export interface Plan {
  readonly name: string;
  readonly size: number;
  /** Neighbours; each trusts the other with `LIMIT`. */
  readonly links: readonly (readonly [number, number])[];
  /** Debts from before: the first has paid the second `AMOUNT`. */
  readonly debts?: readonly (readonly [number, number])[];
  /** Something that is long over when the plan begins, and that a backup from before it does not know. */
  earlier?(run: Run): void;
  /** What people do now. */
  begin(run: Run): void;
  /** What came of it, in a word or two. */
  outcome(run: Run): string;
}

/** A payment over chosen routes that share the amount equally; `number` tells its id from others. */
export function payment(number: number, routes: readonly (readonly number[])[], amount = AMOUNT): PayCommand {
  const last = routes[0]?.at(-1) ?? 0;
  const part = amount / BigInt(routes.length);
  return {
    type: 'pay',
    paymentId: paymentIdOf(number),
    receiver: keyOf(last),
    equivalent: UAH,
    amount,
    sealedMemo: null,
    randomness: paymentIdOf(number),
    routes: routes.map((route) => ({ nodes: route.map(keyOf), amount: part })),
  };
}

/** The id of the payment of this number. */
export function paymentIdOf(number: number): PaymentId {
  return number.toString(16).padStart(64, '0') as PaymentId;
}

export function line(to: number, limit: bigint): SetTrustLineCommand {
  const policy = DEFAULT_POLICY;
  return { type: 'set-trust-line', neighbour: keyOf(to), equivalent: UAH, limit, status: 'active', policy };
}

/** Clears a ring, the initiator first and last. */
export function clearing(number: number, ring: readonly number[], amount = AMOUNT): ClearCommand {
  const paymentId = paymentIdOf(number);
  return { type: 'clear', paymentId, equivalent: UAH, amount, nodes: ring.map(keyOf), randomness: paymentId };
}

/** The id of what every plan is about. */
export const FIRST_PAYMENT = paymentIdOf(1);

/** Did payment number 1 of the first participant get through? */
export function paid(run: Run): string {
  const state = run.at(0).records.payment(FIRST_PAYMENT)?.state;
  return state === 'COMMITTED' ? 'paid' : state === 'ABORTED' ? 'not paid' : 'in doubt';
}

/** A run of a plan, at rest, just before it begins. */
export function planned(plan: Plan): Run {
  const run = new Run(plan.size, plan.links);
  for (const [a, b] of plan.links) {
    run.command(a, line(b, LIMIT));
    run.command(b, line(a, LIMIT));
  }
  run.run(QUIET_MS);
  for (const [number, [from, to]] of (plan.debts ?? []).entries())
    run.command(from, payment(1_000 + number, [[from, to]]));
  run.run(QUIET_MS);
  run.mark();
  plan.earlier?.(run);
  run.run(QUIET_MS);
  return run;
}

const chain = (size: number) => Array.from({ length: size - 1 }, (_, at) => [at, at + 1] as const);

export const PAYMENT: Plan = {
  name: 'a payment over 3 hops',
  size: 4,
  links: chain(4),
  begin: (run) => run.command(0, payment(1, [[0, 1, 2, 3]])),
  outcome: paid,
};

const SPLIT: Plan = {
  name: 'a split payment',
  size: 5,
  links: [...chain(4), [0, 4], [4, 3]],
  begin: (run) =>
    run.command(
      0,
      payment(1, [
        [0, 1, 2, 3],
        [0, 4, 3],
      ]),
    ),
  outcome: paid,
};

export const LIMIT_CHANGE: Plan = {
  name: 'a limit change that crosses a payment',
  size: 3,
  links: chain(3),
  begin: (run) => {
    run.command(0, payment(1, [[0, 1, 2]]));
    // The receiver's line to the intermediary is lowered while the packet is on its way, the payer's raised.
    run.after(8, () => run.command(2, line(1, AMOUNT)));
    run.after(9, () => run.command(1, line(0, 2n * LIMIT)));
  },
  outcome: (run) => {
    const limit = run.at(1).records.account(keyOf(2), UAH)?.limitReceived;
    return `${paid(run)}, the limit is ${limit === AMOUNT ? 'lowered' : 'as before'}`;
  },
};

export const CLEARING: Plan = {
  name: 'a clearing of a ring of 4',
  size: 4,
  links: [...chain(4), [3, 0]],
  debts: [
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 0],
  ],
  begin: (run) => run.command(0, clearing(1, [0, 3, 2, 1, 0])),
  outcome: (run) => (run.at(0).records.account(keyOf(1), UAH)?.balance === 0n ? 'cleared' : 'not cleared'),
};

const CHECKPOINT: Plan = {
  name: 'a checkpoint of two accounts',
  size: 3,
  links: chain(3),
  earlier: (run) => run.command(0, payment(900, [[0, 1, 2]])),
  // Long enough after the payment that nodes propose of themselves, and again when nothing came of it.
  begin: (run) => run.keepHouse([15, 16, 30, 45, 60, 75, 90, 105]),
  outcome: (run) => {
    const ends = [0, 1, 2].flatMap((index) => {
      const { records } = run.at(index);
      return [...records.neighbours()].map(
        (neighbour) => records.checkpoint(neighbour, UAH)?.agreed?.checkpoint.digest,
      );
    });
    return ends.every((digest) => digest !== undefined) ? 'checkpoints agreed' : 'not agreed';
  },
};

/** The one in the middle comes back from a backup made before a payment that went through it, and one is on its way. */
function restore(backup: 'old' | 'words only'): Plan {
  return {
    name: `a restore of ${backup === 'old' ? 'an old backup' : 'words only'}`,
    size: 4,
    links: chain(4),
    earlier: (run) => run.command(0, payment(900, [[0, 1, 2, 3]])),
    begin: (run) => {
      run.command(0, payment(1, [[0, 1, 2, 3]]));
      run.after(30, () => run.rewind(1, backup, true));
      run.keepHouse([1, 2, 30, 60, 75, 90, 105]);
    },
    outcome: (run) => {
      const { records } = run.at(1);
      const accounts = [...records.accounts()];
      const isBack = accounts.length === 2 && accounts.every(({ standing }) => standing === 'confirmed');
      return isBack && !records.node.isFrozen ? `restored, ${paid(run)}` : 'not restored';
    },
  };
}

const RESTORE = restore('old');
const RESTORE_WORDS = restore('words only');

export const PLANS: readonly Plan[] = [PAYMENT, SPLIT, LIMIT_CHANGE, CLEARING, CHECKPOINT, RESTORE, RESTORE_WORDS];
