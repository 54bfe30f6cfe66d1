import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FrameReader, joinFrames } from '#node/p2p/frames.ts';

const frame = fc.uint8Array({ minLength: 1, maxLength: 400 });

/** The bytes in chunks of these lengths, over and over. */
function* chunksOf(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length] as number;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

it('frames come out as they went in, however their bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 30 }),
      fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 10 }),
      (frames, lengths) => {
        const reader = new FrameReader(400);
        const read: Uint8Array[] = [];
        for (const chunk of chunksOf(joinFrames(frames), lengths)) {
          reader.append([chunk]);
          for (let next = reader.next(); next instanceof Uint8Array; next = reader.next()) read.push(next);
        }
        expect(read).toEqual(frames);
        expect(reader.buffered).toBe(0);
      },
    ),
  );
});

it('any bytes give frames of an allowed length or a fault, and nothing is held that did not come', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.integer({ min: 1, max: 300 }), (bytes, max) => {
      const reader = new FrameReader(max);
      reader.append(bytes);
      let given = 0;
      let next = reader.next();
      for (; next instanceof Uint8Array; next = reader.next()) {
        expect(next.length).toBeLessThanOrEqual(max);
        expect(next.length).toBeGreaterThan(0);
        given += next.length;
      }
      expect(given + reader.buffered).toBeLessThanOrEqual(bytes.length);
    }),
  );
});
