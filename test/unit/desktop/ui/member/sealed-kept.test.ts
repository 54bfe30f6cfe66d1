import { beforeEach, describe, expect, it } from 'vitest';
import { type Shelf, sealAll, sealedKept } from '#desktop/ui/src/member/sealed-kept.ts';

const [seed, otherSeed] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];

describe('what the browser of a member keeps', () => {
  let values: Map<string, unknown>;
  let shelf: Shelf;

  beforeEach(() => {
    values = new Map();
    shelf = {
      get: async (name) => values.get(name),
      set: async (name, value) => void values.set(name, value),
      delete: async (name) => void values.delete(name),
      names: async (prefix) => [...values.keys()].filter((name) => name.startsWith(prefix)),
      replace: async (name, was, value) => void (values.get(name) === was && values.set(name, value)),
    };
  });

  /** Everything that lies there, as bytes read one by one. */
  function lying(): string {
    return [...values.values()]
      .map((value) =>
        typeof value === 'string' ? value : Buffer.from((value as { bytes: ArrayBuffer }).bytes).toString('latin1'),
      )
      .join();
  }

  it('is read again with the same seed, and by nobody else', async () => {
    await sealedKept(shelf, seed).set('geo-state', 'Boris owes 17.50');
    expect(values.size).toBe(1);
    expect(lying()).not.toMatch(/Boris|17\.50/);
    expect(await sealedKept(shelf, seed).get('geo-state')).toBe('Boris owes 17.50');
    expect(await sealedKept(shelf, otherSeed).get('geo-state')).toBeNull();
    expect(await sealedKept(shelf, seed).get('geo-nothing')).toBeNull();
  });

  it('cannot be put under another name', async () => {
    const kept = sealedKept(shelf, seed);
    await kept.set('one', 'text');
    values.set('other', values.get('one'));
    expect(await kept.get('other')).toBeNull();
  });

  it('is what was set last, however long sealing takes, and is gone once deleted', async () => {
    const kept = sealedKept(shelf, seed);
    await Promise.all([kept.set('a', 'x'.repeat(2_000_000)), kept.set('a', 'short')]);
    expect(await kept.get('a')).toBe('short');
    await Promise.all([kept.set('a', 'x'.repeat(2_000_000)), kept.delete('a')]);
    expect([await kept.get('a'), await kept.names('')]).toEqual([null, []]);
  });

  it('goes on after the browser could not keep something', async () => {
    const full: Shelf = { ...shelf, set: () => Promise.reject(new Error('no room')) };
    const kept = sealedKept(full, seed);
    await expect(kept.set('a', 'text')).rejects.toThrow('no room');
    full.set = (name, value) => shelf.set(name, value);
    await kept.set('b', 'text');
    expect(await kept.get('b')).toBe('text');
  });

  it('of an earlier version is read as it is, and sealed once', async () => {
    values.set('geo-state', 'Boris owes 17.50');
    const kept = sealedKept(shelf, seed);
    expect(await kept.get('geo-state')).toBe('Boris owes 17.50');
    await sealAll(shelf, kept, seed);
    expect(lying()).not.toMatch(/Boris/);
    expect(await kept.get('geo-state')).toBe('Boris owes 17.50');
    values.set('geo-invitation', 'kept before there is a key');
    await sealAll(shelf, kept, seed);
    expect(values.get('geo-invitation')).toBe('kept before there is a key');
  });

  it('that has changed while it was sealed stays as it is now', async () => {
    values.set('geo-state', 'old');
    const kept = sealedKept(shelf, seed);
    const slow: Shelf = {
      ...shelf,
      async replace(name, was, value) {
        await kept.set('geo-state', 'new');
        await shelf.replace(name, was, value);
      },
    };
    await sealAll(slow, kept, seed);
    expect(await kept.get('geo-state')).toBe('new');
  });
});
