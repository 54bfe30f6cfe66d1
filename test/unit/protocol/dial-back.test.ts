import { expect, it } from 'vitest';
import {
  decodeDialBack,
  decodeDialBackAnswer,
  encodeDialBack,
  encodeDialBackAnswer,
  type Listener,
} from '#protocol/dial-back.ts';
import { hexToBytes } from '#protocol/hex.ts';
import { MAX_DIAL_BACK_BYTES, MAX_LISTENERS } from '#protocol/limits.ts';
import vectors from '#test/vectors/geo/dial-back.json' with { type: 'json' };

it.each(vectors)('is read as it was written: $question.hex', ({ question, answer }) => {
  expect(decodeDialBack(hexToBytes(question.hex))).toEqual({ listeners: question.listeners });
  expect(decodeDialBackAnswer(hexToBytes(answer.hex))).toEqual({ reached: answer.reached });
});

it('fits its frame when it is as long as it may be, and may not be longer', () => {
  const listener: Listener = { port: 65_535, isWebSocket: true };
  const most = { listeners: Array.from({ length: MAX_LISTENERS }, () => listener) };
  expect(encodeDialBack(most).length).toBeLessThanOrEqual(MAX_DIAL_BACK_BYTES);
  expect(decodeDialBack(encodeDialBack(most))).toEqual(most);
  expect(() => encodeDialBack({ listeners: [...most.listeners, listener] })).toThrow();
  expect(() => encodeDialBackAnswer({ reached: [] })).toThrow();
});

it.each([
  '',
  '80',
  '8180',
  '81818218661',
  '818182196600f4',
  'a0',
  '8181821a00010000f4',
  '81858219fffff4f4f4f4f4f4f4f4f4',
])('refuses %s', (hex) => {
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
  expect(decodeDialBack(bytes.slice(1))).toMatchObject({ code: 'bad-encoding' });
  expect(decodeDialBackAnswer(bytes)).toMatchObject({ code: 'bad-encoding' });
});
