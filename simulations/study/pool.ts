/** Divides the points of a study over processes. A run is never divided, so the rows do not depend on how many there are. */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Row } from './results.ts';
import type { Cost } from './store.ts';
import { type Answer, WORKER } from './worker.ts';

/** What a pool tells of its points. */
export interface PoolObserver {
  /** How much of a point is done, 0 … 1. */
  progress(point: number, share: number): void;
  done(point: number, row: Row, cost: Cost, violations: readonly string[]): void;
}

/** A point that could not be run; the message is for people. */
export class FailedPoint extends Error {}

/** As it is in the source, or in `dist/sim.js`, where all of this is one file. */
const SOURCE = new URL('../run.ts', import.meta.url);
/** Most of what a run allocates is short-lived: room for it saves a tenth of the time. In megabytes. */
const HEAP = ['--max-old-space-size=8192', '--max-semi-space-size=64'];

function entry(): string {
  if (existsSync(SOURCE)) return fileURLToPath(SOURCE);
  return fileURLToPath(new URL('./sim.js', import.meta.url));
}

/** Runs the points, each on one of so many processes. Throws `FailedPoint` for the first that cannot be run. */
export async function runPool(
  path: string,
  points: readonly number[],
  workers: number,
  observer: PoolObserver,
): Promise<void> {
  const left = [...points];
  const processes: ChildProcess[] = [];
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const child = fork(entry(), [WORKER, path], { execArgv: HEAP });
      processes.push(child);
      let current: number | null = null;
      const next = () => {
        current = left.shift() ?? null;
        if (current === null) {
          child.disconnect();
          resolve();
        } else child.send({ point: current });
      };
      child.on('message', (answer: Answer) => {
        if (answer.type === 'progress') observer.progress(answer.point, answer.share);
        else if (answer.type === 'failed') reject(new FailedPoint(answer.what));
        else {
          observer.done(answer.point, answer.row, answer.cost, answer.violations);
          next();
        }
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        if (current !== null) reject(new FailedPoint(`point ${current}: its process ended with ${signal ?? code}`));
      });
      next();
    });
  try {
    await Promise.all(Array.from({ length: Math.min(workers, points.length) }, one));
  } finally {
    for (const child of processes) if (child.connected) child.kill();
  }
}
