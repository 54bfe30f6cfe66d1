import { describe, expect, it } from 'vitest';
import type { SignedAnnouncement } from '#protocol/announcement.ts';
import { FLAG_BITS, TRUSTED, TRUSTS } from '#protocol/graph.ts';
import { ANNOUNCEMENT_LIFETIME_MS, MAP_SLOT_MS } from '#protocol/limits.ts';
import { slotOf, Topology } from '#protocol/topology.ts';
import { announced } from '#test/support/announcements.ts';
import { key, nameOf, UAH } from '#test/support/packets.ts';
import { THEN_MS } from '#test/support/people.ts';

/** Of all of it, or of what lasts beyond a slot. */
const digestOf = (map: Topology, slot = 0): string | null => map.lasting(slot).digest('');

function mapOf(...list: SignedAnnouncement[]): Topology {
  const map = new Topology();
  for (const signed of list) map.apply(signed);
  return map;
}

/** Names of those linked with one: who trusts it, whom it trusts. */
function around(map: Topology, name: string, equivalent = UAH): readonly [string, string] | undefined {
  const graph = map.graph(equivalent);
  const number = graph?.numberOf(key(name)) ?? -1;
  if (graph === undefined || number < 0) return undefined;
  const start = graph.startOf(number);
  const entries = [...graph.entries.subarray(start, start + graph.degreeOf(number))];
  const names = (flag: number) =>
    entries
      .filter((entry) => (entry & flag) !== 0)
      .map((entry) => nameOf(graph.keyOf(entry >>> FLAG_BITS)))
      .sort()
      .join('');
  return [names(TRUSTED), names(TRUSTS)];
}

describe('the graph', () => {
  it('an empty map', () => {
    const map = mapOf();
    expect([map.count, digestOf(map), [...map.all()]]).toEqual([0, null, []]);
    expect(around(map, 'A')).toBeUndefined();
    expect(map.get(key('A'), key('B'), UAH)).toBeUndefined();
  });

  it('a line has two ends, in its equivalent only', () => {
    const map = mapOf(announced('AB'), announced('BA'), announced('CB'), announced('AC', { equivalent: 'hour' }));
    expect(around(map, 'A')).toEqual(['B', 'B']);
    expect(around(map, 'B')).toEqual(['AC', 'A']);
    expect(around(map, 'C')).toEqual(['', 'B']);
    expect([around(map, 'C', 'hour'), around(map, 'B', 'hour')]).toEqual([['A', ''], undefined]);
    expect(map.count).toBe(4);
    expect(map.get(key('A'), key('B'), UAH)).toEqual(announced('AB'));
  });

  it('what is withdrawn links nobody, and is still known', () => {
    const map = mapOf(announced('AB'), announced('BA'), announced('AB', { seq: Date.UTC(2030), active: false }, 'A'));
    expect(around(map, 'A')).toEqual(['B', '']);
    expect(around(map, 'B')).toEqual(['', 'A']);
    expect(map.get(key('A'), key('B'), UAH)?.announcement.active).toBe(false);
    expect(map.count).toBe(2);
  });

  it('and can come back', () => {
    const map = mapOf(announced('AB'), announced('AB', { seq: 5, active: false }), announced('AB', { seq: 6 }));
    expect(around(map, 'B')).toEqual(['A', '']);
  });
});

describe('what is forgotten', () => {
  const list = [announced('AB'), announced('BA'), announced('CB')];
  const forget = (map: Topology, names: string) => map.forget(key(names.charAt(0)), key(names.charAt(1)), UAH);

  it('is as if it had never been heard of', () => {
    const map = mapOf(...list);
    forget(map, 'CB');
    expect([map.count, digestOf(map), around(map, 'B'), around(map, 'C')]).toEqual([
      2,
      digestOf(mapOf(...list.slice(0, 2))),
      ['A', 'A'],
      undefined,
    ]);
    forget(map, 'CB');
    for (const names of ['AB', 'BA']) forget(map, names);
    expect([map.count, digestOf(map), [...map.all()], around(map, 'A')]).toEqual([0, null, [], undefined]);
  });

  it('is a line in its equivalent only', () => {
    const map = mapOf(announced('AB'), announced('AB', { equivalent: 'hour' }));
    forget(map, 'AB');
    expect([around(map, 'A'), around(map, 'A', 'hour')]).toEqual([undefined, ['', 'B']]);
  });

  it('may be a minute after its end; what was taken off, when nothing older can come back', () => {
    const endsAtMs = THEN_MS + 1_000;
    const [short, taken] = [
      announced('AB', { expiresAtMs: endsAtMs }),
      announced('BA', { active: false, expiresAtMs: endsAtMs }),
    ];
    const map = mapOf(short, taken, announced('CB'));
    const at = (nowMs: number, most = 9) => map.forgettable(nowMs, most);
    expect([at(endsAtMs), at(endsAtMs + 59_999)]).toEqual([[], []]);
    expect(at(endsAtMs + 60_000)).toEqual([short]);
    const lastMs = THEN_MS + ANNOUNCEMENT_LIFETIME_MS + 60_000;
    expect(at(lastMs - 1)).toEqual([short]);
    expect(at(lastMs)).toHaveLength(3);
    expect(at(lastMs, 2)).toHaveLength(2);
  });
});

describe('the digest', () => {
  const list = [announced('AB'), announced('BA'), announced('CD', { equivalent: 'hour' })] as const;

  it('is the same whatever the order, and whatever was replaced on the way', () => {
    const map = mapOf(...list);
    expect(digestOf(map)).toMatch(/^[0-9a-f]{16}$/);
    for (const same of [[...list].reverse(), [announced('AB', { seq: 1 }), ...list], [...list, ...list]]) {
      expect(digestOf(mapOf(...same))).toBe(digestOf(map));
    }
  });

  it('is of what is announced, not of who has signed it', () => {
    const ended = { active: false };
    expect(digestOf(mapOf(announced('AB', ended, 'A')))).toBe(digestOf(mapOf(announced('AB', ended, 'B'))));
  });

  it('differs for any difference', () => {
    const others = [
      mapOf(),
      mapOf(list[0]),
      mapOf(list[0], list[1]),
      mapOf(...list),
      mapOf(announced('AB', { seq: 1 })),
      mapOf(announced('AB', { active: false })),
      mapOf(announced('AB', { equivalent: 'hour' })),
    ];
    expect(new Set(others.map((map) => digestOf(map))).size).toBe(others.length);
  });

  it('leaves out what ends in the slot or before, whichever slot was asked for last', () => {
    const slot = slotOf(THEN_MS);
    const ending = (hours: number) => announced('AB', { expiresAtMs: THEN_MS + hours * 3_600_000 });
    // 6 hours a slot: two that differ in their last six hours are the same.
    for (const hours of [0.1, 5.9]) {
      const map = mapOf(ending(hours), list[1]);
      for (const asked of [slot + 1, slot - 2, slot + 5, slot + 1]) map.lasting(asked);
      expect(digestOf(map, slot + 1)).toBe(digestOf(mapOf(list[1])));
      expect(digestOf(map, slot - 1)).toBe(digestOf(mapOf(ending(hours), list[1])));
      expect(map.lasting(slot + 1).count('')).toBe(1);
      expect(map.count).toBe(2);
    }
  });

  it('a slot begins a minute early, so that no clock sees what is compared end before it is sent', () => {
    expect(slotOf(MAP_SLOT_MS * 7 - 60_001)).toBe(6);
    expect(slotOf(MAP_SLOT_MS * 7 - 60_000)).toBe(7);
  });
});
