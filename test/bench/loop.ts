/** Timing of small pieces of code, by turns, so that what else happens on the machine meets all of them. */
import { quantile } from './figure.ts';

/** Long enough that a timer's grain and one collection of garbage do not matter. */
const SLICE_MS = 40;
const SLICES = 12;
/** Calls between two looks at the clock. */
const CALLS = 16;

/** Calls a second of each piece, in the median of its slices. */
export async function rates<const P extends readonly (() => void)[]>(pieces: P): Promise<{ [K in keyof P]: number }> {
  return inTurns(pieces, async (piece: () => void) => {
    const began = performance.now();
    let calls = 0;
    let tookMs = 0;
    do {
      for (let call = 0; call < CALLS; call++) piece();
      calls += CALLS;
      tookMs = performance.now() - began;
    } while (tookMs < SLICE_MS);
    return tookMs / calls;
  });
}

/**
 * Calls a second, one after the other, of pieces that wait for the disk. Each call is timed, and their median taken: some
 * meet another program's write and wait a hundred times as long.
 */
export async function ratesOfWaits<const P extends readonly (() => Promise<void>)[]>(
  pieces: P,
): Promise<{ [K in keyof P]: number }> {
  return inTurns(pieces, async (piece: () => Promise<void>) => {
    const waitsMs: number[] = [];
    const began = performance.now();
    let now = began;
    do {
      await piece();
      const after = performance.now();
      waitsMs.push(after - now);
      now = after;
    } while (now - began < SLICE_MS);
    return quantile(waitsMs, 0.5);
  });
}

/** The first slice of each piece warms up and is not counted. */
async function inTurns<T, const P extends readonly T[]>(
  pieces: P,
  timeSlice: (piece: T) => Promise<number>,
): Promise<{ [K in keyof P]: number }> {
  const slices = pieces.map(() => [] as number[]);
  for (let slice = 0; slice <= SLICES; slice++) {
    for (const [index, piece] of pieces.entries()) {
      const callMs = await timeSlice(piece);
      if (slice > 0) slices[index]?.push(callMs);
    }
  }
  return slices.map((callsMs) => 1_000 / quantile(callsMs, 0.5)) as { [K in keyof P]: number };
}
