/** The payments as GEO's own machines make them, and what they took. */
import type { Account } from '#protocol/account.ts';
import type { Notice } from '#protocol/event.ts';
import type { Message } from '#protocol/link.ts';
import type { PaymentId, TxId } from '#protocol/packet.ts';
import { type CreditGraph, stepSize } from '../graphs/credit-graph.ts';
import { txIdIn } from '../message-transaction.ts';
import { Network } from '../network.ts';
import { calm } from '../network-settings.ts';
import { EQUIVALENT } from '../opening.ts';
import { Random } from '../random.ts';
import { keyOf } from '../signatures.ts';
import { type Arcs, type Capacities, initialCapacities } from './capacities.ts';
import type { Demand } from './demand.ts';

/** What became of one payment. */
export interface Result {
  readonly isPaid: boolean;
  /** Code of the refusal, or `unfinished`; null when it was paid. */
  readonly why: string | null;
  readonly attempts: number;
  /** Of the routes that were committed. */
  readonly routes: number;
  readonly hops: number;
  /** Hops over which a PREPARE went, over all attempts. */
  readonly hopsTried: number;
  /** Messages that reserve, commit, release or acknowledge, over all attempts. */
  readonly messages: number;
  /** Messages that look for a way: probes, searches, hints. */
  readonly searches: number;
  readonly virtualMs: number;
}

/** All that a run of GEO gives. */
export interface GeoRun {
  readonly network: Network;
  readonly results: readonly Result[];
  /** Messages by the name of their type. */
  readonly sent: ReadonlyMap<string, number>;
}

export interface GeoSettings {
  readonly delayMs: number;
  readonly isMapKnown: boolean;
  /** Payments under way at once, at most. */
  readonly together: number;
  readonly seed: number;
}

/** Types of messages that look for a way and move nothing. Others, also ones that are not known here, move something. */
export const SEARCHES: ReadonlySet<string> = new Set([
  'probe',
  'probe-answer',
  'find',
  'found',
  'hint-request',
  'hints',
]);
/** The stream of random numbers for ids and salts. */
const ID_STREAM = 13;
/** A payment that takes longer in virtual time is left to itself and counts as not made. */
const PATIENCE_MS = 600_000;

interface UnderWay {
  readonly number: number;
  readonly payer: number;
  readonly paymentId: PaymentId;
  readonly startedAtMs: number;
  /** Each hop over which a PREPARE went: sent again, it is the same hop. */
  readonly hopsTried: Set<string>;
  messages: number;
  searches: number;
  endedAtMs: number | null;
  why: string | null;
}

/** Runs the payments over one network; its state is mirrored into `capacities` at each step. */
export class Geo {
  readonly capacities: Capacities;
  readonly #settings: GeoSettings;
  readonly #network: Network;
  readonly #random: Random;
  readonly #unit: number;
  readonly #arcs = new Map<number, number>();
  readonly #nodes: number;
  readonly #sent = new Map<string, number>();
  readonly #byPayment = new Map<PaymentId, UnderWay>();
  readonly #byTransaction = new Map<TxId, UnderWay>();
  readonly #underWay = new Set<UnderWay>();
  readonly #results: Result[] = [];

  constructor(graph: CreditGraph, arcs: Arcs, settings: GeoSettings) {
    this.#settings = settings;
    this.#random = new Random(settings.seed, ID_STREAM);
    this.#unit = Number(stepSize(graph.precision));
    this.#nodes = graph.nodes;
    this.capacities = initialCapacities(graph);
    for (let arc = 0; arc < arcs.count; arc++)
      this.#arcs.set((arcs.tail[arc] as number) * graph.nodes + (arcs.head[arc] as number), arc);
    this.#network = new Network(graph, calm(settings.delayMs, settings.isMapKnown), {
      sent: (_from, message) => this.#count(message),
      changed: (owner, neighbour, account) => this.#mirror(owner, neighbour, account),
      noticed: (_participant, notice) => this.#notice(notice),
    });
  }

  /** Makes the payments. `before` is called with each one's number just before it begins, `after` when it is over. */
  run(demands: readonly Demand[], hooks: { before(number: number): void; after(number: number): void }): GeoRun {
    const { together } = this.#settings;
    let next = 0;
    while (next < demands.length || this.#underWay.size > 0) {
      const mayBegin = this.#underWay.size < together && (together > 1 || this.#network.isQuiet);
      if (next < demands.length && mayBegin) {
        hooks.before(next);
        this.#begin(next, demands[next] as Demand);
        next++;
      } else if (!this.#network.advance()) break;
      for (const payment of this.#underWay) {
        if (!this.#isOver(payment)) continue;
        this.#underWay.delete(payment);
        this.#results[payment.number] = this.#resultOf(payment);
        hooks.after(payment.number);
      }
    }
    while (!this.#network.isQuiet) this.#network.advance();
    return { network: this.#network, results: this.#results, sent: this.#sent };
  }

  #begin(number: number, { from, to, amount }: Demand): void {
    const paymentId = this.#random.hex(32) as PaymentId;
    const startedAtMs = this.#network.nowMs;
    const payment: UnderWay = {
      number,
      payer: from,
      paymentId,
      startedAtMs,
      hopsTried: new Set(),
      messages: 0,
      searches: 0,
      endedAtMs: null,
      why: null,
    };
    this.#underWay.add(payment);
    this.#byPayment.set(paymentId, payment);
    this.#network.feed(from, {
      type: 'command',
      command: {
        type: 'pay',
        paymentId,
        receiver: keyOf(to),
        equivalent: EQUIVALENT,
        amount: BigInt(amount) * BigInt(this.#unit),
        sealedMemo: null,
        randomness: this.#random.hex(32),
        routes: null,
      },
    });
  }

  #isOver(payment: UnderWay): boolean {
    if (payment.endedAtMs !== null) return this.#settings.together > 1 || this.#network.isQuiet;
    return this.#network.nowMs - payment.startedAtMs > PATIENCE_MS;
  }

  #resultOf({ payer, paymentId, startedAtMs, endedAtMs, why, hopsTried, messages, searches }: UnderWay): Result {
    const payment = this.#network.records(payer).payment(paymentId);
    const routes = payment?.state === 'COMMITTED' ? payment.routes : [];
    return {
      isPaid: payment?.state === 'COMMITTED',
      why: payment?.state === 'COMMITTED' ? null : (why ?? 'unfinished'),
      attempts: payment?.attempts ?? 0,
      routes: routes.length,
      hops: routes.reduce((sum, { nodes }) => sum + nodes.length - 1, 0),
      hopsTried: hopsTried.size,
      messages,
      searches,
      virtualMs: (endedAtMs ?? this.#network.nowMs) - startedAtMs,
    };
  }

  #notice(notice: Notice): void {
    if (notice.type === 'refused') {
      for (const payment of this.#underWay) {
        if (payment.endedAtMs !== null) continue;
        if (this.#network.records(payment.payer).payment(payment.paymentId) === undefined)
          this.#end(payment, notice.refusal.code);
      }
    }
    if (notice.type !== 'payment' || (notice.state !== 'COMMITTED' && notice.state !== 'ABORTED')) return;
    const payment = this.#byPayment.get(notice.paymentId);
    if (payment !== undefined) this.#end(payment, notice.refusal?.code ?? null);
  }

  #end(payment: UnderWay, why: string | null): void {
    payment.endedAtMs ??= this.#network.nowMs;
    payment.why = why;
  }

  #count(message: Message): void {
    this.#sent.set(message.type, (this.#sent.get(message.type) ?? 0) + 1);
    const payment = this.#paymentOf(message);
    if (payment === null) return;
    if (SEARCHES.has(message.type)) payment.searches++;
    else payment.messages++;
  }

  /** The payment that a message is for: by its transaction, or the only one under way. */
  #paymentOf(message: Message): UnderWay | null {
    if (message.type === 'prepare') {
      const payment = this.#byPayment.get(message.packet.header.paymentId);
      if (payment !== undefined) {
        const { txId, route, signatures } = message.packet;
        this.#byTransaction.set(txId, payment);
        payment.hopsTried.add(`${txId}/${route.index}/${signatures.length}`);
      }
    }
    const txId = txIdIn(message);
    const named = txId === null ? undefined : this.#byTransaction.get(txId);
    if (named !== undefined) return named;
    if (this.#underWay.size !== 1) return null;
    for (const payment of this.#underWay) return payment;
    return null;
  }

  #mirror(owner: number, neighbour: number, { limitReceived, balance, reservedOut }: Account): void {
    const arc = this.#arcs.get(owner * this.#nodes + neighbour) as number;
    this.capacities[arc] = Number(limitReceived + balance - reservedOut) / this.#unit;
  }
}
