/** The operation that shows the map around this participant: who is how many hops away, and who trusts whom. */
import { parseEquivalent } from '#protocol/equivalent.ts';
import { FLAG_BITS, type Graph, TRUSTED, TRUSTS } from '#protocol/graph.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { ParticipantContext } from '../context.ts';
import type { Result } from '../contract.ts';
import type { ParticipantHandler } from '../handler.ts';
import { viewParticipant } from '../views.ts';

const HOPS = 2;
const PEOPLE = 200;

type Line = readonly [from: PublicKey, to: PublicKey];

export const getNeighbourhood: ParticipantHandler<'getNeighbourhood'> = (context, { equivalent, hops, limit }) => {
  const wanted = equivalent === undefined ? null : parseEquivalent(equivalent);
  if (isRefusal(wanted)) return wanted;
  const own = ownLines(context);
  const known = wanted === null ? [...own.keys()] : [wanted];
  const reach = new Reach(context, hops ?? HOPS, limit ?? PEOPLE);
  for (const one of known) reach.search(one, own.get(one) ?? []);
  return reach.result();
};

/** By equivalent: lines of this participant that are in use, also those that are on no map. */
function ownLines({ driver }: ParticipantContext): Map<string, Line[]> {
  const byEquivalent = new Map<string, Line[]>();
  for (const { signed } of driver.records.lines()) {
    const { from, to, equivalent, status } = signed.line;
    if (status === 'closed') continue;
    const lines = byEquivalent.get(equivalent) ?? [];
    lines.push([from, to]);
    byEquivalent.set(equivalent, lines);
  }
  return byEquivalent;
}

/** Goes outwards from this participant, nearest first, as far as it may. */
class Reach {
  readonly #context: ParticipantContext;
  readonly #hops: number;
  readonly #limit: number;
  readonly #hopsOf = new Map<PublicKey, number>();
  readonly #lines: Result<'getNeighbourhood'>['lines'] = [];
  #more = false;

  constructor(context: ParticipantContext, hops: number, limit: number) {
    this.#context = context;
    this.#hops = hops;
    this.#limit = limit;
    this.#hopsOf.set(context.identity.publicKey, 0);
  }

  search(equivalent: string, own: readonly Line[]): void {
    const { identity, driver } = this.#context;
    const graph = driver.records.topology.graph(equivalent);
    const isLive = this.#isLive(equivalent);
    let edge: PublicKey[] = [identity.publicKey];
    const seen = new Set(edge);
    const lines = new Map<string, Line>();
    const note = (line: Line): void => void lines.set(line.join(), line);
    for (let hop = 1; edge.length > 0; hop++) {
      const next: PublicKey[] = [];
      for (const one of edge) {
        const around = [...(hop === 1 ? own : []), ...(graph === undefined ? [] : linesAt(graph, one))];
        for (const line of around) {
          if (!own.includes(line) && !isLive(line)) continue;
          const other = line[0] === one ? line[1] : line[0];
          if (!seen.has(other)) {
            // Beyond the last hop only lines among those who are there already.
            if (hop > this.#hops || !this.#admits(other, hop)) continue;
            seen.add(other);
            next.push(other);
          }
          note(line);
        }
      }
      edge = next;
    }
    for (const [from, to] of lines.values()) {
      const show = (key: PublicKey) => viewParticipant(this.#context, key);
      this.#lines.push({ from: show(from), to: show(to), equivalent });
    }
  }

  result(): Result<'getNeighbourhood'> {
    const people = [...this.#hopsOf].map(([key, hops]) => ({ participant: viewParticipant(this.#context, key), hops }));
    return { people: people.sort((one, other) => one.hops - other.hops), lines: this.#lines, more: this.#more };
  }

  #admits(key: PublicKey, hop: number): boolean {
    const before = this.#hopsOf.get(key);
    if (before === undefined && this.#hopsOf.size > this.#limit) {
      this.#more = true;
      return false;
    }
    this.#hopsOf.set(key, Math.min(before ?? hop, hop));
    return true;
  }

  /** What has ended may still be held for a while. */
  #isLive(equivalent: string): (line: Line) => boolean {
    const { topology } = this.#context.driver.records;
    const nowMs = this.#context.clock.nowMs();
    return ([from, to]) => (topology.get(from, to, equivalent)?.announcement.expiresAtMs ?? 0) > nowMs;
  }
}

/** The lines from and to a participant on the map. */
function* linesAt(graph: Graph, key: PublicKey): Generator<Line> {
  const number = graph.numberOf(key);
  if (number < 0) return;
  const start = graph.startOf(number);
  for (const entry of graph.entries.subarray(start, start + graph.degreeOf(number))) {
    const other = graph.keyOf(entry >>> FLAG_BITS);
    if ((entry & TRUSTS) !== 0) yield [key, other];
    if ((entry & TRUSTED) !== 0) yield [other, key];
  }
}
