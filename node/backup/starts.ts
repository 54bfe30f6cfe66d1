/**
 * The starts of a node, in a file beside its store. They tell a store that was lost from one that never was, and a
 * second running node of the same identity from an own earlier start.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writePrivateFile } from '../private-file.ts';

const STARTS_FILE = 'starts.json';
/** A neighbour learns within minutes that an earlier start has ended. */
const KEPT = 64;

interface Start {
  readonly instance: string;
  readonly startedAtMs: number;
}

export interface Starts {
  /** Newest last. */
  readonly starts: readonly Start[];
  /** Those that are no longer kept were not later. */
  readonly forgottenUntilMs: number;
}

export const NO_STARTS: Starts = { starts: [], forgottenUntilMs: 0 };

const startsFile = z.object({
  version: z.literal(1),
  starts: z.array(z.object({ instance: z.string(), startedAtMs: z.number() })),
  forgottenUntilMs: z.number(),
});

/** The earlier starts on this folder; null: the node was never started here. */
export function earlierStarts(folder: string): Starts | null {
  try {
    const file = readFileSync(join(folder, STARTS_FILE), 'utf8');
    const { starts, forgottenUntilMs } = startsFile.parse(JSON.parse(file));
    return { starts, forgottenUntilMs };
  } catch (error) {
    // A file that cannot be read says at least that there was a start, but not when.
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return isMissing ? null : { starts: [], forgottenUntilMs: Number.MAX_SAFE_INTEGER };
  }
}

/** With a new one. The oldest go, but for when they were. */
export function withStart(earlier: Starts | null, start: Start): Starts {
  const { starts, forgottenUntilMs } = earlier ?? NO_STARTS;
  const all = [...starts, start];
  const gone = all.slice(0, -KEPT).map(({ startedAtMs }) => startedAtMs);
  // Nothing that is forgotten was after now.
  return {
    starts: all.slice(-KEPT),
    forgottenUntilMs: Math.min(Math.max(forgottenUntilMs, ...gone), start.startedAtMs),
  };
}

/** Whether it was, or may have been, a start of this node. A neighbour can show any that there ever was. */
export function isStartOf({ starts, forgottenUntilMs }: Starts, { instance, startedAtMs }: Start): boolean {
  return startedAtMs <= forgottenUntilMs || starts.some((start) => start.instance === instance);
}

/** Notes all starts there were; none yet, for a node that was started elsewhere. On disk when it resolves. */
export async function noteStarts(folder: string, starts: Starts): Promise<void> {
  await writePrivateFile(join(folder, STARTS_FILE), `${JSON.stringify({ version: 1, ...starts })}\n`);
}
