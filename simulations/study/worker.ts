/** A process that runs points of a study, one after another, for the process that started it. */

import { BadFile } from '../graphs/lines.ts';
import { runPoint } from './engine.ts';
import { BadStudy, readStudy, type StudyFile } from './file.ts';
import { metricsOf } from './metrics.ts';
import { planOf } from './prepare.ts';
import type { Row } from './results.ts';
import type { Cost } from './store.ts';

/** The word by which `geo sim` is started as a worker. */
export const WORKER = 'study-worker';

/** What a worker is asked: the number of a point. */
export interface Question {
  readonly point: number;
}

/** What it answers: now and then how far it is, then the row, or in words why there is none. */
export type Answer =
  | { readonly type: 'progress'; readonly point: number; readonly share: number }
  | {
      readonly type: 'row';
      readonly point: number;
      readonly row: Row;
      readonly cost: Cost;
      readonly violations: readonly string[];
    }
  | { readonly type: 'failed'; readonly point: number; readonly what: string };

const TELL_EVERY = 50;
const MOST_VIOLATIONS = 5;

/** Runs one point to its row. Throws `BadStudy`, `BadFile`. */
export async function rowOf(
  file: StudyFile,
  number: number,
  progress: (share: number) => void,
): Promise<{ readonly row: Row; readonly violations: readonly string[] }> {
  const point = file.points[number];
  if (point === undefined) throw new Error(`bug: there is no point ${number}`);
  const plan = await planOf(file.path, point);
  const every = Math.max(1, Math.floor(plan.demands.length / TELL_EVERY));
  const run = runPoint(plan, (begun) => {
    if (begun % every === 0) progress(begun / plan.demands.length);
  });
  const values = Object.fromEntries(
    Object.entries(point.values).map(([field, value]) => [field, typeof value === 'boolean' ? String(value) : value]),
  );
  const violations = run.violations.slice(0, MOST_VIOLATIONS).map(({ invariant, what }) => `${invariant}: ${what}`);
  return { row: { ...values, seed: point.seed, ...metricsOf(plan, run) }, violations };
}

/** Answers questions until the other process ends the channel. The exit code. */
export function runWorker([path]: readonly string[]): Promise<number> {
  if (process.send === undefined || path === undefined) throw new Error('a worker is started by geo sim run');
  const file = readStudy(path);
  const answer = (message: Answer) => process.send?.(message);
  process.on('message', ({ point }: Question) => {
    const began = performance.now();
    const cpuBefore = process.cpuUsage();
    rowOf(file, point, (share) => answer({ type: 'progress', point, share })).then(
      ({ row, violations }) => {
        const seconds = Math.round(performance.now() - began) / 1_000;
        const { user, system } = process.cpuUsage(cpuBefore);
        const cpuSeconds = Math.round((user + system) / 1_000) / 1_000;
        const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1_024);
        answer({ type: 'row', point, row, violations, cost: { seconds, cpuSeconds, peakMegabytes } });
      },
      (error: unknown) => answer({ type: 'failed', point, what: failure(error, file, point) }),
    );
  });
  return new Promise((resolve) => process.once('disconnect', () => resolve(0)));
}

/** What is wrong with a file is told as it is; anything else is a bug, and told so that it can be found. */
function failure(error: unknown, { points }: StudyFile, point: number): string {
  if (error instanceof BadStudy || error instanceof BadFile) return error.message;
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `point ${point}, seed ${points[point]?.seed ?? '?'}: ${what}`;
}
