import { expect, it } from 'vitest';
import { LruCache } from '#protocol/lru.ts';

it('computes once while held, and forgets what was not asked for the longest', () => {
  const cache = new LruCache<string, string | null>(2);
  const computed: string[] = [];
  const get = (key: string): string | null =>
    cache.get(key, () => {
      computed.push(key);
      return key === 'nothing' ? null : key.toUpperCase();
    });

  expect([get('a'), get('b'), get('a')]).toStrictEqual(['A', 'B', 'A']);
  expect(computed).toStrictEqual(['a', 'b']);

  expect(get('nothing')).toBeNull(); // forgets b, because a was asked for after it
  expect(get('nothing')).toBeNull();
  expect(get('a')).toBe('A');
  expect(computed).toStrictEqual(['a', 'b', 'nothing']);
  expect(get('b')).toBe('B');
  expect(computed).toStrictEqual(['a', 'b', 'nothing', 'b']);
  expect(cache.size).toBe(2);
});

it('holds nothing for a computation that throws', () => {
  const cache = new LruCache<string, number>(1);
  expect(() =>
    cache.get('a', () => {
      throw new RangeError('no');
    }),
  ).toThrow('no');
  expect(cache.size).toBe(0);
});
