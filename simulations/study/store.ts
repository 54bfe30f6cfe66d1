/**
 * The folder of a study while it runs: what it is of, and each row as soon as its point is finished. A run that was broken
 * off goes on from the rows that are there.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { isOfShard, type Manifest } from './identity.ts';
import type { Results, Row } from './results.ts';

/** A folder that is not what it should be; the message is for people. */
export class BadFolder extends Error {
  constructor(folder: string, what: string) {
    super(`${folder}: ${what}`);
    this.name = 'BadFolder';
  }
}

const MANIFEST = 'study.json';
const POINTS = 'points.jsonl';
const COSTS = 'costs.jsonl';

/** What a point took on the machine that ran it: no part of the results, which are the same everywhere. */
export interface Cost {
  readonly seconds: number;
  /** Of all threads of its process. */
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

export class Store {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly #rows = new Map<number, Row>();
  #file: number | null = null;

  private constructor(folder: string, manifest: Manifest) {
    this.folder = folder;
    this.manifest = manifest;
  }

  /** The folder for a study: a new one, or one in which a part of the very same is. Throws `BadFolder`. */
  static open(folder: string, manifest: Manifest): Store {
    const store = new Store(folder, manifest);
    mkdirSync(folder, { recursive: true });
    const path = join(folder, MANIFEST);
    if (existsSync(path)) {
      const why = difference(readManifest(folder), manifest);
      if (why !== null) throw new BadFolder(folder, `${why}: give another folder with --out, or remove this one`);
      store.#readRows();
    } else writeWhole(path, `${JSON.stringify(manifest, null, 2)}\n`);
    return store;
  }

  /** Writes a text into a folder, which is made if need be; its path. */
  static write(folder: string, name: string, text: string): string {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, name);
    writeWhole(path, text);
    return path;
  }

  /** A folder as it is. Throws `BadFolder`. */
  static read(folder: string): Store {
    const store = new Store(folder, readManifest(folder));
    store.#readRows();
    return store;
  }

  /** Points of this folder that have no row yet, in order. */
  missing(): number[] {
    const missing: number[] = [];
    for (let point = 0; point < this.manifest.points; point++) {
      if (isOfShard(point, this.manifest.shard) && !this.#rows.has(point)) missing.push(point);
    }
    return missing;
  }

  rows(): ReadonlyMap<number, Row> {
    return this.#rows;
  }

  /** Keeps a row: it is on disk when this returns. */
  add(point: number, row: Row, cost: Cost | null): void {
    this.#file ??= openSync(join(this.folder, POINTS), 'a');
    writeSync(this.#file, `${JSON.stringify({ point, row })}\n`);
    fsyncSync(this.#file);
    this.#rows.set(point, row);
    if (cost !== null)
      writeFileSync(join(this.folder, COSTS), `${JSON.stringify({ point, ...cost })}\n`, { flag: 'a' });
  }

  /** All rows that are there, in the order of their points; nothing can be added any more. */
  finish(): Results {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
    const rows = [...this.#rows].sort(([one], [other]) => one - other).map(([, row]) => row);
    const { study, parameters, metrics } = this.manifest;
    return { study, parameters, metrics, rows };
  }

  /** Rows of an earlier run; a last one that was cut off is as if it had never been. */
  #readRows(): void {
    const path = join(this.folder, POINTS);
    if (!existsSync(path)) return;
    const text = readFileSync(path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    for (const [at, line] of whole.split('\n').entries()) {
      if (line === '') continue;
      const { point, row } = this.#parseRow(line, at + 1);
      const before = this.#rows.get(point);
      if (before !== undefined && JSON.stringify(before) !== JSON.stringify(row))
        throw new BadFolder(this.folder, `has two different rows for point ${point} in ${POINTS}`);
      this.#rows.set(point, row);
    }
    if (whole.length < text.length) writeWhole(path, whole);
  }

  #parseRow(line: string, number: number): { point: number; row: Row } {
    try {
      const parsed = JSON.parse(line) as { point: number; row: Row };
      const isPoint = Number.isInteger(parsed.point) && parsed.point >= 0 && parsed.point < this.manifest.points;
      if (isPoint && isOfShard(parsed.point, this.manifest.shard) && typeof parsed.row === 'object') return parsed;
    } catch {
      // Told below.
    }
    throw new BadFolder(this.folder, `line ${number} of ${POINTS} is no row of this study`);
  }
}

function readManifest(folder: string): Manifest {
  try {
    return JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')) as Manifest;
  } catch (error) {
    throw new BadFolder(
      folder,
      `has no manifest of a study: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** In what two manifests differ, in words; null: in nothing. */
export function difference(there: Manifest, wanted: Manifest): string | null {
  if (there.study !== wanted.study) return `holds the study “${there.study}”, not “${wanted.study}”`;
  if (there.code !== wanted.code) return 'was run by another version of the program';
  if (there.digest !== wanted.digest)
    return 'holds an earlier state of this study: its file, or one that it reads, has changed since';
  const [one, other] = [there, wanted].map(({ shard }) =>
    shard === null ? 'all points' : `shard ${shard.index} of ${shard.count}`,
  );
  if (one !== other) return `holds ${one}, not ${other}`;
  const isSame = JSON.stringify(there) === JSON.stringify(wanted);
  return isSame ? null : 'was written by another version, with other columns';
}

/** All of a file or nothing. */
function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
