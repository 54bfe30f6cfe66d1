import { describe, expect, it } from 'vitest';
import type { SignedAnnouncement } from '#protocol/announcement.ts';
import { Topology } from '#protocol/topology.ts';
import { announced } from '#test/support/announcements.ts';
import { key, nameOf, UAH } from '#test/support/packets.ts';

function mapOf(...list: SignedAnnouncement[]): Topology {
  const map = new Topology();
  for (const signed of list) map.apply(signed);
  return map;
}

/** Names of those linked with one: who trusts it, whom it trusts. */
function around(map: Topology, name: string, equivalent = UAH): readonly [string, string] | undefined {
  const known = map.neighbours(equivalent, key(name));
  const names = (keys: Iterable<ReturnType<typeof key>>) => [...keys].map(nameOf).sort().join('');
  return known && [names(known.trustedBy), names(known.trusts)];
}

describe('the graph', () => {
  it('an empty map', () => {
    const map = mapOf();
    expect([map.count, map.digest, [...map.all()]]).toEqual([0, '0000000000000000', []]);
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

describe('the digest', () => {
  const list = [announced('AB'), announced('BA'), announced('CD', { equivalent: 'hour' })] as const;

  it('is the same whatever the order, and whatever was replaced on the way', () => {
    const map = mapOf(...list);
    expect(mapOf(...[...list].reverse()).digest).toBe(map.digest);
    expect(mapOf(announced('AB', { seq: 1 }), ...list).digest).toBe(map.digest);
    expect(mapOf(...list, ...list).digest).toBe(map.digest);
    expect(map.digest).toMatch(/^[0-9a-f]{16}$/);
  });

  it('is of what is announced, not of who has signed it', () => {
    const ended = { active: false };
    expect(mapOf(announced('AB', ended, 'A')).digest).toBe(mapOf(announced('AB', ended, 'B')).digest);
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
    expect(new Set(others.map(({ digest }) => digest)).size).toBe(others.length);
  });
});
