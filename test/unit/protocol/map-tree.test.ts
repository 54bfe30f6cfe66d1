import { describe, expect, it } from 'vitest';
import { childPart, indexOfPart, type MapItem, MapTree } from '#protocol/map-tree.ts';
import { Random } from '#simulations/random.ts';

const item = (place: string, digest: bigint): MapItem<string> => ({ place, digest, value: `${place}/${digest}` });

function treeOf(items: readonly MapItem<string>[]): MapTree<string> {
  const tree = new MapTree<string>();
  for (const each of items) tree.add(each);
  return tree;
}

/** What the tree must say of a part, counted one by one. */
function byHand(items: readonly MapItem<string>[], prefix: string) {
  const within = items.filter(({ place }) => place.startsWith(prefix));
  const sum = within.reduce((total, { digest }) => (total + digest) % 2n ** 64n, 0n);
  return { count: within.length, digest: within.length === 0 ? null : sum.toString(16).padStart(16, '0') };
}

const PREFIXES = ['', '0', 'f', '00', '07', '007', 'ff', '0000', '00000000', '0'.repeat(15), '0'.repeat(16)];

describe('a tree', () => {
  it.each([0, 1, 8, 9, 200, 3_000])('of %i says of each part how many and which, whatever came and went', (size) => {
    const random = new Random(size, 1);
    // Many share their first digits, so that the tree is deep in places.
    const items = Array.from({ length: size }, () => {
      const shared = random.below(3) === 0 ? '0'.repeat(random.below(14)) : '';
      return item((shared + random.hex(8)).slice(0, 16), BigInt(`0x${random.hex(8)}`));
    });
    const gone = items.map(({ place, digest }) => item(place, digest + 1n));
    const tree = treeOf([...gone, ...items]);
    for (const each of gone) tree.delete(each);
    for (const prefix of PREFIXES) {
      expect({ count: tree.count(prefix), digest: tree.digest(prefix) }).toEqual(byHand(items, prefix));
      const listed = [...tree.items(prefix)].map(({ place }) => place);
      expect(listed).toEqual(
        items
          .map(({ place }) => place)
          .filter((place) => place.startsWith(prefix))
          .sort(),
      );
    }
    for (const each of items) tree.delete(each);
    expect([tree.count(''), tree.digest(''), [...tree.items('')]]).toEqual([0, null, []]);
  });

  it('holds many of one place, in an order that does not depend on what came first', () => {
    const items = Array.from({ length: 20 }, (_, at) => item('a'.repeat(16), BigInt(at)));
    const tree = treeOf(items);
    expect(tree.count('a'.repeat(16))).toBe(20);
    expect([...tree.items('')]).toEqual([...treeOf(items.toReversed()).items('')]);
  });

  it('a part that was emptied looks as if it had never been', () => {
    const items = Array.from({ length: 30 }, (_, at) => item(`a${at.toString(16).padStart(15, '0')}`, 5n));
    const tree = treeOf([item('b'.repeat(16), 7n), ...items]);
    for (const each of items) tree.delete(each);
    expect([tree.digest('a'), tree.count('a'), tree.digest('')]).toEqual([null, 0, '0000000000000007']);
    tree.add(item('a'.repeat(16), 1n));
    expect(tree.digest('a')).toBe('0000000000000001');
  });

  it('names parts by their digits', () => {
    expect([childPart('0a', 11), indexOfPart('0ab'), childPart('', 0)]).toEqual(['0ab', 11, '0']);
  });
});
