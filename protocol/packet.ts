/**
 * Packets and certificates (§4): what a payment or a clearing is, as bytes and as values.
 *
 * A packet is one header (the same on all routes) and one route. Its identity is `txId = sha256(header)`.
 * All of it is immutable; digests are computed once an object and remembered.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { amount, bytes, encode, hex, list, literal, nullable, record, type Shape, text, uint } from './codec.ts';
import { EQUIVALENT_PATTERN } from './equivalent.ts';
import { bytesToHex } from './hex.ts';
import type { PublicKey } from './identity.ts';
import {
  MAX_CLEARING_HOPS,
  MAX_COMMIT_SIGNATURE_BYTES,
  MAX_EQUIVALENT_BYTES,
  MAX_MEMO_BYTES,
  MAX_NETWORK_BYTES,
  MAX_PART_SIGNATURE_BYTES,
  MAX_PAYMENT_HOPS,
  MAX_ROUTES,
  MAX_TIME_MS,
  VERSION,
} from './limits.ts';

/** sha256 of a header, 64 lower-case hex digits: the name of a transaction. */
export type TxId = string & { readonly brand: 'TxId' };
/** 32 random bytes chosen by the payer, in hex: names the payment over all its attempts (rule 11). */
export type PaymentId = string & { readonly brand: 'PaymentId' };
/** sha256 of a route, in hex. */
export type RouteDigest = string & { readonly brand: 'RouteDigest' };
/** An Ed25519 signature, 64 bytes; or, where a host signs for its participant, a delegated one of more bytes (§11.3). */
export type Signature = Uint8Array;

/** `pay` moves value from payer to receiver; `clear` goes round a ring and only lowers debts (§5). */
export type PacketKind = 'pay' | 'clear';

/** What is common to all routes of one transaction (§4.1). */
export interface Header {
  readonly version: typeof VERSION;
  readonly network: string;
  readonly kind: PacketKind;
  readonly equivalent: string;
  /** Sum over the routes, 10⁻⁸ units. */
  readonly total: bigint;
  readonly payer: PublicKey;
  readonly receiver: PublicKey;
  readonly paymentId: PaymentId;
  readonly createdAtMs: number;
  /** Honest signers sign nothing after it. It releases nothing (rule 3). */
  readonly expiresAtMs: number;
  /** Sealed to the receiver; intermediaries cannot read it. */
  readonly sealedMemo: Uint8Array | null;
  readonly routeDigests: readonly RouteDigest[];
  /** Reserved for witnesses (§12): null in version 1. */
  readonly witnesses: null;
}

/** One chain of participants, payer first, receiver last; the same amount on every hop (no fees). */
export interface Route {
  /** 16 random bytes in hex, so that a digest tells a participant of another route nothing. */
  readonly salt: string;
  readonly index: number;
  readonly amount: bigint;
  readonly nodes: readonly PublicKey[];
}

/** A packet on its way: `signatures[i]` is the prepare signature of `route.nodes[i]`; it grows by one at each hop. */
export interface Packet {
  readonly txId: TxId;
  readonly header: Header;
  readonly route: Route;
  readonly signatures: readonly Signature[];
}

/**
 * The proof that a route was committed: prepare signatures of all nodes but the last and the commit signature of the
 * receiver. Whether it is valid is a pure function of its bytes (§4.3); it never lapses (rule 8).
 */
export interface Certificate extends Packet {
  readonly commit: Signature;
}

const bit = uint(1);
const kindShape: Shape<PacketKind> = {
  toCbor: (kind) => (kind === 'pay' ? 0 : 1),
  fromCbor: (value, where) => (bit.fromCbor(value, where) === 0 ? 'pay' : 'clear'),
};

/** An own signature. */
export const signatureShape: Shape<Signature> = bytes(64, 64);
/** An own signature, or a delegated one (§11.3): of a prepare, an ABORT, a DECLINE or the refusal of a probe. */
export const partSignatureShape: Shape<Signature> = bytes(64, MAX_PART_SIGNATURE_BYTES);
/** The same of a commit, which may touch an account for each route. */
const commitSignatureShape: Shape<Signature> = bytes(64, MAX_COMMIT_SIGNATURE_BYTES);
export const publicKeyShape = hex<PublicKey>(32);
export const txIdShape = hex<TxId>(32);
export const paymentIdShape = hex<PaymentId>(32);
export const timeShape = uint(MAX_TIME_MS);
export const networkShape = text(MAX_NETWORK_BYTES);
export const equivalentShape = text(MAX_EQUIVALENT_BYTES, EQUIVALENT_PATTERN);

export const headerShape = record<Header>({
  version: literal(VERSION),
  network: networkShape,
  kind: kindShape,
  equivalent: equivalentShape,
  total: amount(),
  payer: publicKeyShape,
  receiver: publicKeyShape,
  paymentId: paymentIdShape,
  createdAtMs: timeShape,
  expiresAtMs: timeShape,
  sealedMemo: nullable(bytes(1, MAX_MEMO_BYTES)),
  routeDigests: list(hex<RouteDigest>(32), 1, MAX_ROUTES),
  witnesses: literal(null),
});

export const routeShape = record<Route>({
  salt: hex(16),
  index: uint(MAX_ROUTES - 1),
  amount: amount(),
  nodes: list(publicKeyShape, 2, MAX_CLEARING_HOPS + 1),
});

/** The wire form of a packet leaves out the txId: the reader computes it. */
export const packetShape: Shape<Packet> = (() => {
  const fields = record<Omit<Packet, 'txId'>>({
    header: headerShape,
    route: routeShape,
    signatures: list(partSignatureShape, 1, MAX_CLEARING_HOPS),
  });
  return {
    toCbor: (packet) => fields.toCbor(packet),
    fromCbor: (value, where) => {
      const packet = fields.fromCbor(value, where);
      return { txId: txIdOf(packet.header), ...packet };
    },
  };
})();

export const certificateShape: Shape<Certificate> = (() => {
  const fields = record<Omit<Certificate, 'txId'>>({
    header: headerShape,
    route: routeShape,
    signatures: list(partSignatureShape, 1, MAX_CLEARING_HOPS),
    commit: commitSignatureShape,
  });
  return {
    toCbor: (certificate) => fields.toCbor(certificate),
    fromCbor: (value, where) => {
      const certificate = fields.fromCbor(value, where);
      return { txId: txIdOf(certificate.header), ...certificate };
    },
  };
})();

const txIds = new WeakMap<Header, TxId>();
const digests = new WeakMap<Route, RouteDigest>();

/** Identity of a transaction: sha256 over the header's canonical bytes (§4.1). */
export function txIdOf(header: Header): TxId {
  let id = txIds.get(header);
  if (id === undefined) {
    id = bytesToHex(sha256(encode(headerShape, header))) as TxId;
    txIds.set(header, id);
  }
  return id;
}

/** Digest of a route as the header lists it (§4.1). */
export function routeDigestOf(route: Route): RouteDigest {
  let digest = digests.get(route);
  if (digest === undefined) {
    digest = bytesToHex(sha256(encode(routeShape, route))) as RouteDigest;
    digests.set(route, digest);
  }
  return digest;
}

/** Number of hops of a route: one less than its nodes. */
export function hopsOf(route: Route): number {
  return route.nodes.length - 1;
}

/**
 * Positions of a participant on a route: one, or two (first and last) for the initiator of a clearing, or none.
 */
export function positionsOf(route: Route, node: PublicKey): readonly number[] {
  const first = route.nodes.indexOf(node);
  if (first < 0) return [];
  const last = route.nodes.lastIndexOf(node);
  return first === last ? [first] : [first, last];
}

/**
 * What is wrong with the form of a packet, or null (§4.2). A pure function of its bytes: digest and index, ends against
 * the header, nobody twice, length, life. Signatures and limits are checked elsewhere.
 */
export function packetFlaw(header: Header, route: Route): string | null {
  const hops = hopsOf(route);
  const { nodes } = route;
  if (header.routeDigests[route.index] !== routeDigestOf(route)) return 'the route is not the one its header lists';
  if (nodes[0] !== header.payer || nodes[hops] !== header.receiver)
    return 'the ends of the route are not payer and receiver';
  if (header.expiresAtMs <= header.createdAtMs) return 'it expires before it was created';
  if (header.kind === 'clear') {
    if (header.payer !== header.receiver || header.routeDigests.length !== 1) return 'a clearing is one ring';
    if (route.amount !== header.total) return 'a clearing has one amount';
    // A ring of two is one account, where debt is in one direction only: nothing to clear.
    if (hops < 3 || hops > MAX_CLEARING_HOPS) return `a clearing has 3 to ${MAX_CLEARING_HOPS} hops`;
    if (new Set(nodes).size !== hops) return 'a participant stands on the ring twice';
    return null;
  }
  if (header.payer === header.receiver) return 'payer and receiver are the same';
  if (hops > MAX_PAYMENT_HOPS) return `a payment has at most ${MAX_PAYMENT_HOPS} hops`;
  if (route.amount > header.total) return 'the route carries more than the total';
  if (new Set(nodes).size !== nodes.length) return 'a participant stands on the route twice';
  return null;
}
