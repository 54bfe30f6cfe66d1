/** One participant as node.ts puts it together, without the API: driver, store and host. */
import { randomBytes } from 'node:crypto';
import { EventLog, isTold } from '#node/api/event-log.ts';
import { systemClock } from '#node/clock.ts';
import { createDriver, type Driver } from '#node/driver.ts';
import { nodeEd25519 } from '#node/identity/ed25519.ts';
import { createLog } from '#node/log.ts';
import { createMetrics } from '#node/metrics.ts';
import { createHost, type Host } from '#node/p2p/host.ts';
import { openStore, type Store } from '#node/store/store.ts';
import { encodeValue } from '#node/store/value.ts';
import { judgeAnnouncement } from '#protocol/announcement.ts';
import type { Notice } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { decodeMessage } from '#protocol/link.ts';
import type { PaymentId } from '#protocol/packet.ts';
import { type DurableRecord, Records } from '#protocol/records.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { signWith, verifyWith } from '#protocol/statement.ts';
import { DEFAULT_POLICY } from '#protocol/trust-line.ts';

export const NETWORK = 'geo-bench';
export const EQUIVALENT = 'UAH';
/** More than all payments of a run together: 10,000,000. */
const LIMIT = 10n ** 15n;
/** 0.01 */
const AMOUNT = 1_000_000n;

/** How many bytes a participant sent and wrote in one payment. */
export interface Sizes {
  /** Frames of PREPARE and COMMIT, where there was one. */
  readonly prepareFrame: number;
  readonly commitFrame: number;
  /** Sizes of the records in each batch, in order. */
  readonly batches: readonly (readonly number[])[];
}

export class Participant {
  readonly host: Host;
  readonly #driver: Driver;
  readonly #store: Store;
  readonly #tap: Tap;

  private constructor(host: Host, driver: Driver, store: Store, tap: Tap) {
    this.host = host;
    this.#driver = driver;
    this.#store = store;
    this.#tap = tap;
  }

  static async start(folder: string, seed: Uint8Array): Promise<Participant> {
    const store = await openStore(folder);
    const log = createLog({ level: 'info', file: `${folder}/node.log` });
    const clock = systemClock;
    const metrics = createMetrics();
    const instance = randomBytes(16).toString('hex');
    const verify = verifyWith(nodeEd25519);
    const ready = Promise.withResolvers<Driver>();
    const events = new EventLog(instance);
    const submit = (occurrence: Parameters<Driver['submit']>[0]): void => {
      // A driver that is stopping refuses it, and rightly.
      void ready.promise.then((driver) => driver.submit(occurrence)).catch(() => undefined);
    };
    const host = await createHost({
      ...{ seed, network: NETWORK, listen: ['/ip4/127.0.0.1/tcp/0'], instance, log, metrics },
      startedAtMs: clock.nowMs(),
      handlers: {
        frame: async (from, frame) => (await ready.promise).receive(from, frame),
        linkUp: (neighbour) => submit({ type: 'link-up', neighbour }),
        linkDown: (neighbour) => submit({ type: 'link-down', neighbour }),
        announcement(signed) {
          const { from, to, equivalent } = signed.announcement;
          const known = records.topology.get(from, to, equivalent);
          const context = { network: NETWORK, nowMs: clock.nowMs(), known, verify };
          const verdict = judgeAnnouncement(signed, context);
          if (verdict === 'accept') submit({ type: 'gossip', signed });
          return verdict;
        },
      },
    });
    const records = new Records(host.publicKey, NETWORK, store.read);
    await store.load(records);
    const tap = new Tap();
    const driver = createDriver({
      ...{ records, sign: signWith(nodeEd25519, seed), verify, clock, log, metrics },
      store: {
        write(saves, options) {
          tap.wrote(saves);
          return store.write(saves, options);
        },
      },
      send(to, frame) {
        tap.sent(frame);
        host.send(to, frame);
      },
    });
    driver.subscribe((notice, atMs) => {
      if (isTold(notice)) events.append(notice, atMs);
      // As the node does: a neighbour's frames have another rate than a stranger's.
      if (notice.type === 'trust-line' && notice.from !== host.publicKey) host.keep(notice.from, []);
      if (notice.type !== 'announce') return;
      host.follow(notice.signed.announcement.equivalent);
      void host.publish(notice.signed);
    });
    await driver.start();
    ready.resolve(driver);
    await driver.submit({ type: 'command', command: { type: 'configure', announceAll: true } });
    host.follow(EQUIVALENT);
    return new Participant(host, driver, store, tap);
  }

  /** Stays linked to the neighbour, lets it owe, and waits until it knows. */
  async trust(neighbour: PublicKey, addresses: readonly string[]): Promise<void> {
    const known = this.#notice((notice) => notice.type === 'trust-line-acked' && notice.to === neighbour);
    this.host.keep(neighbour, addresses);
    await this.#driver.submit({
      type: 'command',
      command: {
        ...{ type: 'set-trust-line', neighbour, equivalent: EQUIVALENT, limit: LIMIT, status: 'active' },
        policy: { ...DEFAULT_POLICY, announce: true },
      },
    });
    await known;
  }

  /** Resolves when the map shows this many lines: the neighbours are asked until it does. */
  async mapped(lines: number): Promise<void> {
    for (let round = 0; this.#driver.records.topology.count < lines; round++) {
      await this.#driver.submit({ type: 'timer', timer: { type: 'housekeeping', round } });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /**
   * Pays `count` times, at most `inFlight` at once. Milliseconds from each command until its committed state is on disk,
   * in the order of commands. Rejects when a payment fails.
   */
  async pay(receiver: PublicKey, count: number, inFlight: number): Promise<readonly number[]> {
    const tookMs: number[] = [];
    const began = new Map<string, (notice: Notice) => void>();
    const end = this.#driver.subscribe((notice) => {
      if (notice.type === 'payment') began.get(notice.paymentId)?.(notice);
    });
    const payOne = async (number: number): Promise<void> => {
      const paymentId = randomBytes(32).toString('hex') as PaymentId;
      const randomness = randomBytes(32).toString('hex');
      const done = Promise.withResolvers<void>();
      const beganMs = performance.now();
      began.set(paymentId, (notice) => {
        if (notice.type !== 'payment' || (notice.state !== 'COMMITTED' && notice.state !== 'ABORTED')) return;
        tookMs[number] = performance.now() - beganMs;
        if (notice.state === 'COMMITTED') done.resolve();
        else done.reject(new Error(`a payment was refused: ${notice.refusal?.code}`));
      });
      const order = { paymentId, receiver, equivalent: EQUIVALENT, amount: AMOUNT, randomness };
      await this.#driver.submit({
        type: 'command',
        command: { type: 'pay', ...order, sealedMemo: null, routes: null },
      });
      await done.promise;
      began.delete(paymentId);
    };
    let next = 0;
    const payOneByOne = async (): Promise<void> => {
      while (next < count) await payOne(next++);
    };
    await Promise.all(Array.from({ length: inFlight }, payOneByOne));
    end();
    return tookMs;
  }

  /** Lines on its map, and the memory that its process has taken from the machine, in bytes. */
  map(): { readonly lines: number; readonly residentBytes: number } {
    return { lines: this.#driver.records.topology.count, residentBytes: process.memoryUsage.rss() };
  }

  /** What was sent and written since the last call. */
  sizes(): Sizes {
    return this.#tap.take();
  }

  async stop(): Promise<void> {
    await this.host.stop();
    await this.#driver.stop();
    await this.#store.close();
  }

  #notice(fits: (notice: Notice) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const end = this.#driver.subscribe((notice) => {
        if (!fits(notice)) return;
        end();
        resolve();
      });
    });
  }
}

/** Remembers what passes, as long as it is little: sizes are looked at when somebody asks. */
class Tap {
  #frames: Uint8Array[] = [];
  #batches: (readonly DurableRecord[])[] = [];

  sent(frame: Uint8Array): void {
    if (this.#frames.length < 64) this.#frames.push(frame);
  }

  wrote(records: readonly DurableRecord[]): void {
    if (this.#batches.length < 64) this.#batches.push(records);
  }

  take(): Sizes {
    const largest = (type: 'prepare' | 'commit'): number =>
      Math.max(0, ...this.#frames.filter((frame) => typeOf(frame) === type).map(({ length }) => length));
    const batches = this.#batches.map((records) => records.map((record) => encodeValue(record).length));
    const sizes = { prepareFrame: largest('prepare'), commitFrame: largest('commit'), batches };
    this.#frames = [];
    this.#batches = [];
    return sizes;
  }
}

function typeOf(frame: Uint8Array): string | null {
  const message = decodeMessage(frame);
  return isRefusal(message) ? null : message.type;
}
