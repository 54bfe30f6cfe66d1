/**
 * Probes (§6.6): "how much of this could pass along here now?", from neighbour to neighbour along a route and back. They
 * reserve nothing and are stored nowhere.
 */
import { type Cause, causeShape } from './cause.ts';
import { amountOrZero, encode, hex, list, record, type Shape, uint } from './codec.ts';
import type { PublicKey } from './identity.ts';
import { MAX_PAYMENT_HOPS } from './limits.ts';
import { equivalentShape, networkShape, partSignatureShape, publicKeyShape, type Signature } from './packet.ts';
import type { DocumentStatement } from './statement.ts';

/** Each hop may be narrowed by both of its ends. */
export const MAX_NARROWINGS = 2 * MAX_PAYMENT_HOPS;

/**
 * A signed refusal of a part: "at my place on this route no more than `cause.maxNow` can pass", or nothing at all when
 * the cause has no `maxNow`. It tells what the ABORT of a payment would: whose limit it is, and how much of it is free.
 */
export interface Narrowing {
  /** Place on the route of the participant that says so; the cause is about the hop into it or the hop out of it. */
  readonly position: number;
  readonly cause: Cause;
  readonly signature: Signature;
}

/** From p(i) to p(i+1): could each hop carry `amount` and what is to go over it beside? */
export interface Probe {
  readonly type: 'probe';
  /** 16 bytes in hex, fresh for each probe; only the payer knows what it belongs to. */
  readonly id: string;
  readonly equivalent: string;
  /** What could pass up to here: at most what the payer asked for. 1 … 2⁶³−1. */
  readonly amount: bigint;
  /** p0 … pn. */
  readonly nodes: readonly PublicKey[];
  /** For each hop, the first one first, what the payer means to send over it by other routes at the same time; 0: nothing. */
  readonly beside: readonly bigint[];
  readonly narrowings: readonly Narrowing[];
}

/** From p(i+1) back to p(i). */
export interface ProbeAnswer {
  readonly type: 'probe-answer';
  readonly id: string;
  readonly equivalent: string;
  /** What could pass to the end; 0: nothing, and the last narrowing says why. */
  readonly amount: bigint;
  readonly nodes: readonly PublicKey[];
  readonly narrowings: readonly Narrowing[];
}

/** A chain of two to seven participants. */
export const routeNodesShape = list(publicKeyShape, 2, MAX_PAYMENT_HOPS + 1);

const narrowingShape: Shape<Narrowing> = record<Narrowing>({
  position: uint(MAX_PAYMENT_HOPS),
  cause: causeShape,
  signature: partSignatureShape,
});

const narrowingsShape = list(narrowingShape, 0, MAX_NARROWINGS);

export const probeFields = {
  id: hex(16),
  equivalent: equivalentShape,
  amount: amountOrZero(),
  nodes: routeNodesShape,
  beside: list(amountOrZero(), 1, MAX_PAYMENT_HOPS),
  narrowings: narrowingsShape,
} as const;

export const probeAnswerFields = {
  id: hex(16),
  equivalent: equivalentShape,
  amount: amountOrZero(),
  nodes: routeNodesShape,
  narrowings: narrowingsShape,
} as const;

interface RefusalStatement {
  readonly network: string;
  readonly id: string;
  readonly equivalent: string;
  readonly nodes: readonly PublicKey[];
  readonly position: number;
  readonly cause: Cause;
}

/** What `refusalStatement` covers. */
export const refusalShape = record<RefusalStatement>({
  network: networkShape,
  id: hex(16),
  equivalent: equivalentShape,
  nodes: routeNodesShape,
  position: uint(MAX_PAYMENT_HOPS),
  cause: causeShape,
});

/** What the participant at a place of the route signs about a probe. */
export function refusalStatement(
  network: string,
  { id, equivalent, nodes }: Pick<Probe, 'id' | 'equivalent' | 'nodes'>,
  { position, cause }: Pick<Narrowing, 'position' | 'cause'>,
): DocumentStatement {
  const bytes = encode(refusalShape, { network, id, equivalent, nodes, position, cause });
  return { domain: 'geo/1/refusal', signer: nodes[position] as PublicKey, bytes };
}

/** What is wrong with the form of a probe or its answer, or null. */
export function probeFlaw(probe: Probe | ProbeAnswer): string | null {
  const { nodes, narrowings } = probe;
  if (new Set(nodes).size !== nodes.length) return 'a participant stands on a probed route twice';
  for (const { position, cause } of narrowings) {
    if (position >= nodes.length) return 'a narrowing is of a place outside the route';
    if (cause.hop !== position && cause.hop !== position - 1) return 'a narrowing is of a hop of others';
  }
  if (probe.type === 'probe-answer') return null;
  if (probe.amount === 0n) return 'a probe asks for nothing';
  return probe.beside.length === nodes.length - 1 ? null : 'a probe does not say for each hop what goes over it beside';
}
