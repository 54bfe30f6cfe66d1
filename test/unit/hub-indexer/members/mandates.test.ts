import { describe, expect, it } from 'vitest';
import { endedAmong } from '#hub-indexer/members/mandates.ts';
import { MAX_CLEARING_LIFETIME_MS, MAX_CLOCK_SKEW_MS } from '#protocol/limits.ts';
import { mandateOf } from '#test/support/hosted.ts';
import { person, THEN_MS } from '#test/support/people.ts';

const [member, hub] = [person(1), person(2)] as const;
const accounts = [{ neighbour: person(3).key, equivalent: 'UAH', cap: 1n }];
const HOUR_MS = 3_600_000;
const OLDEST_MS = MAX_CLEARING_LIFETIME_MS + MAX_CLOCK_SKEW_MS;

/** A mandate for packets from so long after `THEN_MS` until so long after it. */
const mandate = (seq: number, fromMs: number, untilMs: number) =>
  mandateOf(member, hub, accounts, { seq, notBeforeMs: THEN_MS + fromMs, notAfterMs: THEN_MS + untilMs });
type Given = readonly (readonly [seq: number, fromMs: number, untilMs: number])[];
const ended = (given: Given, afterMs: number): number[] =>
  endedAmong(
    given.map((one) => mandate(...one)),
    THEN_MS + afterMs,
  ).map(({ delegation }) => delegation.seq);

describe('a mandate', () => {
  it('ends when no packet of its time can be signed any more', () => {
    const given: Given = [
      [1, 0, HOUR_MS],
      [2, 2 * HOUR_MS, 3 * HOUR_MS],
    ];
    expect(ended(given, HOUR_MS + OLDEST_MS)).toEqual([]);
    expect(ended(given, HOUR_MS + OLDEST_MS + 1)).toEqual([1]);
  });

  it('ends when a newer one is there for all packets that can still be signed', () => {
    const given: Given = [
      [2, HOUR_MS, 3 * HOUR_MS],
      [1, 0, 2 * HOUR_MS],
    ];
    expect(ended(given, HOUR_MS + OLDEST_MS - 1)).toEqual([]);
    expect(ended(given, HOUR_MS + OLDEST_MS)).toEqual([1]);
  });

  it('stays when the newer one ends before it', () => {
    const given: Given = [
      [1, 0, 2 * HOUR_MS],
      [2, 0, HOUR_MS],
    ];
    expect(ended(given, HOUR_MS)).toEqual([]);
    expect(ended(given, 2 * HOUR_MS + OLDEST_MS + 1)).toEqual([1]);
  });

  it('stays when it is the newest, so that none comes again that was before it', () => {
    expect(ended([[1, 0, HOUR_MS]], 100 * HOUR_MS)).toEqual([]);
  });
});
