import { describe, expect, it } from 'vitest';
import { RING, ringPlaces } from '#desktop/ui/src/graph/rings.ts';

const distance = ({ x, y }: { x: number; y: number }): number => Math.hypot(x, y);

describe('places around somebody', () => {
  it('are on a ring for each hop, no two alike', () => {
    const people = ['me', 'a', 'b', 'c', 'd', 'e'].map((id, index) => ({ id, hops: Math.min(index, 2) }));
    const places = ringPlaces(people, [
      ['me', 'a'],
      ...(['b', 'c', 'd', 'e'] as const).map((id) => ['a', id] as const),
    ]);
    expect(places.get('me')).toEqual({ x: 0, y: 0 });
    expect([...places.values()].map((place) => Math.round(distance(place) / RING))).toEqual([0, 1, 2, 2, 2, 2]);
    expect(new Set([...places.values()].map(({ x, y }) => `${x.toFixed(3)} ${y.toFixed(3)}`)).size).toBe(6);
  });

  it('are beside those who know them', () => {
    const people = [
      { id: 'me', hops: 0 },
      ...['a', 'b', 'c', 'd'].map((id) => ({ id, hops: 1 })),
      // Named in another order than their friends.
      ...['of c', 'of a', 'of d', 'of b'].map((id) => ({ id, hops: 2 })),
    ];
    const near = (id: string) => [`of ${id}`, id] as const;
    const places = ringPlaces(people, [
      ...['a', 'b', 'c', 'd'].map((id) => ['me', id] as const),
      ...['a', 'b', 'c', 'd'].map(near),
    ]);
    for (const id of ['a', 'b', 'c', 'd']) {
      const [inner, outer] = [places.get(id), places.get(`of ${id}`)];
      if (inner === undefined || outer === undefined) throw new Error(`${id} has no place`);
      expect(Math.atan2(outer.y, outer.x)).toBeCloseTo(Math.atan2(inner.y, inner.x), 6);
    }
  });

  it('leave room between many', () => {
    const people = Array.from({ length: 101 }, (_, index) => ({ id: String(index), hops: Math.min(index, 1) }));
    const places = [...ringPlaces(people, []).values()];
    const [, first, second] = places;
    if (first === undefined || second === undefined) throw new Error('they have no place');
    expect(Math.hypot(first.x - second.x, first.y - second.y)).toBeGreaterThan(55);
  });
});
