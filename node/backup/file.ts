/** Backup files (protocol/backup-file.ts) with what a node keeps in them. The summary can be read without unpacking the rest. */
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { type BackupFlaw, backupFile, openBackupContents, openBackupSummary } from '#protocol/backup-file.ts';
import { pidOf } from '#protocol/identity.ts';
import { Failure } from '../failure.ts';
import type { Identity } from '../identity/key-file.ts';
import { decodeValue, encodeValue } from '../store/value.ts';
import type { BackupContents } from './contents.ts';
import { newNonce } from './sealing.ts';

/** What a backup file says about itself. */
export interface BackupSummary {
  readonly createdAtMs: number;
  readonly network: string;
  readonly accounts: number;
  readonly contacts: number;
}

/** What a backup file has at most: many times what years of use come to. */
export const MAX_BACKUP_FILE_BYTES = 2 ** 26;
/** What is unpacked at most. */
const MAX_CONTENTS_BYTES = 2 ** 30;

const deflate = promisify<Uint8Array, Buffer>(deflateRaw);
const inflate = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflateRaw);

/** The bytes of a backup file that only this identity can open. */
export async function sealBackup(contents: BackupContents, identity: Identity): Promise<Uint8Array> {
  return backupFile(identity, await packBackup(contents), [newNonce(), newNonce()]);
}

/** What goes into a backup file, before it is sealed. */
export async function packBackup(contents: BackupContents): Promise<{ summary: Uint8Array; contents: Uint8Array }> {
  return { summary: encodeValue(summaryOf(contents)), contents: await deflate(encodeValue(contents)) };
}

/** What is in a backup file. Throws a Failure that says what is wrong with it. */
export async function openBackup(bytes: Uint8Array, identity: Identity): Promise<BackupContents> {
  const packed = openBackupContents(identity, bytes);
  if ('flaw' in packed) throw failureOf(packed, identity);
  return decodeValue(await inflate(packed, { maxOutputLength: MAX_CONTENTS_BYTES })) as BackupContents;
}

/** What the beginning of a backup file (`SUMMARY_END` bytes at least) says. Throws a Failure. */
export function readSummary(bytes: Uint8Array, identity: Identity): BackupSummary {
  const opened = openBackupSummary(identity, bytes);
  if ('flaw' in opened) throw failureOf(opened, identity);
  return decodeValue(opened.summary) as BackupSummary;
}

function failureOf(flaw: BackupFlaw, { publicKey }: Identity): Failure {
  switch (flaw.flaw) {
    case 'no-backup':
      return new Failure('backup-unusable', 'This is not a backup file of GEO.');
    case 'other-version':
      return new Failure(
        'backup-unusable',
        `This backup file has version ${flaw.version}; this program knows version 1.`,
      );
    case 'of-another':
      return new Failure(
        'backup-of-another',
        `This backup file is of ${pidOf(flaw.owner)}, and the words or the key given are those of ${pidOf(publicKey)}.`,
        { hint: 'Use the words of the one it is of, or another backup file.' },
      );
    case 'damaged':
      return new Failure('backup-damaged', 'This backup file is damaged or cut short.', {
        hint: 'Use another one: `geo backup list` shows all there are.',
      });
  }
}

function summaryOf({ createdAtMs, network, records, contacts }: BackupContents): BackupSummary {
  const accounts = records.filter(({ type }) => type === 'account').length;
  return { createdAtMs, network, accounts, contacts: contacts.length };
}
