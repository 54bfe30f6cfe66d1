/**
 * The store: everything a participant must not forget, in LevelDB. One process a folder, checksums on all it reads.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isForgettable } from '#protocol/announcement.ts';
import { isFinished, type Payment } from '#protocol/payment.ts';
import { recordKey } from '#protocol/record-key.ts';
import type { Archive, DurableRecord, Records, Transaction } from '#protocol/records.ts';
import { type Clock, systemClock } from '../clock.ts';
import { type Batch, type Holds, openDatabase } from './database.ts';
import { corrupt, storeFailure } from './failures.ts';
import { documentKey, HISTORY, historyKey, isDone, isOfInterest, OPEN, parseHistoryKey } from './indexes.ts';
import { type Lock, takeLock } from './lock.ts';
import { sectionNames, sectionOf, type Values } from './section.ts';
import { DATABASE, finishSwap, WATERMARK } from './swap.ts';
import { decodeValue, encodeValue } from './value.ts';

/** One line of what happened to the owner's money, newest first. */
export interface HistoryEntry {
  /** Where to go on: `before` of the next call. */
  readonly cursor: string;
  /** When it was finished, or seen to be committed, by the own clock. */
  readonly atMs: number;
  /** A finished payment of the owner's, or a transaction received, passed on or cleared. */
  readonly record: Payment | Transaction;
}

/** Small documents of one kind outside the machine's records, such as contacts, by id. */
export interface Documents<T> {
  get(id: string): T | undefined;
  /** Resolves when it is on disk. */
  put(id: string, document: T): Promise<void>;
  delete(id: string): Promise<void>;
  /** All of them in the order of their ids. */
  entries(): AsyncIterable<readonly [id: string, document: T]>;
}

export interface Store {
  /**
   * Takes into `into` all that a running node needs in memory: everything but what is settled. Throws `store-corrupt`.
   * The files were checked when they were opened. That each value is there, in its last version, is checked as well
   * unless that would take much longer than a second: `isVerified` is false then, and `verify` is to be called while
   * the node runs.
   */
  load(into: Records): Promise<{ readonly isVerified: boolean }>;
  /**
   * Saves records in one batch: all of them or none. With `sync`, resolves when they are on disk. `forget`: keys of
   * records of accounts that go with it, when the books are made anew.
   */
  write(records: readonly DurableRecord[], options: { sync: boolean; forget?: Iterable<string> }): Promise<void>;
  readonly read: Archive;
  /** Newest first, from `before` (a cursor) on. */
  history(options: { before?: string; limit: number }): Promise<readonly HistoryEntry[]>;
  /** All records whose keys begin with `prefix`, in the order of keys. */
  entries(prefix: string): AsyncIterable<DurableRecord>;
  /** All records whose keys begin with one of the prefixes, in that order, as they are at one moment. */
  entriesAtOnce(prefixes: readonly string[]): AsyncIterable<DurableRecord>;
  /** The documents of a kind; `kind` is a word without `/`. Values are plain data, `bigint` and bytes included. */
  documents<T>(kind: string): Documents<T>;
  /** Reads every value and checks that none is damaged, missing or old. Throws `store-corrupt`. */
  verify(): Promise<{ readonly values: number }>;
  /**
   * The records of another participant in the same files, by a name of ASCII without `/`. What is written to several
   * sections at the same time is on disk at the same time. It ends with this store; closing it does nothing.
   */
  section(name: string): Store;
  /** The names of all sections that hold anything. */
  sections(): Promise<readonly string[]>;
  /** Deletes everything that is in a section. Only once nothing writes to it any more. */
  erase(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Keys deleted in one batch. */
const ERASED_AT_ONCE = 1_000;
/** The first key after all that begin with the prefix: keys are ASCII. */
const END = '\x7f';
/** What is loaded whole, in this order. */
const LOADED = [
  'node',
  'line/',
  'account/',
  'checkpoint/',
  'proposal/',
  'evidence/',
  'backup/',
  'mandate/',
  'announcement/',
];
/** Up to this many values are all read at the start, in about a second. */
const VERIFIED_AT_START = 250_000;

/** Opens the folder, makes it when it is new. Throws a Failure that says what is wrong with it. */
export async function openStore(folder: string, options: { clock?: Clock; holds?: Holds } = {}): Promise<Store> {
  const clock = options.clock ?? systemClock;
  let lock: Lock | null = null;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    lock = takeLock(folder, clock.nowMs());
    finishSwap(folder);
    const database = await openDatabase(join(folder, DATABASE), join(folder, WATERMARK), options.holds ?? 'one');
    return new LevelStore(database, clock, lock);
  } catch (error) {
    lock?.release();
    throw storeFailure(error, folder);
  }
}

class LevelStore implements Store {
  readonly #database: Values;
  readonly #clock: Clock;
  /** Null: a section, which its store holds open. */
  readonly #lock: Lock | null;
  /** Unsettled transactions and unfinished payments by key; true once a transaction stands in the history. */
  readonly #open = new Map<string, boolean>();

  constructor(database: Values, clock: Clock, lock: Lock | null) {
    this.#database = database;
    this.#clock = clock;
    this.#lock = lock;
  }

  async load(into: Records): Promise<{ readonly isVerified: boolean }> {
    const isVerified = this.#database.count <= VERIFIED_AT_START || !this.#database.hadWholeLogs;
    if (isVerified) await this.verify();
    const ended: string[] = [];
    for (const prefix of LOADED) {
      for await (const record of this.entries(prefix)) {
        if (this.#hasEnded(record)) ended.push(recordKey(record));
        else into.apply(record);
      }
    }
    await this.#database.write({ sync: false }, (batch) => {
      for (const key of ended) batch.delete(key);
    });
    const open: DurableRecord[] = [];
    for await (const [openKey, value] of this.#database.entries(OPEN)) {
      const key = openKey.slice(OPEN.length);
      this.#open.set(key, decodeValue(value) as boolean);
      const record = this.read(key);
      if (record === undefined) throw corrupt(`the record "${key}" is missing`);
      open.push(record);
    }
    // Oldest first, as they would stand in memory without the restart.
    for (const record of open.sort((a, b) => createdAt(a) - createdAt(b))) into.apply(record);
    return { isVerified };
  }

  async write(records: readonly DurableRecord[], options: { sync: boolean; forget?: Iterable<string> }): Promise<void> {
    const { sync, forget = [] } = options;
    await this.#database.write({ sync }, (batch) => {
      for (const key of forget) batch.delete(key);
      // Of several versions of a record only the last is kept: steps that were saved together.
      const latest = new Map<string, DurableRecord>();
      for (const record of records) latest.set(recordKey(record), record);
      for (const [key, record] of latest) {
        if (record.type === 'forgotten-announcement') batch.delete(key);
        else batch.put(key, encodeValue(record));
        if (record.type === 'transaction' || record.type === 'payment') this.#index(batch, key, record);
      }
    });
  }

  readonly read: Archive = (key) => {
    const value = this.#database.get(key);
    return value === undefined ? undefined : (decodeValue(value) as DurableRecord);
  };

  async history({ before, limit }: { before?: string; limit: number }): Promise<readonly HistoryEntry[]> {
    const entries: HistoryEntry[] = [];
    if (limit <= 0) return entries;
    for await (const key of this.#database.keysBackwards(HISTORY, before ?? END)) {
      const cursor = key.slice(HISTORY.length);
      const { atMs, key: recordKey } = parseHistoryKey(key);
      const record = this.read(recordKey);
      if (record?.type !== 'payment' && record?.type !== 'transaction') continue;
      // A payment that was aborted and then proved to be committed has an entry for each; only the last is true.
      if (record.type === 'payment' && (!isFinished(record) || record.finishedAtMs !== atMs)) continue;
      entries.push({ cursor, atMs, record });
      if (entries.length === limit) break;
    }
    return entries;
  }

  async *entries(prefix: string): AsyncIterable<DurableRecord> {
    for await (const [, value] of this.#database.entries(prefix)) yield decodeValue(value) as DurableRecord;
  }

  async *entriesAtOnce(prefixes: readonly string[]): AsyncIterable<DurableRecord> {
    for await (const [, value] of this.#database.entriesAtOnce(prefixes)) yield decodeValue(value) as DurableRecord;
  }

  documents<T>(kind: string): Documents<T> {
    const prefix = documentKey(kind, '');
    const database = this.#database;
    return {
      get(id) {
        const value = database.get(prefix + id);
        return value === undefined ? undefined : (decodeValue(value) as T);
      },
      put: (id, document) => database.write({ sync: true }, (batch) => batch.put(prefix + id, encodeValue(document))),
      delete: (id) => database.write({ sync: true }, (batch) => batch.delete(prefix + id)),
      async *entries() {
        for await (const [key, value] of database.entries(prefix)) {
          yield [key.slice(prefix.length), decodeValue(value) as T] as const;
        }
      },
    };
  }

  verify(): Promise<{ readonly values: number }> {
    return this.#database.verify();
  }

  section(name: string): Store {
    return new LevelStore(sectionOf(this.#database, name), this.#clock, null);
  }

  sections(): Promise<readonly string[]> {
    return sectionNames(this.#database);
  }

  async erase(name: string): Promise<void> {
    const section = sectionOf(this.#database, name);
    const keys: string[] = [];
    for await (const [key] of section.entries('')) keys.push(key);
    for (let at = 0; at < keys.length; at += ERASED_AT_ONCE) {
      await section.write({ sync: true }, (batch) => {
        for (const key of keys.slice(at, at + ERASED_AT_ONCE)) batch.delete(key);
      });
    }
  }

  async close(): Promise<void> {
    await this.#database.close();
    this.#lock?.release();
  }

  /** Keeps the list of what is open, and the history, in step with a record that is being written. */
  #index(batch: Batch, key: string, record: Payment | Transaction): void {
    const noted = this.#note(batch, key, record);
    if (isDone(record)) {
      batch.delete(OPEN + key);
      this.#open.delete(key);
    } else if (this.#open.get(key) !== noted) {
      batch.put(OPEN + key, encodeValue(noted));
      this.#open.set(key, noted);
    }
  }

  /** Whether the record stands in the history now; writes its entry when it comes to. */
  #note(batch: Batch, key: string, record: Payment | Transaction): boolean {
    if (record.type === 'payment') {
      if (isFinished(record)) batch.put(historyKey(record.finishedAtMs, key), encodeValue(null));
      return false;
    }
    if (!isOfInterest(record)) return false;
    const open = this.#open.get(key);
    const before = open === undefined ? this.read(key) : undefined;
    const known = open === true || (before?.type === 'transaction' && isOfInterest(before));
    if (!known) batch.put(historyKey(this.#clock.nowMs(), key), encodeValue(null));
    return true;
  }

  #hasEnded(record: DurableRecord): boolean {
    return record.type === 'announcement' && isForgettable(record.signed.announcement, this.#clock.nowMs());
  }
}

function createdAt(record: DurableRecord): number {
  if (record.type === 'payment') return record.createdAtMs;
  return record.type === 'transaction' ? (record.positions[0]?.header.createdAtMs ?? 0) : 0;
}
