/** The restore drill: a node that has nothing but its words, and all its neighbours. */
import { line, payment, UAH } from './plans.ts';
import { Run } from './run.ts';

export interface Drill {
  readonly accounts: number;
  /** Virtual ms from the loss until every account is back as it was and confirmed; null: it never was. */
  readonly tookMs: number | null;
  /** Accounts whose balance is not what it was. */
  readonly wrong: number;
  readonly violations: number;
}

const STEP_MS = 500;
const PATIENCE_MS = 600_000;
/** People do not all do it in one second. */
const BETWEEN_MS = 3;
const LIMIT = 1_000n;

/** A node with so many neighbours, each of which owes it another amount, loses all and asks them. */
export function drill(neighbours: number): Drill {
  const others = Array.from({ length: neighbours }, (_, at) => at + 1);
  const run = new Run(
    neighbours + 1,
    others.map((other) => [0, other] as const),
  );
  const debt = (other: number) => BigInt((other % 900) + 1);
  for (const other of others) {
    run.after(other * BETWEEN_MS, () => run.command(0, line(other, LIMIT)));
    run.after(neighbours * BETWEEN_MS + 5_000 + other * BETWEEN_MS, () =>
      run.command(other, payment(other, [[other, 0]], debt(other))),
    );
  }
  run.run(2 * neighbours * BETWEEN_MS + 60_000);
  run.mark();
  const lostAtMs = run.nowMs;
  run.rewind(0, 'words only', true);
  let tookMs: number | null = null;
  while (tookMs === null && run.nowMs < lostAtMs + PATIENCE_MS) {
    run.run(STEP_MS);
    const { isUp, records } = run.at(0);
    const accounts = [...records.accounts()];
    const isConfirmed = accounts.length === neighbours && accounts.every(({ standing }) => standing === 'confirmed');
    const isBack = isUp && (records.node.restoredAtMs ?? 0) >= lostAtMs && !records.node.isFrozen && isConfirmed;
    if (isBack) tookMs = run.nowMs - lostAtMs;
  }
  run.run(60_000);
  const { records } = run.at(0);
  const wrong = others.filter((other) => records.account(run.at(other).key, UAH)?.balance !== debt(other)).length;
  return { accounts: neighbours, tookMs, wrong, violations: run.violations().length };
}
