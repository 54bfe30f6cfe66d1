/**
 * Rest (INV-LIVE): what happens once faults stop. All that was on its way is lost, every honest participant starts from
 * its disk, its clock past every expiry, and the malicious say nothing. Then all timers fire and what honest ones send
 * each other arrives; where that changes nothing any more, links are made anew and books compared. What is lost again
 * after each change is the worst that can happen to those who resend what they owe.
 */
import { type Breach, checkAtRest } from './checks.ts';
import type { MessageItem } from './items.ts';
import { type Endings, LATE, type Node } from './nodes.ts';
import { Visited } from './visited.ts';
import type { World } from './world.ts';

/** What is left to do: a participant comes to another state, by a message or by itself. */
interface Step {
  readonly participant: number;
  readonly next: number;
  readonly item: MessageItem | null;
}

/** What a healed network comes to, and on what way. */
export interface Healed {
  readonly breach: Breach;
  readonly steps: readonly Step[];
}

/** Follows every state of the participants to its rest, each once, and judges it there. */
export class Healing {
  readonly #world: World;
  readonly #judged: Visited;
  #rests = 0;

  constructor(world: World) {
    this.#world = world;
    this.#judged = new Visited(world.offset);
  }

  /** In how many states nothing moved any more. */
  get rests(): number {
    return this.#rests;
  }

  /** What is broken where a network in this state comes to rest, or null. */
  judge(row: Int32Array): Healed | null {
    const states = row.slice(0, this.#world.offset);
    const steps: Step[] = [];
    const way = new Set<string>();
    while (this.#judged.add(states, -1)) {
      way.add(states.join());
      const step = nextStep(this.#world, states);
      if (step === null) {
        this.#rests++;
        const breach = checkAtRest(this.#world.nodes.map((node, at) => node?.state(states[at] as number) ?? null));
        return breach && { breach, steps };
      }
      steps.push(step);
      states[step.participant] = step.next;
    }
    if (!way.has(states.join())) return null;
    return { breach: { invariant: 'INV-LIVE', participant: -1, what: 'it never comes to rest' }, steps };
  }
}

/** Something that a healed network would still change, or null. */
function nextStep(world: World, states: Int32Array): Step | null {
  const heard = new Set<number>();
  return (
    answered(world, states, heard, (node, state) => node.timers(state, LATE)) ??
    answered(world, states, heard, (node, state) => node.linkUps(state))
  );
}

/** The first change that follows from what each participant does of itself, by way of messages that change nothing. */
function answered(
  world: World,
  states: Int32Array,
  heard: Set<number>,
  begins: (node: Node, state: number) => readonly Endings[],
): Step | null {
  const onTheirWay: number[] = [];
  const send = (ids: readonly number[]) => {
    for (const id of ids) {
      if (heard.has(id)) continue;
      heard.add(id);
      onTheirWay.push(id);
    }
  };
  for (const node of world.nodes) {
    if (node === null) continue;
    const state = states[node.index] as number;
    for (const [{ next, sent }] of begins(node, state)) {
      if (next !== state) return { participant: node.index, next, item: null };
      send(sent);
    }
  }
  for (let id = onTheirWay.pop(); id !== undefined; id = onTheirWay.pop()) {
    const item = world.items.item(id) as MessageItem;
    const node = world.nodes[item.to] ?? null;
    if (node === null) continue;
    const state = states[node.index] as number;
    const [{ next, sent }] = node.receive(state, item, LATE);
    if (next !== state) return { participant: node.index, next, item };
    send(sent);
  }
  return null;
}
