/**
 * The records that this node keeps for others, as the datastore of the DHT. In memory: their owners publish them again,
 * 10 nodes have each, and strangers get nothing stored (decision 25). Nothing is put here that does not count.
 */
import { NotFoundError } from '@libp2p/interface';
import { Record as DhtRecord } from '@libp2p/kad-dht';
import { sha256 } from '@noble/hashes/sha2.js';
import { toString as toText } from 'uint8arrays/to-string';
import { supersedesRecord } from '#protocol/participant-record.ts';
import { MAX_DIRECTORY_RECORDS } from './limits.ts';

/** Where the DHT keeps records; all else that it would store is refused. */
const PREFIX = '/dht/record/';

/** Why a record is not kept. */
export class NotKept extends Error {
  readonly why: string;

  constructor(why: string) {
    super(`the record is refused: ${why}`);
    this.name = 'NotKept';
    this.why = why;
  }
}

interface ShelfOptions {
  /** The place of this node in the DHT, 32 bytes: records close to it matter most. */
  readonly place: Uint8Array;
  /** Until when the value counts. Throws `NotKept` for one that is not valid for the key. */
  readonly check: (key: Uint8Array, value: Uint8Array) => number;
  readonly nowMs: () => number;
  readonly capacity?: number;
}

interface Kept {
  readonly value: Uint8Array;
  readonly expiresAtMs: number;
  /** The record of the DHT around the value. */
  readonly bytes: Uint8Array;
  readonly distance: number;
}

/** A key as the DHT gives it. */
interface Name {
  toString(): string;
}

export class RecordShelf {
  readonly #options: ShelfOptions;
  readonly #capacity: number;
  readonly #kept = new Map<string, Kept>();
  /** Of records that this node itself gives to others. */
  readonly #given = new Set<string>();

  constructor(options: ShelfOptions) {
    this.#options = options;
    this.#capacity = options.capacity ?? MAX_DIRECTORY_RECORDS;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** @throws NotKept */
  put(name: Name, bytes: Uint8Array): Name {
    const path = name.toString();
    if (!path.startsWith(PREFIX)) throw new NotKept('foreign-key');
    const { key, value } = DhtRecord.deserialize(bytes);
    const expiresAtMs = this.#options.check(key, value);
    const known = this.#kept.get(path);
    if (known !== undefined && supersedesRecord(known.value, value)) throw new NotKept('stale');
    const distance = distanceOf(sha256(key), this.#options.place);
    if (known === undefined && this.#kept.size >= this.#capacity && !this.#makeRoom(distance)) {
      // What is only on its way through need not fit.
      if (this.#given.has(path)) return name;
      throw new NotKept('no-room');
    }
    this.#kept.set(path, { value, expiresAtMs, bytes, distance });
    return name;
  }

  /** @throws NotFoundError also for what no longer counts. */
  get(name: Name): Uint8Array {
    this.#forgetIfExpired(name.toString());
    const kept = this.#kept.get(name.toString());
    if (kept === undefined) throw new NotFoundError('no such record');
    return kept.bytes;
  }

  delete(name: Name): void {
    this.#kept.delete(name.toString());
  }

  /** The DHT asks for providers only, of which there are none. */
  async *query(): AsyncGenerator<never> {}

  /** The value of a key of the directory, if it counts. */
  valueOf(key: Uint8Array): Uint8Array | null {
    const path = pathOf(key);
    this.#forgetIfExpired(path);
    return this.#kept.get(path)?.value ?? null;
  }

  forgetExpired(): void {
    for (const path of this.#kept.keys()) this.#forgetIfExpired(path);
  }

  #forgetIfExpired(path: string): void {
    const kept = this.#kept.get(path);
    if (kept !== undefined && kept.expiresAtMs <= this.#options.nowMs()) this.#kept.delete(path);
  }

  /** From now on the record of this key is not refused for want of room; to be called again when it was given. */
  giving(key: Uint8Array, isGiven: boolean): void {
    if (isGiven) this.#given.add(pathOf(key));
    else this.#given.delete(pathOf(key));
  }

  /** The one farthest from here goes: others are closer to it. False: it is closer than the new one. */
  #makeRoom(distance: number): boolean {
    let farthest: [path: string, kept: Kept] | null = null;
    for (const entry of this.#kept) if (farthest === null || entry[1].distance > farthest[1].distance) farthest = entry;
    if (farthest === null || farthest[1].distance <= distance) return false;
    return this.#kept.delete(farthest[0]);
  }
}

const pathOf = (key: Uint8Array): string => `${PREFIX}${toText(key, 'base32')}`;

/** The first 48 bits of the distance in the DHT: enough to compare a few thousand. */
function distanceOf(one: Uint8Array, other: Uint8Array): number {
  let distance = 0;
  for (let at = 0; at < 6; at++) distance = distance * 256 + ((one[at] as number) ^ (other[at] as number));
  return distance;
}
