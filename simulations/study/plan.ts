/** One run of a study, with every value decided: what a point of its grid and a seed come to. */
import type { CreditGraph } from '../graphs/credit-graph.ts';
import type { Strategy } from './behaviours.ts';
import type { TimedDemand } from './demand.ts';
import type { Latencies, LinkFaults } from './weather.ts';

/** Something that befalls each participant or link at random, so often on average, for so long on average. */
export interface Mishap {
  readonly perHour: number;
  readonly forMs: number;
}

export interface RunPlan {
  readonly seed: number;
  readonly graph: CreditGraph;
  /** In the order of their times. */
  readonly demands: readonly TimedDemand[];
  readonly latencies: Latencies;
  readonly links: LinkFaults;
  /** Of each participant. */
  readonly crashes: Mishap;
  /** Of each participant: all its links are down. */
  readonly absences: Mishap;
  /** Of each link. */
  readonly cuts: Mishap;
  readonly malicious: { readonly share: number; readonly strategy: Strategy };
  readonly isMapKnown: boolean;
  readonly clears: boolean;
  /** Real signatures, and every message through its bytes. */
  readonly isFull: boolean;
  /** How often each participant does its housekeeping, in ms; 0: only after the faults. */
  readonly housekeepingMs: number;
  /** Is the maximum flow asked before each payment? It costs more than the payment. */
  readonly measuresMaxFlow: boolean;
}
