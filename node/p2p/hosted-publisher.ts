/**
 * Publishes the records of those whom this node hosts (§13.7). Each has made and signed its own; here it is given to the
 * directory as the node's own is, until it expires, is withdrawn, or the directory knows a newer one.
 */
import { type Pid, type PublicKey, pidOf } from '#protocol/identity.ts';
import { recordSeq, supersedesRecord } from '#protocol/participant-record.ts';
import type { Log } from '../log.ts';
import type { Directory } from './directory.ts';
import { COPIES } from './kad.ts';
import {
  HOSTED_PAUSE_MS,
  HOSTED_PUTS_AT_ONCE,
  PUBLISH_AGAIN_MS,
  PUBLISH_CHECK_MS,
  PUBLISH_MS,
  PUBLISH_PAUSE_MS,
} from './limits.ts';
import type { HostMetrics } from './metrics.ts';

/** A record that was judged, as its participant signed it. */
export interface HostedRecord {
  readonly participant: PublicKey;
  readonly bytes: Uint8Array;
  readonly expiresAtMs: number;
}

interface HostedPublisherOptions {
  readonly directory: Pick<Directory, 'size' | 'put' | 'find' | 'keptBytes' | 'grown'>;
  readonly nowMs: () => number;
  readonly log: Log;
  readonly metrics: Pick<HostMetrics, 'directoryHosted'>;
}

interface Entry {
  record: HostedRecord;
  /** This very record was taken by somebody. */
  isOut: boolean;
  /** Attempts in vain, one after the other. */
  failures: number;
  /** When it was tried last; null: never. */
  triedAtMs: number | null;
  /** Nodes in the routing table then. */
  sizeThen: number;
  isBusy: boolean;
}

export class HostedPublisher {
  readonly #options: HostedPublisherOptions;
  readonly #entries = new Map<Pid, Entry>();
  /** Whose turn it is, the longest waiting first. */
  readonly #queue = new Set<Pid>();
  #busy = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #isStopped = false;

  constructor(options: HostedPublisherOptions) {
    this.#options = options;
  }

  /** Records that are published from here. */
  get size(): number {
    return this.#entries.size;
  }

  start(): void {
    // Many that come at a time are one reason to look.
    this.#options.directory.grown(() => this.#lookAt(this.#options.nowMs() + PUBLISH_PAUSE_MS));
    this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** From now on this record is published, in place of an earlier one. */
  publish(record: HostedRecord): void {
    const pid = pidOf(record.participant);
    const known = this.#entries.get(pid);
    const entry = known ?? { record, isOut: false, failures: 0, triedAtMs: null, sizeThen: 0, isBusy: false };
    Object.assign(entry, { record, isOut: false, failures: 0 });
    this.#entries.set(pid, entry);
    this.#consider(pid, entry, this.#options.nowMs());
    this.#drain();
  }

  /** No longer published. What others keep of it ends when it expires. */
  withdraw(participant: PublicKey): void {
    this.#entries.delete(pidOf(participant));
  }

  #lookAt(atMs: number): void {
    if (this.#isStopped || atMs >= this.#timerAtMs) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    const inMs = Math.max(0, atMs - this.#options.nowMs());
    this.#timer = setTimeout(() => this.#look(), Math.min(inMs, PUBLISH_CHECK_MS)).unref();
  }

  #look(): void {
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#options.nowMs();
    this.#lookAt(nowMs + PUBLISH_CHECK_MS);
    for (const [pid, entry] of this.#entries) {
      if (entry.record.expiresAtMs <= nowMs) this.#entries.delete(pid);
      else this.#consider(pid, entry, nowMs);
    }
    this.#drain();
  }

  /** Into the queue, if it is time; else it is looked at again when it is. */
  #consider(pid: Pid, entry: Entry, nowMs: number): void {
    if (!this.#isDue(entry, nowMs)) return;
    const { triedAtMs, failures } = entry;
    const pauseMs = Math.min(PUBLISH_AGAIN_MS, HOSTED_PAUSE_MS * 2 ** failures);
    const mayAtMs = triedAtMs === null ? nowMs : triedAtMs + pauseMs;
    if (mayAtMs <= nowMs) this.#queue.add(pid);
    else this.#lookAt(mayAtMs);
  }

  #isDue({ isOut, triedAtMs, sizeThen, isBusy }: Entry, nowMs: number): boolean {
    const { size } = this.#options.directory;
    if (size === 0 || isBusy) return false;
    if (!isOut || triedAtMs === null || nowMs >= triedAtMs + PUBLISH_AGAIN_MS) return true;
    // Where there are few nodes, those that come later are soon the ones that are asked.
    return sizeThen < COPIES && size >= 2 * sizeThen;
  }

  #drain(): void {
    for (const pid of this.#queue) {
      if (this.#busy >= HOSTED_PUTS_AT_ONCE || this.#isStopped) return;
      this.#queue.delete(pid);
      const entry = this.#entries.get(pid);
      if (entry !== undefined && !entry.isBusy) void this.#put(pid, entry);
    }
  }

  async #put(pid: Pid, entry: Entry): Promise<void> {
    const { directory, log, metrics, nowMs } = this.#options;
    const { record } = entry;
    Object.assign(entry, { isBusy: true, triedAtMs: nowMs(), sizeThen: directory.size });
    this.#busy++;
    const outcome = await this.#give(pid, record).catch((error: unknown) => {
      log.debug({ pid, err: error }, 'the record of a hosted participant was not published');
      return 'failed' as const;
    });
    this.#busy--;
    entry.isBusy = false;
    metrics.directoryHosted.inc({ outcome });
    if (entry.record === record) {
      entry.isOut = outcome === 'published';
      entry.failures = outcome === 'published' ? 0 : entry.failures + 1;
      if (outcome === 'superseded' && this.#entries.get(pid) === entry) this.#entries.delete(pid);
    }
    this.#consider(pid, entry, nowMs());
    this.#drain();
  }

  /** `superseded`: its participant has said something newer elsewhere. */
  async #give(pid: Pid, { bytes }: HostedRecord): Promise<'published' | 'superseded' | 'failed'> {
    const { directory, log } = this.#options;
    const kept = directory.keptBytes(pid);
    if (kept !== null && supersedesRecord(kept, bytes)) return 'superseded';
    const copies = await directory.put(pid, bytes, PUBLISH_MS);
    if (copies > 0) {
      log.info({ pid, copies }, 'a hosted participant can be found in the directory');
      return 'published';
    }
    const { record } = await directory.find(pid);
    return record !== null && record.seq > recordSeq(bytes) ? 'superseded' : 'failed';
  }
}
