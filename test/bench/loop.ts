/** Timing of small pieces of code. */
import { quantile } from './figure.ts';

/** Long enough that a timer's grain and one collection of garbage do not matter. */
const SLICE_MS = 40;
const SLICES = 12;

type Piece = () => void | Promise<void>;

/** Milliseconds that one call took, in each slice of the measurement. */
export type Slices = readonly number[];

/**
 * Runs the pieces by turns, a slice each, so that what else happens on the machine meets all of them. The first slice of
 * each warms up and is not counted.
 */
export async function inTurns<const P extends readonly Piece[]>(pieces: P): Promise<{ [K in keyof P]: Slices }> {
  const slices = pieces.map(() => [] as number[]);
  for (let slice = 0; slice <= SLICES; slice++) {
    for (const [index, piece] of pieces.entries()) {
      const callMs = await timeSlice(piece);
      if (slice > 0) slices[index]?.push(callMs);
    }
  }
  return slices as { [K in keyof P]: Slices };
}

/** The median rate of a piece. */
export function perSecond(slices: Slices): number {
  return 1_000 / quantile(slices, 0.5);
}

async function timeSlice(piece: Piece): Promise<number> {
  const began = performance.now();
  let calls = 0;
  let tookMs = 0;
  do {
    for (let call = 0; call < 16; call++) {
      const pending = piece();
      if (pending !== undefined) await pending;
    }
    calls += 16;
    tookMs = performance.now() - began;
  } while (tookMs < SLICE_MS);
  return tookMs / calls;
}
