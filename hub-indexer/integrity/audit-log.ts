/** The audit log of a hub: what its checks found and what its operators did, hash-chained, kept for ever. */
import type { Clock } from '#node/clock.ts';
import type { Store } from '#node/store/store.ts';
import { list, record, text } from '#protocol/codec.ts';
import { type ChainFlaw, type ChainHead, type ChainLink, HashChain } from './chain.ts';

/** Who did what. */
export interface AuditAct {
  /** `hub`, or the operator's name. */
  readonly who: string;
  /** A word for the kind of act, such as `violation` or `unblock`. */
  readonly what: string;
  /** One sentence. */
  readonly words: string;
  /** Names and values, for programs. */
  readonly facts: readonly AuditFact[];
}

export interface AuditFact {
  readonly name: string;
  readonly value: string;
}

export type AuditEntry = ChainLink<AuditAct>;

/** What the hub itself does. */
export const THE_HUB = 'hub';

const MOST_BYTES = 4_096;
const MOST_FACTS = 64;

const auditShape = record<AuditAct>({
  who: text(256),
  what: text(64, /^[a-z-]+$/),
  words: text(MOST_BYTES),
  facts: list(record<AuditFact>({ name: text(64), value: text(MOST_BYTES) }), 0, MOST_FACTS),
});

export class AuditLog {
  readonly #chain: HashChain<AuditAct>;
  readonly #clock: Clock;

  constructor(store: Pick<Store, 'documents'>, clock: Clock) {
    this.#chain = new HashChain(store, 'audit', auditShape);
    this.#clock = clock;
  }

  get head(): ChainHead {
    return this.#chain.head;
  }

  /** Resolves when it is on disk. Throws where a text does not fit: nothing is cut off here. */
  append(act: AuditAct): Promise<AuditEntry> {
    return this.#chain.append(this.#clock.nowMs(), act);
  }

  /** Newest first. */
  latest(most: number): readonly AuditEntry[] {
    return this.#chain.latest(most);
  }

  /** Where the log is broken, or null. Reads all of it. */
  verifyAuditChain(): Promise<ChainFlaw | null> {
    return this.#chain.verify();
  }
}
