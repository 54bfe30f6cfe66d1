/** What counts for moments only is forgotten after two rounds, or earlier where there is too much of it. */
import { expect, it } from 'vitest';
import { AgingMap } from '#protocol/aging-map.ts';

it('holds what was put in during this round and the one before', () => {
  const map = new AgingMap<string, number>(10);
  map.set('a', 1);
  map.age();
  map.set('b', 2);
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, 2, undefined]);
  map.set('a', 3);
  map.age();
  expect([map.get('a'), map.get('b')]).toEqual([3, 2]);
  map.age();
  expect([map.get('a'), map.get('b')]).toEqual([undefined, undefined]);
});

it('never holds more than twice as many as it should in one round', () => {
  const map = new AgingMap<number, number>(4);
  for (let number = 0; number < 100; number++) map.set(number, number);
  const held = Array.from({ length: 100 }, (_, number) => map.get(number)).filter((value) => value !== undefined);
  expect(held.length).toBeLessThanOrEqual(8);
  expect(held).toContain(99);
});
