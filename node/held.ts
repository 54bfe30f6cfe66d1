/**
 * Doubt (§4.5) as people see it: which amounts are reserved, which of them past the time to decide, who was asked when
 * and since when that one is away. It follows what is saved, asked and linked; the protocol does not depend on it.
 */
import type { Notice } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { RETRY_LAST_MS } from '#protocol/limits.ts';
import { retryDelayMs } from '#protocol/machine/turn.ts';
import type { TxId } from '#protocol/packet.ts';
import {
  downstreamOf,
  incomingReserved,
  isUnsettled,
  outgoingReserved,
  type Position,
  upstreamOf,
} from '#protocol/position.ts';
import type { DurableRecord, Records } from '#protocol/records.ts';
import type { Clock } from './clock.ts';
import { isLetGo, type LetGo } from './let-go.ts';

/**
 * `under-way`: there is time left to decide it. `held`: that time is over, and nobody who has to has answered.
 * `let-go`: given up here at own risk; it may still have to be paid downstream.
 */
export type HeldStage = 'under-way' | 'held' | 'let-go';

/** An amount that is reserved. */
export interface Held {
  readonly position: Position;
  readonly stage: HeldStage;
  /** Who has to answer. */
  readonly waitsFor: PublicKey;
  readonly linked: boolean;
  /** Since when it is away, as far as this process knows. */
  readonly offlineSinceAtMs: number | null;
  /** When it was asked the last time since the time to decide was over. */
  readonly lastAskedAtMs: number | null;
  readonly nextAskAtMs: number | null;
}

/** What is told of held amounts. */
export type HeldHappening =
  /** The time to decide is over. Told once. */
  | { readonly type: 'held'; readonly position: Position; readonly waitsFor: PublicKey }
  | { readonly type: 'let-go'; readonly position: LetGo }
  /** One that was held, or let go, has ended. */
  | { readonly type: 'settled'; readonly position: Position };

interface HeldOptions {
  /** As they were loaded. */
  readonly records: Records;
  readonly clock: Clock;
  readonly tell: (happening: HeldHappening, atMs: number) => void;
}

/** How often it is looked, at most, whose time is over; and how much later, since a receiver then gives up at once. */
const LOOK_AGAIN_MS = 1_000;

export class HeldAmounts {
  readonly #options: HeldOptions;
  readonly #startedAtMs: number;
  /** Transactions with a reservation, and until when they may be decided. */
  readonly #open = new Map<TxId, number>();
  /** Positions that were told to be held or let go, until it is told how they ended. */
  readonly #told = new Set<string>();
  /** Positions that were let go since the process began. */
  readonly #letGo = new Set<string>();
  readonly #asked = new Map<TxId, Map<PublicKey, number>>();
  readonly #awaySince = new Map<PublicKey, number>();
  #cancelLook: (() => void) | null = null;

  constructor(options: HeldOptions) {
    this.#options = options;
    this.#startedAtMs = options.clock.nowMs();
    for (const position of options.records.unsettled()) {
      if (!isReserved(position)) continue;
      this.#open.set(position.txId, position.header.expiresAtMs);
      if (isLetGo(position)) this.#told.add(idOf(position));
    }
    if (this.#open.size > 0) this.#lookAt(this.#startedAtMs);
  }

  stop(): void {
    this.#cancelLook?.();
  }

  /** These records are on disk. */
  saved(records: readonly DurableRecord[]): void {
    for (const record of records) {
      if (record.type !== 'transaction') continue;
      for (const position of record.positions) this.#follow(position);
      const { txId } = record;
      const reserved = record.positions.find(isReserved);
      if (reserved === undefined) {
        this.#open.delete(txId);
        this.#asked.delete(txId);
      } else if (!this.#open.has(txId)) {
        const { expiresAtMs } = reserved.header;
        this.#open.set(txId, expiresAtMs);
        if (this.#cancelLook === null) this.#lookAt(expiresAtMs + LOOK_AGAIN_MS);
      }
    }
  }

  /** The machine has asked what became of a transaction. */
  asked({ txId, waitsFor }: Extract<Notice, { type: 'held' }>, atMs: number): void {
    const asked = this.#asked.get(txId) ?? new Map<PublicKey, number>();
    this.#asked.set(txId, asked.set(waitsFor, atMs));
  }

  linkUp(neighbour: PublicKey): void {
    this.#awaySince.delete(neighbour);
  }

  linkDown(neighbour: PublicKey, atMs: number): void {
    this.#awaySince.set(neighbour, atMs);
  }

  /** Every amount that is reserved now, the oldest first. */
  *all(): IterableIterator<Held> {
    const { records, clock } = this.#options;
    const nowMs = clock.nowMs();
    for (const txId of this.#open.keys()) {
      for (const position of records.positions(txId)) {
        const stage = stageOf(position, nowMs);
        const waitsFor = waitsForOf(position);
        if (stage === null || waitsFor === null) continue;
        const linked = records.linked.has(waitsFor);
        yield {
          position,
          stage,
          waitsFor,
          linked,
          offlineSinceAtMs: linked ? null : (this.#awaySince.get(waitsFor) ?? this.#startedAtMs),
          lastAskedAtMs: this.#asked.get(txId)?.get(waitsFor) ?? null,
          nextAskAtMs: this.#nextAskAtMs(position, nowMs),
        };
      }
    }
  }

  /** Tells what a position has come to. */
  #follow(position: Position): void {
    const { clock, tell } = this.#options;
    const id = idOf(position);
    if (isLetGo(position) && position.letGoAtMs >= this.#startedAtMs && !this.#letGo.has(id)) {
      this.#letGo.add(id);
      this.#told.add(id);
      tell({ type: 'let-go', position }, position.letGoAtMs);
    }
    if (isReserved(position) || !this.#told.delete(id)) return;
    tell({ type: 'settled', position }, clock.nowMs());
  }

  #lookAt(atMs: number): void {
    const { clock } = this.#options;
    this.#cancelLook = clock.wakeAt(atMs, () => {
      this.#cancelLook = null;
      this.#look();
    });
  }

  /** Tells whose time is over, and looks again when the next one's is. */
  #look(): void {
    const { records, clock, tell } = this.#options;
    const nowMs = clock.nowMs();
    let nextAtMs = Number.POSITIVE_INFINITY;
    for (const [txId, expiresAtMs] of this.#open) {
      const lookAtMs = expiresAtMs + LOOK_AGAIN_MS;
      if (nowMs < lookAtMs) {
        nextAtMs = Math.min(nextAtMs, lookAtMs);
        continue;
      }
      for (const position of records.positions(txId)) {
        const id = idOf(position);
        const waitsFor = isReserved(position) ? waitsForOf(position) : null;
        if (waitsFor === null || this.#told.has(id)) continue;
        this.#told.add(id);
        tell({ type: 'held', position, waitsFor }, nowMs);
      }
    }
    if (nextAtMs < Number.POSITIVE_INFINITY) this.#lookAt(Math.max(nextAtMs, nowMs + LOOK_AGAIN_MS));
  }

  /** The machine asks at growing pauses since the position was saved or the process began (§8.3). */
  #nextAskAtMs(position: Position, nowMs: number): number | null {
    if (position.state === 'held') return null;
    let atMs = Math.max(position.header.createdAtMs, this.#startedAtMs);
    for (let tries = 0; atMs <= nowMs; tries++) {
      const pauseMs = retryDelayMs(tries);
      atMs += pauseMs < RETRY_LAST_MS ? pauseMs : pauseMs * Math.ceil((nowMs + 1 - atMs) / pauseMs);
    }
    return atMs;
  }
}

function idOf({ txId, route, position }: Position): string {
  return `${txId}/${route.index}/${position}`;
}

/** How far what is reserved for a position is from being free or paid; null: nothing is reserved. */
export function stageOf(position: Position, nowMs: number): HeldStage | null {
  if (!isReserved(position)) return null;
  if (position.state === 'aborted') return 'let-go';
  return nowMs > position.header.expiresAtMs ? 'held' : 'under-way';
}

function isReserved(position: Position): boolean {
  return incomingReserved(position) || outgoingReserved(position);
}

/** Who has to act before this position is settled; null when it is. */
export function waitsForOf(position: Position): PublicKey | null {
  if (!isUnsettled(position)) return null;
  switch (position.state) {
    case 'prepared':
      return downstreamOf(position);
    case 'held':
      return position.header.payer;
    case 'committed':
      return upstreamOf(position);
    case 'aborted':
      return position.ownRisk === 'reserved' ? downstreamOf(position) : upstreamOf(position);
  }
}
