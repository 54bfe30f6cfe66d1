/**
 * `geo sim run`, `plan` and `merge`: studies of a file. Results go into a folder, progress to standard error.
 *
 * Exit 0 when all was run, 1 when an invariant was violated, 3 for a wrong call, file or folder.
 */
import { BadFile } from '../graphs/lines.ts';
import { type MergeCall, type PlanCall, type RunCall, readMerge, readPlan, readRun, USAGE } from './call.ts';
import { BadStudy, readStudy } from './file.ts';
import { isOfShard, manifestOf } from './identity.ts';
import { mergeFolders } from './merge.ts';
import { FailedPoint, runPool } from './pool.ts';
import { Estimate } from './progress.ts';
import { counted } from './report/figures.ts';
import { manifestOf as madeBy } from './report/manifest.ts';
import type { Results } from './results.ts';
import { kubernetesJob, slurmArray } from './shards.ts';
import { BadFolder, Store } from './store.ts';

const WRONG = 3;

/** `geo sim run STUDY`. */
export function runRun(args: readonly string[]): Promise<number> {
  return told(readRun(args), run);
}

/** `geo sim plan STUDY --shards N`. */
export function runPlan(args: readonly string[]): Promise<number> {
  return told(readPlan(args), plan);
}

/** `geo sim merge DIR…`. */
export function runMerge(args: readonly string[]): Promise<number> {
  return told(readMerge(args), merge);
}

async function told<C>(call: C | string, carryOut: (call: C) => number | Promise<number>): Promise<number> {
  if (typeof call === 'string') {
    console.error(call);
    return call === USAGE ? 0 : WRONG;
  }
  try {
    return await carryOut(call);
  } catch (error) {
    const isTold = [BadStudy, BadFile, BadFolder, FailedPoint].some((kind) => error instanceof kind);
    if (!isTold) throw error;
    console.error((error as Error).message);
    return WRONG;
  }
}

async function run({ path, out, workers, shard }: RunCall): Promise<number> {
  const file = readStudy(path);
  const store = Store.open(out ?? `${file.study.study}-results`, manifestOf(file, shard));
  const missing = store.missing();
  const own = store.rows().size;
  const there = own === 0 ? '' : `, ${own} are there`;
  console.error(`${file.study.study}: ${own + missing.length} points${there}; into ${store.folder}`);
  const estimate = new Estimate(missing.length, (line) => console.error(line));
  await runPool(path, missing, workers, {
    progress: (point, share) => estimate.progress(point, share),
    done(point, row, cost, violations) {
      store.add(point, row, cost);
      estimate.done(point);
      for (const violation of violations) console.error(`point ${point}, seed ${row.seed}: ${violation}`);
    },
  });
  const { rows } = await finish(store);
  const violations = rows.reduce((sum, row) => sum + Number(row.violations), 0);
  console.log(
    `${file.study.study}: ${counted(rows.length, 'row')} in ${store.folder}, ${counted(violations, 'violation')}`,
  );
  return violations === 0 ? 0 : 1;
}

/** The results of a whole study as tables and a report; those of a shard are only kept, for `merge`. */
async function finish(store: Store): Promise<Results> {
  const results = store.finish();
  const { shard, text, digest } = store.manifest;
  const seeds = [...new Set(results.rows.map(({ seed }) => Number(seed)))];
  if (shard === null) {
    // Only here is what draws plots needed.
    const { writeResults } = await import('./report/write.ts');
    await writeResults(store.folder, results, await madeBy({ file: text }, seeds, digest));
  }
  return results;
}

function plan({ path, shards, out }: PlanCall): number {
  const file = readStudy(path);
  for (let index = 0; index < shards; index++) {
    const points = file.points.filter(({ number }) => isOfShard(number, { index, count: shards })).length;
    console.log(`shard ${index} of ${shards}: ${points} points, those with number mod ${shards} = ${index}`);
  }
  const texts = { 'kubernetes-job.yaml': kubernetesJob(file, shards), 'slurm-array.sh': slurmArray(file, shards) };
  writeTexts(out, texts);
  return 0;
}

function writeTexts(out: string | null, texts: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(texts)) {
    if (out === null) console.log(`\n# ---- ${name}\n${text}`);
    else console.log(Store.write(out, name, text));
  }
}

async function merge({ folders, out }: MergeCall): Promise<number> {
  const { rows, study } = await finish(mergeFolders(folders, out));
  console.log(`${study}: ${counted(rows.length, 'row')} of ${counted(folders.length, 'folder')} in ${out}`);
  return 0;
}
