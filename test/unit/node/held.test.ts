import { describe, expect, it } from 'vitest';
import { HeldAmounts, type HeldHappening, stageOf, waitsForOf } from '#node/held.ts';
import type { Position } from '#protocol/position.ts';
import { Records } from '#protocol/records.ts';
import { ManualClock } from '#test/support/manual-clock.ts';
import { person, THEN_MS } from '#test/support/people.ts';
import { done, failed, letGo, prepared, received, saved } from '#test/support/positions.ts';

const [alice, bob, carol] = [person(1), person(2), person(3)] as const;
/** From its creation until it may no longer be decided, and until that is told. */
const LIFE_MS = 34_000;
const TOLD_MS = 35_000;

function watch(...before: Position[]) {
  const clock = new ManualClock(THEN_MS);
  const records = new Records(bob.key, 'geo-test');
  if (before.length > 0) records.apply(saved(...before));
  const told: [HeldHappening['type'], number][] = [];
  const held = new HeldAmounts({ records, clock, tell: ({ type }, atMs) => told.push([type, atMs - THEN_MS]) });
  const save = (...positions: Position[]): void => {
    records.apply(saved(...positions));
    held.saved([saved(...positions)]);
  };
  return { clock, records, told, held, save };
}

describe('an amount', () => {
  it('is under way, then held, which is told once, and settled', () => {
    const { clock, told, held, save } = watch();
    save(prepared);
    expect([...held.all()]).toMatchObject([{ stage: 'under-way', waitsFor: carol.key, lastAskedAtMs: null }]);
    clock.advance(LIFE_MS);
    expect([...held.all()]).toMatchObject([{ stage: 'under-way' }]);
    clock.advance(1);
    expect([...held.all()]).toMatchObject([{ stage: 'held' }]);
    clock.advance(TOLD_MS - LIFE_MS - 2);
    expect(told).toEqual([]);
    clock.advance(1);
    expect(told).toEqual([['held', TOLD_MS]]);
    expect([...held.all()]).toMatchObject([{ stage: 'held', position: { position: 1 } }]);
    clock.advance(10 * LIFE_MS);
    save(prepared);
    expect(told).toHaveLength(1);
    save(failed);
    expect(told.at(-1)).toEqual(['settled', 10 * LIFE_MS + TOLD_MS]);
    expect([...held.all()]).toEqual([]);
    // The upstream neighbour acknowledges.
    save({ ...failed, acked: true });
    expect(told).toHaveLength(2);
    expect(clock.waiting).toBe(0);
  });

  it('that is decided in time is not told', () => {
    const { clock, told, save } = watch();
    save(prepared);
    clock.advance(LIFE_MS - 1);
    save(done);
    clock.advance(LIFE_MS);
    expect(told).toEqual([]);
  });

  it('that was held when the node began is told again', () => {
    const { clock, told } = watch(prepared);
    clock.advance(LIFE_MS + 1_000);
    expect(told.map(([type]) => type)).toEqual(['held']);
  });

  it('comes soon after another one, and neither is forgotten', () => {
    const { clock, told, held, save } = watch();
    save(prepared);
    const later = { ...prepared.header, expiresAtMs: prepared.header.expiresAtMs + 2 };
    const txId = 'cd'.repeat(32) as Position['txId'];
    const other = { type: 'transaction', txId, positions: [{ ...prepared, txId, header: later }] } as const;
    held.saved([other]);
    clock.advance(TOLD_MS);
    expect(told).toEqual([['held', TOLD_MS]]);
    // That one is not in the records: it was decided before anybody looked.
    clock.advance(2_000);
    expect(told).toHaveLength(1);
    expect(clock.waiting).toBe(0);
  });

  it('that a receiver gives up when its time is over is not told', () => {
    const { clock, told, save } = watch();
    save(received);
    clock.advance(LIFE_MS + 1);
    save({ ...failed, position: 2 });
    clock.advance(LIFE_MS);
    expect(told).toEqual([]);
  });

  it('that the receiver holds waits for the payer, and nobody is asked', () => {
    const { held } = watch(received);
    expect([...held.all()]).toMatchObject([{ waitsFor: alice.key, nextAskAtMs: null }]);
  });
});

describe('whom an amount waits for', () => {
  it('was asked then, and is asked again at growing pauses', () => {
    const { clock, held } = watch(prepared);
    const nextMs = () => ([...held.all()][0]?.nextAskAtMs ?? 0) - THEN_MS;
    const pauses = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map((seconds) => seconds * 1_000);
    let atMs = 0;
    for (const pauseMs of [...pauses, 600_000, 600_000]) {
      atMs += pauseMs;
      expect(nextMs()).toBe(atMs);
      clock.advance(atMs - (clock.nowMs() - THEN_MS));
    }
    held.asked({ type: 'held', txId: prepared.txId, waitsFor: carol.key }, THEN_MS + 63_000);
    expect([...held.all()]).toMatchObject([{ lastAskedAtMs: THEN_MS + 63_000 }]);
  });

  it('is away since its link went down, or since the node began', () => {
    const { clock, records, held } = watch(prepared);
    expect([...held.all()]).toMatchObject([{ linked: false, offlineSinceAtMs: THEN_MS }]);
    records.linked.add(carol.key);
    held.linkUp(carol.key);
    expect([...held.all()]).toMatchObject([{ linked: true, offlineSinceAtMs: null }]);
    clock.advance(5_000);
    records.linked.delete(carol.key);
    held.linkDown(carol.key, clock.nowMs());
    clock.advance(5_000);
    expect([...held.all()]).toMatchObject([{ linked: false, offlineSinceAtMs: THEN_MS + 5_000 }]);
  });
});

describe('letting go', () => {
  it('is told once, and how it ended', () => {
    const { clock, told, held, save } = watch(prepared);
    clock.advance(2_000);
    save(letGo(clock.nowMs()));
    save(letGo(clock.nowMs(), { acked: true }));
    expect(told).toEqual([['let-go', 2_000]]);
    expect([...held.all()]).toMatchObject([{ stage: 'let-go', waitsFor: carol.key }]);
    clock.advance(LIFE_MS);
    expect(told).toHaveLength(1);
    save(letGo(THEN_MS + 2_000, { acked: true, ownRisk: null }));
    expect(told.map(([type]) => type)).toEqual(['let-go', 'settled']);
  });

  it('of a former start is not told again, but how it ended is', () => {
    const before = letGo(THEN_MS - 1, { acked: true });
    const { told, save } = watch(before);
    save(before);
    expect(told).toEqual([]);
    save({ ...before, ownRisk: 'counted' });
    expect(told.map(([type]) => type)).toEqual(['settled']);
  });

  it('of a receiver ends at once', () => {
    const { told, save } = watch(received);
    save(letGo(THEN_MS, { position: 2, ownRisk: null }));
    expect(told.map(([type]) => type)).toEqual(['let-go', 'settled']);
  });
});

it('what is settled, or only unacknowledged, holds nothing', () => {
  for (const position of [done, failed, { ...done, acked: false }]) expect(stageOf(position, THEN_MS)).toBe(null);
  expect([waitsForOf(done), waitsForOf(failed)]).toEqual([null, alice.key]);
});
