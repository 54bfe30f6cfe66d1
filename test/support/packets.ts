/**
 * Participants A, B, C … and all that they sign about one transaction, made by hand: any message of it, right or forged.
 *
 * Signatures are the simulator's fast ones, lengthened so that messages go through the codec.
 */
import { causeOf } from '#protocol/cause.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { VERSION } from '#protocol/limits.ts';
import type { AbortMessage, Message } from '#protocol/link.ts';
import {
  type Certificate,
  type Header,
  hopsOf,
  type Packet,
  type PaymentId,
  type Route,
  routeDigestOf,
  type Signature,
  type TxId,
  txIdOf,
} from '#protocol/packet.ts';
import type { RestedAbort } from '#protocol/position.ts';
import { type Refusal, refuse } from '#protocol/refusals.ts';
import type { Sign, Verify } from '#protocol/statement.ts';
import { fastSignatures, keyOf } from '#simulations/signatures.ts';
import { THEN_MS } from './people.ts';

export const NETWORK = 'geo-test';
export const UAH = 'UAH';

const FAST_BYTES = 8;
const fastSign = fastSignatures.signAs(0);

/** Signs as whoever the statement names. */
export const sign: Sign = (statement) => {
  const signature = new Uint8Array(64);
  signature.set(fastSign(statement));
  return signature;
};

export const verify: Verify = (statement, signature) =>
  signature.length === 64 &&
  signature.every((byte, at) => at < FAST_BYTES || byte === 0) &&
  fastSignatures.verify(statement, signature.slice(0, FAST_BYTES));

const namesByKey = new Map<PublicKey, string>();

/** The key of the participant with this name of one character, `A` or later. */
export function key(name: string): PublicKey {
  const found = keyOf(name.charCodeAt(0) - 65);
  namesByKey.set(found, name);
  return found;
}

/** The name that belongs to a key of `key`. */
export function nameOf(publicKey: PublicKey): string {
  return namesByKey.get(publicKey) ?? '?';
}

/** Keys of a chain written as `ABC`. */
export function keys(names: string): readonly PublicKey[] {
  return [...names].map(key);
}

let paymentIds = 0;

/** An id that no other call gives. */
export function newPaymentId(): PaymentId {
  return (++paymentIds).toString(16).padStart(64, '0') as PaymentId;
}

export interface DraftOptions {
  readonly amount?: bigint;
  /** Of the header; by default the sum of the routes. */
  readonly total?: bigint;
  readonly kind?: Header['kind'];
  readonly paymentId?: PaymentId;
  readonly createdAtMs?: number;
  readonly expiresAtMs?: number;
}

/** One route of a transaction, with everything that can be signed about it. */
export class Draft {
  readonly header: Header;
  readonly route: Route;
  readonly txId: TxId;
  /** The participants of the route, `ABC`. */
  readonly names: string;

  constructor(header: Header, route: Route, names: string) {
    this.header = header;
    this.route = route;
    this.txId = txIdOf(header);
    this.names = names;
  }

  /** The transaction of a message that carries a packet. */
  static of(message: Message | undefined): Draft {
    if (message?.type !== 'prepare') throw new Error(`no PREPARE but ${message?.type}`);
    const { header, route } = message.packet;
    return new Draft(header, route, route.nodes.map(nameOf).join(''));
  }

  prepareSignature(position: number): Signature {
    return sign({ ...this.#at(position), domain: 'geo/1/prepare' });
  }

  abortSignature(position: number): Signature {
    return sign({ ...this.#at(position), domain: 'geo/1/abort' });
  }

  /** As it comes to this position: signed by all before it. */
  packet(position: number): Packet {
    const { txId, header, route } = this;
    const signatures = Array.from({ length: position }, (_, at) => this.prepareSignature(at));
    return { txId, header, route, signatures };
  }

  prepare(position: number): Message {
    return { type: 'prepare', packet: this.packet(position) };
  }

  get certificate(): Certificate {
    const { network, receiver: signer } = this.header;
    const commit = sign({ domain: 'geo/1/commit', network, txId: this.txId, signer });
    return { ...this.packet(hopsOf(this.route)), commit };
  }

  get commit(): Message {
    return { type: 'commit', certificate: this.certificate };
  }

  /** The waiver of a position; `restsOn` are the positions downstream whose waivers it carries. */
  abort(position: number, cause: Refusal = refuse('cancelled', {}), restsOn: readonly number[] = []): AbortMessage {
    const { txId, route } = this;
    const rested = (at: number): RestedAbort => ({
      position: at,
      signer: this.#signer(at),
      signature: this.abortSignature(at),
    });
    return {
      type: 'abort',
      txId,
      routeIndex: route.index,
      ...rested(position),
      cause: causeOf(cause),
      restsOn: restsOn.map(rested),
    };
  }

  get decline(): Message {
    const { network, receiver: signer } = this.header;
    const { txId } = this;
    return { type: 'decline', txId, signer, signature: sign({ domain: 'geo/1/decline', network, txId, signer }) };
  }

  get cancel(): Message {
    return { type: 'cancel', txId: this.txId, routeIndex: this.route.index };
  }

  /** The acknowledgement of what this position sent. */
  ack(of: 'commit' | 'abort', position: number): Message {
    return { type: 'ack', of, txId: this.txId, routeIndex: this.route.index, position };
  }

  /** "What became of it?", carrying the packet for a position, or less. */
  resolve(carries: number | 'unsigned' | 'header' | 'id'): Message {
    const { txId, header, route } = this;
    return {
      type: 'resolve',
      txId,
      routeIndex: route.index,
      packet: typeof carries === 'number' ? this.packet(carries) : null,
      header: carries === 'unsigned' || carries === 'header' ? header : null,
      route: carries === 'unsigned' ? route : null,
    };
  }

  #signer(position: number): PublicKey {
    return this.route.nodes[position] as PublicKey;
  }

  #at(position: number) {
    const { txId, route, header } = this;
    return { network: header.network, txId, routeIndex: route.index, position, signer: this.#signer(position) };
  }
}

/** A payment (or, with `kind`, a clearing) of 10 units along one chain. */
export function draft(names: string, options: DraftOptions = {}): Draft {
  return split([[names, options.amount ?? 10n]], options)[0] as Draft;
}

/** One transaction over several routes. */
export function split(
  parts: readonly (readonly [names: string, amount: bigint])[],
  options: DraftOptions = {},
): Draft[] {
  const routes = parts.map(
    ([names, amount], index): Route => ({
      salt: index.toString(16).padStart(32, '0'),
      index,
      amount,
      nodes: keys(names),
    }),
  );
  const ends = keys((parts[0] as readonly [string, bigint])[0]);
  const { createdAtMs = THEN_MS, expiresAtMs = createdAtMs + 40_000 } = options;
  const header: Header = {
    version: VERSION,
    network: NETWORK,
    kind: options.kind ?? 'pay',
    equivalent: UAH,
    total: options.total ?? routes.reduce((sum, route) => sum + route.amount, 0n),
    payer: ends[0] as PublicKey,
    receiver: ends.at(-1) as PublicKey,
    paymentId: options.paymentId ?? newPaymentId(),
    createdAtMs,
    expiresAtMs,
    sealedMemo: null,
    routeDigests: routes.map(routeDigestOf),
    witnesses: null,
  };
  return routes.map((route, at) => new Draft(header, route, (parts[at] as readonly [string, bigint])[0]));
}
