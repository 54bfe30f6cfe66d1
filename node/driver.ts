/**
 * The driver (§8): feeds events to the machine one at a time, saves what it says, and only then lets the rest out.
 *
 * Group commit: a step runs at once against memory; what it saves joins the batch that is written next, while the one
 * before is being written. Effects are released in the order of their steps, each after the batch with its saves is on
 * disk. If a write fails, nothing after it is ever released, and the process has to start again.
 */
import { setTimeout } from 'node:timers/promises';
import type { Effect, Notice, Occurrence, Timer } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { decodeMessage, encodeMessage, type Message } from '#protocol/link.ts';
import { step } from '#protocol/machine/step.ts';
import type { DurableRecord, Records } from '#protocol/records.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { MaySign, Verify } from '#protocol/statement.ts';
import { type Fault, isFault, type Reader, verifyMessage } from '#protocol/verify.ts';
import type { Clock } from './clock.ts';
import { Failure } from './failure.ts';
import { createFaultLog, type FaultLog } from './fault-log.ts';
import type { Log } from './log.ts';
import { isAboutMap, MapTraffic } from './map-traffic.ts';
import type { Metrics } from './metrics.ts';
import type { Store } from './store/store.ts';

export interface DriverOptions {
  /** Loaded from `store`, with `store.read` as archive. Only the driver changes them from now on. */
  readonly records: Records;
  readonly store: Pick<Store, 'write'>;
  readonly sign: MaySign;
  readonly verify: Verify;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Hands a frame to the link; may lose it. */
  readonly send: (to: PublicKey, frame: Uint8Array) => void;
  /**
   * Hands a message to a participant in this process, for whom it need not be encoded; may lose it, and never calls back
   * at once. False: it has to be sent. Nothing about the map is handed over: that is counted in bytes.
   */
  readonly hand?: (to: PublicKey, message: Message) => boolean;
  /** Called once when the driver failed for good. */
  readonly onFailure?: (failure: Failure) => void;
}

export type NoticeListener = (notice: Notice, atMs: number) => void;

export interface Driver {
  readonly records: Records;
  /** Feeds `start` and begins to take other events. Resolves when what it caused is released. */
  start(): Promise<void>;
  /**
   * Feeds one event. Resolves with the step's notices once all that it saved is on disk and all its effects are
   * released. Rejects with a Failure when the driver has failed or was stopped: whether the step was saved is then not
   * known.
   */
  submit(occurrence: Occurrence): Promise<readonly Notice[]>;
  /**
   * Takes one frame of a neighbour: decodes and verifies it and feeds it. What is wrong is dropped and counted.
   * Resolves once the machine has taken it, so that whoever reads frames one after another is held back.
   */
  receive(from: PublicKey, frame: Uint8Array): Promise<void>;
  /** As `receive`, for a message from a participant in this process: it is verified like any other. */
  take(from: PublicKey, message: Message): Promise<void>;
  /** Tells the listener every notice after its step is on disk, in order. Returns how to end it. */
  subscribe(listener: NoticeListener): () => void;
  /** Takes nothing more, waits until all is written and released. The store stays open. */
  stop(): Promise<void>;
}

/** How long a step with nothing to release may wait for others to share its batch. */
const LAZY_MS = 50;
/** Saves that may wait for the disk before events are held back. */
const MAX_UNSAVED = 2_048;

interface PendingStep {
  readonly effects: readonly Effect[];
  readonly nowMs: number;
  readonly released: PromiseWithResolvers<readonly Notice[]> | null;
}

interface PendingBatch {
  readonly saves: DurableRecord[];
  readonly steps: PendingStep[];
}

type State = 'new' | 'running' | 'stopping' | 'failed';

export function createDriver(options: DriverOptions): Driver {
  return new GroupCommitDriver(options);
}

class GroupCommitDriver implements Driver {
  readonly records: Records;
  readonly #options: DriverOptions;
  readonly #faults: FaultLog;
  readonly #map: MapTraffic;
  readonly #listeners = new Set<NoticeListener>();
  readonly #timers = new Set<() => void>();
  #state: State = 'new';
  #failure: Failure | null = null;
  #next: PendingBatch = { saves: [], steps: [] };
  #writing: Promise<void> | null = null;
  #isReleasing = false;
  #cancelLazy: (() => void) | null = null;
  /** Events that wait because the disk is behind. */
  #waiting: (() => void)[] = [];

  constructor(options: DriverOptions) {
    this.#options = options;
    this.records = options.records;
    this.#faults = createFaultLog(options.log, options.metrics, options.clock, options.records);
    this.#map = new MapTraffic(options);
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') throw new Failure('bug', 'a driver starts once');
    this.#state = 'running';
    this.records.begin(this.#options.clock.nowMs());
    await this.submit({ type: 'start' });
  }

  submit(occurrence: Occurrence): Promise<readonly Notice[]> {
    const released = Promise.withResolvers<readonly Notice[]>();
    this.#enter(() => this.#take(occurrence, released), released.reject);
    return released.promise;
  }

  receive(from: PublicKey, frame: Uint8Array): Promise<void> {
    if (this.#map.isAbout(frame)) return this.#receiveMap(from, frame);
    return this.#entered(() => {
      const decoded = this.#decoded(from, frame);
      if (decoded !== null) this.#takeVerified(from, () => frame, verifyMessage(this.#reader(), from, decoded));
    });
  }

  take(from: PublicKey, message: Message): Promise<void> {
    const frame = (): Uint8Array => encodeMessage(message);
    return this.#entered(() => this.#takeVerified(from, frame, verifyMessage(this.#reader(), from, message)));
  }

  /** What is about the map waits for its rate, and is verified between other work. */
  async #receiveMap(from: PublicKey, frame: Uint8Array): Promise<void> {
    const waitMs = this.#map.admit(from, frame);
    if (waitMs === null) return;
    if (waitMs > 0) await setTimeout(waitMs, undefined, { ref: false });
    const decoded = this.#decoded(from, frame);
    if (decoded === null || !this.#map.isExpected(from, decoded)) return;
    const verified =
      decoded.type === 'announcements' || decoded.type === 'map-answer'
        ? await this.#map.verify(from, decoded, () => this.#options.clock.nowMs())
        : verifyMessage(this.#reader(), from, decoded);
    await this.#entered(() => this.#takeVerified(from, () => frame, verified));
  }

  #entered(run: () => void): Promise<void> {
    const entered = Promise.withResolvers<void>();
    this.#enter(() => {
      run();
      entered.resolve();
    }, entered.reject);
    return entered.promise;
  }

  subscribe(listener: NoticeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async stop(): Promise<void> {
    if (this.#state === 'running') this.#state = 'stopping';
    this.#cancelTimers();
    this.#refuseWaiting();
    while (this.#failure === null && (this.#writing !== null || this.#next.steps.length > 0)) await this.#flush();
  }

  /** Runs now, or when the disk has caught up. */
  #enter(run: () => void, refuse: (why: Failure) => void): void {
    const enter = (): void => {
      const why = this.#whyNot() ?? this.#attempt(run);
      if (why !== null) refuse(why);
    };
    if (this.#state === 'running' && (this.#waiting.length > 0 || this.#isFull())) this.#waiting.push(enter);
    else enter();
  }

  /** What goes wrong here is a bug, or the archive could not be read: memory may be half changed. */
  #attempt(run: () => void): Failure | null {
    try {
      run();
      return null;
    } catch (error) {
      const failure =
        error instanceof Failure
          ? error
          : new Failure('bug', `The node's own code failed: ${String(error)}`, { cause: error });
      this.#fail(failure);
      return failure;
    }
  }

  #isFull(): boolean {
    return this.#next.saves.length >= MAX_UNSAVED;
  }

  #whyNot(): Failure | null {
    if (this.#failure !== null) return this.#failure;
    return this.#state === 'running' ? null : new Failure('stopped', 'The node is stopping.');
  }

  #admitWaiting(): void {
    let admitted = 0;
    while (admitted < this.#waiting.length && !this.#isFull()) this.#waiting[admitted++]?.();
    this.#waiting = this.#waiting.slice(admitted);
  }

  /** For when nothing may run any more: each asks whether it may, and is told why not. */
  #refuseWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const enter of waiting) enter();
  }

  #decoded(from: PublicKey, frame: Uint8Array): Message | null {
    const decoded = decodeMessage(frame);
    if (!isRefusal(decoded)) return decoded;
    this.#faults.note(from, 'bad-encoding', `${decoded.where}: ${decoded.why}`);
    return null;
  }

  #reader(): Reader {
    const { records, clock, verify } = this.#options;
    return { records, verify, nowMs: clock.nowMs() };
  }

  #takeVerified(from: PublicKey, frame: () => Uint8Array, message: Message | Fault): void {
    const { records, metrics } = this.#options;
    if (isFault(message)) {
      const { code, what } = message;
      this.#faults.note(from, code, what);
      // What another version may mean well proves nothing, and strangers leave nothing behind.
      const isProof = code !== 'wrong-network' && !records.accountsWith(from).next().done;
      // A copy: the frame may be a part of all that was received.
      if (isProof) this.#take({ type: 'fault', from, code, what, frame: Uint8Array.from(frame()) }, null);
      return;
    }
    metrics.messagesIn.inc({ type: message.type });
    this.#take({ type: 'message', from, message }, null);
  }

  /** One step: into memory at once, its effects into the batch that is written next. */
  #take(occurrence: Occurrence, released: PendingStep['released']): void {
    const { clock, metrics, sign } = this.#options;
    const nowMs = clock.nowMs();
    const { records } = this;
    if (occurrence.type === 'link-up') records.linked.add(occurrence.neighbour);
    if (occurrence.type === 'link-down') {
      records.linked.delete(occurrence.neighbour);
      this.#map.linkDown(occurrence.neighbour);
    }
    const effects = step(records, { ...occurrence, nowMs }, sign);
    metrics.steps.inc({ event: occurrence.type });
    const saves: DurableRecord[] = [];
    const others: Effect[] = [];
    for (const effect of effects) {
      if (effect.type === 'save') saves.push(effect.record);
      else if (effect.type === 'learn') records.knowledge.learn(effect.learned);
      else others.push(effect);
    }
    for (const record of saves) records.apply(record);
    const pending: PendingStep = { effects: others, nowMs, released };
    const nothingBefore = this.#writing === null && this.#next.steps.length === 0 && !this.#isReleasing;
    if (saves.length === 0 && nothingBefore) {
      this.#release(pending);
      if (this.#next.steps.length > 0) void this.#flush();
      return;
    }
    for (const record of saves) this.#next.saves.push(record);
    this.#next.steps.push(pending);
    if (this.#writing !== null || this.#isReleasing) return;
    // What gossip brings waits for other work: there may be much of it, and nobody waits for it.
    const isUrgent = occurrence.type !== 'gossip' && (others.length > 0 || released !== null);
    if (isUrgent) void this.#flush();
    else this.#flushLater();
  }

  #flushLater(): void {
    const { clock } = this.#options;
    this.#cancelLazy ??= clock.wakeAt(clock.nowMs() + LAZY_MS, () => void this.#flush());
  }

  /** Writes batches until none is left that anyone waits for. Resolves, never rejects. */
  #flush(): Promise<void> {
    this.#cancelLazy?.();
    this.#cancelLazy = null;
    this.#writing ??= this.#writeAll();
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    // Events of this very turn of the loop share the batch.
    await Promise.resolve();
    while (this.#failure === null && this.#next.steps.length > 0) {
      const batch = this.#next;
      this.#next = { saves: [], steps: [] };
      const failure = (await this.#write(batch.saves)) ?? this.#failure;
      if (failure !== null) {
        for (const { released } of batch.steps) released?.reject(failure);
        this.#fail(failure);
        break;
      }
      if (batch.saves.length > 0) {
        this.records.shed(batch.saves);
        this.#options.metrics.batchSteps.observe(batch.steps.length);
      }
      for (const pending of batch.steps) this.#release(pending);
    }
    this.#writing = null;
  }

  /** Puts a batch on disk, and meanwhile takes the events that had to wait. */
  async #write(saves: readonly DurableRecord[]): Promise<Failure | null> {
    const { store, metrics } = this.#options;
    const stopWatch = metrics.batchSeconds.startTimer();
    try {
      const written = saves.length > 0 ? store.write(saves, { sync: true }) : null;
      this.#admitWaiting();
      if (written === null) return null;
      await written;
      stopWatch();
      metrics.batches.inc();
      return null;
    } catch (error) {
      return error instanceof Failure ? error : new Failure('store-failed', 'A batch was not saved.', { cause: error });
    }
  }

  /** Lets out what a step caused; all that it saved is on disk. What that causes in turn waits for its end. */
  #release({ effects, nowMs, released }: PendingStep): void {
    this.#isReleasing = true;
    const notices: Notice[] = [];
    for (const effect of effects) {
      switch (effect.type) {
        case 'save':
        case 'learn':
          break;
        case 'send':
          this.#send(effect.to, effect.message);
          break;
        case 'schedule':
          this.#schedule(effect.timer, effect.atMs);
          break;
        case 'notify':
          notices.push(effect.notice);
          break;
      }
    }
    for (const notice of notices) this.#tell(notice, nowMs);
    released?.resolve(notices);
    this.#isReleasing = false;
  }

  #send(to: PublicKey, message: Message): void {
    const { metrics, log, send, hand } = this.#options;
    try {
      if (!this.#map.maySend(to, message)) return;
      if (hand === undefined || isAboutMap(message) || !hand(to, message)) send(to, encodeMessage(message));
      metrics.messagesOut.inc({ type: message.type });
    } catch (error) {
      // A message may be lost; a node that a message can stop may not.
      log.error({ err: error, to, type: message.type }, 'a message was not sent');
    }
  }

  #schedule(timer: Timer, atMs: number): void {
    if (this.#state !== 'running') return;
    const { clock, metrics } = this.#options;
    const cancel = clock.wakeAt(atMs, () => {
      this.#timers.delete(cancel);
      metrics.timers.set(this.#timers.size);
      this.#enter(
        () => this.#take({ type: 'timer', timer }, null),
        () => undefined,
      );
    });
    this.#timers.add(cancel);
    metrics.timers.set(this.#timers.size);
  }

  #cancelTimers(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#options.metrics.timers.set(0);
  }

  #tell(notice: Notice, atMs: number): void {
    if (notice.type === 'payment') this.#options.metrics.payments.inc({ state: notice.state });
    for (const listener of this.#listeners) {
      try {
        listener(notice, atMs);
      } catch (error) {
        this.#options.log.error({ err: error, notice: notice.type }, 'a listener failed');
      }
    }
  }

  /** For good: memory may be ahead of the disk. */
  #fail(failure: Failure): void {
    if (this.#failure !== null) return;
    this.#failure = failure;
    this.#state = 'failed';
    this.#options.log.fatal({ code: failure.code, err: failure }, failure.message);
    this.#cancelTimers();
    const { steps } = this.#next;
    this.#next = { saves: [], steps: [] };
    for (const { released } of steps) released?.reject(failure);
    this.#refuseWaiting();
    this.#options.onFailure?.(failure);
  }
}
