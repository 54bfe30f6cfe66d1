/**
 * What stays reserved for longer than its packet lives, and how long: amount × time that a participant could not use
 * because somebody further down the route did not answer.
 */
import type { TxId } from '#protocol/packet.ts';
import { incomingReserved, outgoingReserved, type Position } from '#protocol/position.ts';

/** One reservation: who holds how much, until when it should have been over, and when it was. */
export interface Holding {
  readonly participant: number;
  readonly amount: bigint;
  /** When its packet's life was over, counted from when it came here: clocks may be wrong. */
  readonly dueAtMs: number;
  /** Null while it is held. */
  endedAtMs: number | null;
}

export class Holdings {
  readonly #open = new Map<string, Holding>();
  readonly #ended: Holding[] = [];

  /** The positions of a transaction as they now are at a participant; none: it forgot them. */
  changed(participant: number, txId: TxId, positions: readonly Position[], nowMs: number): void {
    const prefix = `${participant}/${txId}/`;
    const reserved = new Map<string, Position>();
    for (const position of positions) {
      if (!incomingReserved(position) && !outgoingReserved(position)) continue;
      reserved.set(`${prefix}${position.route.index}/${position.position}`, position);
    }
    for (const [key, holding] of this.#open) {
      if (!key.startsWith(prefix) || reserved.has(key)) continue;
      holding.endedAtMs = nowMs;
      this.#ended.push(holding);
      this.#open.delete(key);
    }
    for (const [key, { route, header }] of reserved) {
      if (this.#open.has(key)) continue;
      const dueAtMs = nowMs + header.expiresAtMs - header.createdAtMs;
      this.#open.set(key, { participant, amount: route.amount, dueAtMs, endedAtMs: null });
    }
  }

  /** A participant started again from its disk and may have forgotten some of it. */
  restarted(participant: number, positionsOf: (txId: TxId) => readonly Position[], nowMs: number): void {
    const known = new Set([...this.#open.keys()].filter((key) => key.startsWith(`${participant}/`)));
    for (const txId of new Set([...known].map((key) => key.split('/')[1] as TxId))) {
      this.changed(participant, txId, positionsOf(txId), nowMs);
    }
  }

  /** All that was or is held longer than its packet lived, as seen at `nowMs`. */
  overdue(nowMs: number): readonly Holding[] {
    return [...this.#ended, ...this.#open.values()].filter(({ endedAtMs, dueAtMs }) => (endedAtMs ?? nowMs) > dueAtMs);
  }
}
