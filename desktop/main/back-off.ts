/** How long to wait before a node that ended by itself is started again: longer each time, and not for ever. */

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** A node that was up this long had no trouble with starting: what ends it then is something new. */
export const STEADY_MS = 60_000;

/** The wait after so many failures one after the other, which is at least 1. */
export function backOffMs(failures: number): number {
  return Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
}

/** How many failures one after the other there are now, when a node has ended that was up for so long. */
export function countFailure(failures: number, upForMs: number | null): number {
  return upForMs !== null && upForMs >= STEADY_MS ? 1 : failures + 1;
}
