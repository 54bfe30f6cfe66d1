/**
 * The composition root: puts one participant's process together, in the order in which its parts need each other, and
 * takes it apart the other way round.
 */
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { type GossipVerdict, judgeAnnouncement, type SignedAnnouncement } from '#protocol/announcement.ts';
import type { Notice } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { Records } from '#protocol/records.ts';
import { signWith, verifyWith } from '#protocol/statement.ts';
import type { NodeContext } from './api/context.ts';
import { EventLog } from './api/event-log.ts';
import { startApi } from './api/server.ts';
import { type Token, Tokens } from './api/tokens.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { type Contact, Contacts } from './contacts.ts';
import { createDriver, type Driver } from './driver.ts';
import { Failure } from './failure.ts';
import { Housekeeper } from './housekeeper.ts';
import { nodeEd25519 } from './identity/ed25519.ts';
import { type Identity, readKeyFile } from './identity/key-file.ts';
import { createLog, type Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { createHost, type Host, type HostHandlers } from './p2p/host.ts';
import { withFreePorts } from './ports.ts';
import { openStore, type Store } from './store/store.ts';

/** The log of a node that was not given another one. */
const LOG_FILE = 'node.log';
/** How long a node that has failed may take to end. */
const LONGEST_END_MS = 10_000;

export interface StartOptions {
  /** Asked when the key of the identity is encrypted. Null: there is none. */
  readonly passphrase?: () => Promise<string | null>;
  /** Instead of `node.log` in the data folder. */
  readonly log?: Log;
}

/** Why a node stopped. */
export interface Stopped {
  readonly why: string;
  /** Null: somebody wanted it. */
  readonly failure: Failure | null;
}

export interface RunningNode {
  readonly publicKey: PublicKey;
  /** Of the API. */
  readonly apiUrl: string;
  /** Where neighbours can reach this node. */
  addresses(): readonly string[];
  /** Stops cleanly: all that was acknowledged is on disk. Calling it again waits for the same end. */
  stop(why: string, failure?: Failure): Promise<void>;
  /** Resolves when the node has stopped, for whatever reason. */
  readonly stopped: Promise<Stopped>;
}

/** Starts the node of a data folder. Throws a Failure that says what stands in the way; nothing is left running then. */
export async function startNode(config: Config, options: StartOptions = {}): Promise<RunningNode> {
  const identity = await readKeyFile(config.dataDir, options.passphrase ?? (() => Promise.resolve(null)));
  const ending = new Ending();
  try {
    return await assemble(config, identity, options.log ?? null, ending);
  } catch (error) {
    await ending.undo();
    throw error;
  }
}

/** What has to be undone, last first; and that it is done once. */
class Ending {
  readonly stopping = new AbortController();
  readonly stopped = Promise.withResolvers<Stopped>();
  readonly #steps: { readonly what: string; readonly undo: () => Promise<void> | void }[] = [];
  #log: Log | null = null;
  #isBegun = false;

  constructor() {
    // As many wait as there are payments under way.
    setMaxListeners(0, this.stopping.signal);
  }

  set log(log: Log) {
    this.#log = log;
  }

  add(what: string, undo: () => Promise<void> | void): void {
    this.#steps.unshift({ what, undo });
  }

  async stop(why: string, failure: Failure | null): Promise<void> {
    if (!this.#isBegun) {
      this.#isBegun = true;
      if (failure === null) this.#log?.info({ why }, 'stopping');
      else this.#log?.fatal({ why, code: failure.code, error: failure.cause ?? null }, failure.message);
      await this.undo();
      this.#log?.info('stopped');
      this.stopped.resolve({ why, failure });
    }
    await this.stopped.promise;
  }

  async undo(): Promise<void> {
    this.stopping.abort();
    for (const { what, undo } of this.#steps) {
      try {
        await undo();
      } catch (error) {
        // The others still have to end.
        this.#log?.error({ error }, `${what} did not stop cleanly`);
      }
    }
  }
}

async function assemble(given: Config, identity: Identity, givenLog: Log | null, ending: Ending): Promise<RunningNode> {
  const { seed, publicKey } = identity;
  const store = await openStore(given.dataDir);
  ending.add('the store', () => store.close());
  const log = givenLog ?? createLog({ level: given.logLevel, file: join(given.dataDir, LOG_FILE) });
  ending.log = log;
  const config = await withFreePorts(given, log);

  const clock = systemClock;
  const metrics = createMetrics();
  const instance = randomBytes(16).toString('hex');
  const sign = signWith(nodeEd25519, seed);
  const verify = verifyWith(nodeEd25519);
  const startedAtMs = clock.nowMs();
  const stop = (why: string, failure: Failure | null): Promise<void> => ending.stop(why, failure);

  const records = new Records(publicKey, config.network, store.read);
  const { isVerified } = await store.load(records);
  // The host comes later than what sends through it; what is sent until then is sent again when a link comes up.
  let host: Host | null = null;
  const driver = createDriver({
    ...{ records, store, sign, verify, clock, log, metrics },
    send: (to, frame) => host?.send(to, frame),
    onFailure: (failure) => void stop('the node failed', failure),
  });
  ending.add('the driver', () => driver.stop());

  const events = new EventLog(instance);
  const contacts = await openContacts(store, { self: publicKey, network: config.network, verify, records });
  const tokens = await Tokens.open(store.documents<Token>('token'), (id) => records.payment(id)?.state);
  const housekeeper = new Housekeeper(clock, (round) => {
    submit(driver, log, { type: 'timer', timer: { type: 'housekeeping', round } });
  });
  ending.add('housekeeping', () => housekeeper.stop());

  const hostReady = Promise.withResolvers<Host>();
  host = await createHost({
    ...{ seed, network: config.network, listen: config.listen, instance, log, metrics },
    handlers: hostHandlers({ driver, log, events, housekeeper, ready: hostReady.promise, verify }),
  });
  const running = host;
  ending.add('the host', () => running.stop());
  const keepLinked = (neighbour: PublicKey): void => running.keep(neighbour, contacts.get(neighbour)?.addresses ?? []);

  driver.subscribe((notice, atMs) => {
    events.append(notice, atMs);
    actOn(notice, { host: running, self: publicKey, keepLinked, housekeeper, log });
  });
  await driver.start();
  await driver.submit({ type: 'command', command: { type: 'configure', announceAll: config.announce === 'always' } });
  for (const { equivalent } of records.accounts()) running.follow(equivalent);
  for (const neighbour of records.neighbours()) keepLinked(neighbour);
  for (const contact of contacts.all()) keepLinked(contact.publicKey);
  hostReady.resolve(running);
  housekeeper.nudge();

  // A large store is read through while the node runs already.
  if (!isVerified) store.verify().catch((failure: Failure) => stop('the stored records are damaged', failure));

  const context: NodeContext = {
    ...{ config, identity, sign, verify, clock, log, metrics, store, driver, host, contacts, tokens, events },
    ...{ instance, startedAtMs, keepLinked, stopping: ending.stopping.signal },
    isReady: () => !ending.stopping.signal.aborted,
    requestStop: (why) => void stop(why, null),
  };
  const api = await startApi(context);
  ending.add('the API', () => api.stop());
  log.info({ participant: publicKey, instance, addresses: running.addresses() }, 'the node is up');
  return {
    publicKey,
    apiUrl: api.url,
    addresses: () => running.addresses(),
    stop: (why, failure) => stop(why, failure ?? null),
    stopped: ending.stopped.promise,
  };
}

/** Feeds an event of the node's own. A driver that has failed or is stopping has said so already. */
function submit(driver: Driver, log: Log, occurrence: Parameters<Driver['submit']>[0]): void {
  driver.submit(occurrence).catch((error: unknown) => log.debug({ error, type: occurrence.type }, 'not taken'));
}

/** What the host tells is taken when all is put together, in the order it came. */
function hostHandlers(of: {
  readonly driver: Driver;
  readonly log: Log;
  readonly events: EventLog;
  readonly housekeeper: Housekeeper;
  readonly ready: Promise<Host>;
  readonly verify: NodeContext['verify'];
}): HostHandlers {
  const { driver, log, events, housekeeper, ready, verify } = of;
  const link = (type: 'link-up' | 'link-down', neighbour: PublicKey): void => {
    void ready.then(() => {
      submit(driver, log, { type, neighbour });
      events.append({ type, neighbour }, systemClock.nowMs());
      if (type === 'link-up') housekeeper.nudge();
    });
  };
  return {
    async frame(from, frame) {
      await ready;
      await driver.receive(from, frame).catch((error: unknown) => log.debug({ error, from }, 'a frame was not taken'));
    },
    linkUp: (neighbour) => link('link-up', neighbour),
    linkDown: (neighbour) => link('link-down', neighbour),
    announcement(signed: SignedAnnouncement): GossipVerdict {
      const { records } = driver;
      const { from, to, equivalent } = signed.announcement;
      const known = records.topology.get(from, to, equivalent);
      const context = { network: records.network, nowMs: systemClock.nowMs(), known, verify };
      const verdict = judgeAnnouncement(signed, context);
      if (verdict === 'accept') submit(driver, log, { type: 'gossip', signed });
      return verdict;
    },
    twin: (participant) => log.warn({ participant }, 'two running nodes have this identity'),
  };
}

/** What the node itself does when something happened. */
function actOn(
  notice: Notice,
  of: {
    readonly host: Host;
    readonly self: PublicKey;
    readonly keepLinked: (neighbour: PublicKey) => void;
    readonly housekeeper: Housekeeper;
    readonly log: Log;
  },
): void {
  const { host, self, keepLinked, housekeeper, log } = of;
  switch (notice.type) {
    case 'announce':
      host.follow(notice.signed.announcement.equivalent);
      host.publish(notice.signed).catch((error: unknown) => log.debug({ error }, 'an announcement was not published'));
      housekeeper.nudge();
      return;
    case 'map':
      // Whoever has it from this node's neighbours only shall not wait for the usual time.
      housekeeper.nudge();
      return;
    case 'trust-line':
      host.follow(notice.equivalent);
      if (notice.from !== self) keepLinked(notice.from);
      return;
    case 'restored':
      log.error({ txId: notice.txId }, 'records were lost: the node signs nothing new');
      return;
    case 'late-abort':
    case 'equivocation':
      log.warn({ notice }, 'a neighbour broke its word');
      return;
    case 'refused':
    case 'payment':
    case 'received':
    case 'cleared':
    case 'trust-line-acked':
    case 'account':
    case 'held':
      return;
  }
}

function openContacts(
  store: Store,
  of: { self: PublicKey; network: string; verify: NodeContext['verify']; records: Records },
): Promise<Contacts> {
  const { self, network, verify, records } = of;
  return Contacts.open({
    self,
    network,
    verify,
    documents: store.documents<Contact>('contact'),
    *strangers() {
      yield* records.neighbours();
      for (const { announcement } of records.topology.all()) {
        yield announcement.from;
        yield announcement.to;
      }
    },
  });
}

/** One Ctrl-C may come twice: to the whole process group, and passed on by the launcher. */
const SAME_SIGNAL_MS = 500;

/**
 * Lets a node run until it is asked to stop: by SIGINT, SIGTERM or SIGHUP, by its API, or by its own failure. A second
 * signal ends the process at once, which is safe: a crash loses nothing that was acknowledged. An error that nobody
 * caught stops the node, since its books may be wrong in memory.
 */
export async function runUntilStopped(node: RunningNode): Promise<Stopped> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let askedAtMs: number | null = null;
  const onSignal = (signal: NodeJS.Signals): void => {
    const nowMs = performance.now();
    if (askedAtMs !== null && nowMs - askedAtMs > SAME_SIGNAL_MS) process.exit(1);
    askedAtMs ??= nowMs;
    void node.stop(`${signal} was received`);
  };
  const onBug = (error: unknown): void => {
    const failure = new Failure('bug', `The node's own code failed: ${String(error)}`, { cause: error });
    // What failed may also keep the rest from ending.
    setTimeout(() => process.exit(1), LONGEST_END_MS).unref();
    void node.stop('the node failed', failure);
  };
  for (const signal of signals) process.on(signal, onSignal);
  process.on('uncaughtException', onBug);
  process.on('unhandledRejection', onBug);
  try {
    return await node.stopped;
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
    process.off('uncaughtException', onBug);
    process.off('unhandledRejection', onBug);
  }
}
