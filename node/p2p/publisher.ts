/** Publishes the own record (§13.7): at start, when addresses change, when the directory has grown, and long before it expires. */
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { MAX_ADDRESSES, PARTICIPANT_RECORD_LIFETIME_MS, VERSION } from '#protocol/limits.ts';
import { makeParticipantRecord, nextRecordSeq } from '#protocol/participant-record.ts';
import type { Sign } from '#protocol/statement.ts';
import type { Log } from '../log.ts';
import type { Directory } from './directory.ts';
import { COPIES } from './kad.ts';
import { PUBLISH_AGAIN_MS, PUBLISH_CHECK_MS, PUBLISH_MS, PUBLISH_PAUSE_MS } from './limits.ts';
import type { HostMetrics } from './metrics.ts';
import { withWidestScope } from './scope.ts';

/** The own record, as it was published last. */
export interface Published {
  readonly seq: number;
  readonly atMs: number;
  readonly expiresAtMs: number;
  readonly addresses: readonly string[];
  /** Nodes that took it. */
  readonly copies: number;
}

interface PublisherOptions {
  readonly self: PublicKey;
  readonly network: string;
  readonly sign: Sign;
  readonly nowMs: () => number;
  /** Where this node can be reached, each with its peer id. */
  readonly addresses: () => readonly string[];
  readonly directory: Directory;
  readonly log: Log;
  readonly metrics: HostMetrics;
}

export class Publisher {
  readonly #options: PublisherOptions;
  #published: Published | null = null;
  #lastSeq: number | null = null;
  /** Nodes in the routing table when it was published last. */
  #sizeThen = 0;
  #timer: NodeJS.Timeout | undefined;
  #isBusy = false;
  #isStopped = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  get published(): Published | null {
    return this.#published;
  }

  /** From now on the record is published whenever it has to be. */
  start(): void {
    this.#options.directory.grown(() => this.look());
    this.#lookIn(PUBLISH_PAUSE_MS);
  }

  /** Something may have changed: many changes at a time are one. */
  look(): void {
    if (!this.#isBusy) this.#lookIn(PUBLISH_PAUSE_MS);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #lookIn(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#isStopped) this.#timer = setTimeout(() => void this.#look(), ms).unref();
  }

  async #look(): Promise<void> {
    this.#isBusy = true;
    if (this.#isDue()) {
      await this.#publish().catch((error: unknown) => {
        this.#options.log.debug({ err: error }, 'the own record was not published');
      });
    }
    this.#isBusy = false;
    this.#lookIn(this.#isDue() && this.#published !== null ? PUBLISH_PAUSE_MS : PUBLISH_CHECK_MS);
  }

  #isDue(): boolean {
    const { size } = this.#options.directory;
    if (size === 0) return false;
    if (this.#published === null) return true;
    // Where there are few nodes, those that come later are soon the ones that are asked.
    if (this.#sizeThen < COPIES && size >= 2 * this.#sizeThen) return true;
    const { atMs, addresses } = this.#published;
    return this.#options.nowMs() >= atMs + PUBLISH_AGAIN_MS || addresses.join() !== this.#addresses().join();
  }

  #addresses(): readonly string[] {
    return withWidestScope(this.#options.addresses()).slice(0, MAX_ADDRESSES);
  }

  async #publish(): Promise<void> {
    const { self, network, sign, nowMs, directory, log, metrics } = this.#options;
    const pid = pidOf(self);
    // Somebody who lost everything finds here what was said before the loss.
    const known = this.#published === null ? (await directory.find(pid)).record : directory.kept(pid);
    this.#lastSeq = Math.max(this.#lastSeq ?? 0, known?.seq ?? 0);
    const atMs = nowMs();
    const seq = nextRecordSeq(this.#lastSeq, atMs);
    const addresses = this.#addresses();
    const expiresAtMs = seq + PARTICIPANT_RECORD_LIFETIME_MS;
    const facts = {
      version: VERSION,
      network,
      publicKey: self,
      seq,
      expiresAtMs,
      host: null,
      capabilities: [],
    } as const;
    this.#lastSeq = seq;
    const value = makeParticipantRecord({ ...facts, addresses }, sign);
    const copies = await directory.put(pid, value, PUBLISH_MS);
    if (copies === 0) return;
    this.#sizeThen = directory.size;
    this.#published = { seq, atMs, expiresAtMs, addresses, copies };
    metrics.directoryPublished.inc();
    metrics.directoryCopies.set(copies);
    log.info({ copies, addresses }, 'this node can be found in the directory');
  }
}
