/**
 * The search: from the first state, whatever can happen next, breadth first, until there are no new states. The first
 * breach that is met is one of the nearest.
 *
 * It tries every order of everything, and leaves out only what could show nothing new:
 * - What is sent stays on its way for ever (items.ts). That is loss, doubling, delay and any order at once.
 * - What changes nobody's disk is done as soon as it can be (world.ts): sending hinders nothing.
 * - A crash loses all or nothing of what a step sends (nodes.ts). One that loses a part leaves less on its way than none,
 *   so it can do nothing more; and rest is judged with nothing on its way at all (rest.ts).
 * - There is no clock in a state (nodes.ts): at each event the participant's own may say either time. A clock that only
 *   goes forward is one of these.
 * - Links are always up: a packet refused because the next link is down is refused as an expired one is, but for the cause.
 * - Malicious participants have no state (adversary.ts): what they can say depends on the signatures they have seen.
 * - What explains and decides nothing is not compared (canonical.ts).
 * Not explored: that a message which fails verification also counts against its sender (§8.5); it is dropped.
 */
import type { Breach } from './checks.ts';
import { type Move, movesFrom } from './moves.ts';
import { Healing } from './rest.ts';
import type { Scenario } from './scenarios.ts';
import { describeHealing, describeMove } from './trace.ts';
import { Visited } from './visited.ts';
import { World } from './world.ts';

/** What was found with one set of malicious participants. */
export interface Found {
  readonly states: number;
  readonly moves: number;
  /** States in which nothing moves by itself any more. */
  readonly rests: number;
  readonly isExhausted: boolean;
  readonly violation: Violation | null;
}

export interface Violation extends Breach {
  /** The shortest way there, a line for each move. */
  readonly trace: readonly string[];
}

const CHECK_TIME_EVERY = 256;

/** Explores one scenario with one set of malicious participants until nothing is left, or `isOver` says so. */
export function explore(scenario: Scenario, malicious: readonly number[], isOver: () => boolean): Found {
  return new Search(new World(scenario, malicious)).run(isOver);
}

class Search {
  readonly #world: World;
  readonly #visited: Visited;
  readonly #healing: Healing;
  #moves = 0;

  constructor(world: World) {
    this.#world = world;
    this.#visited = new Visited(world.width);
    this.#healing = new Healing(world);
  }

  run(isOver: () => boolean): Found {
    const row = new Int32Array(this.#world.width);
    this.#visited.add(this.#world.first(), -1);
    for (let index = 0; index < this.#visited.count; index++) {
      if (index % CHECK_TIME_EVERY === 0 && isOver()) return this.#found(false, null);
      this.#visited.read(index, row);
      const violation = this.#judgeRest(row, index) ?? this.#expand(row, index);
      if (violation !== null) return this.#found(false, violation);
    }
    return this.#found(true, null);
  }

  #found(isExhausted: boolean, violation: Violation | null): Found {
    return { states: this.#visited.count, moves: this.#moves, rests: this.#healing.rests, isExhausted, violation };
  }

  #judgeRest(row: Int32Array, index: number): Violation | null {
    const healed = this.#healing.judge(row);
    if (healed === null) return null;
    const healing = healed.steps.map(({ participant, item }) => describeHealing(participant, item));
    return { ...healed.breach, trace: [...this.#traceTo(index, null), 'faults stop', ...healing] };
  }

  #expand(row: Int32Array, index: number): Violation | null {
    for (const move of movesFrom(this.#world, row)) {
      this.#moves++;
      if (move.breach !== null) return { ...move.breach, trace: this.#traceTo(index, move) };
      this.#visited.add(move.row, index);
    }
    return null;
  }

  /** The moves that led to a state, and one more. */
  #traceTo(index: number, last: Move | null): string[] {
    const lines = last === null ? [] : [describeMove(last, this.#world.malicious)];
    const row = new Int32Array(this.#world.width);
    const parentRow = new Int32Array(this.#world.width);
    for (let at = index; at > 0; at = this.#visited.parentOf(at)) {
      this.#visited.read(at, row);
      this.#visited.read(this.#visited.parentOf(at), parentRow);
      for (const move of movesFrom(this.#world, parentRow)) {
        if (!move.row.every((value, place) => value === row[place])) continue;
        lines.unshift(describeMove(move, this.#world.malicious));
        break;
      }
    }
    return lines;
  }
}
