/**
 * LevelDB's tables: whether each block matches its checksum, and a table of those that do. LevelDB does not look at the
 * checksums when it reads, and what it makes of a damaged block may end the process.
 *
 * A table: data blocks, a filter, an index of the filters, an index of the data blocks, a footer. A block: content, one
 * byte that says how it is compressed, and the checksum of both.
 */
import { crc32c, masked } from './crc32c.ts';
import { uncompress } from './snappy.ts';
import { readVarint, varint } from './varint.ts';

const FOOTER_BYTES = 48;
const HANDLES_BYTES = 40;
const MAGIC = Buffer.from('57fb808b247547db', 'hex');
/** After the content of a block: compression and checksum. */
const TRAILER_BYTES = 5;
const PLAIN = 0;
const SNAPPY = 1;
/** After a key: its sequence number and whether it was put or deleted. */
const SEQUENCE_BYTES = 8;

/** Where a block is, its trailer not counted. */
interface Handle {
  readonly offset: number;
  readonly size: number;
}

interface Entry {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Does every block of the table match its checksum? */
export function isWholeTable(file: Buffer): boolean {
  const handles = handlesOf(file);
  return handles !== null && [...handles.others, ...handles.data].every((handle) => isWhole(file, handle));
}

/** What can be read of a damaged table, as a table; null when that is nothing. */
export function salvageTable(file: Buffer): Buffer | null {
  const data = (handlesOf(file)?.data ?? foundHandles(file)).flatMap((handle) => {
    const lastKey = entriesOf(file, handle)?.at(-1)?.key;
    const raw = file.subarray(handle.offset, handle.offset + handle.size + TRAILER_BYTES);
    return lastKey === undefined ? [] : [{ raw, lastKey }];
  });
  if (data.length === 0) return null;
  const parts: Buffer[] = [];
  let offset = 0;
  const add = (raw: Buffer): Buffer => {
    const handle = handleBytes({ offset, size: raw.length - TRAILER_BYTES });
    parts.push(raw);
    offset += raw.length;
    return handle;
  };
  const index = data.map(({ raw, lastKey }) => ({ key: lastKey, value: add(raw) }));
  const handles = Buffer.concat([add(blockOf([])), add(blockOf(index))]);
  return Buffer.concat([...parts, handles, Buffer.alloc(HANDLES_BYTES - handles.length), MAGIC]);
}

/** Where the blocks of a table are; null when that cannot be read. */
function handlesOf(file: Buffer): { readonly data: readonly Handle[]; readonly others: readonly Handle[] } | null {
  const footer = file.subarray(-FOOTER_BYTES);
  if (footer.length < FOOTER_BYTES || !footer.subarray(HANDLES_BYTES).equals(MAGIC)) return null;
  const [filters, at] = readHandle(footer, 0) ?? [];
  const [index] = (at !== undefined && readHandle(footer, at)) || [];
  if (filters === undefined || index === undefined) return null;
  const data = referred(file, index);
  const filter = referred(file, filters);
  return data === null || filter === null ? null : { data, others: [filters, index, ...filter] };
}

/** The blocks that an index speaks of. */
function referred(file: Buffer, index: Handle): readonly Handle[] | null {
  const handles = entriesOf(file, index)?.map(({ value }) => readHandle(value, 0)?.[0]);
  return handles?.every((handle) => handle !== undefined) ? handles : null;
}

/** Data blocks found by their checksums, up to the first that has none: they lie one after the other. */
function foundHandles(file: Buffer): readonly Handle[] {
  const handles: Handle[] = [];
  for (let offset = 0; ; ) {
    const size = sizeAt(file, offset);
    const handle = { offset, size: size ?? 0 };
    if (size === null || !entriesOf(file, handle)?.every(({ key }) => key.length > SEQUENCE_BYTES)) return handles;
    handles.push(handle);
    offset += size + TRAILER_BYTES;
  }
}

/** The size of the content that begins here and has its checksum behind it. */
function sizeAt(file: Buffer, offset: number): number | null {
  let crc = 0;
  for (let at = offset; at + TRAILER_BYTES <= file.length; at++) {
    crc = crc32c(file.subarray(at, at + 1), crc);
    if (masked(crc) === file.readUInt32LE(at + 1) && at > offset) return at - offset;
  }
  return null;
}

function isWhole(file: Buffer, { offset, size }: Handle): boolean {
  const end = offset + size + 1;
  return end + 4 <= file.length && masked(crc32c(file.subarray(offset, end))) === file.readUInt32LE(end);
}

/** The entries of a block; null when it is damaged. */
function entriesOf(file: Buffer, handle: Handle): readonly Entry[] | null {
  if (!isWhole(file, handle)) return null;
  const { offset, size } = handle;
  const stored = file.subarray(offset, offset + size);
  const compression = file[offset + size];
  const content = compression === PLAIN ? stored : compression === SNAPPY ? uncompress(stored) : null;
  if (content === null || content.length < 4) return null;
  const end = content.length - 4 - 4 * content.readUInt32LE(content.length - 4);
  return end < 0 ? null : readEntries(content.subarray(0, end));
}

/** Entries share the beginnings of their keys: how much, how much more, how long the value, then both. */
function readEntries(content: Buffer): readonly Entry[] | null {
  const entries: Entry[] = [];
  let key = Buffer.alloc(0);
  for (let at = 0; at < content.length; ) {
    const numbers: number[] = [];
    for (let count = 0; count < 3; count++) {
      const [number, next] = readVarint(content, at);
      numbers.push(number);
      at = next;
    }
    const [shared, rest, valueLength] = numbers as [number, number, number];
    if (shared > key.length || at + rest + valueLength > content.length) return null;
    key = Buffer.concat([key.subarray(0, shared), content.subarray(at, at + rest)]);
    at += rest;
    entries.push({ key, value: content.subarray(at, at + valueLength) });
    at += valueLength;
  }
  return entries;
}

/** A block, not compressed, in which no entries share anything; with its trailer. */
function blockOf(entries: readonly Entry[]): Buffer {
  const parts: Buffer[] = [];
  const starts: number[] = [];
  let length = 0;
  for (const { key, value } of entries) {
    const entry = Buffer.concat([varint(0), varint(key.length), varint(value.length), key, value]);
    starts.push(length);
    parts.push(entry);
    length += entry.length;
  }
  if (starts.length === 0) starts.push(0);
  const tail = Buffer.alloc(4 * starts.length + 4 + 1);
  for (const [at, start] of starts.entries()) tail.writeUInt32LE(start, 4 * at);
  tail.writeUInt32LE(starts.length, 4 * starts.length);
  tail[tail.length - 1] = PLAIN;
  const block = Buffer.concat([...parts, tail]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(masked(crc32c(block)));
  return Buffer.concat([block, checksum]);
}

function readHandle(bytes: Buffer, at: number): readonly [handle: Handle, end: number] | undefined {
  const [offset, middle] = readVarint(bytes, at);
  const [size, end] = readVarint(bytes, middle);
  return Number.isSafeInteger(offset + size) ? [{ offset, size }, end] : undefined;
}

function handleBytes({ offset, size }: Handle): Buffer {
  return Buffer.concat([varint(offset), varint(size)]);
}
