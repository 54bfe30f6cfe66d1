/**
 * The outside of a backup file. All but the first line, whose it is and how long the summary is, is sealed:
 *
 *   "GEO backup 1\n" | public key (32 bytes) | length of the summary (4 bytes) | sealed summary | sealed contents
 *
 * Each sealed part vouches for all that comes before it. Whoever has the seed makes it: a node of its own contents, a browser
 * of those that its hub hands out.
 */
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { bytesToHex } from './hex.ts';
import { type PublicKey, publicKeyBytes } from './identity.ts';
import { SEAL_BYTES, sealWith, unseal } from './sealing.ts';

const FIRST_LINE = utf8ToBytes('GEO backup 1\n');

/** Where the length of the summary stands, and where the summary begins. */
const LENGTH_AT = FIRST_LINE.length + 32;
const SUMMARY_AT = LENGTH_AT + 4;
const MAX_SUMMARY_BYTES = 1_024;
/** The beginning of a file is enough to read its summary. */
export const SUMMARY_END = SUMMARY_AT + SEAL_BYTES + MAX_SUMMARY_BYTES;
const ANY_VERSION = /^GEO backup (\d{1,6})\n/;

/** What is not sealed of the file of a participant, and belongs to its summary. */
function backupHead(publicKey: PublicKey): Uint8Array {
  return concatBytes(FIRST_LINE, publicKeyBytes(publicKey));
}

/** Whose file it is, and can open it. */
export interface BackupOwner {
  readonly seed: Uint8Array;
  readonly publicKey: PublicKey;
}

/** Why a file cannot be opened. */
export type BackupFlaw =
  | { readonly flaw: 'no-backup' }
  | { readonly flaw: 'other-version'; readonly version: string }
  | { readonly flaw: 'of-another'; readonly owner: PublicKey }
  | { readonly flaw: 'damaged' };

/** The summary of a file of which at least the first `SUMMARY_END` bytes are there, and where the sealed contents begin. */
export function openBackupSummary(
  { seed, publicKey }: BackupOwner,
  bytes: Uint8Array,
): { readonly summary: Uint8Array; readonly end: number } | BackupFlaw {
  const text = String.fromCharCode(...bytes.subarray(0, FIRST_LINE.length + 6));
  const version = ANY_VERSION.exec(text)?.[1];
  if (version === undefined) return { flaw: 'no-backup' };
  if (version !== '1') return { flaw: 'other-version', version };
  if (bytes.length < SUMMARY_AT) return { flaw: 'damaged' };
  const owner = bytesToHex(bytes.subarray(FIRST_LINE.length, LENGTH_AT)) as PublicKey;
  if (owner !== publicKey) return { flaw: 'of-another', owner };
  const length = bytes.subarray(LENGTH_AT, SUMMARY_AT).reduce((sum, byte) => sum * 256 + byte, 0);
  const end = SUMMARY_AT + length;
  if (end > Math.min(bytes.length, SUMMARY_END)) return { flaw: 'damaged' };
  const summary = unseal(seed, 'file', bytes.subarray(SUMMARY_AT, end), backupHead(publicKey));
  return summary === null ? { flaw: 'damaged' } : { summary, end };
}

/** The packed contents of a whole file. */
export function openBackupContents(owner: BackupOwner, bytes: Uint8Array): Uint8Array | BackupFlaw {
  const opened = openBackupSummary(owner, bytes);
  if ('flaw' in opened) return opened;
  const { end } = opened;
  return unseal(owner.seed, 'file', bytes.subarray(end), bytes.subarray(0, end)) ?? { flaw: 'damaged' };
}

/** The whole file. `nonces`: two of `NONCE_BYTES` random bytes each. */
export function backupFile(
  { seed, publicKey }: BackupOwner,
  { summary, contents }: { readonly summary: Uint8Array; readonly contents: Uint8Array },
  nonces: readonly [Uint8Array, Uint8Array],
): Uint8Array {
  const sealed = sealWith(seed, 'file', summary, backupHead(publicKey), nonces[0]);
  const length = Uint8Array.of(0, 0, sealed.length >> 8, sealed.length & 255);
  const before = concatBytes(backupHead(publicKey), length, sealed);
  return concatBytes(before, sealWith(seed, 'file', contents, before, nonces[1]));
}
