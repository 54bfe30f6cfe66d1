/** What two runs must have in common for their rows to belong to one study: the file, what it reads, and the code. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { codeDigest } from './code-digest.ts';
import { BadStudy, type StudyFile } from './file.ts';
import { METRICS } from './metrics.ts';
import { filesOf } from './prepare.ts';
import type { Column } from './results.ts';

/** One study as it is stored beside its rows. */
export interface Manifest {
  readonly study: string;
  /** The study file. */
  readonly text: string;
  /** SHA-256 of the study file and of every file that it reads. */
  readonly digest: string;
  /** Of the code that ran it: see `codeDigest`. */
  readonly code: string;
  readonly points: number;
  /** Which of the points this folder is for; null: all. */
  readonly shard: { readonly index: number; readonly count: number } | null;
  readonly parameters: readonly Column[];
  readonly metrics: readonly Column[];
}

export type Shard = Manifest['shard'];

/** Throws `BadStudy` when a file cannot be read. */
export function manifestOf(file: StudyFile, shard: Shard): Manifest {
  return {
    study: file.study.study,
    text: file.text,
    digest: digestOf(file),
    code: codeDigest(),
    points: file.points.length,
    shard,
    parameters: parametersOf(file),
    metrics: METRICS,
  };
}

function digestOf({ path, text, points }: StudyFile): string {
  const names = [...new Set(points.flatMap(({ study }) => filesOf(study)))].sort();
  const parts = [`study ${bytesToHex(sha256(utf8ToBytes(text)))}`];
  for (const name of names) {
    try {
      parts.push(`${name} ${bytesToHex(sha256(readFileSync(resolve(dirname(path), name))))}`);
    } catch (error) {
      throw new BadStudy(path, `reads “${name}”: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return bytesToHex(sha256(utf8ToBytes(parts.join('\n'))));
}

/** The fields of the grid, and the seed. */
function parametersOf({ study }: StudyFile): Column[] {
  const columns = Object.entries(study.grid).map(([name, values]): Column => {
    const areNumbers = values.every((value) => typeof value === 'number');
    const kind = areNumbers ? (values.every((value) => Number.isInteger(value)) ? 'integer' : 'real') : 'text';
    return { name, unit: '', what: `${name} of the study file`, kind };
  });
  return [...columns, { name: 'seed', unit: '', what: 'seed of the run', kind: 'integer' }];
}

/** Is a point of this shard? Neighbouring points, which cost much the same, go to different shards. */
export function isOfShard(point: number, shard: Shard): boolean {
  return shard === null || point % shard.count === shard.index;
}
