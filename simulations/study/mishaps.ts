/** Crashes, absences and cut links of a run: when, whom and for how long. */
import { ln, uniform } from '../graphs/variates.ts';
import type { Network } from '../network.ts';
import { Random } from '../random.ts';
import type { Mishap, RunPlan } from './plan.ts';

const CRASH_STREAM = 16;
const CHURN_STREAM = 17;
const HOUR_MS = 3_600_000;

export class Mishaps {
  readonly #network: Network;
  readonly #plan: RunPlan;
  readonly #crashes: Random;
  readonly #churn: Random;
  readonly #away = new Set<number>();
  /** Numbers of accounts whose links are down by themselves. */
  readonly #cut = new Set<number>();
  #isHealed = false;

  constructor(network: Network, plan: RunPlan) {
    this.#network = network;
    this.#plan = plan;
    this.#crashes = new Random(plan.seed, CRASH_STREAM);
    this.#churn = new Random(plan.seed, CHURN_STREAM);
  }

  /** From now until a time. */
  begin(untilMs: number): void {
    const { graph, crashes, absences, cuts } = this.#plan;
    this.#repeat(this.#crashes, crashes, graph.nodes, untilMs, (index) => this.#crash(index));
    this.#repeat(this.#churn, absences, graph.nodes, untilMs, (index) => this.#leave(index));
    this.#repeat(this.#churn, cuts, graph.a.length, untilMs, (account) => this.#cutLink(account));
  }

  isAway(index: number): boolean {
    return this.#away.has(index);
  }

  /** It comes back after a while. */
  crashed(index: number): void {
    const afterMs = spanMs(this.#crashes, this.#plan.crashes.forMs);
    this.#network.callAt(this.#network.nowMs + afterMs, () => this.#network.restart(index));
  }

  /** Everybody and every link comes back. */
  heal(): void {
    this.#isHealed = true;
    for (let index = 0; index < this.#network.participants; index++) this.#network.restart(index);
    for (const index of this.#away) this.#return(index);
    for (const account of this.#cut) this.#joinLink(account);
  }

  /** Independent of each other, so often for each of so many. */
  #repeat(random: Random, { perHour }: Mishap, count: number, untilMs: number, befalls: (which: number) => void): void {
    if (perHour === 0 || count === 0) return;
    const next = () => {
      const atMs = this.#network.nowMs + spanMs(random, HOUR_MS / (perHour * count));
      if (atMs >= untilMs) return;
      this.#network.callAt(atMs, () => {
        befalls(random.below(count));
        next();
      });
    };
    next();
  }

  /** A third of crashes come between two steps, the others in the midst of one. */
  #crash(index: number): void {
    if (!this.#network.isUp(index)) return;
    const kind = this.#crashes.below(3);
    if (kind === 0) this.#network.crash(index);
    else this.#network.doom(index, kind === 1 ? 'before-saving' : 'after-saving');
  }

  #leave(index: number): void {
    if (this.#away.has(index)) return;
    this.#away.add(index);
    for (const neighbour of this.#network.neighboursOf(index)) this.#network.cut(index, neighbour);
    const backAtMs = this.#network.nowMs + spanMs(this.#churn, this.#plan.absences.forMs);
    this.#network.callAt(backAtMs, () => this.#return(index));
  }

  #return(index: number): void {
    if (!this.#away.delete(index)) return;
    for (const neighbour of this.#network.neighboursOf(index)) this.#network.join(index, neighbour);
  }

  #cutLink(account: number): void {
    if (this.#cut.has(account) || this.#isHealed) return;
    this.#cut.add(account);
    this.#network.cut(...this.#endsOf(account));
    const backAtMs = this.#network.nowMs + spanMs(this.#churn, this.#plan.cuts.forMs);
    this.#network.callAt(backAtMs, () => this.#joinLink(account));
  }

  #joinLink(account: number): void {
    if (this.#cut.delete(account)) this.#network.join(...this.#endsOf(account));
  }

  #endsOf(account: number): [number, number] {
    const { a, b } = this.#plan.graph;
    return [a[account] as number, b[account] as number];
  }
}

/** Of an exponential distribution, in whole ms. */
function spanMs(random: Random, meanMs: number): number {
  return Math.max(1, Math.round(-ln(uniform(random)) * meanMs));
}
