/**
 * The index on disk, in a folder of its own, so that a start need not make it anew. It holds nothing that is not in the
 * announcements of the node's store: a snapshot that is damaged, of another version or of another node is put away.
 *
 * A snapshot is written piece by piece beside the last one; the last write names it and takes the old one away. So at
 * any moment there is one whole snapshot, the old or the new. Every value carries a checksum (node/store/seal.ts).
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { Failure } from '#node/failure.ts';
import { type Database, openDatabase } from '#node/store/database.ts';
import { ImageReader, toPieces } from './image-pieces.ts';
import type { PartImage } from './map-index.ts';

/** Which form of snapshot this program writes and reads. */
const FORMAT = 1;
const FOLDER = 'hub-index';
const HEAD_KEY = 'snapshot';
const PIECES = 'piece/';
/** Behind every key that begins with `PIECES`. */
const LAST = '\x7f';

const digest = z.string().regex(/^[0-9a-f]{16}$/);
const size = z.int().min(0);

const headSchema = z.strictObject({
  format: z.literal(FORMAT),
  network: z.string(),
  number: size,
  writtenAtMs: size,
  parts: z.array(z.strictObject({ equivalent: z.string(), digest, bound: size, entries: size, pieces: size })),
});

export interface Snapshot {
  readonly writtenAtMs: number;
  readonly parts: readonly PartImage[];
}

/** Why there is no snapshot: none was ever written, or words about what is wrong with it. */
export type Unusable = 'none' | { readonly why: string };

/** The snapshots of one data folder. One process at a time; the node's lock sees to that. */
export class Snapshots {
  readonly #database: Database;
  readonly #network: string;
  #number: number;

  private constructor(database: Database, network: string, number: number) {
    this.#database = database;
    this.#network = network;
    this.#number = number;
  }

  /** Opens the folder and reads what is there. What cannot be used is deleted, and the folder begins anew. Throws a Failure. */
  static async open(dataDir: string, network: string): Promise<{ snapshots: Snapshots; found: Snapshot | Unusable }> {
    const folder = join(dataDir, FOLDER);
    const isNew = !existsSync(folder);
    let database: Database | null = null;
    try {
      database = await openDatabase(folder, `${folder}.mark`);
      const { number, found } = await read(database, network);
      await deletePieces(database, number);
      return { snapshots: new Snapshots(database, network, number), found: isNew ? 'none' : found };
    } catch (error) {
      await database?.close();
      if (!(error instanceof Failure) || (error.code !== 'store-corrupt' && error.code !== 'store-newer')) throw error;
      rmSync(folder, { recursive: true, force: true });
      rmSync(`${folder}.mark`, { force: true });
      const anew = await openDatabase(folder, `${folder}.mark`);
      return { snapshots: new Snapshots(anew, network, 0), found: { why: error.message } };
    }
  }

  /** Writes a snapshot in place of the one before; resolves when it is on disk. One at a time. Throws a Failure. */
  async write({ writtenAtMs, parts }: Snapshot): Promise<void> {
    const before = this.#number;
    const number = before + 1;
    const written: z.output<typeof headSchema>['parts'] = [];
    for (const { equivalent, digest, image } of parts) {
      let pieces = 0;
      for (const piece of toPieces(image)) {
        const key = pieceKey(number, equivalent, pieces++);
        await this.#database.write({ sync: false }, (batch) => batch.put(key, piece));
        // Others have their turn: this is in no hurry.
        await setImmediate();
      }
      const entries = image.degrees.reduce((sum, degree) => sum + degree, 0);
      written.push({ equivalent, digest, bound: image.degrees.length, entries, pieces });
    }
    const head = { format: FORMAT, network: this.#network, number, writtenAtMs, parts: written } as const;
    await this.#database.write({ sync: true }, (batch) => batch.put(HEAD_KEY, encoded(head)));
    this.#number = number;
    await deletePieces(this.#database, number);
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}

async function read(database: Database, network: string): Promise<{ number: number; found: Snapshot | Unusable }> {
  const bytes = database.get(HEAD_KEY);
  if (bytes === undefined) return { number: 0, found: 'none' };
  const head = headSchema.safeParse(decoded(bytes));
  if (!head.success) throw unusable('it was written by another version of the program');
  const { number, writtenAtMs } = head.data;
  if (head.data.network !== network) throw unusable(`it is of the network ${head.data.network}`);
  const parts: PartImage[] = [];
  for (const { equivalent, digest, bound, entries, pieces } of head.data.parts) {
    const reader = new ImageReader(bound, entries);
    for (let at = 0; at < pieces; at++) {
      const piece = database.get(pieceKey(number, equivalent, at));
      if (piece === undefined || !reader.add(piece)) throw unusable(`a piece of ${equivalent} is missing or damaged`);
      if (at % 16 === 0) await setImmediate();
    }
    const image = reader.end();
    if (image === null) throw unusable(`pieces of ${equivalent} are missing`);
    parts.push({ equivalent, digest, image });
  }
  return { number, found: { writtenAtMs, parts } };
}

function unusable(why: string): Failure {
  return new Failure('store-corrupt', `The snapshot of the index cannot be used: ${why}.`);
}

/** Deletes the pieces of all snapshots but this one: of those before, and of one that was never finished. */
async function deletePieces(database: Database, but: number): Promise<void> {
  const kept = piecesOf(but);
  const old: string[] = [];
  for await (const key of database.keysBackwards(PIECES, LAST)) if (!key.startsWith(kept)) old.push(key);
  if (old.length === 0) return;
  await database.write({ sync: false }, (batch) => {
    for (const key of old) batch.delete(key);
  });
}

const NUMBER_DIGITS = 12;
const PIECE_DIGITS = 8;

/** What the keys of the pieces of a snapshot begin with. */
function piecesOf(number: number): string {
  return `${PIECES}${String(number).padStart(NUMBER_DIGITS, '0')}/`;
}

function pieceKey(number: number, equivalent: string, piece: number): string {
  return `${piecesOf(number)}${equivalent}/${String(piece).padStart(PIECE_DIGITS, '0')}`;
}

function encoded(head: z.input<typeof headSchema>): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(head));
}

function decoded(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return null;
  }
}
