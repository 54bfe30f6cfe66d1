import { type Clock, systemClock } from '#node/clock.ts';

/** The system's clock, set wrong: it goes on from there. As in a process, timers that run already keep their span. */
export class WrongClock implements Clock {
  #offMs = 0;

  nowMs(): number {
    return systemClock.nowMs() + this.#offMs;
  }

  wakeAt(atMs: number, callback: () => void): () => void {
    return systemClock.wakeAt(atMs - this.#offMs, callback);
  }

  /** Sets it this far off the right time. */
  setOff(byMs: number): void {
    this.#offMs = byMs;
  }
}
