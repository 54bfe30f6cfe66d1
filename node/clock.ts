/** Time, handed to what needs it, so that tests and the simulator can decide it. */

export interface Clock {
  /** UTC milliseconds. May step back or forth when the system's clock is set. */
  nowMs(): number;
  /** Calls back once at or after this instant, in any case not before the caller has returned. Returns how to cancel. */
  wakeAt(atMs: number, callback: () => void): () => void;
}

/** The longest delay that a timer of Node.js can have, about 25 days. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** The system's clock. Its timers do not keep a process alive. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  wakeAt(atMs, callback) {
    let timeout: NodeJS.Timeout;
    const arm = (): void => {
      const delayMs = Math.max(0, atMs - Date.now());
      const reached = delayMs <= LONGEST_DELAY_MS;
      timeout = setTimeout(reached ? callback : arm, Math.min(delayMs, LONGEST_DELAY_MS)).unref();
    };
    arm();
    return () => clearTimeout(timeout);
  },
};
