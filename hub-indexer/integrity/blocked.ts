/**
 * Accounts on which nothing new may happen, because a check found them broken. Blocked by the hub, on disk, and let go
 * by an operator only, whose name and reason are in the audit log before it counts.
 */
import type { Clock } from '#node/clock.ts';
import type { Documents, Store } from '#node/store/store.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { type AuditLog, THE_HUB } from './audit-log.ts';
import { type AccountEnd, endKey } from './violation.ts';

export interface BlockedAccount extends AccountEnd {
  readonly sinceMs: number;
  /** In words. */
  readonly why: string;
}

export class BlockedAccounts {
  readonly #documents: Documents<BlockedAccount>;
  readonly #log: AuditLog;
  readonly #clock: Clock;
  readonly #blocked = new Map<string, BlockedAccount>();

  private constructor(documents: Documents<BlockedAccount>, log: AuditLog, clock: Clock) {
    this.#documents = documents;
    this.#log = log;
    this.#clock = clock;
  }

  static async open(store: Pick<Store, 'documents'>, log: AuditLog, clock: Clock): Promise<BlockedAccounts> {
    const documents = store.documents<BlockedAccount>('blocked-account');
    const blocked = new BlockedAccounts(documents, log, clock);
    for await (const [key, account] of documents.entries()) blocked.#blocked.set(key, account);
    return blocked;
  }

  isBlocked(participant: PublicKey, neighbour: PublicKey, equivalent: string): boolean {
    return this.#blocked.size > 0 && this.#blocked.has(endKey({ participant, neighbour, equivalent }));
  }

  all(): readonly BlockedAccount[] {
    return [...this.#blocked.values()];
  }

  get size(): number {
    return this.#blocked.size;
  }

  /** From this call on; resolves when it is on disk as well. One that is blocked already stays so for its first reason. */
  async block({ participant, neighbour, equivalent }: AccountEnd, why: string): Promise<void> {
    const blocked = { participant, neighbour, equivalent, sinceMs: this.#clock.nowMs(), why };
    const key = endKey(blocked);
    if (this.#blocked.has(key)) return;
    this.#blocked.set(key, blocked);
    await this.#documents.put(key, blocked);
    await this.#note(THE_HUB, 'block', blocked, why);
  }

  /** An operator lets an account be used again. False: it is not blocked. */
  async unblock(end: AccountEnd, operator: string, why: string): Promise<boolean> {
    const key = endKey(end);
    const blocked = this.#blocked.get(key);
    if (blocked === undefined) return false;
    await this.#note(operator, 'unblock', blocked, why);
    await this.#documents.delete(key);
    this.#blocked.delete(key);
    return true;
  }

  async #note(who: string, what: string, { participant, neighbour, equivalent }: AccountEnd, why: string) {
    const facts = Object.entries({ participant, neighbour, equivalent }).map(([name, value]) => ({ name, value }));
    await this.#log.append({ who, what, words: why, facts });
  }
}
