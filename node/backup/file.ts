/** Backup files (protocol/backup-file.ts) with what a node keeps in them. The summary can be read without unpacking the rest. */
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { backupFile, backupHead, FIRST_LINE_BYTES, LENGTH_AT, SUMMARY_AT } from '#protocol/backup-file.ts';
import { bytesToHex } from '#protocol/hex.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { SEAL_BYTES, unseal } from '#protocol/sealing.ts';
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

const ANY_VERSION = /^GEO backup (\d{1,6})\n/;
const MAX_SUMMARY_BYTES = 1_024;
/** The beginning of a file is enough to read its summary. */
export const SUMMARY_END = SUMMARY_AT + SEAL_BYTES + MAX_SUMMARY_BYTES;
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
  const { end } = openSummary(bytes, identity);
  const packed = unseal(identity.seed, 'file', bytes.subarray(end), bytes.subarray(0, end));
  if (packed === null) throw damaged();
  return decodeValue(await inflate(packed, { maxOutputLength: MAX_CONTENTS_BYTES })) as BackupContents;
}

/** What the beginning of a backup file (`SUMMARY_END` bytes at least) says. Throws a Failure. */
export function readSummary(bytes: Uint8Array, identity: Identity): BackupSummary {
  return openSummary(bytes, identity).summary;
}

function openSummary(bytes: Uint8Array, { seed, publicKey }: Identity): { summary: BackupSummary; end: number } {
  const text = Buffer.from(bytes.subarray(0, FIRST_LINE_BYTES + 6)).toString('latin1');
  const version = ANY_VERSION.exec(text)?.[1];
  if (version === undefined) throw unusable('This is not a backup file of GEO.');
  if (version !== '1') throw unusable(`This backup file has version ${version}; this program knows version 1.`);
  if (bytes.length < SUMMARY_AT) throw damaged();
  const owner = bytesToHex(bytes.subarray(FIRST_LINE_BYTES, LENGTH_AT)) as PublicKey;
  if (owner !== publicKey) {
    throw new Failure(
      'backup-of-another',
      `This backup file is of ${pidOf(owner)}, and the words or the key given are those of ${pidOf(publicKey)}.`,
      { hint: 'Use the words of the one it is of, or another backup file.' },
    );
  }
  const end = SUMMARY_AT + Buffer.from(bytes.subarray(LENGTH_AT, SUMMARY_AT)).readUInt32BE();
  if (end > Math.min(bytes.length, SUMMARY_END)) throw damaged();
  const summary = unseal(seed, 'file', bytes.subarray(SUMMARY_AT, end), backupHead(publicKey));
  if (summary === null) throw damaged();
  return { summary: decodeValue(summary) as BackupSummary, end };
}

function summaryOf({ createdAtMs, network, records, contacts }: BackupContents): BackupSummary {
  const accounts = records.filter(({ type }) => type === 'account').length;
  return { createdAtMs, network, accounts, contacts: contacts.length };
}

function damaged(): Failure {
  return new Failure('backup-damaged', 'This backup file is damaged or cut short.', {
    hint: 'Use another one: `geo backup list` shows all there are.',
  });
}

function unusable(message: string): Failure {
  return new Failure('backup-unusable', message);
}
