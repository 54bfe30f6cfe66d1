/**
 * Frames of a malicious neighbour with valid keys, built by hand: any value at any place of a message, with signatures
 * over exactly those bytes.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { decode, encode } from 'cborg';
import { nodeEd25519 } from '#node/identity/ed25519.ts';
import { announcementStatement } from '#protocol/announcement.ts';
import { bytesToHex } from '#protocol/hex.ts';
import { VERSION } from '#protocol/limits.ts';
import { encodeMessage, type Message } from '#protocol/link.ts';
import { type Header, type PaymentId, type Route, routeDigestOf, type TxId, txIdOf } from '#protocol/packet.ts';
import { signedBytes } from '#protocol/signature.ts';
import { DEFAULT_POLICY, type TrustLine, trustLineStatement } from '#protocol/trust-line.ts';
import { type Person, person } from '../people.ts';

/** What CBOR can hold, as the library takes it. */
type Tree = unknown;

/** A place in a message: the good value that stands there and nowhere else. */
export type Good = string | number | bigint | Uint8Array;

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

/** Good values, each of which occurs once. */
export const GOOD = {
  network: 'geo',
  equivalent: 'UAH',
  total: 123_456_789n,
  limit: 987_654_321n,
  dailyLimit: 555_555_555n,
  paymentId: bytesOf('5a'.repeat(32)),
  salt: bytesOf('5b'.repeat(16)),
  sealedMemo: bytesOf('5c'.repeat(64)),
  unknownTx: bytesOf('5d'.repeat(32)),
} as const;

export class Neighbour {
  readonly self: Person;
  readonly victim: string;
  readonly nowMs: number;

  constructor(self: Person, victim: string, nowMs: number) {
    this.self = self;
    this.victim = victim;
    this.nowMs = nowMs;
  }

  get createdAtMs(): number {
    return this.nowMs;
  }

  get expiresAtMs(): number {
    return this.nowMs + 40_000;
  }

  /** A PREPARE to the victim as the receiver, with something else in one place of its header or route. */
  prepare(change: Partial<Header> = {}, routeChange: Partial<Route> = {}, bad?: readonly [Good, Tree]): Uint8Array {
    const route: Route = {
      salt: bytesToHex(GOOD.salt),
      index: 0,
      amount: GOOD.total,
      nodes: [this.self.key, this.victim as Person['key']],
      ...routeChange,
    };
    const header: Header = {
      version: VERSION,
      network: GOOD.network,
      kind: 'pay',
      equivalent: GOOD.equivalent,
      total: GOOD.total,
      payer: route.nodes[0] as Person['key'],
      receiver: route.nodes.at(-1) as Person['key'],
      paymentId: bytesToHex(GOOD.paymentId) as PaymentId,
      createdAtMs: this.createdAtMs,
      expiresAtMs: this.expiresAtMs,
      sealedMemo: GOOD.sealedMemo,
      routeDigests: [routeDigestOf(route)],
      witnesses: null,
      ...change,
    };
    const prepare: Message = {
      type: 'prepare',
      packet: { txId: txIdOf(header), header, route, signatures: [new Uint8Array(64)] },
    };
    const tree = decode(encodeMessage(prepare)) as [number, [unknown[], unknown[], Uint8Array[]]];
    if (bad !== undefined) replace(tree, bad);
    const [headerTree, routeTree, signatures] = tree[1];
    // The digest of the route that is sent, whatever is in it.
    if (bad !== undefined && change.routeDigests === undefined)
      replace(headerTree, [bytesOf(header.routeDigests[0] as string), sha256(encode(routeTree))]);
    const txId = bytesToHex(sha256(encode(headerTree))) as TxId;
    const statement = [header.network, bytesOf(txId), 0, 0, bytesOf(this.self.key), null];
    signatures[0] = this.#sign('geo/1/prepare', encode(statement));
    return encode(tree);
  }

  /** A PREPARE whose route has this in the place of its nodes. */
  routeWith(nodes: Tree): Uint8Array {
    const tree = decode(this.prepare()) as [number, [unknown[], unknown[], Uint8Array[]]];
    const [header, route] = tree[1];
    const before = sha256(encode(route));
    route[route.length - 1] = nodes;
    replace(header, [before, sha256(encode(route))]);
    return encode(tree);
  }

  /** A trust line to the victim with something else in one place. */
  trustLine(change: Partial<TrustLine> = {}, bad?: readonly [Good, Tree]): Uint8Array {
    const line: TrustLine = {
      version: VERSION,
      network: GOOD.network,
      from: this.self.key,
      to: this.victim as Person['key'],
      equivalent: GOOD.equivalent,
      seq: this.nowMs,
      limit: GOOD.limit,
      status: 'active',
      policy: { ...DEFAULT_POLICY, dailyLimit: GOOD.dailyLimit },
      createdAtMs: this.nowMs + 1,
      ...change,
    };
    const signed = { line, signature: this.self.sign(trustLineStatement(line)) };
    const tree = decode(encodeMessage({ type: 'trust-line', signed })) as [number, [unknown[], Uint8Array]];
    if (bad === undefined) return encode(tree);
    replace(tree, bad);
    tree[1][1] = this.#sign('geo/1/trust-line', encode(tree[1][0]));
    return encode(tree);
  }

  /** An announcement that is offered, with something else in one place. */
  announcement(bad: readonly [Good, Tree]): Uint8Array {
    const announcement = {
      version: VERSION,
      network: GOOD.network,
      from: this.self.key,
      to: this.victim as Person['key'],
      equivalent: GOOD.equivalent,
      seq: this.nowMs,
      active: true,
      expiresAtMs: this.expiresAtMs,
    } as const;
    const fromSignature = this.self.sign(announcementStatement(announcement, this.self.key));
    const signed = { announcement, fromSignature, toSignature: null };
    const tree = decode(encodeMessage({ type: 'announcement-offer', signed })) as [
      number,
      [unknown[], Uint8Array, null],
    ];
    replace(tree, bad);
    tree[1][1] = this.#sign('geo/1/announcement', encode(tree[1][0]));
    return encode(tree);
  }

  /** Any message with something else in one place. */
  message(message: Message, bad: readonly [Good, Tree]): Uint8Array {
    const tree = decode(encodeMessage(message)) as unknown[];
    replace(tree, bad);
    return encode(tree);
  }

  #sign(domain: 'geo/1/prepare' | 'geo/1/trust-line' | 'geo/1/announcement', bytes: Uint8Array): Uint8Array {
    return nodeEd25519.sign(this.self.seed, signedBytes(domain, bytes));
  }
}

/** Nodes of a route that are nobody the victim knows. */
export const strangers = (count: number): Person['key'][] =>
  Array.from({ length: count }, (_, at) => person(100 + at).key);

/** Puts a value in the place of another, which must be there once. */
function replace(tree: unknown[], [good, bad]: readonly [Good, Tree]): void {
  let found = 0;
  const walk = (list: unknown[]): void => {
    for (const [at, item] of list.entries()) {
      if (Array.isArray(item)) walk(item);
      else if (isSame(item, good)) {
        list[at] = bad;
        found++;
      }
    }
  };
  walk(tree);
  if (found === 0) throw new Error(`${String(good)} is not in the message`);
}

function isSame(item: unknown, good: Good): boolean {
  if (good instanceof Uint8Array) return item instanceof Uint8Array && Buffer.compare(item, good) === 0;
  if (typeof item === 'number' || typeof item === 'bigint')
    return typeof good !== 'string' && BigInt(item) === BigInt(good);
  return item === good;
}
