/** How much a hub may let go over the accounts of its member, whatever strangers say they let it owe. */
import { expect, it } from 'vitest';
import { capsOf } from '#desktop/ui/src/member/caps.ts';
import { accountName } from '#desktop/ui/src/member/checked.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { VERSION } from '#protocol/limits.ts';
import { DEFAULT_POLICY, type TrustLine } from '#protocol/trust-line.ts';
import { key } from '#test/support/packets.ts';

const [self, friend, puppet] = [key('A'), key('B'), key('C')];

function line(from: PublicKey, to: PublicKey, limit: bigint, equivalent = 'UAH'): TrustLine {
  return {
    ...{ version: VERSION, network: 'geo-test', from, to, equivalent, limit, status: 'active', policy: DEFAULT_POLICY },
    ...{ seq: 1, createdAtMs: 1 },
  };
}

const named = (lines: readonly TrustLine[]) =>
  new Map(lines.map((one) => [accountName(one.from === self ? one.to : one.from, one.equivalent), one]));

function caps(
  given: readonly TrustLine[],
  received: readonly TrustLine[],
  owed: ReadonlyMap<string, bigint> = new Map(),
) {
  const all = capsOf({ given: named(given), received: named(received) }, owed);
  return Object.fromEntries(
    all.map(({ neighbour, equivalent, cap, isTight }) => [`${neighbour}-${equivalent}`, [cap, isTight]]),
  );
}

it('a stranger that lets the member owe any amount raises them by no more than the member lets others owe', () => {
  const given = [line(self, friend, 100n)];
  const received = [line(friend, self, 50n), line(puppet, self, 10n ** 17n)];
  expect(caps(given, received)).toEqual({
    [accountName(friend, 'UAH')]: [600n, false],
    [accountName(puppet, 'UAH')]: [400n, true],
  });
});

it('who lets nobody owe allows what it owes to come back', () => {
  const received = [line(puppet, self, 1_000n)];
  const name = accountName(puppet, 'UAH');
  expect(caps([], received)).toEqual({ [name]: [1n, true] });
  expect(caps([], received, new Map([[name, 12n]]))).toEqual({ [name]: [48n, true] });
  expect(caps([], received, new Map([[name, 5_000n]]))).toEqual({ [name]: [4_000n, false] });
});

it('what others may owe in one equivalent allows nothing in another', () => {
  const all = caps([line(self, friend, 100n)], [line(puppet, self, 1_000n, 'hour')]);
  expect(all[accountName(puppet, 'hour')]).toEqual([1n, true]);
});
