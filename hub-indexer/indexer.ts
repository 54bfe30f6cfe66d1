/** The indexer beside a node: index, what keeps it up to date, its snapshots, and the answers it gives (§6.5). */
import { randomBytes } from 'node:crypto';
import type { Indexer, IndexerNode } from '#node/indexer.ts';
import type { HintRequest, Hints } from '#protocol/hints.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { DurableRecord } from '#protocol/records.ts';
import { measureDisk } from './disk.ts';
import { Follower } from './index/follower.ts';
import { type Answer, type IndexedEquivalent, MapIndex } from './index/map-index.ts';
import { type Snapshot, Snapshots } from './index/snapshot.ts';
import {
  MAX_FOLLOWED,
  MAX_REMEMBERED,
  REQUESTS_AT_ONCE_EACH,
  REQUESTS_PER_SECOND,
  REQUESTS_PER_SECOND_EACH,
  SWEEP_INTERVAL_MS,
} from './limits.ts';
import { measureMemory } from './memory.ts';
import { createHubMetrics, type HubMetrics, type Way } from './metrics.ts';
import { Rates } from './rates.ts';

export interface IndexerOptions {
  readonly dataDir: string;
  readonly network: string;
  readonly snapshotIntervalMs: number;
  /** Equivalents whose gossip is followed before any line of them is known. */
  readonly equivalents: readonly string[];
}

export class HubIndexer implements Indexer {
  readonly queriesPerSecond = REQUESTS_PER_SECOND;
  readonly metrics: HubMetrics;
  readonly #index: MapIndex;
  readonly #node: IndexerNode;
  readonly #snapshots: Snapshots;
  readonly #follower: Follower;
  readonly #stopMeasuring: () => void;
  readonly #followed: Set<string>;
  readonly #rates = new Rates(
    { each: REQUESTS_PER_SECOND_EACH, atOnceEach: REQUESTS_AT_ONCE_EACH, all: REQUESTS_PER_SECOND },
    MAX_REMEMBERED,
  );
  readonly #timers: NodeJS.Timeout[] = [];
  /** What goes on in the background: one thing after the other. */
  #work: Promise<unknown> = Promise.resolve();
  #isReady = false;
  /** What the last snapshot holds. */
  #written: string;

  /** Reads the snapshot, if there is one that can be used, and begins to bring it up to date. Throws a Failure. */
  static async open(node: IndexerNode, options: IndexerOptions): Promise<HubIndexer> {
    const { snapshots, found } = await Snapshots.open(options.dataDir, options.network);
    const index = new MapIndex(randomBytes(8));
    if (found !== 'none' && 'why' in found) {
      node.log.warn({ why: found.why }, 'the snapshot of the index is put away: the index is made anew');
    } else if (found !== 'none') {
      for (const part of found.parts) index.load(part);
      node.log.info({ lines: index.lineCount, writtenAtMs: found.writtenAtMs }, 'the index was read from its snapshot');
    }
    return new HubIndexer(node, options, snapshots, index);
  }

  private constructor(node: IndexerNode, options: IndexerOptions, snapshots: Snapshots, index: MapIndex) {
    const { clock, log, records } = node;
    this.#node = node;
    this.#snapshots = snapshots;
    this.#index = index;
    this.#written = this.#contents();
    this.#followed = new Set(options.equivalents);
    this.metrics = createHubMetrics(index);
    measureDisk(this.metrics.registry, options.dataDir);
    this.#stopMeasuring = measureMemory(this.metrics.registry);
    this.#follower = new Follower({ index, topology: records.topology, nowMs: () => clock.nowMs(), log });
    this.#next('the index was not brought up to date', async () => {
      this.#isReady = await this.#follower.catchUp();
    });
    this.#every(SWEEP_INTERVAL_MS, 'expired lines were not taken out', () => this.#follower.sweep());
    this.#every(options.snapshotIntervalMs, 'no snapshot was written', () => this.#writeSnapshot());
  }

  /** Does the index say what the node's map says? While it does not, it answers from what it has. */
  get isReady(): boolean {
    return this.#isReady;
  }

  equivalents(): readonly IndexedEquivalent[] {
    return this.#index.equivalents();
  }

  answer(from: PublicKey, request: HintRequest): Hints | null {
    if (!this.#rates.take(from)) {
      this.metrics.answers.inc({ way: 'libp2p', outcome: 'too-often' });
      return null;
    }
    const { id, equivalent, source, target, most } = request;
    return { type: 'hints', id, ...this.routes('libp2p', equivalent, source, target, most) };
  }

  /** The answer to whoever may have it. */
  routes(way: Way, equivalent: string, source: PublicKey, target: PublicKey, most: number): Answer {
    const stopWatch = this.metrics.answerSeconds.startTimer();
    const answer = this.#index.answer(equivalent, source, target, most);
    stopWatch();
    this.metrics.answers.inc({ way, outcome: answer.routes.length > 0 ? 'routes' : 'none' });
    return answer;
  }

  saved(records: readonly DurableRecord[]): void {
    this.#follower.saved(records);
    for (const record of records) {
      if (record.type === 'announcement') this.#follow(record.signed.announcement.equivalent);
    }
  }

  started(): void {
    for (const { equivalent } of this.#index.equivalents()) this.#followed.add(equivalent);
    for (const equivalent of [...this.#followed].slice(0, MAX_FOLLOWED)) this.#node.follow(equivalent);
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#stopMeasuring();
    this.#follower.stop();
    await this.#work;
    if (this.#isReady) {
      this.#next('no snapshot was written', () => this.#writeSnapshot());
      await this.#work;
    }
    await this.#snapshots.close();
  }

  #follow(equivalent: string): void {
    if (this.#followed.has(equivalent) || this.#followed.size >= MAX_FOLLOWED) return;
    this.#followed.add(equivalent);
    this.#node.follow(equivalent);
  }

  async #writeSnapshot(): Promise<void> {
    const contents = this.#contents();
    if (contents === this.#written) return;
    // All of one moment: what changes while it is written is in the next one.
    const snapshot: Snapshot = { writtenAtMs: this.#node.clock.nowMs(), parts: this.#index.images() };
    try {
      await this.#snapshots.write(snapshot);
    } catch (error) {
      this.metrics.snapshots.inc({ outcome: 'failed' });
      throw error;
    }
    this.#written = contents;
    this.metrics.snapshots.inc({ outcome: 'written' });
    this.#node.log.debug({ lines: this.#index.lineCount }, 'a snapshot of the index was written');
  }

  /** Equal for equal lines. */
  #contents(): string {
    return JSON.stringify(this.#index.equivalents());
  }

  #every(intervalMs: number, failure: string, run: () => Promise<unknown>): void {
    let isWaiting = false;
    const again = (): void => {
      if (isWaiting) return;
      isWaiting = true;
      this.#next(failure, async () => {
        isWaiting = false;
        await run();
      });
    };
    this.#timers.push(setInterval(again, intervalMs).unref());
  }

  /** Once what goes on has ended. What fails is told; the index goes on without it. */
  #next(failure: string, run: () => Promise<unknown>): void {
    this.#work = this.#work.then(run).catch((error: unknown) => this.#node.log.error({ error }, failure));
  }
}
