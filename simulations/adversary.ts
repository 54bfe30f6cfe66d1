/**
 * Malicious participants. They hold valid keys, see all that colluders see, send what they like to whom they like, and
 * run the honest machine whenever that serves them. They can sign only as themselves.
 */
import { causeOf } from '#protocol/cause.ts';
import type { Checkpoint } from '#protocol/checkpoint.ts';
import type { Effect } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { Message, MessageType } from '#protocol/link.ts';
import { type Certificate, type Header, type Packet, type Signature, type TxId, txIdOf } from '#protocol/packet.ts';
import { refuse } from '#protocol/refusals.ts';
import { listFalsely, proposeFalsely, remind, summariseFalsely } from './false-books.ts';
import type { Participant } from './participant.ts';
import type { Random } from './random.ts';

/** A message that a malicious participant sends of its own accord. */
export interface Mischief {
  readonly from: number;
  readonly to: PublicKey;
  readonly message: Message;
}

const MEMORY = 400;
/** How many of a thousand messages of a kind it does send; 850 of the others. */
const KEPT_PERMILLE: Partial<Record<MessageType, number>> = {
  prepare: 700,
  resolve: 700,
  commit: 500,
  abort: 600,
  hops: 400,
  reminder: 400,
  checkpoint: 500,
};

export class Adversary {
  readonly #random: Random;
  readonly #members: readonly Participant[];
  readonly #keys: readonly PublicKey[];
  /** What any of them has received or would have sent: packets, certificates, messages. */
  readonly #packets: Packet[] = [];
  readonly #certificates: Certificate[] = [];
  readonly #messages: Message[] = [];
  /** Transactions that an honest participant gave up in writing: worth bringing to life. */
  readonly #givenUp = new Set<TxId>();

  constructor(random: Random, members: readonly Participant[], keys: readonly PublicKey[]) {
    this.#random = random;
    this.#members = members;
    this.#keys = keys;
  }

  has(index: number): boolean {
    return this.#members.some((member) => member.index === index);
  }

  /** Remembers a message for later use. */
  learn(message: Message): void {
    keep(this.#messages, message);
    if (message.type === 'decline' || message.type === 'abort') this.#givenUp.add(message.txId);
    if (message.type === 'prepare') keep(this.#packets, message.packet);
    if (message.type === 'resolve' && message.packet !== null) keep(this.#packets, message.packet);
    if (message.type === 'commit') keep(this.#certificates, message.certificate);
  }

  /** Which of the messages that its honest machine would send a member really sends. */
  lets(effect: Effect): boolean {
    if (effect.type !== 'send') return true;
    this.learn(effect.message);
    return this.#random.permille(KEPT_PERMILLE[effect.message.type] ?? 850);
  }

  /** One act of mischief, or none. */
  act(nowMs: number): Mischief | null {
    const member = this.#random.pick(this.#members);
    switch (this.#random.below(20)) {
      case 0:
        return this.#replay(member);
      case 1:
        return this.#waive(member);
      case 2:
        return this.#decide(member);
      case 3:
        return this.#showCertificate(member);
      case 4:
        return this.#decline(member);
      case 5:
        return this.#spendAgain(member);
      case 6:
        return this.#moveAbort(member);
      case 7:
      case 15:
        return this.#askForDecline(member);
      case 8:
      case 16:
      case 17:
        return this.#sendLate(member);
      case 9:
      case 18:
        return this.#showOwnAbort(member);
      case 10:
        return proposeFalsely(this.#random, member, nowMs);
      case 11:
        return remind(this.#random, this.#members, this.#packets);
      case 12:
        return summariseFalsely(this.#random, member);
      case 13:
        return listFalsely(this.#random, member);
      case 14:
        return this.#showCheckpoint(member);
      default:
        return this.#mixSignatures(member);
    }
  }

  /** An earlier checkpoint, proposed or agreed, when a newer one may be there. */
  #showCheckpoint(member: Participant): Mischief | null {
    const message = this.#any(
      this.#messages.filter((seen) => seen.type === 'checkpoint' && isOf(member.key, seen.signed.checkpoint)),
    );
    if (message?.type !== 'checkpoint') return null;
    const { smaller, larger } = message.signed.checkpoint;
    return { from: member.index, to: member.key === smaller ? larger : smaller, message };
  }

  /** Any earlier message to anyone: often to the wrong one. */
  #replay(member: Participant): Mischief | null {
    const message = this.#any(this.#messages);
    return message && { from: member.index, to: this.#random.pick(this.#keys), message };
  }

  /** An ABORT of the own position to upstream, whatever was signed or committed before. */
  #waive(member: Participant): Mischief | null {
    const packet = this.#any(this.#packets) ?? this.#any(this.#certificates);
    if (packet === null) return null;
    const { header, route, txId } = packet;
    const position = route.nodes.lastIndexOf(member.key);
    const upstream = route.nodes[position - 1];
    if (upstream === undefined) return null;
    const statement = {
      domain: 'geo/1/abort',
      network: header.network,
      txId,
      routeIndex: route.index,
      position,
      signer: member.key,
    } as const;
    const signature = member.sign(statement);
    const cause = causeOf(refuse('cancelled', {}));
    const message: Message = {
      type: 'abort',
      txId,
      routeIndex: route.index,
      position,
      signer: member.key,
      signature,
      cause,
      restsOn: [],
    };
    this.learn(message);
    return { from: member.index, to: upstream, message };
  }

  /**
   * As the receiver: a commit signature on whatever came, whatever was waived before. Signatures that are missing are
   * filled in from the same signer's other positions, or left out, in case that passes.
   */
  #decide(member: Participant): Mischief | null {
    const received = this.#packets.filter(({ header }) => header.receiver === member.key);
    const incomplete = received.filter(({ route, signatures }) => signatures.length < route.nodes.length - 1);
    const packet = this.#any(this.#random.permille(500) ? incomplete : received);
    if (packet === null) return null;
    const { header, route, txId } = packet;
    const signatures: Signature[] = [];
    for (const signer of route.nodes.slice(0, -1)) {
      const signature = packet.signatures[signatures.length] ?? this.#signatureOf(txId, signer);
      if (signature === undefined) break;
      signatures.push(signature);
    }
    const commit = member.sign({ domain: 'geo/1/commit', network: header.network, txId, signer: member.key });
    const certificate: Certificate = { ...packet, signatures, commit };
    const message: Message = { type: 'commit', certificate };
    this.learn(message);
    return { from: member.index, to: this.#random.pick(route.nodes), message };
  }

  /** Any prepare signature of a participant on a transaction, from whatever position. */
  #signatureOf(txId: TxId, signer: PublicKey): Signature | undefined {
    for (const packet of this.#packets) {
      if (packet.txId !== txId) continue;
      const signature = packet.signatures[packet.route.nodes.indexOf(signer)];
      if (signature !== undefined) return signature;
    }
    return undefined;
  }

  #showCertificate(member: Participant): Mischief | null {
    const certificate = this.#any(this.#certificates);
    return (
      certificate && {
        from: member.index,
        to: this.#random.pick(certificate.route.nodes),
        message: { type: 'commit', certificate },
      }
    );
  }

  #decline(member: Participant): Mischief | null {
    const packet = this.#any(this.#packets.filter(({ header }) => header.receiver === member.key));
    if (packet === null) return null;
    const { header, txId } = packet;
    const signature = member.sign({ domain: 'geo/1/decline', network: header.network, txId, signer: member.key });
    const to = this.#random.pick(packet.route.nodes);
    return { from: member.index, to, message: { type: 'decline', txId, signer: member.key, signature } };
  }

  /** As the payer: another transaction with an earlier payment id, sometimes with a total that its route does not carry. */
  #spendAgain(member: Participant): Mischief | null {
    const packet = this.#any(
      this.#packets.filter(({ header }) => header.payer === member.key && header.routeDigests.length === 1),
    );
    if (packet === null) return null;
    const { route } = packet;
    const createdAtMs = packet.header.createdAtMs + this.#random.between(1, 2_000);
    const total = this.#random.permille(500) ? packet.header.total : packet.header.total + 1n;
    const header: Header = { ...packet.header, createdAtMs, total };
    const txId = txIdOf(header);
    const statement = {
      domain: 'geo/1/prepare',
      network: header.network,
      txId,
      routeIndex: route.index,
      position: 0,
      signer: member.key,
    } as const;
    const message: Message = { type: 'prepare', packet: { txId, header, route, signatures: [member.sign(statement)] } };
    this.learn(message);
    return { from: member.index, to: route.nodes[1] as PublicKey, message };
  }

  /** Another's ABORT shown as if it were of another place of the same signer in the same transaction. */
  #moveAbort(member: Participant): Mischief | null {
    const message = this.#any(this.#messages.filter((seen) => seen.type === 'abort'));
    if (message?.type !== 'abort') return null;
    const packet = this.#any(
      [...this.#packets, ...this.#certificates].filter(
        ({ txId, route }) => txId === message.txId && route.index !== message.routeIndex,
      ),
    );
    const routeIndex = packet?.route.index ?? message.routeIndex;
    const found = packet?.route.nodes.lastIndexOf(message.signer) ?? -1;
    const position = found > 0 ? found : this.#random.below(7);
    const to = packet?.route.nodes[position - 1] ?? this.#random.pick(this.#keys);
    return { from: member.index, to, message: { ...message, routeIndex, position } };
  }

  /** Asks an honest receiver to give a transaction up, to use its DECLINE against its later commit. */
  #askForDecline(member: Participant): Mischief | null {
    const packet = this.#any(this.#packets);
    if (packet === null) return null;
    const { txId, header, route } = packet;
    const message: Message = {
      type: 'resolve',
      txId,
      routeIndex: route.index,
      packet: null,
      header,
      route: this.#random.permille(300) ? route : null,
    };
    return { from: member.index, to: header.receiver, message };
  }

  /** A packet that was kept back, sent on long after. */
  #sendLate(member: Participant): Mischief | null {
    const own = this.#packets.filter(({ route, signatures }) => route.nodes[signatures.length - 1] === member.key);
    const packet = this.#any(own.filter(({ txId }) => this.#givenUp.has(txId))) ?? this.#any(own);
    const to = packet?.route.nodes[packet.signatures.length];
    return packet === null || to === undefined
      ? null
      : { from: member.index, to, message: { type: 'prepare', packet } };
  }

  /** An honest participant's own ABORT, shown to it after it may have forgotten. */
  #showOwnAbort(member: Participant): Mischief | null {
    const message = this.#any(this.#messages.filter((seen) => seen.type === 'abort'));
    return message?.type === 'abort' ? { from: member.index, to: message.signer, message } : null;
  }

  /** A packet with the signatures of another route. */
  #mixSignatures(member: Participant): Mischief | null {
    const packet = this.#any(this.#packets);
    if (packet === null) return null;
    const other = this.#any(this.#packets.filter(({ txId }) => txId === packet.txId)) ?? packet;
    return {
      from: member.index,
      to: this.#random.pick(this.#keys),
      message: { type: 'prepare', packet: { ...packet, signatures: other.signatures } },
    };
  }

  #any<T>(list: readonly T[]): T | null {
    return list.length === 0 ? null : this.#random.pick(list);
  }
}

function isOf(key: PublicKey, { smaller, larger }: Checkpoint): boolean {
  return key === smaller || key === larger;
}

function keep<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > MEMORY) list.shift();
}
