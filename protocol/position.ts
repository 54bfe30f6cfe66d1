/**
 * Hop records (§4.4): what a participant knows of its position on one route of one transaction.
 *
 * A position has an incoming hop from its upstream neighbour (none for the payer) and an outgoing hop to its
 * downstream neighbour (none for the receiver). A participant may hold several positions of one transaction: on two
 * routes of a split payment, or as first and last of its own clearing. Each state carries exactly what it needs.
 */
import type { PublicKey } from './identity.ts';
import { type Header, hopsOf, type Route, type Signature, type TxId } from './packet.ts';
import type { Refusal } from './refusals.ts';

/** A signed waiver of p(position)'s claim on the hop into it, with why, and the waivers downstream that it rests on. */
export interface Abort {
  readonly txId: TxId;
  readonly routeIndex: number;
  readonly position: number;
  readonly signer: PublicKey;
  readonly signature: Signature;
  readonly cause: Refusal;
  /** The ABORT of position + 1 comes first, then its own, and so on. */
  readonly restsOn: readonly RestedAbort[];
}

/** A downstream ABORT as it is carried along: its position, signer and signature. */
export interface RestedAbort {
  readonly position: number;
  readonly signer: PublicKey;
  readonly signature: Signature;
}

interface PositionBase {
  readonly type: 'position';
  readonly txId: TxId;
  readonly position: number;
  readonly header: Header;
  readonly route: Route;
}

/** Signed and forwarded (or about to be): both hops reserved until a certificate or the downstream ABORT (rule 3). */
export interface PreparedPosition extends PositionBase {
  readonly state: 'prepared';
  /** Prepare signatures of positions 0 … own; the own one is missing when `isAdopted`. */
  readonly signatures: readonly Signature[];
  /** A restored participant may have signed this and forgotten it: it waits as if it had, and signs nothing (rule 10). */
  readonly isAdopted: boolean;
}

/** The receiver has this route complete and waits for the others; the incoming hop is reserved. */
export interface HeldPosition extends PositionBase {
  readonly state: 'held';
  /** Prepare signatures of all positions but the last. */
  readonly signatures: readonly Signature[];
}

/** A valid certificate was applied. */
export interface CommittedPosition extends PositionBase {
  readonly state: 'committed';
  readonly signatures: readonly Signature[];
  readonly commit: Signature;
  /** The upstream neighbour has the certificate (true for the payer). */
  readonly acked: boolean;
  /** The downstream neighbour waived its hop afterwards: undone here, not passed on (rule 6). */
  readonly waivedByDownstream: Abort | null;
  /** An own ABORT, forgotten in a loss, was shown by upstream: the incoming hop does not count (rule 10). */
  readonly waivedByMe: Abort | null;
}

/** What this position's outgoing hop is worth after it let go at its own risk. */
export type OwnRisk = 'reserved' | 'counted';

/** Refused or released. The incoming hop is waived for ever. */
export interface AbortedPosition extends PositionBase {
  readonly state: 'aborted';
  /** Sent upstream until acknowledged; null for the payer, who has no upstream. */
  readonly abort: Abort | null;
  readonly acked: boolean;
  readonly cause: Refusal;
  /** The downstream waiver it rests on, if any. */
  readonly downstreamAbort: Abort | null;
  /** Only after let-go: the outgoing hop may still count against this participant. Null once settled. */
  readonly ownRisk: OwnRisk | null;
  /** When a person, or the rule for dust, let go at own risk; null: it did not. */
  readonly letGoAtMs: number | null;
  /** Certificate that arrived after let-go (evidence of the debt that counts). */
  readonly certificate: { readonly signatures: readonly Signature[]; readonly commit: Signature } | null;
}

export type Position = PreparedPosition | HeldPosition | CommittedPosition | AbortedPosition;

/** The neighbour that sent the packet here; null for p0. */
export function upstreamOf(position: { position: number; route: Route }): PublicKey | null {
  return position.route.nodes[position.position - 1] ?? null;
}

/** The neighbour the packet goes on to; null for the last. */
export function downstreamOf(position: { position: number; route: Route }): PublicKey | null {
  return position.route.nodes[position.position + 1] ?? null;
}

/** Is this the position of the receiver, who decides? */
export function isLast(position: { position: number; route: Route }): boolean {
  return position.position === hopsOf(position.route);
}

/** Does the incoming hop count: is there a certificate and no own ABORT? */
export function incomingCounts(position: Position): boolean {
  return position.state === 'committed' && position.waivedByMe === null && upstreamOf(position) !== null;
}

/** Does the outgoing hop count: is there a certificate and no ABORT of the downstream neighbour? */
export function outgoingCounts(position: Position): boolean {
  if (downstreamOf(position) === null) return false;
  if (position.state === 'committed') return position.waivedByDownstream === null;
  return position.state === 'aborted' && position.ownRisk === 'counted';
}

/**
 * By how much a clearing has changed the net position of this participant, who holds all these positions of it: 0 as long as
 * it is sound (INV-CLEAR), and where somebody's late waiver, or an own let-go, explains that it changed anything.
 */
export function clearingNet(positions: readonly Position[]): bigint {
  if (positions[0]?.header.kind !== 'clear') return 0n;
  let net = 0n;
  for (const position of positions) {
    if (position.state === 'committed' && (position.waivedByDownstream ?? position.waivedByMe) !== null) return 0n;
    if (position.state === 'aborted' && position.ownRisk !== null) return 0n;
    if (incomingCounts(position)) net += position.route.amount;
    if (outgoingCounts(position)) net -= position.route.amount;
  }
  return net;
}

/** Is the incoming hop reserved? */
export function incomingReserved(position: Position): boolean {
  return (position.state === 'prepared' || position.state === 'held') && upstreamOf(position) !== null;
}

/** Is the outgoing hop reserved? */
export function outgoingReserved(position: Position): boolean {
  if (position.state === 'prepared') return downstreamOf(position) !== null;
  return position.state === 'aborted' && position.ownRisk === 'reserved';
}

/** Does this position still owe or await a message? Only such positions are resent on a timer or a new connection. */
export function isUnsettled(position: Position): boolean {
  switch (position.state) {
    case 'prepared':
    case 'held':
      return true;
    case 'committed':
      return !position.acked;
    case 'aborted':
      return !position.acked || position.ownRisk === 'reserved';
  }
}
