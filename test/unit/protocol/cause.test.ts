import { describe, expect, it } from 'vitest';
import { type Cause, causeNumbers, causeOf, causeShape, refusalOf } from '#protocol/cause.ts';
import { decode, encode } from '#protocol/codec.ts';
import { MAX_DEPTH, MAX_FRAME_BYTES } from '#protocol/limits.ts';
import { type Refusal, refuse } from '#protocol/refusals.ts';

/** One refusal of every code that travels, with all its facts. */
const travelling: { readonly [C in keyof typeof causeNumbers]: Refusal<C> } = {
  insufficient: refuse('insufficient', { hop: 1, limit: 100n, maxNow: 7n, reserved: 3n }),
  'no-trust-line': refuse('no-trust-line', { hop: 2 }),
  'line-closed': refuse('line-closed', { hop: 3 }),
  'line-frozen': refuse('line-frozen', { hop: 4 }),
  'not-intermediate': refuse('not-intermediate', { hop: 5 }),
  'daily-limit': refuse('daily-limit', { hop: 0, maxNow: 9n }),
  blocked: refuse('blocked', { hop: 1 }),
  'neighbour-offline': refuse('neighbour-offline', { hop: 2 }),
  'neighbour-overdue': refuse('neighbour-overdue', { hop: 3 }),
  'too-much-open': refuse('too-much-open', { hop: 4 }),
  expired: refuse('expired', {}),
  'too-little-time': refuse('too-little-time', {}),
  'lifetime-too-long': refuse('lifetime-too-long', {}),
  'from-the-future': refuse('from-the-future', {}),
  'already-paid': refuse('already-paid', {}),
  cancelled: refuse('cancelled', {}),
  'node-restored': refuse('node-restored', {}),
  'amounts-do-not-add-up': refuse('amounts-do-not-add-up', {}),
  'let-go': refuse('let-go', {}),
  'nothing-to-clear': refuse('nothing-to-clear', { hop: 15, maxNow: 0n, reserved: 7n }),
  'no-auto-clearing': refuse('no-auto-clearing', { hop: 16 }),
  'account-unsure': refuse('account-unsure', { hop: 5 }),
  'too-old': refuse('too-old', { hop: 6 }),
  'below-smallest': refuse('below-smallest', { hop: 1, limit: 12n }),
  'not-delegated': refuse('not-delegated', { hop: 3 }),
};

describe.each(Object.entries(travelling))('%s', (code, refusal) => {
  it('travels and comes out as it went in', () => {
    const bytes = encode(causeShape, causeOf(refusal));
    const cause = decode(causeShape, bytes, { maxBytes: MAX_FRAME_BYTES, maxDepth: MAX_DEPTH });
    expect(refusalOf(cause as Cause)).toEqual(refusal);
  });

  it('has its number, and no facts that are not its own', () => {
    const cause = causeOf(refusal);
    expect(cause.number).toBe(causeNumbers[code as keyof typeof causeNumbers]);
    for (const fact of ['hop', 'limit', 'maxNow', 'reserved'] as const) {
      expect(cause[fact]).toEqual((refusal as unknown as Record<string, unknown>)[fact] ?? null);
    }
  });
});

it('numbers are those of §9.2, for ever', () => {
  expect(Object.values(causeNumbers)).toEqual(Array.from({ length: 25 }, (_, at) => at + 1));
});

const bare = (number: number): Cause => ({ number, hop: null, limit: null, maxNow: null, reserved: null });

it('facts that are missing become nothing', () => {
  expect(refusalOf(bare(1))).toEqual(refuse('insufficient', { hop: 0, limit: 0n, maxNow: 0n, reserved: 0n }));
  expect(refusalOf(bare(6))).toEqual(refuse('daily-limit', { hop: 0, maxNow: 0n }));
  expect(refusalOf(bare(2))).toEqual(refuse('no-trust-line', { hop: 0 }));
});

it('facts that a code does not have are left out', () => {
  const cause = { ...bare(15), hop: 3, maxNow: 5n };
  expect(refusalOf(cause)).toEqual(refuse('already-paid', {}));
});

it('a number that this version does not know is passed on as it is', () => {
  const refusal = refusalOf({ ...bare(777), hop: 3 });
  expect(refusal).toEqual(refuse('not-explained', { number: 777 }));
  expect(causeOf(refusal)).toEqual(bare(777));
});

it('a refusal that never leaves a node travels as 0', () => {
  expect(causeOf(refuse('no-route', { maxHops: 6 }))).toEqual(bare(0));
  expect(causeOf(refuse('limit-below-debt', { debt: 1n, reserved: 2n, asked: 3n }))).toEqual(bare(0));
  expect(refusalOf(bare(0))).toEqual(refuse('not-explained', { number: 0 }));
});
