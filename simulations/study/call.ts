/** What `geo sim run`, `plan` and `merge` are asked for. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Shard } from './identity.ts';

export const USAGE = `Usage: geo sim run STUDY.yaml [--out DIR] [--workers N] [--shard I --shards N]
       geo sim plan STUDY.yaml --shards N [--out DIR]
       geo sim merge DIR… --out DIR

run runs every point of a study (its grid × its seeds) and writes one row a point; run again, it goes on where it was.
plan says which points are in which shard and writes a Kubernetes job and a SLURM script that run them all.
merge puts the folders of all shards together; what comes out is what one run without shards gives, to the byte.

  --out DIR       folder for the results (run: default STUDY-results); plan: print when left out
  --workers N     processes that share the points (default: as many as there are cores)
  --shards N      divide the points by N …
  --shard I       … and run those of part I, 0 to N − 1
  --help          this`;

export interface RunCall {
  readonly path: string;
  readonly out: string | null;
  readonly workers: number;
  readonly shard: Shard;
}

export interface PlanCall {
  readonly path: string;
  readonly shards: number;
  readonly out: string | null;
}

export interface MergeCall {
  readonly folders: readonly string[];
  readonly out: string;
}

const MOST_SHARDS = 100_000;
const MOST_WORKERS = 256;

const OPTIONS = {
  out: { type: 'string' },
  workers: { type: 'string' },
  shards: { type: 'string' },
  shard: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values'];

class WrongCall extends Error {}

/** The call, or what to show instead: the usage, or words and the usage. */
export function readRun(args: readonly string[]): RunCall | string {
  return read(args, ({ out, workers, shard, shards }, positionals) => {
    if ((shard === undefined) !== (shards === undefined))
      throw new WrongCall('--shard and --shards go together: write both or none.');
    const count = shards === undefined ? 1 : whole(shards, '--shards', 1, MOST_SHARDS);
    return {
      path: only(positionals),
      out: out ?? null,
      workers: workers === undefined ? availableParallelism() : whole(workers, '--workers', 1, MOST_WORKERS),
      shard: shard === undefined ? null : { index: whole(shard, '--shard', 0, count - 1), count },
    };
  });
}

export function readPlan(args: readonly string[]): PlanCall | string {
  return read(args, ({ out, shards, shard, workers }, positionals) => {
    if (shards === undefined) throw new WrongCall('--shards is missing: write into how many parts.');
    if (shard !== undefined || workers !== undefined) throw new WrongCall('plan takes --shards and --out only.');
    return { path: only(positionals), shards: whole(shards, '--shards', 1, MOST_SHARDS), out: out ?? null };
  });
}

export function readMerge(args: readonly string[]): MergeCall | string {
  return read(args, ({ out, shards, shard, workers }, folders) => {
    if (out === undefined) throw new WrongCall('--out is missing: write the folder for what is put together.');
    if (shards !== undefined || shard !== undefined || workers !== undefined)
      throw new WrongCall('merge takes --out only.');
    if (folders.length === 0) throw new WrongCall('no folder is named: write those of all shards.');
    return { folders, out };
  });
}

function read<C>(args: readonly string[], checked: (values: Values, positionals: readonly string[]) => C): C | string {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    return values.help ? USAGE : checked(values, positionals);
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
}

function only([path, ...more]: readonly string[]): string {
  if (path === undefined || more.length > 0) throw new WrongCall('name one study file.');
  return path;
}

function whole(text: string, name: string, least: number, most: number): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new WrongCall(`${name} is "${text}": write a whole number from ${least} to ${most}.`);
}
