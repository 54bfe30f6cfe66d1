/**
 * The tree over which two maps are compared (§6.3): lines by the digits of their places, with a sum of digests at every
 * knot, so that two maps which differ in a few lines find these by a few sums.
 */

/** One line of the map as it is compared. */
export interface MapItem<T> {
  /** 16 hex digits by which lines are ordered. */
  readonly place: string;
  /** 64 bits of the hash of what is held of the line. */
  readonly digest: bigint;
  readonly value: T;
}

interface Knot<T> {
  count: number;
  /** Sum of the digests below, modulo 2⁶⁴. */
  sum: bigint;
  /** A leaf has items, any other knot has children by their next digit. */
  items: MapItem<T>[] | null;
  children: (Knot<T> | undefined)[] | null;
}

/** Digits of a place. */
export const PLACE_DIGITS = 16;
/** Children of a knot: one a hex digit. */
export const FANOUT = 16;
/** A leaf that grows beyond this is split. */
const LEAF = 8;
const DIGITS = '0123456789abcdef';

const leaf = <T>(): Knot<T> => ({ count: 0, sum: 0n, items: [], children: null });
const digitAt = (place: string, depth: number): number => Number.parseInt(place.charAt(depth), 16);

/** The part of the map that is the child number `index`, 0 … 15, of another part. */
export function childPart(prefix: string, index: number): string {
  return prefix + DIGITS.charAt(index);
}

/** Which child of the part above it a part is. */
export function indexOfPart(prefix: string): number {
  return digitAt(prefix, prefix.length - 1);
}

/**
 * Lines in the order of their places. A *part* is named by the digits with which the places in it begin; all of them
 * together are the part ''. Adding and taking away cost a few knots, so does the sum of a part.
 */
export class MapTree<T> {
  #root: Knot<T> = leaf();

  /** An item that is not in it. */
  add(item: MapItem<T>): void {
    let knot = this.#root;
    for (let depth = 0; ; depth++) {
      knot.count++;
      knot.sum = BigInt.asUintN(64, knot.sum + item.digest);
      if (knot.children === null) {
        knot.items?.push(item);
        if (knot.count > LEAF && depth < PLACE_DIGITS) split(knot, depth);
        return;
      }
      const digit = digitAt(item.place, depth);
      let child = knot.children[digit];
      if (child === undefined) {
        child = leaf();
        knot.children[digit] = child;
      }
      knot = child;
    }
  }

  /** The very item that was added. */
  delete(item: MapItem<T>): void {
    let knot = this.#root;
    for (let depth = 0; ; depth++) {
      knot.count--;
      knot.sum = BigInt.asUintN(64, knot.sum - item.digest);
      if (knot.items !== null) {
        knot.items.splice(knot.items.indexOf(item), 1);
        return;
      }
      const children = knot.children as (Knot<T> | undefined)[];
      const digit = digitAt(item.place, depth);
      const child = children[digit] as Knot<T>;
      // The last one of a child takes the child with it.
      if (child.count === 1) {
        children[digit] = undefined;
        if (knot.count === 0) {
          knot.children = null;
          knot.items = [];
        }
        return;
      }
      knot = child;
    }
  }

  /** How many items a part has. */
  count(prefix: string): number {
    const knot = this.#find(prefix);
    if (knot === undefined) return 0;
    return isWithin(knot, prefix) ? knot.count : below(knot, prefix).length;
  }

  /** 16 hex digits that are equal for equal parts, in whatever order they came to be; null for an empty part. */
  digest(prefix: string): string | null {
    const knot = this.#find(prefix);
    if (knot === undefined || knot.count === 0) return null;
    if (isWithin(knot, prefix)) return inHex(knot.sum);
    const items = below(knot, prefix);
    if (items.length === 0) return null;
    return inHex(
      BigInt.asUintN(
        64,
        items.reduce((sum, { digest }) => sum + digest, 0n),
      ),
    );
  }

  /** The items of a part, in order. */
  *items(prefix: string): Generator<MapItem<T>> {
    const knot = this.#find(prefix);
    if (knot === undefined) return;
    if (isWithin(knot, prefix)) yield* inOrder(knot);
    else yield* sorted(below(knot, prefix));
  }

  /** The knot of a part, or the leaf that has all of it and more. */
  #find(prefix: string): Knot<T> | undefined {
    let knot: Knot<T> | undefined = this.#root;
    for (let depth = 0; depth < prefix.length && knot !== undefined && knot.children !== null; depth++) {
      knot = knot.children[digitAt(prefix, depth)];
    }
    return knot;
  }
}

/** Has a knot that was found for a part nothing else in it? */
function isWithin<T>(knot: Knot<T>, prefix: string): boolean {
  return knot.items === null || knot.items.every(({ place }) => place.startsWith(prefix));
}

function below<T>(knot: Knot<T>, prefix: string): MapItem<T>[] {
  return (knot.items ?? []).filter(({ place }) => place.startsWith(prefix));
}

function split<T>(knot: Knot<T>, depth: number): void {
  const children = Array.from<Knot<T> | undefined>({ length: FANOUT });
  for (const item of knot.items ?? []) {
    const digit = digitAt(item.place, depth);
    const child = children[digit] ?? leaf<T>();
    children[digit] = child;
    child.count++;
    child.sum = BigInt.asUintN(64, child.sum + item.digest);
    child.items?.push(item);
  }
  knot.items = null;
  knot.children = children;
  for (const child of children)
    if (child !== undefined && child.count > LEAF && depth + 1 < PLACE_DIGITS) split(child, depth + 1);
}

function* inOrder<T>(knot: Knot<T>): Generator<MapItem<T>> {
  if (knot.items !== null) yield* sorted(knot.items);
  for (const child of knot.children ?? []) if (child !== undefined) yield* inOrder(child);
}

/** By place; of one place by digest, so that the order never depends on what came first. */
function sorted<T>(items: readonly MapItem<T>[]): MapItem<T>[] {
  return items.toSorted((a, b) => (a.place < b.place || (a.place === b.place && a.digest < b.digest) ? -1 : 1));
}

function inHex(sum: bigint): string {
  return sum.toString(16).padStart(16, '0');
}
