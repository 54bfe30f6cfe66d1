import { expect, it } from 'vitest';
import { MemberWays } from '#hub-indexer/members/ways.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { decodeMessage, encodeMessage } from '#protocol/link.ts';
import type { LineRecord } from '#protocol/records.ts';
import type { LineStatus } from '#protocol/trust-line.ts';
import { key, nameOf, UAH } from '#test/support/packets.ts';

/** The first of two names trusts the second. */
function line(names: string, status: LineStatus = 'active'): LineRecord {
  const [from, to] = [...names].map(key);
  return { type: 'line', signed: { line: { from, to, equivalent: UAH, status } } } as unknown as LineRecord;
}

function asked(ways: MemberWays, from: string, source: string, target: string): readonly string[] | null {
  const request = encodeMessage({
    ...{ type: 'hint-request', id: '0c'.repeat(16), equivalent: UAH, most: 8 },
    ...{ source: key(source), target: key(target) },
  });
  let told: readonly string[] | null = null;
  const isAnswered = ways.answer(key(from), request, (to: PublicKey, frame) => {
    const hints = decodeMessage(frame);
    if (!('type' in hints) || hints.type !== 'hints') throw new Error('another answer');
    expect(nameOf(to)).toBe(from);
    told = hints.routes.map((route) => route.map(nameOf).join(''));
  });
  expect(isAnswered).toBe(true);
  return told;
}

it('knows ways over lines that are on no map, as they are now', () => {
  const ways = new MemberWays();
  ways.learn([line('BA'), line('CB')]);
  expect(asked(ways, 'A', 'A', 'C')).toEqual(['ABC']);
  expect(asked(ways, 'A', 'A', 'D')).toEqual([]);
  ways.saved([line('DC'), { type: 'node' } as never]);
  expect(asked(ways, 'A', 'A', 'D')).toEqual(['ABCD']);
  ways.saved([line('CB', 'closed')]);
  expect(asked(ways, 'A', 'A', 'D')).toEqual([]);
});

it('tells nobody the ways of somebody else', () => {
  const ways = new MemberWays();
  ways.learn([line('BA'), line('CB')]);
  expect(asked(ways, 'E', 'A', 'C')).toBeNull();
});

it('leaves to the hub itself what is no request for hints', () => {
  const frame = encodeMessage({ type: 'recover', restoredAtMs: null });
  expect(new MemberWays().answer(key('A'), frame, () => undefined)).toBe(false);
});
