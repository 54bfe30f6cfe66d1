/** Links of a study: how long messages take, which are lost and which come twice. */
import type { CreditGraph } from '../graphs/credit-graph.ts';
import { BadFile, linesOf, numberIn, shown } from '../graphs/lines.ts';
import { lognormal, uniform } from '../graphs/variates.ts';
import type { Weather } from '../network-settings.ts';
import { Random } from '../random.ts';

/** How long a message takes over each link, in ms. */
export interface Latencies {
  /** Of the accounts of a network; empty: all take `otherMs`. */
  readonly ofAccounts: Float32Array;
  /** Between those who have no account. */
  readonly otherMs: number;
}

/** What is said of latency: `constant:20`, `lognormal:40,0.5` (a median and a spread, drawn for each link) or `file:PATH`. */
export type LatencyKind =
  | { readonly type: 'constant'; readonly ms: number }
  | { readonly type: 'lognormal'; readonly medianMs: number; readonly sigma: number }
  | { readonly type: 'file'; readonly path: string };

export interface LinkFaults {
  /** Chance of each copy of a message to be lost, and of a message to come twice: 0 … 1. */
  readonly loss: number;
  readonly duplication: number;
  /** Each copy takes up to so much longer. */
  readonly jitterMs: number;
}

const LATENCY_STREAM = 15;
const WEATHER_STREAM = 14;
/** What is settled is forgotten a minute later: no message may be on its way for so long. */
export const MOST_LATENCY_MS = 20_000;
const WITHOUT_DATA_MS = 50;

/** The latency of every link. Throws `BadFile`. */
export async function latenciesOf(kind: LatencyKind, graph: CreditGraph, seed: number): Promise<Latencies> {
  switch (kind.type) {
    case 'constant':
      return { ofAccounts: new Float32Array(0), otherMs: kind.ms };
    case 'lognormal': {
      const random = new Random(seed, LATENCY_STREAM);
      const draw = () => Math.min(MOST_LATENCY_MS, Math.max(1, lognormal(random, kind.medianMs, kind.sigma)));
      return { ofAccounts: Float32Array.from(graph.a, draw), otherMs: kind.medianMs };
    }
    case 'file':
      return readLatencies(kind.path, graph);
  }
}

/** `src,dst,ms` a line, for both directions; links that the file does not name take 50 ms. */
async function readLatencies(path: string, graph: CreditGraph): Promise<Latencies> {
  const ofAccounts = new Float32Array(graph.a.length).fill(WITHOUT_DATA_MS);
  const accounts = accountsByPair(graph);
  const numbers = new Map(graph.names?.map((name, number) => [name, number]));
  for await (const { number, fields } of linesOf(path)) {
    const ms = numberIn(fields[2]);
    if (ms === null && number === 1) continue;
    if (fields.length !== 3 || ms === null || ms < 0 || ms > MOST_LATENCY_MS) {
      throw new BadFile(path, number, `write src,dst,ms with ms from 0 to ${MOST_LATENCY_MS}`);
    }
    const [a, b] = [fields[0], fields[1]].map((name) =>
      graph.names === null ? (numberIn(name) ?? -1) : (numbers.get(name ?? '') ?? -1),
    ) as [number, number];
    const account = accounts.get(pairOf(graph, a, b));
    if (account === undefined) {
      throw new BadFile(path, number, `there is no account between ${shown(fields[0])} and ${shown(fields[1])}`);
    }
    ofAccounts[account] = ms;
  }
  return { ofAccounts, otherMs: WITHOUT_DATA_MS };
}

function pairOf({ nodes }: CreditGraph, a: number, b: number): number {
  return Math.min(a, b) * nodes + Math.max(a, b);
}

/** Number of each account by its two ends. */
function accountsByPair(graph: CreditGraph): Map<number, number> {
  const accounts = new Map<number, number>();
  for (let account = 0; account < graph.a.length; account++) {
    accounts.set(pairOf(graph, graph.a[account] as number, graph.b[account] as number), account);
  }
  return accounts;
}

/** The links of one run: with faults until `heal`, then without. */
export class Links implements Weather {
  readonly #graph: CreditGraph;
  readonly #latencies: Latencies;
  readonly #accounts: ReadonlyMap<number, number>;
  readonly #random: Random;
  #faults: LinkFaults;

  constructor(graph: CreditGraph, latencies: Latencies, faults: LinkFaults, seed: number) {
    this.#graph = graph;
    this.#latencies = latencies;
    this.#faults = faults;
    this.#accounts = latencies.ofAccounts.length === 0 ? new Map() : accountsByPair(graph);
    this.#random = new Random(seed, WEATHER_STREAM);
  }

  heal(): void {
    this.#faults = { ...this.#faults, loss: 0, duplication: 0 };
  }

  copies(): number {
    const { loss, duplication } = this.#faults;
    if (loss === 0 && duplication === 0) return 1;
    const copies = duplication > 0 && uniform(this.#random) < duplication ? 2 : 1;
    let arriving = 0;
    for (let copy = 0; copy < copies; copy++) if (loss === 0 || uniform(this.#random) >= loss) arriving++;
    return arriving;
  }

  delayMs(from: number, to: number): number {
    const { ofAccounts, otherMs } = this.#latencies;
    const { jitterMs } = this.#faults;
    const account = this.#accounts.get(pairOf(this.#graph, from, to));
    const baseMs = account === undefined ? otherMs : (ofAccounts[account] as number);
    return Math.round(baseMs + (jitterMs === 0 ? 0 : jitterMs * uniform(this.#random)));
  }
}
