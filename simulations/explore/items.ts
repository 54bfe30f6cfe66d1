/**
 * Everything that can be in the world outside of the participants, numbered: messages on their way, and signatures of
 * honest participants that malicious ones have seen. A state has a bit for each. Nothing ever leaves: what was sent may
 * arrive any number of times, in any order, at any time, or never; what was seen is not forgotten.
 */
import type { PublicKey } from '#protocol/identity.ts';
import type { Message } from '#protocol/link.ts';
import type { Packet, Signature, TxId } from '#protocol/packet.ts';
import type { Statement } from '#protocol/statement.ts';
import { keyOf } from '../signatures.ts';
import { canonicalText } from './canonical.ts';

/** A signed statement about a transaction. Position and route are −1 where the statement has none. */
export interface Signed {
  readonly domain: 'geo/1/prepare' | 'geo/1/commit' | 'geo/1/abort' | 'geo/1/decline';
  readonly txId: TxId;
  readonly routeIndex: number;
  readonly position: number;
  readonly signer: PublicKey;
  /** An ABORT that rests on no other (rule 4a); null where that is not asked. */
  readonly isBare: boolean | null;
}

export interface MessageItem {
  readonly kind: 'message';
  readonly id: number;
  readonly from: number;
  readonly to: number;
  readonly message: Message;
  /** What is signed in it. */
  readonly signed: readonly Signed[];
}

export interface SignatureItem {
  readonly kind: 'signature';
  readonly id: number;
  readonly signed: readonly [Signed];
}

export type Item = MessageItem | SignatureItem;

export class Items {
  /** Numbers in a state that hold the bits of all items. */
  readonly words: number;
  readonly #items: Item[] = [];
  readonly #ids = new Map<string, number>();
  /** Messages to each participant, and messages from each and signatures of each, as bits. */
  readonly #to: Int32Array[] = [];
  readonly #from: Int32Array[] = [];
  readonly #indexes = new Map<PublicKey, number>();

  constructor(participants: number, words: number) {
    this.words = words;
    for (let index = 0; index < participants; index++) {
      this.#indexes.set(keyOf(index), index);
      this.#to.push(new Int32Array(words));
      this.#from.push(new Int32Array(words));
    }
  }

  item(id: number): Item {
    return this.#items[id] as Item;
  }

  message(from: number, to: number, message: Message): MessageItem {
    const text = `${from}>${to} ${canonicalText(message)}`;
    const known = this.#ids.get(text);
    if (known !== undefined) return this.#items[known] as MessageItem;
    const id = this.#next(text);
    const item: MessageItem = { kind: 'message', id, from, to, message, signed: signedIn(message) };
    this.#items.push(item);
    setBit(this.#to[to] as Int32Array, 0, id);
    setBit(this.#from[from] as Int32Array, 0, id);
    return item;
  }

  signature(signed: Signed): SignatureItem {
    const text = textOf(signed);
    const known = this.#ids.get(text);
    if (known !== undefined) return this.#items[known] as SignatureItem;
    const item: SignatureItem = { kind: 'signature', id: this.#next(text), signed: [signed] };
    this.#items.push(item);
    setBit(this.#from[this.#indexes.get(signed.signer) as number] as Int32Array, 0, item.id);
    return item;
  }

  messagesTo(participant: number): Int32Array {
    return this.#to[participant] as Int32Array;
  }

  leftBy(participant: number): Int32Array {
    return this.#from[participant] as Int32Array;
  }

  #next(text: string): number {
    const id = this.#items.length;
    if (id >= this.words * 32) throw new Error(`bug: there are more than ${id} different messages and signatures`);
    this.#ids.set(text, id);
    return id;
  }
}

const textOf = (signed: Signed) =>
  `${signed.domain} ${signed.txId} ${signed.routeIndex} ${signed.position} ${signed.signer} ${signed.isBare}`;

/** Sets bit `id` of the bits that begin at `offset`; false when it was set. */
export function setBit(row: Int32Array, offset: number, id: number): boolean {
  const at = offset + (id >> 5);
  const before = row[at] as number;
  const after = before | (1 << (id & 31));
  row[at] = after;
  return after !== before;
}

export function hasBit(row: Int32Array, offset: number, id: number): boolean {
  return ((row[offset + (id >> 5)] as number) & (1 << (id & 31))) !== 0;
}

/** The number of the lowest bit that is set in a word. */
export function idOf(word: number, bits: number): number {
  return word * 32 + 31 - Math.clz32(bits & -bits);
}

/** Every bit that is set both in a row, from `offset`, and in `mask`. */
export function bitsOf(row: Int32Array, offset: number, mask: Int32Array): number[] {
  const found: number[] = [];
  for (let word = 0; word < mask.length; word++) {
    for (let bits = (row[offset + word] as number) & (mask[word] as number); bits !== 0; bits &= bits - 1) {
      found.push(idOf(word, bits));
    }
  }
  return found;
}

/** The statement that a signature covers. */
export function statementOf(network: string, signed: Signed): Statement {
  const { domain, txId, routeIndex, position, signer } = signed;
  if (domain === 'geo/1/prepare' || domain === 'geo/1/abort')
    return { domain, network, txId, routeIndex, position, signer };
  return { domain, network, txId, signer };
}

/** What is signed in a message about a transaction; other messages carry nothing that could be used in one. */
function signedIn(message: Message): readonly Signed[] {
  if (message.type === 'prepare' || message.type === 'reminder') return preparesIn(message.packet);
  if (message.type === 'resolve') return message.packet === null ? [] : preparesIn(message.packet);
  if (message.type === 'commit') {
    const { txId, header } = message.certificate;
    return [...preparesIn(message.certificate), commitOf(txId, header.receiver)];
  }
  if (message.type === 'decline') return [declineOf(message.txId, message.signer)];
  if (message.type !== 'abort') return [];
  const { txId, routeIndex, position, signer, restsOn } = message;
  return [{ position, signer }, ...restsOn].map((part, at) =>
    abortOf(txId, routeIndex, part.position, part.signer, at === restsOn.length),
  );
}

function preparesIn({ txId, route, signatures }: Packet): readonly Signed[] {
  return signatures.map((_: Signature, position) =>
    prepareOf(txId, route.index, position, route.nodes[position] as PublicKey),
  );
}

export function prepareOf(txId: TxId, routeIndex: number, position: number, signer: PublicKey): Signed {
  return { domain: 'geo/1/prepare', txId, routeIndex, position, signer, isBare: null };
}

export function abortOf(
  txId: TxId,
  routeIndex: number,
  position: number,
  signer: PublicKey,
  isBare: boolean | null,
): Signed {
  return { domain: 'geo/1/abort', txId, routeIndex, position, signer, isBare };
}

export function commitOf(txId: TxId, signer: PublicKey): Signed {
  return { domain: 'geo/1/commit', txId, routeIndex: -1, position: -1, signer, isBare: null };
}

export function declineOf(txId: TxId, signer: PublicKey): Signed {
  return { domain: 'geo/1/decline', txId, routeIndex: -1, position: -1, signer, isBare: null };
}
