/**
 * What can happen next: a message arrives, a timer fires, an order is given, an old disk comes back; and in each case
 * the participant may crash before it has sent anything.
 */
import type { Breach } from './checks.ts';
import { bitsOf, type MessageItem } from './items.ts';
import type { Change, Clock, Ending, Endings, Node } from './nodes.ts';
import type { World } from './world.ts';

type Occasion =
  | { readonly type: 'message'; readonly item: MessageItem; readonly clock: Clock }
  | { readonly type: 'timer'; readonly clock: Clock }
  | { readonly type: 'order' }
  | { readonly type: 'let-go' }
  | { readonly type: 'restore' };

/** Something that changes a participant's disk, and the state of the network after it. */
export interface Move {
  readonly participant: number;
  readonly occasion: Occasion;
  readonly crashed: boolean;
  readonly row: Int32Array;
  readonly breach: Breach | null;
}

/** All moves from a closed state that change anything. The row of each is good only until the next is asked for. */
export function* movesFrom(world: World, row: Int32Array): IterableIterator<Move> {
  const scratch = new Int32Array(row.length);
  for (const node of world.nodes) {
    if (node === null) continue;
    for (const [occasion, endings] of occasionsOf(world, row, node)) {
      yield* movesOf(world, row, scratch, node, occasion, endings);
    }
  }
}

function* occasionsOf(world: World, row: Int32Array, node: Node): IterableIterator<readonly [Occasion, Endings]> {
  const state = row[node.index] as number;
  const { changing, changes } = node.reactions(state, row, world.offset);
  for (const id of bitsOf(row, world.offset, changing)) {
    const item = world.items.item(id) as MessageItem;
    for (const { clock, endings } of changes[id] as readonly Change[])
      yield [{ type: 'message', item, clock }, endings];
  }
  for (const { clock, endings } of node.own(state).changes) yield [{ type: 'timer', clock }, endings];
  for (const endings of node.ordered(state)) yield [{ type: 'order' }, endings];
  for (const endings of node.letGo(state)) if (endings[0].next !== state) yield [{ type: 'let-go' }, endings];
  const restored = world.scenario.restorable.includes(node.index) ? node.restored(state) : null;
  if (restored !== null) yield [{ type: 'restore' }, restored];
}

/** The network after an event: cut off by a crash, where that makes a difference, and whole. */
function* movesOf(
  world: World,
  row: Int32Array,
  scratch: Int32Array,
  node: Node,
  occasion: Occasion,
  [whole, cut]: Endings,
): IterableIterator<Move> {
  const come = ({ next, sent }: Ending) => {
    scratch.set(row);
    scratch[node.index] = next;
    world.close(scratch, node.index);
    world.send(scratch, sent);
  };
  if (cut !== undefined && whole.breach === null) {
    come(cut);
    if (cut.next !== whole.next || world.lacks(scratch, whole.sent)) yield judged(world, node, occasion, cut, scratch);
  }
  come(whole);
  yield judged(world, node, occasion, whole, scratch);
}

/** INV-DURABLE: what a participant has let out with its signature is on its disk. */
function judged(world: World, node: Node, occasion: Occasion, { crashed, breach }: Ending, row: Int32Array): Move {
  const participant = node.index;
  const forgotten = breach === null ? node.forgotten(row[participant] as number, row, world.offset) : null;
  if (forgotten === null) return { participant, occasion, crashed, row, breach };
  const what = `it forgot its ${forgotten.domain.slice('geo/1/'.length)}`;
  return { participant, occasion, crashed, row, breach: { invariant: 'INV-DURABLE', participant, what } };
}
