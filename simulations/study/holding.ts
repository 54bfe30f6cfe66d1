/**
 * What payments hold while they are under way, seen from outside: for how long each participant has amounts reserved,
 * and which transactions are settled everywhere, so that nobody can ask about them any more.
 */
import type { PublicKey } from '#protocol/identity.ts';
import type { PaymentId, TxId } from '#protocol/packet.ts';
import { isUnsettled, outgoingReserved, type Position } from '#protocol/position.ts';
import type { Transaction } from '#protocol/records.ts';

/** Amount × time in 10⁻⁸ units × ms, and the spans themselves. */
export interface Held {
  /** By honest participants, for any reason. */
  total: bigint;
  /** After the payment had expired. */
  expired: bigint;
  /** On routes that lead over a malicious participant further on. */
  behindMalicious: bigint;
}

/** A transaction of which something is not forgotten yet. */
interface Open {
  readonly paymentId: PaymentId;
  /** By participant: positions that are not settled. */
  readonly unsettled: Map<number, number>;
  /** By participant, route and place: since when the outgoing hop is reserved, and for what. */
  readonly since: Map<number, { readonly participant: number; readonly begunMs: number; readonly position: Position }>;
  total: number;
  settledAtMs: number;
  /** Does it count in journals? Then books are compared by it until a checkpoint has closed them. */
  isCounted: boolean;
}

const ROUTES = 8;
const PLACES = 32;

export class Holding {
  readonly held: Held = { total: 0n, expired: 0n, behindMalicious: 0n };
  /** How long honest participants had each hop reserved, in ms: from PREPARE to what was decided. */
  readonly doubtsMs: number[] = [];
  readonly #indexOf: (key: PublicKey) => number;
  readonly #malicious: ReadonlyMap<number, unknown>;
  readonly #open = new Map<TxId, Open>();
  /** Transactions of each payment that are not forgotten. */
  readonly #ofPayment = new Map<PaymentId, number>();
  readonly #settled: { readonly atMs: number; readonly txId: TxId }[] = [];
  #isCounting = true;

  constructor(indexOf: (key: PublicKey) => number, malicious: ReadonlyMap<number, unknown>) {
    this.#indexOf = indexOf;
    this.#malicious = malicious;
  }

  /** A participant saves what it knows of a transaction. */
  saving(participant: number, { txId, positions }: Transaction, nowMs: number): void {
    let open = this.#open.get(txId);
    if (open === undefined) {
      const { paymentId } = (positions[0] as Position).header;
      this.#ofPayment.set(paymentId, (this.#ofPayment.get(paymentId) ?? 0) + 1);
      open = { paymentId, unsettled: new Map(), since: new Map(), total: 0, settledAtMs: 0, isCounted: false };
      this.#open.set(txId, open);
    }
    let unsettled = 0;
    for (const position of positions) {
      if (isUnsettled(position)) unsettled++;
      if (position.state === 'committed') open.isCounted = true;
      if (this.#isCounting) this.#note(open, participant, position, nowMs);
    }
    open.total += unsettled - (open.unsettled.get(participant) ?? 0);
    open.unsettled.set(participant, unsettled);
    if (open.total > 0) return;
    open.settledAtMs = nowMs;
    this.#settled.push({ atMs: nowMs, txId });
  }

  /** Ends the count at a time: what is still held is counted up to then. */
  stop(nowMs: number): void {
    for (const { since } of this.#open.values()) {
      for (const { participant, begunMs, position } of since.values())
        this.#count(participant, position, begunMs, nowMs);
    }
    this.#isCounting = false;
  }

  /** Is any transaction of the payment not forgotten? */
  isOpen(paymentId: PaymentId): boolean {
    return this.#ofPayment.has(paymentId);
  }

  /**
   * Transactions that are settled everywhere since before a time and count nowhere, each told once with all who know of
   * it. Of those that count, nothing more is told.
   */
  *takeSettled(beforeMs: number): Generator<{ readonly txId: TxId; readonly known: Iterable<number> }> {
    let taken = 0;
    for (const { atMs, txId } of this.#settled) {
      if (atMs >= beforeMs) break;
      taken++;
      const open = this.#open.get(txId);
      if (open === undefined || open.total > 0 || open.settledAtMs !== atMs) continue;
      this.#open.delete(txId);
      const { paymentId } = open;
      const others = (this.#ofPayment.get(paymentId) ?? 1) - 1;
      if (others > 0) this.#ofPayment.set(paymentId, others);
      else this.#ofPayment.delete(paymentId);
      if (!open.isCounted) yield { txId, known: open.unsettled.keys() };
    }
    if (taken > 0) this.#settled.splice(0, taken);
  }

  #note(open: Open, participant: number, position: Position, nowMs: number): void {
    const { route } = position;
    const place = (participant * ROUTES + route.index) * PLACES + position.position;
    const begun = open.since.get(place);
    if (outgoingReserved(position)) {
      if (begun === undefined) open.since.set(place, { participant, begunMs: nowMs, position });
      return;
    }
    if (begun === undefined) return;
    open.since.delete(place);
    this.#count(participant, position, begun.begunMs, nowMs);
  }

  #count(participant: number, { route, position, header }: Position, begunMs: number, nowMs: number): void {
    const { expiresAtMs } = header;
    if (this.#malicious.has(participant)) return;
    this.doubtsMs.push(nowMs - begunMs);
    const { held } = this;
    const heldFor = route.amount * BigInt(nowMs - begunMs);
    held.total += heldFor;
    if (nowMs > expiresAtMs) held.expired += route.amount * BigInt(nowMs - Math.max(begunMs, expiresAtMs));
    if (this.#malicious.size === 0) return;
    if (route.nodes.some((key, at) => at > position && this.#malicious.has(this.#indexOf(key))))
      held.behindMalicious += heldFor;
  }
}
