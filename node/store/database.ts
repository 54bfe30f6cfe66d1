/**
 * LevelDB with the checks it lacks. Each value is sealed (seal.ts). The head, rewritten in every batch, holds the number
 * of the batch, how many values there are and the sum of their checksums: whatever is damaged, missing or old shows.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type IteratorOptions, Level } from 'level';
import { recordKey } from '#protocol/record-key.ts';

import type { Failure } from '../failure.ts';
import { corrupt, storeFailure } from './failures.ts';
import { decodeHead, HEAD_KEY, type Head } from './head.ts';
import { damagedTable, hasWholeLogs } from './leveldb/files.ts';
import { migrations, SCHEMA_KEY, SCHEMA_VERSION, versionOf } from './schema.ts';
import { seal, sealOf, unseal } from './seal.ts';
import { encodeValue } from './value.ts';
import { openWatermark, readWatermark, type Watermark } from './watermark.ts';

/** What one batch changes. A later change of the same key replaces an earlier one. */
export interface Batch {
  put(key: string, value: Uint8Array): void;
  delete(key: string): void;
}

type Values = Level<string, Uint8Array>;
type Page = readonly (readonly [key: string, sealed: Uint8Array])[];

/** The first key after all others: keys are ASCII. */
const END = '\x7f';
const MEBIBYTE = 1_048_576;
/** Entries taken from LevelDB at once, and their bytes: by default it gives sixteen kilobytes a call. */
const PAGE = 1_000;
const PAGE_BYTES = 1_000_000;
/**
 * Checksums remembered, a quarter of a kilobyte each: records that are written are soon written again, as accounts and
 * open transactions, and of what is not there the machine asks several times before it is written.
 */
const REMEMBERED_SEALS = 32_768;

/** How much is written: by one participant, or by hundreds whom a host has. */
export type Holds = 'one' | 'many';

/**
 * Memory that LevelDB takes for what was written last, and for what is read. Records of payments are written again several
 * times in a minute, and all tables are made anew of each buffer that is full: with 4 MiB, as LevelDB has it, 500 members
 * at 45 payments/s had 74 MB/s written to disk.
 */
const ROOM: Readonly<Record<Holds, { readonly writeBufferSize: number; readonly cacheSize: number }>> = {
  one: { writeBufferSize: 4 * MEBIBYTE, cacheSize: 8 * MEBIBYTE },
  many: { writeBufferSize: 64 * MEBIBYTE, cacheSize: 32 * MEBIBYTE },
};

/** Opens the database at `location`, made when new; `watermarkPath` lies beside it. Throws a Failure. */
export async function openDatabase(location: string, watermarkPath: string, holds: Holds = 'one'): Promise<Database> {
  const watermark = readWatermark(watermarkPath);
  const hadWholeLogs = await checkFiles(location);
  const createIfMissing = isNew(location, watermark);
  const encodings = { keyEncoding: 'utf8', valueEncoding: 'view' } as const;
  const level: Values = new Level(location, { ...encodings, createIfMissing, ...ROOM[holds] });
  try {
    await level.open();
  } catch (error) {
    throw storeFailure(error, location);
  }
  try {
    const head = readHead(level);
    if (head === null) return await createDatabase(level, watermark, watermarkPath);
    if (watermark === null) throw corrupt(`the file ${watermarkPath} is missing`);
    if (head.batch < watermark) {
      throw corrupt(`the last ${watermark - head.batch} batches that were written to ${location} are missing`);
    }
    const database = new Database(level, head, openWatermark(watermarkPath, watermark), hadWholeLogs);
    await migrate(database, level);
    return database;
  } catch (error) {
    await level.close();
    throw error;
  }
}

/** Throws for a table that LevelDB must not read. */
async function checkTables(location: string): Promise<void> {
  const damaged = await damagedTable(location);
  if (damaged !== null) throw corrupt(`the file ${join(location, damaged)} does not match its checksums`);
}

/** Says whether the logs are whole, of which LevelDB takes what it can. */
async function checkFiles(location: string): Promise<boolean> {
  if (!existsSync(location)) return true;
  try {
    await checkTables(location);
    return hasWholeLogs(location);
  } catch (error) {
    throw storeFailure(error, location);
  }
}

/** Is there nothing yet? Without its file CURRENT, LevelDB would begin anew and delete all that there is. */
function isNew(location: string, watermark: number | null): boolean {
  const names = existsSync(location) ? readdirSync(location) : [];
  if (names.includes('CURRENT')) return false;
  const isUsed = names.some((name) => /\.(?:ldb|sst)$/.test(name)) || (watermark ?? 0) > 0;
  if (isUsed) throw corrupt(`${location} has lost what was written to it`);
  return true;
}

async function createDatabase(level: Values, watermark: number | null, watermarkPath: string): Promise<Database> {
  // The watermark comes first: a crash before the first batch then leaves what looks new again.
  const isEmpty = (await level.keys({ limit: 1 }).all()).length === 0;
  if (!isEmpty || (watermark ?? 0) > 0) throw corrupt(`${level.location} has lost what was written to it`);
  const database = new Database(level, { batch: 0, count: 0, sum: 0n }, openWatermark(watermarkPath, 0), true);
  await database.write({ sync: true }, (batch) => batch.put(SCHEMA_KEY, encodeValue(SCHEMA_VERSION)));
  return database;
}

async function migrate(database: Database, level: Values): Promise<void> {
  const version = versionOf(database.get(SCHEMA_KEY), level.location);
  for (const [index, migration] of migrations.slice(version - 1).entries()) {
    const records = await migration((prefix) => database.entries(prefix));
    await database.write({ sync: true }, (batch) => {
      for (const record of records) batch.put(recordKey(record), encodeValue(record));
      batch.put(SCHEMA_KEY, encodeValue(version + index + 1));
    });
  }
}

export class Database {
  /** False: some of the latest batches may be missing. */
  readonly hadWholeLogs: boolean;
  readonly #level: Values;
  readonly #watermark: Watermark;
  #head: Head;
  /** What `sealOf` says of the latest keys written or missed; null: there is no such key. */
  readonly #seals = new Map<string, bigint | null>();
  /** What the write under way changes: on disk soon, but not yet. */
  #changing: ReadonlyMap<string, unknown> | null = null;
  /** Writes that wait for the one under way, in order. */
  readonly #queue: QueuedWrite[] = [];
  /** Ends with the last write that was asked for; null: none is under way. */
  #writing: Promise<void> | null = null;
  /** After a failed write what is on disk is not known: nothing is written any more. */
  #failure: Failure | null = null;

  constructor(level: Values, head: Head, watermark: Watermark, hadWholeLogs: boolean) {
    this.#level = level;
    this.#head = head;
    this.#watermark = watermark;
    this.hadWholeLogs = hadWholeLogs;
  }

  /** Number of values, the schema included. */
  get count(): number {
    return this.#head.count;
  }

  /** The value of a key, checked. Throws `store-corrupt`. */
  get(key: string): Uint8Array | undefined {
    const remembered = this.#seals.get(key);
    if (remembered === null && this.#changing?.has(key) !== true) return undefined;
    const sealed = this.#sealed(key);
    if (sealed !== undefined) return unseal(key, sealed);
    if (remembered === undefined && this.#changing?.has(key) !== true) this.#remember(key, null);
    return undefined;
  }

  /** All values whose keys begin with `prefix`, checked, in the order of keys, as they are now. */
  entries(prefix: string): AsyncGenerator<readonly [key: string, value: Uint8Array]> {
    return this.#read({ gte: prefix, lt: prefix + END });
  }

  /** The same for several prefixes one after the other, all as they are at this one moment. */
  async *entriesAtOnce(prefixes: readonly string[]): AsyncGenerator<readonly [key: string, value: Uint8Array]> {
    const snapshot = this.#level.snapshot();
    try {
      for (const prefix of prefixes) {
        yield* this.#read({ gte: prefix, lt: prefix + END, snapshot, fillCache: false });
      }
    } finally {
      await snapshot.close();
    }
  }

  async *#read(options: IteratorOptions<string, Uint8Array>): AsyncGenerator<readonly [string, Uint8Array]> {
    for await (const page of this.#pages(options)) {
      for (const [key, sealed] of page) yield [key, unseal(key, sealed)];
    }
  }

  /** Keys that begin with `prefix` and come before `prefix + before`, the last first. */
  keysBackwards(prefix: string, before: string): AsyncIterable<string> {
    return this.#level.keys({ gte: prefix, lt: prefix + before, reverse: true });
  }

  /**
   * Writes what `build` puts into the batch, all or nothing, after all earlier writes. With `sync`, resolves when it is
   * on disk. Throws a Failure, and from then on always the same.
   *
   * Writes that wait while another is under way share one batch when each is of another `part` of the database: what one
   * reads while it builds, no other changes.
   */
  write(options: { sync: boolean; part?: string }, build: (batch: Batch) => void): Promise<void> {
    const written = Promise.withResolvers<void>();
    this.#queue.push({ ...options, build, written });
    this.#writing ??= this.#writeAll();
    return written.promise;
  }

  async #writeAll(): Promise<void> {
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const together = this.#queue.splice(0, countTogether(this.#queue));
      try {
        await this.#write(together);
        for (const { written } of together) written.resolve();
      } catch (error) {
        for (const { written } of together) written.reject(error);
      }
    }
    this.#writing = null;
  }

  async #write(together: readonly QueuedWrite[]): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    const changes = new Map<string, Uint8Array | null>();
    for (const { build } of together) {
      build({
        put: (key, value) => changes.set(key, seal(key, value)),
        delete: (key) => changes.set(key, null),
      });
    }
    const options = { sync: together.some(({ sync }) => sync) };
    if (changes.size === 0) return;
    const head = this.#headAfter(changes);
    changes.set(HEAD_KEY, seal(HEAD_KEY, encodeValue(head)));
    const operations = [...changes].map(([key, value]) =>
      value === null ? ({ type: 'del', key } as const) : ({ type: 'put', key, value } as const),
    );
    this.#changing = changes;
    try {
      await this.#level.batch(operations, options);
      if (options.sync) this.#watermark.raise(head.batch);
    } catch (error) {
      this.#failure = storeFailure(error, this.#level.location);
      throw this.#failure;
    }
    this.#changing = null;
    this.#head = head;
  }

  /** The head once these changes are made. Remembers them: if they are not, nothing is ever written again. */
  #headAfter(changes: ReadonlyMap<string, Uint8Array | null>): Head {
    let { count, sum } = this.#head;
    for (const [key, value] of changes) {
      const before = this.#sealBefore(key);
      const after = value === null ? null : sealOf(value);
      if (before !== null) count--;
      if (after !== null) count++;
      sum += (after ?? 0n) - (before ?? 0n);
      this.#remember(key, after);
    }
    return { batch: this.#head.batch + 1, count, sum: BigInt.asUintN(64, sum) };
  }

  #sealBefore(key: string): bigint | null {
    const remembered = this.#seals.get(key);
    if (remembered !== undefined) return remembered;
    const sealed = this.#sealed(key);
    return sealed === undefined ? null : sealOf(sealed);
  }

  #remember(key: string, seal: bigint | null): void {
    this.#seals.delete(key);
    this.#seals.set(key, seal);
    if (this.#seals.size <= REMEMBERED_SEALS) return;
    for (const oldest of this.#seals.keys()) {
      this.#seals.delete(oldest);
      return;
    }
  }

  /** Reads everything there is at this moment against its checksum and the head. Throws `store-corrupt`. */
  async verify(): Promise<{ readonly values: number }> {
    const snapshot = this.#level.snapshot();
    try {
      // Also their filters and indexes: what can be listed need not be found.
      await checkTables(this.#level.location);
      const sealedHead = await this.#level.get(HEAD_KEY, { snapshot });
      let count = 0;
      let sum = 0n;
      for await (const page of this.#pages({ snapshot, fillCache: false })) {
        for (const [key, sealed] of page) {
          unseal(key, sealed);
          if (key === HEAD_KEY) continue;
          count++;
          sum += sealOf(sealed);
        }
      }
      const head = decodeHead(sealedHead);
      if (head === null || head.count !== count || head.sum !== BigInt.asUintN(64, sum)) {
        throw corrupt(`${this.#level.location} lacks records or holds old ones (${count} of ${head?.count} were read)`);
      }
      return { values: count };
    } catch (error) {
      throw storeFailure(error, this.#level.location);
    } finally {
      await snapshot.close();
    }
  }

  /** What an iterator with these options gives. A page is read while the one before is used. */
  async *#pages(options: IteratorOptions<string, Uint8Array>): AsyncGenerator<Page> {
    const iterator = this.#level.iterator({ ...options, highWaterMarkBytes: PAGE_BYTES });
    try {
      let reading = iterator.nextv(PAGE);
      for (let page = await reading; page.length > 0; page = await reading) {
        reading = iterator.nextv(PAGE);
        reading.catch(() => undefined);
        yield page;
      }
    } finally {
      await iterator.close();
    }
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#level.close();
    this.#watermark.close();
  }

  #sealed(key: string): Uint8Array | undefined {
    try {
      return this.#level.getSync(key);
    } catch (error) {
      throw storeFailure(error, this.#level.location);
    }
  }
}

interface QueuedWrite {
  readonly sync: boolean;
  readonly part?: string;
  readonly build: (batch: Batch) => void;
  readonly written: PromiseWithResolvers<void>;
}

/** How many of the first may share a batch: one, or a run of different parts. */
function countTogether(queue: readonly QueuedWrite[]): number {
  const parts = new Set<string>();
  for (const { part } of queue) {
    if (part === undefined || parts.has(part)) break;
    parts.add(part);
  }
  return Math.max(parts.size, 1);
}

function readHead(level: Values): Head | null {
  return decodeHead(level.getSync(HEAD_KEY));
}
