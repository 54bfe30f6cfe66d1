/** One hosted participant: its records, its machine, and what its pages are told, as a node would have them. */
import type { ParticipantContext } from '#node/api/context.ts';
import { EventLog, isTold } from '#node/api/event-log.ts';
import { type Contact, Contacts } from '#node/contacts.ts';
import { createDriver, type Driver } from '#node/driver.ts';
import { HeldAmounts } from '#node/held.ts';
import { hostIn, type LocalPort } from '#node/hosted-peers.ts';
import type { HostingNode } from '#node/hosting.ts';
import type { Store } from '#node/store/store.ts';
import type { CounterMemory } from '#protocol/delegation/counter-memory.ts';
import { covers } from '#protocol/delegation/delegation.ts';
import { type MandateRecord, mandateFor } from '#protocol/delegation/mandate.ts';
import type { Notice } from '#protocol/event.ts';
import type { HostedProof } from '#protocol/hosted-link.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { LIFETIME_BASE_MS, LIFETIME_PER_HOP_MS, MAX_NEIGHBOURS, MAX_PAYMENT_HOPS } from '#protocol/limits.ts';
import { type Decline, decodeMessage, encodeMessage } from '#protocol/link.ts';
import type { Header } from '#protocol/packet.ts';
import { recordKey } from '#protocol/record-key.ts';
import { Records } from '#protocol/records.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { Knowledge } from '#protocol/routing/knowledge.ts';
import { HOPS_OF_MEMBER, KNOWLEDGE_OF_MEMBER, SETTLED_OF_MEMBER } from '../limits.ts';
import { AwaitedDeclines } from './declines.ts';
import type { Exchange, Port } from './exchange.ts';
import type { Guard } from './hosting.ts';
import { endedAmong } from './mandates.ts';
import type { MemberProfile } from './profiles.ts';
import { atRest, sealedDocuments } from './sealed-documents.ts';
import { HostedSigner } from './signer.ts';
import type { Verified } from './verdicts.ts';
import type { MemberWays } from './ways.ts';

/** Events kept for a page that comes back; what is older it reads anew. */
const KEPT_EVENTS = 100;
/** A mandate must outlast a packet that begins now. */
const LONGEST_PACKET_MS = LIFETIME_BASE_MS + LIFETIME_PER_HOP_MS * MAX_PAYMENT_HOPS;

/** The node beside the members, as they use it: it knows of the signatures that were made here. */
export interface MembersNode extends HostingNode {
  readonly made: Verified['made'];
}

/** Hears what the machine of a member tells it. */
export type Told = (member: PublicKey, notice: Notice) => void;

interface MemberOptions {
  readonly node: MembersNode;
  readonly exchange: Exchange;
  readonly publicKey: PublicKey;
  readonly profile: () => MemberProfile | undefined;
  readonly isBlocked: Guard['isBlocked'];
  /** Of all members: a delegate that uses a counter with two of them has used it twice. */
  readonly counters: CounterMemory;
  /** Told of its trust lines. */
  readonly ways: MemberWays;
  /** Told what the member is told. */
  readonly told: Told;
  /** Is this one a member, whether its machine runs already or not? */
  readonly isHere: (participant: PublicKey) => boolean;
}

export class HostedMember {
  readonly publicKey: PublicKey;
  readonly signer: HostedSigner;
  readonly context: ParticipantContext;
  /** The member as other nodes see it. */
  readonly outside: LocalPort;
  readonly #node: MembersNode;
  readonly #exchange: Exchange;
  readonly #declines: AwaitedDeclines;
  /** Have accounts changed while no search could begin? */
  #hasWaited = false;

  private constructor(options: MemberOptions, signer: HostedSigner, context: ParticipantContext) {
    this.publicKey = options.publicKey;
    this.#node = options.node;
    this.#declines = new AwaitedDeclines(options.node.clock);
    this.#exchange = options.exchange;
    this.signer = signer;
    this.context = context;
    const port = this.#port();
    this.outside = {
      async receive(from, frame) {
        port.receive(from, frame);
      },
      linkUp: (neighbour) => port.linkUp(neighbour),
      linkDown: (neighbour) => port.linkDown(neighbour),
      proof: () => this.#proof(),
    };
  }

  /** Reads the records of a member, none if it is new, and starts its machine. */
  static async open(options: MemberOptions): Promise<HostedMember> {
    const { node, exchange, publicKey, counters } = options;
    const store = node.store.section(publicKey);
    const records = new Records(publicKey, node.config.network, store.read, node.records.topology);
    records.isHosted = true;
    // Neighbours are mostly in this process: asking one after the other takes no longer, and others are seldom asked.
    records.firstProbes = 1;
    records.maxSettled = SETTLED_OF_MEMBER;
    await store.load(records);
    records.knowledge = new Knowledge(counters, KNOWLEDGE_OF_MEMBER, HOPS_OF_MEMBER);
    records.seeking = node.config.clearing;
    // The hub tells it ways to other members.
    records.indexers = [node.publicKey];
    const { isBlocked, ways, told } = options;
    records.isShut = (neighbour, equivalent) => isBlocked(publicKey, neighbour, equivalent);
    ways.learn(records.lines());
    const signer = new HostedSigner(records.mandates(), {
      signAsHub: node.sign,
      made: node.made,
      isBlocked: records.isShut,
    });
    const events = new EventLog(node.instance, KEPT_EVENTS);
    const held = heldOf(node, records, events);
    const driver = driverOf(options, { records, store, signer, held });
    const context = await contextOf(options, { store, driver, events, held });
    driver.subscribe((notice, atMs) => {
      if (notice.type === 'held') held.asked(notice, atMs);
      if (isTold(notice)) events.append(notice, atMs);
      told(publicKey, notice);
      // Who opened a trust line to the member is one of its neighbours now.
      if (notice.type === 'trust-line') context.keepLinked(notice.from === publicKey ? notice.to : notice.from);
    });
    await driver.start();
    const member = new HostedMember(options, signer, context);
    await member.forgetEndedMandates();
    exchange.attach(publicKey, member.#port());
    for (const neighbour of records.neighbours()) context.keepLinked(neighbour);
    for (const contact of context.contacts.all()) context.keepLinked(contact.publicKey);
    return member;
  }

  /** Whose key its mandates name. */
  get hub(): PublicKey {
    return this.#node.publicKey;
  }

  get records(): Records {
    return this.context.driver.records;
  }

  /** May the hub sign for it what begins now? */
  isPresent(): boolean {
    return this.#proof() !== undefined;
  }

  /** What shows others that the hub speaks for it; undefined: the hub may not now. */
  #proof(): HostedProof | undefined {
    const nowMs = this.#node.clock.nowMs();
    const mandate = mandateFor(this.signer.mandates(), nowMs);
    if (mandate === null || !covers(mandate.delegation, nowMs + LONGEST_PACKET_MS)) return undefined;
    return { delegation: mandate.delegation, signature: mandate.participantSignature };
  }

  /** While the process is busy the member begins no search for rings: that waits for `seekWhatWaited`. */
  setBusy(isBusy: boolean): void {
    const { clearing } = this.#node.config;
    if (clearing !== 'always') return;
    this.records.seeking = isBusy ? 'asked' : clearing;
    if (isBusy) this.#hasWaited = true;
  }

  /** False: nothing has waited. */
  seekWhatWaited(): boolean {
    if (!this.#hasWaited || this.records.seeking !== 'always') return false;
    this.#hasWaited = false;
    const command = { type: 'seek-rings', equivalent: null } as const;
    this.context.driver
      .submit({ type: 'command', command })
      .catch((error: unknown) => this.#node.log.debug({ error }, 'not taken'));
    return true;
  }

  /** How many mandates will count once this one is there. */
  mandatesWith(mandate: MandateRecord): number {
    const all = [...this.signer.mandates(), mandate];
    return all.length - endedAmong(all, this.#node.clock.nowMs()).length + this.signer.comingCount;
  }

  /** Takes a mandate that was checked, in the same turn as the check. On disk when it resolves. */
  async takeMandate(mandate: MandateRecord): Promise<void> {
    await this.signer.add(mandate, async () => {
      await this.context.store.write([mandate], { sync: true });
      this.records.apply(mandate);
    });
    await this.forgetEndedMandates();
    this.presenceChanged();
  }

  /** Deletes mandates under which nothing can be signed any more. */
  async forgetEndedMandates(): Promise<void> {
    const ended = this.signer.forget(endedAmong(this.signer.mandates(), this.#node.clock.nowMs()));
    if (ended.length === 0) return;
    for (const { delegation } of ended) this.records.forgetMandate(delegation.seq);
    await this.context.store.write([], { sync: false, forget: ended.map(recordKey) });
  }

  /** Whether others can reach it may be otherwise now. */
  presenceChanged(): void {
    this.#exchange.presenceChanged(this.publicKey);
    this.#node.peers.presenceChanged(this.publicKey);
  }

  /** As `AwaitedDeclines.ask`, for an own attempt. */
  askForDecline(header: Header, waitMs: number): Promise<Decline | null> {
    const { publicKey } = this;
    return this.#declines.ask(header, waitMs, (question) => {
      const { receiver } = header;
      if (this.#exchange.hand(publicKey, receiver, question)) return;
      const frame = encodeMessage(question);
      if (!this.#exchange.send(publicKey, receiver, frame)) this.#node.peers.send(publicKey, receiver, frame);
    });
  }

  #overhear(from: PublicKey, frame: Uint8Array): void {
    if (!this.#declines.isAny) return;
    const message = decodeMessage(frame);
    if (!isRefusal(message)) this.#declines.hear(from, message);
  }

  /** What stands in the way of forgetting it; null: it owes and is owed nothing, and nothing is open. */
  whyNotForget(): 'owed' | 'unsure' | 'open' | 'disputed' | null {
    const { records } = this;
    for (const { balance } of records.accounts()) if (balance !== 0n) return 'owed';
    // Who has come back may owe what its neighbours have not shown yet.
    if (records.node.isFrozen) return 'unsure';
    for (const { standing } of records.accounts()) if (standing === 'unsure') return 'unsure';
    if (!records.unsettled().next().done) return 'open';
    for (const { state } of records.payments()) if (state === 'NEW' || state === 'PREPARE_IN_PROGRESS') return 'open';
    return records.allEvidence().next().done ? null : 'disputed';
  }

  /** As `Hosting.moved` of the node. */
  async moved(neighbour: PublicKey, addresses: readonly string[], host: PublicKey | null): Promise<void> {
    await this.context.contacts.moved(neighbour, addresses, this.#node.clock.nowMs());
    if (!this.#exchange.has(neighbour)) this.#node.peers.keep(this.publicKey, neighbour, host ?? neighbour, addresses);
  }

  async stop(): Promise<void> {
    await this.context.driver.stop();
    this.context.held.stop();
  }

  #port(): Port {
    const { driver, held, events } = this.context;
    const { clock, log } = this.#node;
    const tell = (type: 'link-up' | 'link-down', neighbour: PublicKey): void => {
      driver.submit({ type, neighbour }).catch((error: unknown) => log.debug({ error, type }, 'not taken'));
      events.append({ type, neighbour }, clock.nowMs());
    };
    return {
      isPresent: () => this.isPresent(),
      receive: (from, frame) => {
        this.#overhear(from, frame);
        driver.receive(from, frame).catch((error: unknown) => log.debug({ error, from }, 'a frame was not taken'));
      },
      take: (from, message) => {
        this.#declines.hear(from, message);
        driver.take(from, message).catch((error: unknown) => log.debug({ error, from }, 'a message was not taken'));
      },
      linkUp(neighbour) {
        tell('link-up', neighbour);
        held.linkUp(neighbour);
      },
      linkDown(neighbour) {
        tell('link-down', neighbour);
        held.linkDown(neighbour, clock.nowMs());
      },
    };
  }
}

function heldOf({ clock, log }: MembersNode, records: Records, events: EventLog): HeldAmounts {
  return new HeldAmounts({
    records,
    clock,
    tell(happening, atMs) {
      try {
        events.append(happening, atMs);
      } catch (error) {
        log.error({ error, type: happening.type }, 'a listener failed');
      }
    },
  });
}

function driverOf(
  { node, exchange, publicKey, ways }: MemberOptions,
  of: { records: Records; store: Store; signer: HostedSigner; held: HeldAmounts },
): Driver {
  const { records, store, signer, held } = of;
  return createDriver({
    ...{ records, sign: signer.sign, verify: node.verify, clock: node.clock, log: node.log, metrics: node.metrics },
    store: {
      async write(saved, how) {
        const used = signer.takeUnsaved();
        for (const mandate of used) records.apply(mandate);
        await store.write([...saved, ...used], how);
        held.saved(saved);
        ways.saved(saved);
      },
    },
    send(to, frame) {
      if (!exchange.send(publicKey, to, frame)) node.peers.send(publicKey, to, frame);
    },
    hand: (to, message) => exchange.hand(publicKey, to, message),
    onFailure: (failure) => node.fail(failure),
  });
}

async function contextOf(
  { node, exchange, publicKey, profile, isHere }: MemberOptions,
  of: { store: Store; driver: Driver; events: EventLog; held: HeldAmounts },
): Promise<ParticipantContext> {
  const { config, verify, clock, log, host, instance, startedAtMs, stopping, records: hub } = node;
  const { store, driver, events, held } = of;
  const documents = sealedDocuments<Contact>(store.documents<Uint8Array>('contact'), atRest(node.secret));
  const contacts = await Contacts.open({
    ...{ self: publicKey, network: config.network, verify, documents, limit: MAX_NEIGHBOURS },
    *strangers() {
      yield* driver.records.neighbours();
      yield hub.self;
    },
  });
  return {
    ...{ config, identity: { publicKey, seed: null }, verify, clock, log, store, driver, contacts, events, held },
    ...{ instance, startedAtMs, stopping },
    preferences: {
      get now() {
        return { name: profile()?.name ?? null, clearing: config.clearing, announce: config.announce };
      },
    },
    host: {
      addresses: () => host.addresses(),
      linked: () =>
        [...exchange.linkedWith(publicKey), ...node.peers.linkedWith(publicKey)].map((neighbour) =>
          linkInside(neighbour, startedAtMs),
        ),
      unlinked: () => [],
      reachability: () => host.reachability(),
      find: (pid, waitMs) => host.find(pid, waitMs),
      learn: (participant, addresses) => host.learn(participant, addresses),
      follow: (equivalent) => host.follow(equivalent),
      forget(neighbour) {
        exchange.forget(publicKey, neighbour);
        node.peers.forget(publicKey, neighbour);
      },
      network: () => host.network(),
    },
    keepLinked(neighbour) {
      exchange.keep(publicKey, neighbour);
      const addresses = contacts.get(neighbour)?.addresses ?? [];
      const hostedBy = node.peers.hostOf(publicKey, neighbour);
      if (exchange.has(neighbour) || isHere(neighbour)) return;
      // Nobody knows where it is: as one who was here and has gone, it is looked for in the directory.
      const unknown = addresses.length === 0 ? node.publicKey : neighbour;
      node.peers.keep(publicKey, neighbour, hostIn(neighbour, addresses) ?? hostedBy ?? unknown, addresses);
    },
  };
}

function linkInside(neighbour: PublicKey, sinceMs: number) {
  return { neighbour, address: '', openedBy: 'us', sinceMs, queuedBytes: 0, version: 1 } as const;
}
