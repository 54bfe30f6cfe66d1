import { type Clock, systemClock } from '#node/clock.ts';

interface Alarm {
  readonly atMs: number;
  readonly callback: () => void;
  cancel: () => void;
}

/** The system's clock, which a test can set forward: what waits for a time that has come then is called back. */
export class ShiftedClock implements Clock {
  #aheadMs = 0;
  readonly #alarms = new Set<Alarm>();

  nowMs(): number {
    return systemClock.nowMs() + this.#aheadMs;
  }

  wakeAt(atMs: number, callback: () => void): () => void {
    const alarm: Alarm = { atMs, callback, cancel: () => undefined };
    this.#alarms.add(alarm);
    this.#arm(alarm);
    return () => {
      alarm.cancel();
      this.#alarms.delete(alarm);
    };
  }

  advance(byMs: number): void {
    this.#aheadMs += byMs;
    for (const alarm of this.#alarms) {
      alarm.cancel();
      this.#arm(alarm);
    }
  }

  #arm(alarm: Alarm): void {
    alarm.cancel = systemClock.wakeAt(alarm.atMs - this.#aheadMs, () => {
      this.#alarms.delete(alarm);
      alarm.callback();
    });
  }
}
