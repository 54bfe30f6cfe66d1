import { expect, it } from 'vitest';
import { announcedEquivalents, keptFor } from '#hub-indexer/members/equivalents.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { VERSION } from '#protocol/limits.ts';
import { Records } from '#protocol/records.ts';
import { DEFAULT_POLICY, type TrustLine, trustLineStatement } from '#protocol/trust-line.ts';
import { type Person, person, THEN_MS } from '#test/support/people.ts';

const [alice, bob, carol] = [person(1), person(2), person(3)] as const;
const NETWORK = 'geo-test';

function recordsOf({ key, sign }: Person, lines: readonly Partial<TrustLine>[], announce = true): Records {
  const records = new Records(key, NETWORK);
  for (const change of lines) {
    const line: TrustLine = {
      ...{ version: VERSION, network: NETWORK, from: key, to: bob.key, equivalent: 'UAH', seq: 1, limit: 1n },
      ...{ status: 'active', policy: { ...DEFAULT_POLICY, announce }, createdAtMs: THEN_MS },
      ...change,
    };
    const signature = sign(trustLineStatement(line));
    records.apply({ type: 'line', signed: { line, signature }, acked: true, conflicting: null });
  }
  return records;
}

it('counts lines that members have announced, each once, and those whom they are between', () => {
  const to = (key: PublicKey, equivalent = 'UAH') => ({ to: key, equivalent });
  const members = [
    recordsOf(alice, [to(bob.key), to(carol.key), to(carol.key, 'hour'), { from: bob.key, to: alice.key }]),
    recordsOf(bob, [to(alice.key), { ...to(carol.key), status: 'closed' }]),
    recordsOf(carol, [to(alice.key), to(bob.key, 'secret')], false),
  ];
  expect(announcedEquivalents(members)).toEqual([
    { equivalent: 'UAH', lines: 3, participants: 3 },
    { equivalent: 'hour', lines: 1, participants: 2 },
  ]);
});

it('they are counted now and then, however often somebody asks', () => {
  let [nowMs, count] = [THEN_MS, 0];
  const counted = keptFor(
    1_000,
    () => nowMs,
    () => ++count,
  );
  const after = (ms: number): number => {
    nowMs += ms;
    return counted();
  };
  expect([after(0), after(999), after(1), after(999), after(-2_000)]).toEqual([1, 1, 2, 2, 3]);
});
