import { describe, expect, it } from 'vitest';
import { type FrameFault, FrameReader, joinFrames } from '#node/p2p/frames.ts';

const MAX = 65_536;

/** All that a reader gives for these chunks, and the fault that ends it. */
function read(chunks: readonly Uint8Array[], max = MAX): { frames: Uint8Array[]; fault: FrameFault | null } {
  const reader = new FrameReader(max);
  const frames: Uint8Array[] = [];
  for (const chunk of chunks) {
    reader.append(chunk);
    for (let frame = reader.next(); frame !== null; frame = reader.next()) {
      if (typeof frame === 'string') return { frames, fault: frame };
      frames.push(frame);
    }
  }
  return { frames, fault: null };
}

function filled(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 255);
}

describe('frames', () => {
  it('of every length at a border come out as they went in, in one chunk and in many', () => {
    const frames = [1, 2, 126, 127, 128, 129, 16_383, 16_384, 16_385, 65_535, 65_536].map(filled);
    const bytes = joinFrames(frames);
    expect(read([bytes])).toEqual({ frames, fault: null });
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += 1_000) chunks.push(bytes.subarray(at, at + 1_000));
    expect(read(chunks)).toEqual({ frames, fault: null });
  });

  it('come out whole wherever the bytes are cut', () => {
    const frames = [filled(3), filled(200), filled(1)];
    const bytes = joinFrames(frames);
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(read([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual({ frames, fault: null });
    }
    expect(read([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual({ frames, fault: null });
  });

  it('are plain views of the bytes that came, even when those are Buffers', () => {
    const { frames } = read([Buffer.from(joinFrames([filled(10)]))]);
    expect(frames).toEqual([filled(10)]);
    expect(Object.getPrototypeOf(frames[0])).toBe(Uint8Array.prototype);
  });

  it.each<[string, number[], FrameFault]>([
    ['an empty frame', [0], 'frame-empty'],
    ['one byte too many', [0x81, 0x80, 0x04], 'frame-too-long'],
    ['2 ** 21 - 1 bytes', [0xff, 0xff, 0x7f], 'frame-too-long'],
    ['2 ** 31 bytes', [0x80, 0x80, 0x80, 0x80, 0x08], 'frame-too-long'],
    ['a length without end', [0xff, 0xff, 0xff], 'frame-too-long'],
    ['1 in two bytes', [0x81, 0x00], 'frame-length-malformed'],
    ['0 in two bytes', [0x80, 0x00], 'frame-length-malformed'],
    ['1 in three bytes', [0x81, 0x80, 0x00], 'frame-length-malformed'],
  ])('with a length of %s are a fault, behind a good frame too', (_, length, fault) => {
    expect(read([Uint8Array.from(length)])).toEqual({ frames: [], fault });
    expect(read([joinFrames([filled(5)]), Uint8Array.from(length)])).toEqual({ frames: [filled(5)], fault });
    expect(read(length.map((byte) => Uint8Array.of(byte)))).toEqual({ frames: [], fault });
  });

  it('may grow longer once that is allowed', () => {
    const reader = new FrameReader(10);
    reader.append(joinFrames([filled(10), filled(11)]));
    expect(reader.next()).toEqual(filled(10));
    reader.maxBytes = 11;
    expect(reader.next()).toEqual(filled(11));
    expect(reader.buffered).toBe(0);
  });

  it('that are not whole are counted as buffered, whichever part of them came', () => {
    for (const cut of [1, 2, 3, 150]) {
      const reader = new FrameReader(MAX);
      reader.append(joinFrames([filled(200)]).subarray(0, cut));
      expect(reader.next()).toBeNull();
      expect(reader.buffered).toBe(cut);
    }
  });
});
