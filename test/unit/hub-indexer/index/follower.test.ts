import { expect, it } from 'vitest';
import { Follower } from '#hub-indexer/index/follower.ts';
import { MapIndex } from '#hub-indexer/index/map-index.ts';
import { createLog } from '#node/log.ts';
import type { SignedAnnouncement } from '#protocol/announcement.ts';
import { ANNOUNCEMENT_LIFETIME_MS } from '#protocol/limits.ts';
import { Topology } from '#protocol/topology.ts';
import { announced } from '#test/support/announcements.ts';
import { key, UAH } from '#test/support/packets.ts';
import { THEN_MS } from '#test/support/people.ts';

function world() {
  const topology = new Topology();
  const index = new MapIndex(new Uint8Array(8));
  const clock = { nowMs: THEN_MS };
  const log = createLog({ level: 'silent', file: null });
  const follower = new Follower({ index, topology, nowMs: () => clock.nowMs, log });
  const save = (...list: SignedAnnouncement[]): void => {
    for (const signed of list) topology.apply(signed);
    follower.saved(list.map((signed) => ({ type: 'announcement', signed })));
  };
  const has = (names: string): boolean =>
    index.graph(UAH)?.has(key(names[0] as string), key(names[1] as string)) === true;
  return { topology, index, clock, follower, save, has };
}

it('takes in what is stored, and takes out what is withdrawn', () => {
  const { save, has, follower } = world();
  save(announced('AB'), announced('BC'));
  expect([has('AB'), has('BC')]).toEqual([true, true]);
  save(announced('AB', { seq: THEN_MS + 1, active: false }));
  expect([has('AB'), has('BC')]).toEqual([false, true]);
  follower.saved([{ type: 'paid' } as never]);
  expect(has('BC')).toBe(true);
});

it('takes out what has expired, when it looks', async () => {
  const { save, has, clock, follower } = world();
  save(announced('AB'), announced('BC', { seq: THEN_MS + 10 }), announced('CD', { seq: THEN_MS + 10 }));
  clock.nowMs += ANNOUNCEMENT_LIFETIME_MS;
  expect(await follower.sweep()).toBe(1);
  expect([has('AB'), has('BC'), has('CD')]).toEqual([false, true, true]);
  save(announced('CD', { seq: THEN_MS + 20 }));
  clock.nowMs += 10;
  expect(await follower.sweep()).toBe(1);
  expect([has('BC'), has('CD')]).toEqual([false, true]);
  save(announced('AC', { seq: THEN_MS }));
  expect(has('AC')).toBe(false);
});

it('catches up with a map: what is there comes in, what is gone goes', async () => {
  const { topology, index, clock, follower, has } = world();
  index.set({ from: key('X'), to: key('Y'), equivalent: UAH }, true);
  topology.apply(announced('AB'));
  topology.apply(announced('BC', { seq: THEN_MS - ANNOUNCEMENT_LIFETIME_MS }));
  topology.apply(announced('CD', { active: false }));
  expect(await follower.catchUp()).toBe(true);
  expect([has('AB'), has('BC'), has('CD'), has('XY')]).toEqual([true, false, false, false]);
  clock.nowMs += ANNOUNCEMENT_LIFETIME_MS;
  expect(await follower.catchUp()).toBe(true);
  expect(has('AB')).toBe(false);
});

it('ends in the middle when it is stopped', async () => {
  const { save, clock, follower, index } = world();
  save(announced('AB'), announced('BC'), announced('CD'));
  clock.nowMs += ANNOUNCEMENT_LIFETIME_MS;
  follower.stop();
  await follower.sweep();
  expect(index.lineCount).toBeGreaterThan(0);
  expect(await follower.catchUp()).toBe(false);
});
