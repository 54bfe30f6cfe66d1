/**
 * Keeps the integrity of a hub: checks all books every few minutes in slices that leave room for other work, writes a
 * checkpoint of each check, and blocks what is found broken before it tells anybody.
 */
import { performance } from 'node:perf_hooks';
import { setImmediate as otherWork, setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '#node/clock.ts';
import type { Log } from '#node/log.ts';
import type { Store } from '#node/store/store.ts';
import { hex, list, record, uint } from '#protocol/codec.ts';
import { equivalentShape } from '#protocol/packet.ts';
import type { Verify } from '#protocol/statement.ts';
import {
  BUSY_CHECK_PAUSE_MS,
  BUSY_FOR_CHECKS,
  CHECK_PAUSE_MS,
  CHECK_SLICE_MS,
  INTEGRITY_INTERVAL_MS,
  KEPT_CHECKPOINTS,
  MAX_CHECKPOINT_VIOLATIONS,
  WHOLE_EVERY,
} from '../limits.ts';
import { type AuditLog, THE_HUB } from './audit-log.ts';
import type { BlockedAccounts } from './blocked.ts';
import { type ChainFlaw, type ChainLink, HashChain } from './chain.ts';
import { checking, type FoundRight, type Hosted } from './checks.ts';
import { participantChecksum, stateChecksum } from './checksum.ts';
import type { IntegrityMetrics } from './metrics.ts';
import { endKey, type Violation, violationKey, violationShape } from './violation.ts';

/** What one check found. */
export interface IntegrityCheckpoint {
  /** `stateChecksum` of all books at its end. */
  readonly checksum: string;
  readonly participants: number;
  readonly accounts: number;
  readonly equivalents: readonly EquivalentCount[];
  /** How many there are, and the first of them. */
  readonly violationCount: number;
  readonly violations: readonly Violation[];
  /** The audit log as it was: who cuts it off has to change the checkpoints as well. */
  readonly auditNumber: number;
  readonly auditHead: string;
}

export interface EquivalentCount {
  readonly equivalent: string;
  readonly accounts: number;
}

export interface IntegrityOptions {
  /** Who is hosted, as it is whenever it is read. */
  readonly hosted: Hosted;
  readonly store: Pick<Store, 'documents'>;
  readonly audit: AuditLog;
  readonly blocked: BlockedAccounts;
  readonly metrics: IntegrityMetrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly verify: Verify;
  /** Between the end of a check and the next one; `INTEGRITY_INTERVAL_MS` unless set. */
  readonly intervalMs?: number;
  /** Told of each that the check before did not find, when the accounts it touches are blocked. */
  readonly onViolation: (violation: Violation) => void;
}

/** How long all else has its turn after a slice, in milliseconds; by how busy the process was since the one before, 0 … 1. */
export const pauseAfter = (busy: number): number => (busy > BUSY_FOR_CHECKS ? BUSY_CHECK_PAUSE_MS : CHECK_PAUSE_MS);

const MOST = Number.MAX_SAFE_INTEGER;

const checkpointShape = record<IntegrityCheckpoint>({
  checksum: hex(32),
  participants: uint(),
  accounts: uint(),
  equivalents: list(record<EquivalentCount>({ equivalent: equivalentShape, accounts: uint() }), 0, MOST),
  violationCount: uint(),
  violations: list(violationShape, 0, MAX_CHECKPOINT_VIOLATIONS),
  auditNumber: uint(),
  auditHead: hex(32),
});

export class IntegrityKeeper {
  readonly #options: IntegrityOptions;
  readonly #checkpoints: HashChain<IntegrityCheckpoint>;
  /** Since the start, so that the first check looks at all. */
  readonly #found: FoundRight = new WeakMap();
  /** Of the last check. */
  #known: ReadonlySet<string>;
  #running: Promise<ChainLink<IntegrityCheckpoint> | null> | null = null;
  #cancel: (() => void) | null = null;
  #isStopped = false;

  constructor(options: IntegrityOptions) {
    this.#options = options;
    this.#checkpoints = new HashChain(options.store, 'integrity-checkpoint', checkpointShape, KEPT_CHECKPOINTS);
    this.#known = new Set(this.latest(1).flatMap(({ body }) => body.violations.map(violationKey)));
  }

  /** Checks from now on, at once and then every `intervalMs` after the check before has ended. */
  start(): void {
    void this.#round();
  }

  /** Ends the check that goes on, without a checkpoint, and makes no more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#running?.catch(() => null);
  }

  /** Checks now; the one that goes on already if there is one. Null: stopped before its end. Throws a Failure of the disk. */
  checkNow(): Promise<ChainLink<IntegrityCheckpoint> | null> {
    this.#running ??= this.#check().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** A check of how things are from now on. */
  async checkAnew(): Promise<void> {
    await this.#running?.catch(() => null);
    await this.checkNow();
  }

  /** Checkpoints, newest first. */
  latest(most: number): readonly ChainLink<IntegrityCheckpoint>[] {
    return this.#checkpoints.latest(most);
  }

  /** Where the kept checkpoints are broken, or null. */
  verifyCheckpoints(): Promise<ChainFlaw | null> {
    return this.#checkpoints.verify();
  }

  async #round(): Promise<void> {
    const { clock, intervalMs = INTEGRITY_INTERVAL_MS, metrics, log } = this.#options;
    try {
      await this.checkNow();
    } catch (error) {
      metrics.failures.inc();
      log.error({ error }, 'the integrity check could not be ended');
    }
    if (!this.#isStopped) this.#cancel = clock.wakeAt(clock.nowMs() + intervalMs, () => void this.#round());
  }

  async #check(): Promise<ChainLink<IntegrityCheckpoint> | null> {
    const { metrics, clock, log } = this.#options;
    const began = performance.now();
    const violations = await this.#inSlices(this.#checking());
    if (violations === null) return null;
    for (const violation of violations) metrics.violations.inc({ invariant: violation.invariant });
    await this.#tell(violations);
    const counts = await this.#inSlices(this.#counting());
    if (counts === null) return null;
    const checkpoint = await this.#checkpoints.append(clock.nowMs(), this.#checkpoint(violations, counts));
    const seconds = (performance.now() - began) / 1_000;
    metrics.lastCheck.set(checkpoint.atMs / 1_000);
    metrics.lastDuration.set(seconds);
    log.debug({ number: checkpoint.number, violations: violations.length, seconds }, 'the books were checked');
    return checkpoint;
  }

  /** Some are looked at as a whole each time, all in `WHOLE_EVERY` checks; of others, what is new. */
  #checking(): Generator<void, readonly Violation[]> {
    const { hosted, verify } = this.#options;
    const round = this.#checkpoints.head.number;
    let at = 0;
    return checking(hosted, () => (at++ % WHOLE_EVERY === round % WHOLE_EVERY ? verify : null), this.#found);
  }

  /** Accounts by equivalent. Encodes them too, so that the checksum of all of them at one moment takes little time. */
  *#counting(): Generator<void, ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const records of this.#options.hosted.values()) {
      participantChecksum(records);
      for (const { equivalent } of records.accounts()) counts.set(equivalent, (counts.get(equivalent) ?? 0) + 1);
      yield;
    }
    return counts;
  }

  async #inSlices<T>(steps: Generator<void, T>): Promise<T | null> {
    let before = performance.eventLoopUtilization();
    for (;;) {
      await otherWork();
      if (this.#isStopped) return null;
      const began = performance.now();
      while (performance.now() - began < CHECK_SLICE_MS) {
        const step = steps.next();
        if (step.done === true) return step.value;
      }
      const { utilization } = performance.eventLoopUtilization(before);
      before = performance.eventLoopUtilization();
      await pause(pauseAfter(utilization), undefined, { ref: false });
    }
  }

  /** Blocks first, then writes down, then tells: what is told of is blocked. */
  async #tell(violations: readonly Violation[]): Promise<void> {
    const { audit, blocked, log, onViolation } = this.#options;
    const known = new Set(violations.map(violationKey));
    for (const violation of violations) {
      const { invariant, equivalent, participants, accounts, what } = violation;
      // Also one that is known: an operator may have let it go although it is still broken.
      const why = `${invariant}: ${what}`;
      for (const account of accounts) await blocked.block(account, why);
      if (this.#known.has(violationKey(violation))) continue;
      const facts = [
        { name: 'invariant', value: invariant },
        { name: 'equivalent', value: equivalent },
        ...participants.slice(0, 20).map((value) => ({ name: 'participant', value })),
        ...accounts.slice(0, 20).map((account) => ({ name: 'account', value: endKey(account) })),
      ];
      await audit.append({ who: THE_HUB, what: 'violation', words: why, facts });
      log.error({ invariant, equivalent, participants }, `an integrity check failed: ${what}`);
      onViolation(violation);
    }
    this.#known = known;
  }

  #checkpoint(violations: readonly Violation[], counts: ReadonlyMap<string, number>): IntegrityCheckpoint {
    const { hosted, audit } = this.#options;
    const equivalents = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      checksum: stateChecksum(hosted.values()),
      participants: hosted.size,
      accounts: [...counts.values()].reduce((sum, count) => sum + count, 0),
      equivalents: equivalents.map(([equivalent, count]) => ({ equivalent, accounts: count })),
      violationCount: violations.length,
      violations: violations.slice(0, MAX_CHECKPOINT_VIOLATIONS),
      auditNumber: audit.head.number,
      auditHead: audit.head.hash,
    };
  }
}
