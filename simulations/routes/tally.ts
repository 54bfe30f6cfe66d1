/** What a method came to over many payments. */
import { type Estimate, estimate } from '../estimate.ts';

/** What a payment took that was made. */
interface Made {
  readonly attempts: number;
  readonly routes: number;
  readonly hops: number;
  readonly hopsTried: number;
  readonly messages: number;
  readonly searches: number;
}

/** Sums over the payments of one run. */
export class Tally {
  readonly name: string;
  tried = 0;
  triedAmount = 0;
  paid = 0;
  paidAmount = 0;
  /** The same on the state of GEO's run: how many were tried there, and how many made. */
  triedThere = 0;
  paidThere = 0;
  attempts = 0;
  routes = 0;
  /** Of what was paid: hops that were committed, and hops that were reserved over all attempts. */
  hops = 0;
  hopsTried = 0;
  messages = 0;
  searches = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** One payment on the state of GEO's run. */
  countThere(isMade: boolean): void {
    this.triedThere++;
    if (isMade) this.paidThere++;
  }

  /** One payment on the method's own state; what it took counts when it was made. */
  count(amount: number, made: Made | null): void {
    this.tried++;
    this.triedAmount += amount;
    if (made === null) return;
    this.paid++;
    this.paidAmount += amount;
    this.attempts += made.attempts;
    this.routes += made.routes;
    this.hops += made.hops;
    this.hopsTried += made.hopsTried;
    this.messages += made.messages;
    this.searches += made.searches;
  }
}

/** One row of the table: fractions from 0 to 1, means per payment made. Null: the method has no such thing. */
export interface Row {
  readonly method: string;
  readonly success: Estimate | null;
  readonly volume: Estimate | null;
  /** Success on the state of GEO's run. */
  readonly successThere: Estimate | null;
  /** That, as a fraction of what the restricted upper bound allows. */
  readonly ofBound: Estimate | null;
  readonly attempts: Estimate | null;
  /** Per hop that was reserved, and per hop that was committed in the end. */
  readonly messagesPerHop: Estimate | null;
  readonly messagesPerCommittedHop: Estimate | null;
  readonly searchesPerHop: Estimate | null;
  readonly hopsPerRoute: Estimate | null;
  readonly routes: Estimate | null;
}

/** The row of one method over all seeds; `bounds` is how many payments the upper bound allows in each run. */
export function rowOf(runs: readonly Tally[], bounds: readonly number[]): Row {
  const over = (value: (run: Tally) => number) => estimate(runs.map(value));
  const isRun = runs.some(({ tried }) => tried > 0);
  const takes = runs.some(({ messages }) => messages > 0);
  return {
    method: (runs[0] as Tally).name,
    success: isRun ? over((run) => run.paid / run.tried) : null,
    volume: isRun ? over((run) => run.paidAmount / run.triedAmount) : null,
    successThere: over((run) => run.paidThere / run.triedThere),
    ofBound: estimate(runs.map((run, index) => run.paidThere / (bounds[index] as number))),
    attempts: takes ? over((run) => run.attempts / run.paid) : null,
    messagesPerHop: takes ? over((run) => run.messages / run.hopsTried) : null,
    messagesPerCommittedHop: takes ? over((run) => run.messages / run.hops) : null,
    searchesPerHop: takes ? over((run) => run.searches / run.hops) : null,
    hopsPerRoute: isRun ? over((run) => run.hops / run.routes) : null,
    routes: isRun ? over((run) => run.routes / run.paid) : null,
  };
}
