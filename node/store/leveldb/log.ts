/** LevelDB's logs, of what is written and of its manifest: records with checksums. */
import { crc32c, masked } from './crc32c.ts';

/** Logs are cut into blocks; a record that does not fit goes on in the next one. */
const BLOCK_BYTES = 32_768;
/** Checksum, length, and which part of a record it is. */
const HEADER_BYTES = 7;
const FULL = 1;
const FIRST = 2;
const LAST = 4;

/** The records of a log; null, and nothing more, where it is damaged or ends in the middle of one. */
export function* recordsOf(log: Buffer): Generator<Buffer | null> {
  let parts: Buffer[] = [];
  for (let at = 0; at < log.length; ) {
    const left = BLOCK_BYTES - (at % BLOCK_BYTES);
    if (left < HEADER_BYTES) {
      at += left;
      continue;
    }
    const end = at + HEADER_BYTES + (at + HEADER_BYTES > log.length ? 0 : log.readUInt16LE(at + 4));
    if (end > log.length || masked(crc32c(log.subarray(at + 6, end))) !== log.readUInt32LE(at)) {
      yield null;
      return;
    }
    const kind = log[at + 6] as number;
    if (kind === FULL || kind === FIRST) parts = [];
    parts.push(log.subarray(at + HEADER_BYTES, end));
    if (kind === FULL || kind === LAST) yield Buffer.concat(parts);
    at = end;
  }
}
