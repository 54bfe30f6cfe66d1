/** Waiting until the members' maps show what they need: payers choose their routes by them. */
import { setTimeout } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import type { Member } from './member.ts';
import { inParallel, type Members } from './members.ts';
import type { Tell } from './progress.ts';

/** Between two looks; there is no event for what others announce. */
const LOOK_AGAIN_MS = 100;
/** Maps are compared between neighbours every few seconds, so this is many times what is needed. */
const GIVE_UP_MS = 90_000;
const TELL_EVERY_MS = 3_000;
const CALLS = 4;
const ALL_LINES = 100_000;

/** Who lets whom owe in one equivalent. */
interface Line {
  readonly from: string;
  readonly to: string;
}

/** One member's map of one equivalent, and the lines that it must show. */
interface Wanted {
  readonly member: Member;
  readonly equivalent: string;
  readonly lines: ReadonlySet<string>;
}

export class MapWatch {
  readonly #members: Members;
  readonly #lines = new Map<string, Map<string, Line>>();
  #isComplete = true;

  constructor(members: Members) {
    this.#members = members;
  }

  /** A line was opened, or its limit changed. */
  add(equivalent: string, line: Line): void {
    const lines = this.#lines.get(equivalent) ?? new Map<string, Line>();
    this.#lines.set(equivalent, lines);
    const key = keyOf(line);
    if (lines.has(key)) return;
    lines.set(key, line);
    this.#isComplete = false;
  }

  /**
   * Resolves when every member's map has all lines that any of its payments could go over: those of its equivalents
   * that a chain of lines connects with it.
   */
  async untilComplete(tell: Tell): Promise<void> {
    if (this.#isComplete) return;
    const startedAt = performance.now();
    let toldAt = startedAt;
    let missing = this.#wanted();
    for (;;) {
      const still: Wanted[] = [];
      await inParallel(missing, CALLS, async (wanted) => void ((await this.#has(wanted)) || still.push(wanted)));
      missing = still;
      if (missing.length === 0) break;
      const now = performance.now();
      if (now - startedAt > GIVE_UP_MS) throw incomplete(missing);
      if (now - toldAt > TELL_EVERY_MS) {
        toldAt = now;
        tell({ type: 'map-incomplete', participants: new Set(missing.map(({ member }) => member)).size });
      }
      await setTimeout(LOOK_AGAIN_MS);
    }
    this.#isComplete = true;
    let lines = 0;
    for (const { size } of this.#lines.values()) lines += size;
    tell({ type: 'map-complete', lines, ms: performance.now() - startedAt });
  }

  async #has({ member, equivalent, lines }: Wanted): Promise<boolean> {
    // The count is cheap to ask for, and most looks end there.
    const { counts } = await member.client.getTopology({ equivalent, limit: 1 });
    if ((counts[0]?.lines ?? 0) < lines.size) return false;
    const map = await member.client.getTopology({ equivalent, limit: ALL_LINES });
    const known = new Set(map.lines.map(({ from, to }) => keyOf({ from: from.publicKey, to: to.publicKey })));
    return [...lines].every((line) => known.has(line));
  }

  #wanted(): Wanted[] {
    return [...this.#lines].flatMap(([equivalent, lines]) =>
      components([...lines.values()]).flatMap((component) => {
        const keys = component.map(({ from, to }) => keyOf({ from: this.#keyOf(from), to: this.#keyOf(to) }));
        const names = new Set(component.flatMap(({ from, to }) => [from, to]));
        return [...names].map((name) => ({ member: this.#members.get(name), equivalent, lines: new Set(keys) }));
      }),
    );
  }

  #keyOf(name: string): string {
    return this.#members.get(name).publicKey;
  }
}

/** The lines sorted into those that are connected with each other. */
function components(lines: readonly Line[]): readonly (readonly Line[])[] {
  const components: { readonly names: Set<string>; readonly lines: Line[] }[] = [];
  for (const line of lines) {
    const joined = { names: new Set([line.from, line.to]), lines: [line] };
    for (const other of components.splice(0)) {
      if ([...joined.names].some((name) => other.names.has(name))) {
        for (const name of other.names) joined.names.add(name);
        joined.lines.push(...other.lines);
      } else components.push(other);
    }
    components.push(joined);
  }
  return components.map((component) => component.lines);
}

function keyOf({ from, to }: Line): string {
  return JSON.stringify([from, to]);
}

function incomplete(missing: readonly Wanted[]): Failure {
  const names = [...new Set(missing.map(({ member }) => member.name))].join(', ');
  return new Failure('node-unreachable', `The maps of ${names} do not get all announced trust lines.`);
}
