/**
 * Makes backups of a running node by itself: soon after each change of whom it knows, trusts or has accounts with, after
 * each checkpoint, and once a day; as a file, and in small for its neighbours.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Command, Notice } from '#protocol/event.ts';
import type { Records } from '#protocol/records.ts';
import type { Clock } from '../clock.ts';
import { CONFIG_FILE } from '../config.ts';
import type { Contacts } from '../contacts.ts';
import { Failure, type FailureCode } from '../failure.ts';
import type { Identity } from '../identity/key-file.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import { type BackupContents, collectBackup } from './contents.ts';
import { sealBackup } from './file.ts';
import { addBackupFile, type BackupFile, listBackupFiles, rotateBackupFiles } from './folder.ts';
import { keptPeople, openKept, sealKept } from './kept.ts';

interface BackupsOptions {
  readonly identity: Identity;
  readonly dataDir: string;
  readonly backupDir: string;
  readonly records: Records;
  readonly store: Store;
  readonly contacts: Contacts;
  readonly clock: Clock;
  readonly log: Log;
  /** Gives the neighbours what they are to keep. */
  readonly handOut: (command: Command) => void;
}

/** Changes seldom come alone. */
const PAUSE_MS = 2_000;
/** A backup that takes long is made seldom. */
const PAUSE_FACTOR = 20;
const DAY_MS = 86_400_000;
/** A disk that was full or away may be back by then. */
const RETRY_MS = 600_000;

/** The folder for backup files that these settings name. */
export function backupFolder({ dataDir, backupDir }: { dataDir: string; backupDir: string | null }): string {
  return backupDir ?? join(dataDir, 'backups');
}

/** config.toml as text, or null. */
export async function settingsText(dataDir: string): Promise<string | null> {
  return readFile(join(dataDir, CONFIG_FILE), 'utf8').catch(() => null);
}

/** Does a notice tell of a change that a backup should have? */
function isStructural({ type }: Notice): boolean {
  return type === 'trust-line' || type === 'checkpoint' || type === 'confirmed';
}

/** Why a backup was not made, for programs and in words. */
export interface BackupTrouble {
  readonly code: FailureCode;
  readonly text: string;
}

function troubleOf(error: unknown): BackupTrouble {
  if (error instanceof Failure) return { code: error.code, text: error.message };
  const { message: text, code } = error as NodeJS.ErrnoException;
  return { code: code === undefined ? 'bug' : 'folder-unreadable', text };
}

export class Backups {
  readonly #options: BackupsOptions;
  #cancel: (() => void) | null = null;
  #cancelDaily: () => void = () => undefined;
  #making: Promise<unknown> = Promise.resolve();
  #lastedMs = 0;
  #trouble: BackupTrouble | null = null;
  #isStopped = false;

  constructor(options: BackupsOptions) {
    this.#options = options;
  }

  /** Why there is no file of the last change; null: there is. */
  get trouble(): BackupTrouble | null {
    return this.#trouble;
  }

  /** Makes one soon if the newest is not of today. */
  async start(): Promise<void> {
    const { clock } = this.#options;
    // A folder that cannot be read is told when the next one is made; it keeps no node from its work.
    const [newest] = await this.list().catch(() => []);
    if (newest === undefined || newest.createdAtMs < clock.nowMs() - DAY_MS) this.changed();
    this.#daily();
  }

  notice(notice: Notice): void {
    if (isStructural(notice)) this.changed();
  }

  /** Makes one soon. */
  changed(): void {
    this.#makeIn(Math.max(PAUSE_MS, PAUSE_FACTOR * this.#lastedMs));
  }

  /** Makes one now, whatever there is. */
  now(): Promise<BackupFile> {
    this.#cancel?.();
    this.#cancel = null;
    // One after the other: each is of a later moment than the one before.
    const made = this.#making.then(() => this.#make());
    this.#making = made.catch(() => undefined);
    return made;
  }

  list(): Promise<BackupFile[]> {
    return listBackupFiles(this.#options.backupDir, this.#options.identity);
  }

  /** The bytes of the file with this name; null: there is none, or none that this participant can open. */
  async read(name: string): Promise<Uint8Array | null> {
    const file = (await this.list()).find((one) => one.name === name);
    return file === undefined ? null : readFile(file.path);
  }

  /** Makes the one that was still to be made. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelDaily();
    if (this.#cancel !== null) this.#automatic();
    await this.#making;
  }

  #daily(): void {
    const { clock } = this.#options;
    this.#cancelDaily = clock.wakeAt(clock.nowMs() + DAY_MS, () => {
      this.changed();
      this.#daily();
    });
  }

  #makeIn(ms: number): void {
    const { clock } = this.#options;
    if (!this.#isStopped) this.#cancel ??= clock.wakeAt(clock.nowMs() + ms, () => this.#automatic());
  }

  #automatic(): void {
    this.#cancel?.();
    this.#cancel = null;
    const { records, contacts } = this.#options;
    // While records are missing, older backups are better than any that could be made.
    if (records.node.isFrozen || (records.neighbourCount === 0 && contacts.count === 0)) return;
    this.#handOut();
    // What goes wrong has been logged, and is told by `trouble`.
    this.now().catch(() => undefined);
  }

  async #make(): Promise<BackupFile> {
    const startedMs = performance.now();
    try {
      const file = await this.#write();
      this.#trouble = null;
      return file;
    } catch (error) {
      this.#trouble = troubleOf(error);
      this.#options.log.error({ error }, 'no backup was made');
      this.#makeIn(RETRY_MS);
      throw error;
    } finally {
      this.#lastedMs = performance.now() - startedMs;
    }
  }

  async #write(): Promise<BackupFile> {
    const { identity, dataDir, backupDir, records, store, contacts, clock, log } = this.#options;
    const source = { records, store, contacts: contacts.all(), settings: await settingsText(dataDir) };
    const backup = await collectBackup(source, clock.nowMs());
    const bytes = await sealBackup(backup, identity);
    const path = await addBackupFile(backupDir, bytes, backup.createdAtMs);
    const removed = await rotateBackupFiles(backupDir, identity);
    const file = describeFile(path, bytes, backup);
    log.info({ ...file, removed: removed.length }, 'a backup was made');
    return file;
  }

  /** To the neighbours, if it says anything new. */
  #handOut(): void {
    const { identity, records, contacts, clock, log, handOut } = this.#options;
    const people = keptPeople(records, contacts.all());
    const before = records.backup(identity.publicKey);
    const known = before === undefined ? null : openKept(before.sealed, identity.seed);
    const { sealed, leftOut } = sealKept(people, { seed: identity.seed, nowMs: clock.nowMs() });
    const kept = people.slice(0, people.length - leftOut);
    if (known !== null && JSON.stringify(known.people) === JSON.stringify(kept) && known.leftOut === leftOut) return;
    if (leftOut > 0) log.warn({ leftOut }, 'the backup that neighbours keep has no room for all contacts');
    handOut({ type: 'keep-backup', sealed });
  }
}

/** What `geo backup` says of a file it made. */
export function describeFile(path: string, bytes: Uint8Array, backup: BackupContents): BackupFile {
  const { createdAtMs, network, records, contacts } = backup;
  const accounts = records.filter(({ type }) => type === 'account').length;
  return { name: basename(path), path, bytes: bytes.length, createdAtMs, network, accounts, contacts: contacts.length };
}
