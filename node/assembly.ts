/**
 * The composition root: puts one participant's process together, in the order in which its parts need each other, and
 * takes it apart the other way round.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Command } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { Records } from '#protocol/records.ts';
import { signWith, verifyWith } from '#protocol/statement.ts';
import { actOn } from './act-on.ts';
import type { NodeContext } from './api/context.ts';
import { EventLog, isTold } from './api/event-log.ts';
import { startApi } from './api/server.ts';
import { type Token, Tokens } from './api/tokens.ts';
import { type PageSession, UiSessions } from './api/ui-sessions.ts';
import type { Flaw } from './audit.ts';
import { Backups, backupFolder } from './backup/keeper.ts';
import { openAtStart, suspectDamage } from './backup/start.ts';
import { earlierStarts, isStartOf, noteStarts, withStart } from './backup/starts.ts';
import { takeBack } from './backup/take-back.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { openContacts } from './contacts-of.ts';
import { createDriver } from './driver.ts';
import type { Ending, Stopped } from './ending.ts';
import type { Failure } from './failure.ts';
import { HeldAmounts } from './held.ts';
import { hostHandlers, submit } from './host-handlers.ts';
import { HostedPeers, hostIn, type LocalPort } from './hosted-peers.ts';
import type { Hosting, HostingNode } from './hosting.ts';
import { Housekeeper } from './housekeeper.ts';
import { nodeEd25519 } from './identity/ed25519.ts';
import type { Identity } from './identity/key-file.ts';
import type { Indexer, IndexerNode } from './indexer.ts';
import { chosenIndexers } from './indexers.ts';
import { KnownAddresses } from './known-addresses.ts';
import { createLog, type Log } from './log.ts';
import { countHappening, createMetrics, measureHeld, measureRecords } from './metrics.ts';
import { Moves } from './moves.ts';
import { createHost, type Host, type HostHandlers, type HostOptions } from './p2p/host.ts';
import { withFreePorts } from './ports.ts';
import { Preferences } from './preferences.ts';

/** The log of a node that was not given another one. */
const LOG_FILE = 'node.log';

export interface StartOptions {
  /** Instead of the system's. */
  readonly clock?: Clock;
  /** Asked when the key of the identity is encrypted. Null: there is none. */
  readonly passphrase?: () => Promise<string | null>;
  /** Instead of `node.log` in the data folder. */
  readonly log?: Log;
  /** Makes the node a host of others: called once others can connect, before the machine's start. */
  readonly hosting?: (node: HostingNode) => Promise<Hosting>;
  /** Makes the node an indexer: called once its records are read, before anybody can connect. */
  readonly indexer?: (node: IndexerNode) => Promise<Indexer>;
}

export interface RunningNode {
  readonly publicKey: PublicKey;
  /** Of the API. */
  readonly apiUrl: string;
  /** Records were lost: it signs nothing new until its owner confirms what came back. */
  readonly isFrozen: boolean;
  /** Where neighbours can reach this node. */
  addresses(): readonly string[];
  /** Stops cleanly: all that was acknowledged is on disk. Calling it again waits for the same end. */
  stop(why: string, failure?: Failure): Promise<void>;
  /** Resolves when the node has stopped, for whatever reason. */
  readonly stopped: Promise<Stopped>;
}

/** What comes later than those that use it. */
interface Late {
  host: Host | null;
  hosting: Hosting | null;
  /** The node's own participant, for those whom other nodes host. */
  port: LocalPort | undefined;
  keepLinked: ((neighbour: PublicKey) => void) | null;
}

/** All parts of a node that exist before it meets the network. */
type Inside = Awaited<ReturnType<typeof openBooks>> & Awaited<ReturnType<typeof openDocuments>>;

/**
 * Puts a node together in the order in which its parts need each other, each with its end: books, what is kept beside
 * them, the host, the machine's start, the API.
 */
export async function assemble(
  given: Config,
  identity: Identity,
  options: StartOptions,
  ending: Ending,
): Promise<RunningNode> {
  const books = await openBooks(given, identity, options, ending);
  const inside: Inside = { ...books, ...(await openDocuments(books)) };
  const hostReady = Promise.withResolvers<Host>();
  const { host, handlers } = await joinNetwork(inside, hostReady.promise);
  const hosting = await openHosting(inside, host, handlers, options);
  const keepLinked = (neighbour: PublicKey): void => {
    if (hosting?.has(neighbour) === true) {
      hosting.keep(neighbour);
      return;
    }
    const addresses = inside.contacts.get(neighbour)?.addresses ?? [];
    const hostedBy = hostIn(neighbour, addresses) ?? inside.peers.hostOf(identity.publicKey, neighbour);
    if (hostedBy !== null) {
      inside.peers.keep(identity.publicKey, neighbour, hostedBy, addresses);
      return;
    }
    host.keep(neighbour, addresses);
    host.recall(neighbour, inside.known.get(neighbour));
  };
  inside.late.keepLinked = keepLinked;
  listen(inside, host, keepLinked);
  await begin(inside, host, keepLinked);
  hostReady.resolve(host);
  inside.housekeeper.nudge();
  await inside.backups.start();
  readThrough(inside);
  return serve(inside, host, keepLinked);
}

/** The records as they were left, and the driver that carries the machine's effects out. */
async function openBooks(given: Config, identity: Identity, options: StartOptions, ending: Ending) {
  const { seed, publicKey } = identity;
  const { dataDir } = given;
  const clock = options.clock ?? systemClock;
  const log = options.log ?? createLog({ level: given.logLevel, file: join(dataDir, LOG_FILE) });
  ending.log = log;
  const verify = verifyWith(nodeEd25519);
  const opening = { folder: dataDir, self: publicKey, network: given.network, verify, clock, log };
  const opened = await openAtStart({ ...opening, holds: options.hosting === undefined ? 'one' : 'many' });
  const { store, records } = opened;
  ending.add('the store', () => store.close());
  const config = await withFreePorts(given, log);

  const metrics = createMetrics();
  measureRecords(metrics, records);
  const instance = randomBytes(16).toString('hex');
  const startedAtMs = clock.nowMs();
  const starts = withStart(earlierStarts(dataDir), { instance, startedAtMs });
  await noteStarts(dataDir, starts);
  // The host comes later than what sends through it; what is sent until then is sent again when a link comes up.
  const late: Late = { host: null, hosting: null, port: undefined, keepLinked: null };
  const indexer = await options.indexer?.({
    ...{ records, clock, log, metrics },
    follow: (equivalent) => late.host?.follow(equivalent),
  });
  if (indexer !== undefined) ending.add('the indexer', () => indexer.stop());
  const sign = signWith(nodeEd25519, seed);
  const stop = async (why: string, failure: Failure | null): Promise<void> => {
    if (failure?.code === 'store-corrupt') await suspectDamage(dataDir);
    await ending.stop(why, failure);
  };
  const events = new EventLog(instance);
  const held = watchHeld({ records, clock, metrics, events, log });
  ending.add('what is held', () => held.stop());
  const peers = new HostedPeers({
    ...{ self: publicKey, network: given.network, verify, clock, log },
    local: (participant) => (participant === publicKey ? late.port : late.hosting?.port(participant)),
    send: (to, frame) => late.host?.send(to, frame),
    keepHost: (node, addresses) => late.host?.keepThrough(node, addresses),
    forgetHost: (node) => late.host?.forgetThrough(node),
  });
  const driver = createDriver({
    ...{ records, sign, verify, clock, log, metrics },
    store: {
      async write(saved, how) {
        await store.write(saved, how);
        held.saved(saved);
        indexer?.saved(saved);
      },
    },
    send(to, frame) {
      if (late.hosting?.has(to) === true) late.hosting.send(to, frame);
      else if (!peers.send(publicKey, to, frame)) late.host?.send(to, frame);
    },
    onFailure: (failure) => void stop('the node failed', failure),
  });
  ending.add('the driver', () => driver.stop());
  const isHub = options.hosting !== undefined;
  const run = { instance, startedAtMs, starts, ending, stop, late, peers, isHub };
  return { ...opened, ...run, config, identity, clock, log, verify, sign, metrics, indexer, events, held, driver };
}

/** What is kept beside the books, and what happens every now and then. */
async function openDocuments(books: Awaited<ReturnType<typeof openBooks>>) {
  const { config, identity, clock, log, verify, store, records, driver, ending } = books;
  const self = identity.publicKey;
  const changed = (): void => backups.changed();
  const contacts = await openContacts(store, { self, network: config.network, verify, records, changed });
  const backups = new Backups({
    ...{ identity, dataDir: config.dataDir, backupDir: backupFolder(config), records, store, contacts, clock, log },
    handOut: (command) => submit(driver, log, { type: 'command', command }),
  });
  ending.add('backups', () => backups.stop());
  const neighbours = new Set(records.neighbours());
  const known = await KnownAddresses.open(
    store.documents('known-addresses'),
    (participant) => neighbours.has(participant) || contacts.get(participant) !== undefined,
    log,
  );
  ending.add('addresses', () => known.save());
  const tokens = await Tokens.open(store.documents<Token>('token'), (id) => records.payment(id)?.state);
  const ui = await UiSessions.read(store.documents<PageSession>('page-session'));
  const indexers = chosenIndexers(config.indexers).filter(({ participant }) => participant !== self);
  records.indexers = indexers.map(({ participant }) => participant);
  records.seeking = config.clearing;
  const preferences = new Preferences({
    config,
    async apply({ clearing, announce }) {
      records.seeking = clearing;
      await driver.submit({ type: 'command', command: configured(announce) });
    },
  });
  const housekeeper = new Housekeeper(clock, (round) => {
    submit(driver, log, { type: 'timer', timer: { type: 'housekeeping', round } });
    for (const { participant } of indexers)
      submit(driver, log, { type: 'command', command: { type: 'sync-map', participant } });
  });
  ending.add('housekeeping', () => housekeeper.stop());
  return { contacts, backups, known, tokens, indexers, housekeeper, preferences, ui };
}

/** The host, which others can reach from now on; frames wait until `ready`. */
async function joinNetwork(inside: Inside, ready: Promise<Host>): Promise<{ host: Host; handlers: HostHandlers }> {
  const { config, identity, clock, log, verify, records, metrics, indexer, driver, ending } = inside;
  const { instance, startedAtMs, starts, late, peers, contacts, events, held, housekeeper, known, indexers } = inside;
  const own = hostHandlers({ indexer, driver, log, clock, events, held, housekeeper, ready, verify });
  late.port = {
    receive: (from, frame) => own.frame(from, frame),
    linkUp: (neighbour) => own.linkUp(neighbour),
    linkDown: (neighbour) => own.linkDown(neighbour),
    proof: () => null,
  };
  const moves = new Moves({
    ...{ self: identity.publicKey, contacts, known, records, peers, clock, log, ready },
    keepLinked: (neighbour) => late.keepLinked?.(neighbour),
    hosting: () => late.hosting,
  });
  const handlers: HostHandlers = {
    ...own,
    found: (...where) => moves.found(...where),
    async frame(from, frame) {
      // What a node says once, as soon as the link is up, may be for somebody whose machine is not read from disk yet.
      await ready;
      await (peers.receive(from, frame) ?? own.frame(from, frame));
    },
    linkUp(neighbour) {
      // Before the machine hears of the link: what it sends goes over this one.
      if (peers.hasMoved(neighbour)) host.keep(neighbour, known.get(neighbour));
      own.linkUp(neighbour);
      void ready.then(() => peers.hostUp(neighbour));
    },
    linkDown(neighbour) {
      own.linkDown(neighbour);
      void ready.then(() => peers.hostDown(neighbour));
    },
    addresses(neighbour, addresses) {
      const contact = contacts.get(neighbour);
      // Who was hosted is found at a node of their own from now on.
      if (hostIn(neighbour, contact?.addresses ?? []) !== null) moves.found(neighbour, addresses, null);
      if (contact !== undefined || [...records.neighbours()].includes(neighbour)) known.learn(neighbour, addresses);
    },
  };
  const host = await createHost({
    ...{ seed: identity.seed, network: config.network, listen: config.listen, reach: reachOf(config) },
    ...{ instance, startedAtMs, log, metrics },
    isEarlierStart: (start) => isStartOf(starts, start),
    restoredAtMs: () => records.node.restoredAtMs,
    isHub: inside.isHub,
    ...(indexer && { queriesPerSecond: indexer.queriesPerSecond }),
    ...directoryOf(config, clock),
    handlers,
  });
  late.host = host;
  ending.add('the host', () => host.stop());
  moves.start();
  ending.add('looking for those who have moved', () => moves.stop());
  for (const { participant, addresses } of indexers) host.learn(participant, addresses);
  return { host, handlers };
}

/** Those whom the node hosts beside its own participant, if it does. */
async function openHosting(
  inside: Inside,
  host: Host,
  handlers: HostHandlers,
  options: StartOptions,
): Promise<Hosting | null> {
  if (options.hosting === undefined) return null;
  const { config, identity, sign, verify, clock, log, metrics, store, records, instance, startedAtMs } = inside;
  const hosting = await options.hosting({
    ...{ publicKey: identity.publicKey, config, sign, verify, clock, log, metrics, store, records, host },
    ...{ instance, startedAtMs, peers: inside.peers, stopping: inside.ending.stopping.signal },
    secret: hkdf(sha256, identity.seed, undefined, utf8ToBytes('geo/1/host'), 32),
    receive: (from, frame) => handlers.frame(from, frame),
    linkUp: (neighbour) => handlers.linkUp(neighbour),
    linkDown: (neighbour) => handlers.linkDown(neighbour),
    fail: (failure) => void inside.stop('the machine of a member failed', failure),
  });
  inside.late.hosting = hosting;
  inside.ending.add('the members', () => hosting.stop());
  return hosting;
}

/** What the parts do when something happened. */
function listen(inside: Inside, host: Host, keepLinked: (neighbour: PublicKey) => void): void {
  const { identity, clock, log, store, records, driver, events, held, contacts, backups, housekeeper } = inside;
  driver.subscribe((notice, atMs) => {
    if (notice.type === 'held') held.asked(notice, atMs);
    if (isTold(notice)) events.append(notice, atMs);
    if (notice.type === 'backup')
      takeBack(notice, { identity, records, store, contacts, clock, log, keepLinked }).catch((error: unknown) =>
        log.error({ error }, 'what a neighbour kept was not taken back'),
      );
    backups.notice(notice);
    actOn(notice, { host, self: identity.publicKey, keepLinked, housekeeper, log });
  });
}

/** Which trust lines are put on the public map by themselves. */
function configured(announce: Config['announce']): Command {
  return { type: 'configure', announceAll: announce === 'always' };
}

/** The machine's start, and everybody whom the node is to be linked with. */
async function begin(inside: Inside, host: Host, keepLinked: (neighbour: PublicKey) => void): Promise<void> {
  const { config, isLoss, startedAtMs, records, driver, events, contacts } = inside;
  if (isLoss) events.append({ type: 'restored' }, startedAtMs);
  await driver.start();
  await driver.submit({ type: 'command', command: configured(config.announce) });
  for (const { equivalent } of records.accounts()) host.follow(equivalent);
  for (const neighbour of records.neighbours()) keepLinked(neighbour);
  for (const contact of contacts.all()) keepLinked(contact.publicKey);
}

/** A large store is audited and read through while the node runs already. */
function readThrough({ config, log, store, isVerified, audit, driver, ending, stop }: Inside): void {
  const suspect = async (flaw: Flaw | null): Promise<void> => {
    if (flaw === null) return;
    log.error({ account: flaw.account.neighbour, what: flaw.what }, 'the books are not what their documents prove');
    await driver.submit({ type: 'loss' });
    // The next start makes the books anew; while the node runs it could not.
    await suspectDamage(config.dataDir);
  };
  audit
    .rest(ending.stopping.signal)
    .then(suspect)
    .catch((error: unknown) => log.debug({ error }, 'the audit did not end'));
  if (!isVerified) store.verify().catch((failure: Failure) => stop('the stored records are damaged', failure));
}

/** The API, by which the owner and programs reach the node. */
async function serve(inside: Inside, host: Host, keepLinked: (neighbour: PublicKey) => void): Promise<RunningNode> {
  const { config, identity, sign, verify, clock, log, metrics, store, driver, contacts, tokens, events, held } = inside;
  const { backups, preferences, ui, instance, startedAtMs, indexer, records, ending, stop } = inside;
  const context: NodeContext = {
    ...{ config, identity, sign, verify, clock, log, metrics, store, driver, host, contacts, tokens, events, held },
    ...{ backups, preferences, ui },
    ...{ instance, startedAtMs, keepLinked, stopping: ending.stopping.signal },
    isReady: () => !ending.stopping.signal.aborted,
    requestStop: (why) => void stop(why, null),
  };
  const api = await startApi(context);
  ending.add('the API', () => api.stop());
  indexer?.started();
  const { publicKey } = identity;
  log.info({ participant: publicKey, instance, addresses: host.addresses() }, 'the node is up');
  return {
    publicKey,
    apiUrl: api.url,
    isFrozen: records.node.isFrozen,
    addresses: () => host.addresses(),
    stop: (why, failure) => stop(why, failure ?? null),
    stopped: ending.stopped.promise,
  };
}

/** How the node is called. Those by which it enters the directory are asked to pass calls on as well. */
function reachOf(config: Config): Config {
  return { ...config, relays: [...config.relays, ...config.bootstrap] };
}

/** How the host takes part in the directory. */
function directoryOf({ directory, bootstrap, mdns }: Config, clock: Clock): Pick<HostOptions, 'directory'> {
  return directory ? { directory: { bootstrap, lan: mdns, nowMs: () => clock.nowMs() } } : {};
}

/** Follows what is held, and counts and tells what becomes of it. */
function watchHeld(of: Pick<NodeContext, 'clock' | 'metrics' | 'events' | 'log'> & { records: Records }): HeldAmounts {
  const { records, clock, metrics, events, log } = of;
  events.subscribe(({ happening }) => countHappening(metrics, happening));
  const held = new HeldAmounts({
    ...{ records, clock },
    tell(happening, atMs) {
      try {
        events.append(happening, atMs);
      } catch (error) {
        // As with the driver's: a listener that fails does not stop what is saved.
        log.error({ error, type: happening.type }, 'a listener failed');
      }
    },
  });
  measureHeld(metrics, held, clock);
  return held;
}
