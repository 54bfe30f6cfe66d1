/**
 * Frames on a stream (§7.1): each is its length as an unsigned LEB128 integer, then that many bytes, 1 … the maximum.
 *
 * The form is that of libp2p's `lpStream`. That one reads a stream into memory as fast as it comes and knows no empty
 * frames; here bytes stay undecoded until the reader asks, so that it can let the other side wait.
 */

/** What one side did against the framing; the stream ends with it. */
export type FrameFault = 'frame-empty' | 'frame-too-long' | 'frame-length-malformed';

const CONTINUES = 0x80;
/** 2 ** 21 - 1 and less: any length a frame may have. */
const LONGEST_LENGTH = 3;

/** Bytes as a stream hands them over: one array, or a list of them. */
type Chunk = Uint8Array | Iterable<Uint8Array>;

/** Takes the bytes of a stream and gives its frames, one at a time. */
export class FrameReader {
  /** Longest frame accepted from now on. */
  maxBytes: number;
  readonly #chunks: Uint8Array[] = [];
  /** How much of the first chunk has been read. */
  #offset = 0;
  #buffered = 0;
  /** The frame that is being put together, once its length is known. */
  #frame: Uint8Array | null = null;
  #filled = 0;
  /** The length as far as it has come. */
  #length = 0;
  #lengthBytes = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Bytes taken and not yet given out. */
  get buffered(): number {
    return this.#buffered + this.#filled + this.#lengthBytes;
  }

  append(bytes: Chunk): void {
    if (bytes instanceof Uint8Array) this.#push(bytes);
    else for (const chunk of bytes) this.#push(chunk);
  }

  /** The next frame; null when it has not come as a whole. After a fault there is nothing more to read. */
  next(): Uint8Array | null | FrameFault {
    if (this.#frame === null) {
      const fault = this.#readLength();
      if (fault !== null) return fault === 'incomplete' ? null : fault;
      const whole = this.#takeWhole();
      if (whole !== null) return whole;
      this.#frame = new Uint8Array(this.#length);
    }
    return this.#fill(this.#frame);
  }

  #push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
  }

  #readLength(): FrameFault | 'incomplete' | null {
    for (;;) {
      const byte = this.#takeByte();
      if (byte === null) return 'incomplete';
      this.#length |= (byte & ~CONTINUES) << (7 * this.#lengthBytes);
      this.#lengthBytes++;
      if ((byte & CONTINUES) !== 0) {
        if (this.#lengthBytes === LONGEST_LENGTH) return 'frame-too-long';
        continue;
      }
      // A last byte of zero adds nothing: the length has a shorter form.
      if (byte === 0 && this.#lengthBytes > 1) return 'frame-length-malformed';
      if (this.#length === 0) return 'frame-empty';
      return this.#length > this.maxBytes ? 'frame-too-long' : null;
    }
  }

  #takeByte(): number | null {
    const chunk = this.#chunks[0];
    if (chunk === undefined) return null;
    const byte = chunk[this.#offset] as number;
    this.#consume(chunk, 1);
    return byte;
  }

  /** Most frames lie within one chunk and are given out as a view of it; a plain one, for chunks may be Buffers. */
  #takeWhole(): Uint8Array | null {
    const chunk = this.#chunks[0];
    if (chunk === undefined || chunk.length - this.#offset < this.#length) return null;
    const frame = new Uint8Array(chunk.buffer, chunk.byteOffset + this.#offset, this.#length);
    this.#consume(chunk, this.#length);
    this.#length = 0;
    this.#lengthBytes = 0;
    return frame;
  }

  #fill(frame: Uint8Array): Uint8Array | null {
    while (this.#filled < frame.length) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) return null;
      const part = chunk.subarray(this.#offset, this.#offset + frame.length - this.#filled);
      frame.set(part, this.#filled);
      this.#filled += part.length;
      this.#consume(chunk, part.length);
    }
    this.#frame = null;
    this.#filled = 0;
    this.#length = 0;
    this.#lengthBytes = 0;
    return frame;
  }

  #consume(chunk: Uint8Array, bytes: number): void {
    this.#offset += bytes;
    this.#buffered -= bytes;
    if (this.#offset < chunk.length) return;
    this.#chunks.shift();
    this.#offset = 0;
  }
}

/** The frames with their lengths, one after the other, as the bytes of one write. */
export function joinFrames(frames: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const frame of frames) size += lengthBytes(frame.length) + frame.length;
  const joined = new Uint8Array(size);
  let at = 0;
  for (const frame of frames) {
    let rest = frame.length;
    for (; rest >= CONTINUES; rest >>>= 7) joined[at++] = (rest & ~CONTINUES) | CONTINUES;
    joined[at++] = rest;
    joined.set(frame, at);
    at += frame.length;
  }
  return joined;
}

function lengthBytes(length: number): number {
  return length < 2 ** 7 ? 1 : length < 2 ** 14 ? 2 : LONGEST_LENGTH;
}
