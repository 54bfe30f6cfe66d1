/**
 * When to compare the map with a neighbour and renew announcements: now and then, and soon after something changed. What
 * gossip loses while its mesh is forming is so made good within seconds.
 */
import { randomInt } from 'node:crypto';
import type { Clock } from './clock.ts';

/** After a change; each time with another neighbour. */
const SOON_MS = [300, 1_000, 3_000];
const USUAL_MS = 15_000;

export class Housekeeper {
  readonly #clock: Clock;
  readonly #run: (round: number) => void;
  #round = 0;
  /** How many of the soon ones are over since the last change. */
  #step = SOON_MS.length;
  #cancel: () => void = () => undefined;

  /** `run` is called with a number that grows. */
  constructor(clock: Clock, run: (round: number) => void) {
    this.#clock = clock;
    this.#run = run;
  }

  /** Something changed: the short pauses come next. What changes all the time does not put them off. */
  nudge(): void {
    if (this.#step === 0) return;
    this.#step = 0;
    this.#arm();
  }

  stop(): void {
    this.#cancel();
  }

  #arm(): void {
    this.#cancel();
    const pauseMs = SOON_MS[this.#step] ?? USUAL_MS;
    // Nodes that were started together shall not ask together.
    const jitterMs = randomInt(pauseMs / 2);
    this.#cancel = this.#clock.wakeAt(this.#clock.nowMs() + pauseMs + jitterMs, () => {
      this.#step++;
      this.#run(this.#round++);
      this.#arm();
    });
  }
}
