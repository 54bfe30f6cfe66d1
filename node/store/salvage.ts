/**
 * Salvage: all values of a damaged database that match their checksums, in a new one. The damaged files are set aside,
 * never changed or deleted. Whatever was lost may have been signed: the next start has to count as restored (rule 10),
 * so the new database says that it was salvaged until that start has said that it knows.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Level } from 'level';
import { systemClock } from '../clock.ts';
import { Failure } from '../failure.ts';
import { openDatabase } from './database.ts';
import { storeFailure } from './failures.ts';
import { documentKey } from './indexes.ts';
import { tableNames } from './leveldb/files.ts';
import { isWholeTable, salvageTable } from './leveldb/table.ts';
import { takeLock } from './lock.ts';
import { Refill } from './refill.ts';
import type { Store } from './store.ts';
import { asideOf, DATABASE, finishSwap, swap, UNFINISHED, WATERMARK } from './swap.ts';
import { encodeValue } from './value.ts';
import { readWatermark } from './watermark.ts';

export interface Salvaged {
  readonly atMs: number;
  /** Records and documents that were kept. */
  readonly kept: number;
  /** Keys of what was lost, or descriptions; of many only the first. */
  readonly lost: readonly string[];
  /** The folder with the damaged files. */
  readonly setAside: string;
}

/** The copy that LevelDB may repair, inside of the folder of the salvaged database. */
const COPY = 'copy';
const KIND = 'salvage';
const ID = 'last';
/** What LevelDB needs besides tables; the rest of its folder are its lock and its own messages. */
const NEEDED = /^(?:CURRENT|MANIFEST-\d+|\d+\.log)$/;
/** Of files that are there no more, or of which the disk gives nothing. */
const GONE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'EIO']);
/** Entries of `lost`: what is told must fit in a document and on a screen. */
const MOST_TOLD = 1_000;
const PAGE = 1_000;
const PAGE_BYTES = 1_000_000;

type Values = Level<string, Uint8Array>;

/** The types of `level` are those of every platform, and hide it. */
const { repair } = Level as unknown as { readonly repair: (location: string) => Promise<void> };

/**
 * Replaces the damaged database of a data folder by what can still be read of it. A crash leaves the damaged one, or
 * the salvaged one, which the next start puts into its place. Throws a Failure: `folder-in-use`, `store-newer`,
 * `disk-full`, `folder-unreadable`; nothing was changed then.
 */
export async function salvage(folder: string, nowMs = systemClock.nowMs()): Promise<Salvaged> {
  const lock = takeLock(folder, nowMs);
  try {
    finishSwap(folder);
    const unfinished = join(folder, UNFINISHED);
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(join(unfinished, COPY), { recursive: true, mode: 0o700 });
    const copied = copyFiles(join(folder, DATABASE), join(unfinished, COPY));
    const watermark = watermarkOf(folder);
    const refilled = await refill(unfinished, watermark, copied.needsRepair);
    rmSync(join(unfinished, COPY), { recursive: true });
    const lost = [...copied.lost, ...refilled.lost];
    if (watermark === null) lost.push(`whether the last batches are there is not known: ${WATERMARK} cannot be read`);
    if (lost.length > MOST_TOLD) lost.splice(MOST_TOLD, lost.length, `and ${lost.length - MOST_TOLD} more`);
    const salvaged = { atMs: nowMs, kept: refilled.kept, lost, setAside: asideOf(folder, nowMs) };
    await complete(unfinished, salvaged);
    swap(folder, salvaged.setAside);
    return salvaged;
  } catch (error) {
    throw storeFailure(error, folder);
  } finally {
    lock.release();
  }
}

/** What was salvaged before this start, until `done` is called; undefined when nothing was. */
export function pendingSalvage(store: Store): { readonly salvaged: Salvaged; done(): Promise<void> } | undefined {
  const documents = store.documents<Salvaged>(KIND);
  const salvaged = documents.get(ID);
  return salvaged && { salvaged, done: () => documents.delete(ID) };
}

/** What was copied of a database. */
interface Copied {
  /** Files of which nothing could be read, in words. */
  readonly lost: readonly string[];
  /** Some tables are not what the database says they are. */
  readonly needsRepair: boolean;
}

/** Copies what can be read of a database. Of damaged tables, which LevelDB must not see, what is left. */
function copyFiles(from: string, to: string): Copied {
  const lost: string[] = [];
  let needsRepair = false;
  let names: string[] = [];
  try {
    const tables = tableNames(from);
    names = readdirSync(from).filter((name) => NEEDED.test(name) || tables.includes(name));
  } catch (error) {
    lost.push(unreadable(from, error));
  }
  for (const name of names) {
    try {
      const file = readFileSync(join(from, name));
      const isDamaged = /\.(?:ldb|sst)$/.test(name) && !isWholeTable(file);
      const kept = isDamaged ? salvageTable(file) : file;
      if (isDamaged) needsRepair = true;
      if (kept !== null) writeFileSync(join(to, name), kept, { mode: 0o600 });
    } catch (error) {
      lost.push(unreadable(join(from, name), error));
      needsRepair = true;
    }
  }
  return { lost, needsRepair };
}

/** Null where there is none that can be read. */
function watermarkOf(folder: string): number | null {
  const path = join(folder, WATERMARK);
  try {
    return readWatermark(path);
  } catch (error) {
    if (!(error instanceof Failure)) unreadable(path, error);
    return null;
  }
}

/** In words. An error that is not about damage is thrown: nothing is lost when rights are missing, or room. */
function unreadable(path: string, error: unknown): string {
  if (!GONE.has((error as NodeJS.ErrnoException).code)) throw error;
  return `the file ${basename(path)} cannot be read`;
}

interface Refilled {
  readonly kept: number;
  readonly lost: readonly string[];
}

/** Fills a new database from the copy; from one that LevelDB repaired, which may bring back old values, if need be. */
async function refill(unfinished: string, watermark: number | null, needsRepair: boolean): Promise<Refilled> {
  const copy = join(unfinished, COPY);
  if (!needsRepair) {
    const asItIs = await fillFrom(await opened(copy), unfinished, watermark);
    if (asItIs.isRead) return asItIs;
  }
  // Without a single file that it knows there is nothing to repair.
  await repair(copy).catch(() => undefined);
  return fillFrom(await opened(copy), unfinished, watermark);
}

async function opened(location: string): Promise<Values | null> {
  const level: Values = new Level(location, { keyEncoding: 'utf8', valueEncoding: 'view', createIfMissing: false });
  return level.open().then(
    () => level,
    () => null,
  );
}

async function fillFrom(
  level: Values | null,
  unfinished: string,
  watermark: number | null,
): Promise<Refilled & { readonly isRead: boolean }> {
  for (const name of [DATABASE, WATERMARK]) rmSync(join(unfinished, name), { recursive: true, force: true });
  const database = await openDatabase(join(unfinished, DATABASE), join(unfinished, WATERMARK));
  try {
    const refill = new Refill(database, level?.location ?? unfinished);
    const isRead = level !== null && (await readInto(refill, level));
    const lost = await refill.end(watermark);
    return { kept: refill.kept, lost, isRead };
  } finally {
    await database.close();
    await level?.close();
  }
}

/** False when LevelDB could not read on. */
async function readInto(refill: Refill, level: Values): Promise<boolean> {
  const iterator = level.iterator({ highWaterMarkBytes: PAGE_BYTES });
  try {
    for (let page = await iterator.nextv(PAGE); page.length > 0; page = await iterator.nextv(PAGE)) {
      for (const [key, sealed] of page) await refill.take(key, sealed);
    }
    return true;
  } catch (error) {
    if (error instanceof Failure) throw error;
    return false;
  } finally {
    await iterator.close();
  }
}

/** The new database says what it is, and is checked before it replaces anything. */
async function complete(unfinished: string, salvaged: Salvaged): Promise<void> {
  const database = await openDatabase(join(unfinished, DATABASE), join(unfinished, WATERMARK));
  try {
    await database.write({ sync: true }, (batch) => batch.put(documentKey(KIND, ID), encodeValue(salvaged)));
    await database.verify();
  } finally {
    await database.close();
  }
}
