/** Fills a new database with the values of a damaged one, in the order of their keys, and notes what is missing. */
import { isFinished } from '#protocol/payment.ts';
import type { DurableRecord } from '#protocol/records.ts';
import type { Database } from './database.ts';
import { decodeHead, HEAD_KEY, type Head } from './head.ts';
import { HISTORY, historyKey, isDone, isOfInterest, OPEN, parseHistoryKey } from './indexes.ts';
import { SCHEMA_KEY, versionOf } from './schema.ts';
import { sealOf, unseal } from './seal.ts';
import { decodeValue, encodeValue } from './value.ts';

/** Values written at once. */
const BATCH = 1_000;
/** Records with an entry in the indexes. Their keys come after those of the indexes. */
const INDEXED = /^(?:payment|transaction)\//;

export class Refill {
  readonly #database: Database;
  readonly #location: string;
  #waiting: (readonly [key: string, value: Uint8Array])[] = [];
  #kept = 0;
  readonly #lost = new Set<string>();
  /** Records that an index speaks of and that have not come yet. */
  readonly #expected = new Set<string>();
  readonly #inHistory = new Set<string>();
  #head: Head | null = null;
  /** Of the values that match their checksums, as in the head. */
  #count = 0;
  #sum = 0n;

  /** `location`: of the damaged database, for messages. */
  constructor(database: Database, location: string) {
    this.#database = database;
    this.#location = location;
  }

  get kept(): number {
    return this.#kept;
  }

  /** Takes the next value as it is stored. Throws `store-newer`, and Failures of the new database. */
  async take(key: string, sealed: Uint8Array): Promise<void> {
    let value: Uint8Array;
    try {
      value = unseal(key, sealed);
    } catch {
      this.#lost.add(key);
      return;
    }
    if (key === HEAD_KEY) {
      this.#head = decodeHead(sealed);
      return;
    }
    this.#count++;
    this.#sum += sealOf(sealed);
    this.#keep(key, value);
    if (this.#waiting.length >= BATCH) await this.#write();
  }

  /** After the last value: writes what remains, and says what was lost. `watermark`: the batch that was on disk. */
  async end(watermark: number | null): Promise<readonly string[]> {
    await this.#write();
    await this.#forgetHistoryOfMissing();
    const unread = this.#unread(watermark);
    return [...this.#lost, ...this.#expected, ...unread];
  }

  #keep(key: string, value: Uint8Array): void {
    if (key === SCHEMA_KEY) {
      versionOf(value, this.#location);
    } else if (key.startsWith(OPEN)) {
      this.#expected.add(key.slice(OPEN.length));
      return;
    } else if (key.startsWith(HISTORY)) {
      const { key: recordKey } = parseHistoryKey(key);
      this.#expected.add(recordKey);
      this.#inHistory.add(recordKey);
    } else {
      this.#kept++;
      this.#expected.delete(key);
      if (INDEXED.test(key)) this.#index(key, decodeValue(value) as DurableRecord);
    }
    this.#waiting.push([key, value]);
  }

  #index(key: string, record: DurableRecord): void {
    if (record.type !== 'payment' && record.type !== 'transaction') return;
    let noted = false;
    if (record.type === 'transaction') {
      noted = isOfInterest(record);
      // When it was committed is lost with its entry; it was soon after it was made.
      const atMs = record.positions[0]?.header.createdAtMs ?? 0;
      if (noted && !this.#inHistory.has(key)) this.#waiting.push([historyKey(atMs, key), encodeValue(null)]);
    } else if (isFinished(record)) {
      this.#waiting.push([historyKey(record.finishedAtMs, key), encodeValue(null)]);
    }
    if (!isDone(record)) this.#waiting.push([OPEN + key, encodeValue(noted)]);
  }

  /** They would stand twice in the history once they come back. */
  async #forgetHistoryOfMissing(): Promise<void> {
    if (this.#expected.size === 0) return;
    const gone: string[] = [];
    for await (const [key] of this.#database.entries(HISTORY)) {
      if (this.#expected.has(parseHistoryKey(key).key)) gone.push(key);
    }
    await this.#database.write({ sync: false }, (batch) => {
      for (const key of gone) batch.delete(key);
    });
  }

  /** What only the head and the watermark tell of. */
  #unread(watermark: number | null): string[] {
    if (this.#head === null) return ['how many records there were is not known'];
    const { batch, count, sum } = this.#head;
    if (watermark !== null && batch < watermark) return [`what the last ${watermark - batch} batches wrote`];
    const missing = count - this.#count - this.#lost.size - this.#expected.size;
    if (missing > 0) return [`${missing} values of which nothing can be read`];
    const isWhole = this.#lost.size === 0 && this.#expected.size === 0;
    return isWhole && sum !== BigInt.asUintN(64, this.#sum) ? ['the last version of some records'] : [];
  }

  async #write(): Promise<void> {
    const values = this.#waiting;
    this.#waiting = [];
    await this.#database.write({ sync: false }, (batch) => {
      for (const [key, value] of values) batch.put(key, value);
    });
  }
}
