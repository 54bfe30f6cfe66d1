/**
 * Opening the store at a start of the node. What is damaged or missing does not end the node for ever: what can be read
 * is kept, the books are made anew of what that proves, and the node counts as restored (§8.4).
 */

import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { PublicKey } from '#protocol/identity.ts';
import { isUnsettled, type Position } from '#protocol/position.ts';
import { restoredFromPieces } from '#protocol/rebuild.ts';
import { recordKey } from '#protocol/record-key.ts';
import { type DurableRecord, Records } from '#protocol/records.ts';
import type { Verify } from '#protocol/statement.ts';
import { Topology } from '#protocol/topology.ts';
import { auditAtStart, type StartAudit } from '../audit.ts';
import type { Clock } from '../clock.ts';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import { writePrivateFile } from '../private-file.ts';
import type { Holds } from '../store/database.ts';
import { pendingSalvage, salvage } from '../store/salvage.ts';
import { openStore, type Store } from '../store/store.ts';
import { createStore, hasStore } from './new-store.ts';
import { earlierStarts } from './starts.ts';
import { refuseMoved } from './tombstone.ts';

export interface Opening {
  readonly folder: string;
  readonly self: PublicKey;
  readonly network: string;
  readonly verify: Verify;
  readonly clock: Clock;
  readonly log: Log;
  /** Whose records are in the store: those of one, or of all whom a host has. */
  readonly holds?: Holds;
}

export interface Opened {
  readonly store: Store;
  readonly records: Records;
  /** False: all else is still to be read, by `store.verify`. */
  readonly isVerified: boolean;
  /** Records were found to be lost at this start. */
  readonly isLoss: boolean;
  /** Of the books; what it has found so far is dealt with. */
  readonly audit: StartAudit;
}

/** A running node met damage: the next start has to salvage, also where it would not meet it at once. */
const SUSPECT = 'store.suspect';

/**
 * Damage that shows only while the node runs ends it, and the next start salvages. To go on, signing nothing new, would
 * be no safer and might be less: memory was filled from the same files, and more would be written on top of them.
 */
export async function suspectDamage(folder: string): Promise<void> {
  await writePrivateFile(join(folder, SUSPECT), '');
}

/** Opens and loads the store. Throws a Failure: `node-moved`, and what is not about damage. */
export async function openAtStart(opening: Opening): Promise<Opened> {
  const { folder, log } = opening;
  refuseMoved(folder);
  const isLost = await replaceLost(opening);
  const suspect = join(folder, SUSPECT);
  if (existsSync(suspect)) {
    await setAside(opening, 'damage was met while the node ran');
    rmSync(suspect);
  }
  try {
    const opened = await open(opening);
    return { ...opened, isLoss: isLost || opened.isLoss };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'store-corrupt') throw error;
    log.error({ why: error.message }, 'the stored records are damaged');
    await setAside(opening, error.message);
    return open(opening);
  }
}

/** A store that was there at an earlier start, and of which nothing is left, not even the watermark. */
async function replaceLost({ folder, self, clock, log }: Opening): Promise<boolean> {
  if (hasStore(folder) || earlierStarts(folder) === null) return false;
  log.error({ folder }, 'the stored records are missing: they come back from the neighbours');
  await createStore(folder, { records: restoredFromPieces([], self, clock.nowMs()) }, clock);
  return true;
}

async function setAside({ folder, clock, log }: Opening, why: string): Promise<void> {
  const { kept, lost, setAside } = await salvage(folder, clock.nowMs());
  log.error({ why, kept, lost: lost.length, first: lost.slice(0, 20), setAside }, 'what can be read was kept');
}

async function open({ folder, self, network, verify, clock, log, holds = 'one' }: Opening): Promise<Opened> {
  const store = await openStore(folder, { clock, holds });
  try {
    // Again, now that nobody else can leave one.
    refuseMoved(folder);
    const pending = pendingSalvage(store);
    if (pending !== undefined) {
      // Whatever is missing may be of those who are hosted, too.
      const hosted = await store.sections();
      for (const name of hosted) await rebuildBooks(store.section(name), name as PublicKey, clock.nowMs());
      await rebuildBooks(store, self, clock.nowMs());
      await pending.done();
      const who = { hosted: hosted.length };
      log.error(
        who,
        'the books were made anew of what was kept: the node signs nothing new, nor do those whom it hosts',
      );
    }
    const load = async (): Promise<Pick<Opened, 'records' | 'isVerified' | 'audit'>> => {
      const records = new Records(self, network, store.read, new Topology(randomBytes(8)));
      const { isVerified } = await store.load(records);
      return { records, isVerified, audit: auditAtStart(records, verify) };
    };
    const loaded = await load();
    const { flaw } = loaded.audit;
    if (flaw === null) return { store, ...loaded, isLoss: pending !== undefined };
    log.error({ account: flaw.account.neighbour, what: flaw.what }, 'the books are not what their documents prove');
    await rebuildBooks(store, self, clock.nowMs());
    return { store, ...(await load()), isLoss: true };
  } catch (error) {
    await store.close();
    throw error;
  }
}

const BOOKS = ['account/', 'entry/', 'checkpoint/'];
/** How far they were used may be older than it was: a use that is signed twice is proof of a lie (§11). */
const MANDATES = 'mandate/';

/** Replaces accounts and journals by what lines, checkpoints and transactions prove, in one batch; mandates go. */
async function rebuildBooks(store: Store, self: PublicKey, nowMs: number): Promise<void> {
  const pieces: DurableRecord[] = [];
  const closed = new Map<string, number>();
  for (const prefix of ['node', 'line/', 'checkpoint/']) {
    for await (const record of store.entries(prefix)) {
      pieces.push(record);
      if (record.type !== 'checkpoint' || record.agreed === null) continue;
      closed.set(`${record.neighbour}/${record.equivalent}`, record.agreed.checkpoint.untilMs);
    }
  }
  const isClosed = ({ header, route, position }: Position): boolean =>
    [route.nodes[position - 1], route.nodes[position + 1]].every(
      (neighbour) =>
        neighbour === undefined || header.createdAtMs <= (closed.get(`${neighbour}/${header.equivalent}`) ?? -1),
    );
  // Of all others nothing is left to book: they need not be in memory together.
  for await (const record of store.entries('transaction/')) {
    if (record.type !== 'transaction') continue;
    if (record.positions.some((position) => isUnsettled(position) || !isClosed(position))) pieces.push(record);
  }
  const isBook = ({ type }: DurableRecord): boolean => type === 'node' || BOOKS.includes(`${type}/`);
  const books = restoredFromPieces(pieces, self, nowMs).filter(isBook);
  const forgotten = new Set<string>();
  for (const prefix of [...BOOKS, MANDATES]) {
    for await (const record of store.entries(prefix)) forgotten.add(recordKey(record));
  }
  for (const record of books) forgotten.delete(recordKey(record));
  await store.write(books, { sync: true, forget: forgotten });
}
