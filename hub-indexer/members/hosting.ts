/** All participants that a hub hosts, each with its machine, over one store and one way out. */
import type { LocalPort } from '#node/hosted-peers.ts';
import type { Hosting as NodeHosting } from '#node/hosting.ts';
import { CounterMemory } from '#protocol/delegation/counter-memory.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { JoinRequest } from '#protocol/join-request.ts';
import { restoredFromPieces } from '#protocol/rebuild.ts';
import type { Records } from '#protocol/records.ts';
import {
  COMPARED_CHECK_MS,
  COMPARED_WITHIN_MS,
  COUNTERS_OF_MEMBERS,
  EQUIVALENTS_KEPT_MS,
  LOAD_INTERVAL_MS,
  MAX_MEMBERS,
  MEMBER_ROUND_MS,
  SEEKING_AT_ONCE,
} from '../limits.ts';
import { refuse, type WebRefusal } from '../web/codes.ts';
import type { Hosting } from '../web/desk.ts';
import type { EquivalentInfo } from '../web/members.ts';
import { announcedEquivalents, keptFor } from './equivalents.ts';
import { Exchange } from './exchange.ts';
import { HostedMember, type MembersNode, type Told } from './hosted-member.ts';
import type { MemberProfile, Profiles } from './profiles.ts';
import { RingBudget } from './ring-budget.ts';
import { MemberWays } from './ways.ts';

/** Machines that are read from disk at one time, at the start. */
const OPENED_AT_ONCE = 32;

/** What watches over the accounts of members. */
export interface Guard {
  /** Told of all who are hosted. */
  readonly hosted: Map<PublicKey, Records>;
  /** May nothing new happen on an account? */
  readonly isBlocked: (participant: PublicKey, neighbour: PublicKey, equivalent: string) => boolean;
  stop(): Promise<void>;
}

export class MemberHosting implements Hosting, NodeHosting {
  readonly #node: MembersNode;
  readonly #profiles: Profiles;
  readonly #rings = new RingBudget();
  readonly #exchange = new Exchange(this.#rings);
  readonly #ways = new MemberWays();
  readonly #counters = new CounterMemory(COUNTERS_OF_MEMBERS);
  readonly #guard: Guard;
  readonly #told: Told;
  readonly #members = new Map<PublicKey, HostedMember>();
  /** What amounts are counted in here. */
  readonly equivalents: () => readonly EquivalentInfo[];
  readonly #opening = new Map<PublicKey, Promise<HostedMember>>();
  #cancelRound: () => void = () => undefined;
  #cancelWatch: () => void = () => undefined;
  /** Those whose turn it is to look after themselves, in this round. */
  #turns: Iterator<HostedMember> = this.#members.values();
  #round = 0;

  private constructor(node: MembersNode, profiles: Profiles, guard: Guard, told: Told) {
    this.#node = node;
    this.#profiles = profiles;
    this.#guard = guard;
    this.#told = told;
    const recordsOfAll = (): readonly Records[] => [...this.#members.values()].map(({ records }) => records);
    const { clock } = node;
    this.equivalents = keptFor(
      EQUIVALENTS_KEPT_MS,
      () => clock.nowMs(),
      () => announcedEquivalents(recordsOfAll()),
    );
  }

  /** Starts the machines of all active members; `told` hears what they tell. */
  static async open(node: MembersNode, profiles: Profiles, guard: Guard, told: Told): Promise<MemberHosting> {
    const hosting = new MemberHosting(node, profiles, guard, told);
    hosting.#exchange.attach(node.publicKey, {
      take: null,
      receive(from, frame) {
        if (!hosting.#ways.answer(from, frame, (to, answer) => hosting.send(to, answer)))
          void node.receive(from, frame);
      },
      linkUp: (neighbour) => node.linkUp(neighbour),
      linkDown: (neighbour) => node.linkDown(neighbour),
      isPresent: () => true,
    });
    // Several at once: each waits for the disk a dozen times.
    const active = [...profiles.all()].filter(({ status }) => status === 'active').values();
    const open = async (): Promise<void> => {
      for (const profile of active) await hosting.host(profile);
    };
    await Promise.all(Array.from({ length: OPENED_AT_ONCE }, open));
    hosting.#arm();
    hosting.#watch();
    return hosting;
  }

  /**
   * Resolves when members who are linked with each other have compared their books, and something can be signed on these
   * accounts again (§8.8); or when no more of them do for `COMPARED_WITHIN_MS`: some books may differ for good.
   */
  async untilCompared(): Promise<void> {
    const { clock } = this.#node;
    const isCompared = ({ records }: HostedMember): boolean =>
      [...records.accounts()].every(
        ({ neighbour, comparedAtMs }) =>
          comparedAtMs >= records.startedAtMs || !this.#members.has(neighbour) || !records.linked.has(neighbour),
      );
    let waiting = [...this.#members.values()];
    let [left, checks] = [waiting.length, 0];
    while (left > 0 && checks++ < COMPARED_WITHIN_MS / COMPARED_CHECK_MS) {
      waiting = waiting.filter((member) => !isCompared(member));
      if (waiting.length < left) checks = 0;
      left = waiting.length;
      await new Promise<void>((resolve) => void clock.wakeAt(clock.nowMs() + COMPARED_CHECK_MS, resolve));
    }
  }

  /** The machine of a member, if it is hosted here. */
  member(publicKey: PublicKey): HostedMember | undefined {
    return this.#members.get(publicKey);
  }

  get size(): number {
    return this.#members.size;
  }

  members(): IterableIterator<HostedMember> {
    return this.#members.values();
  }

  refusalFor(_request: JoinRequest): WebRefusal | null {
    return this.#members.size >= MAX_MEMBERS ? refuse('hub-full', { limit: MAX_MEMBERS }) : null;
  }

  async beginRestored(publicKey: PublicKey): Promise<void> {
    const { store, clock } = this.#node;
    await store.erase(publicKey);
    await store.section(publicKey).write(restoredFromPieces([], publicKey, clock.nowMs()), { sync: true });
  }

  async host({ publicKey }: MemberProfile): Promise<void> {
    if (this.#members.has(publicKey)) return;
    let opening = this.#opening.get(publicKey);
    if (opening === undefined) {
      const profile = (): MemberProfile | undefined => this.#profiles.get(publicKey);
      const { isBlocked } = this.#guard;
      const [node, exchange, ways, counters] = [this.#node, this.#exchange, this.#ways, this.#counters];
      const told = this.#told;
      const isHere = (participant: PublicKey): boolean => this.#isHere(participant);
      opening = HostedMember.open({ node, exchange, ways, counters, publicKey, profile, isBlocked, told, isHere });
      this.#opening.set(publicKey, opening);
    }
    try {
      const member = await opening;
      this.#members.set(publicKey, member);
      this.#guard.hosted.set(publicKey, member.records);
    } finally {
      this.#opening.delete(publicKey);
    }
  }

  /** A member goes on elsewhere: its machine ends here, and links to it are made over wherever it is. */
  async release(publicKey: PublicKey): Promise<void> {
    const member = this.#members.get(publicKey);
    if (member === undefined) return;
    this.#members.delete(publicKey);
    this.#guard.hosted.delete(publicKey);
    this.#exchange.detach(publicKey);
    this.#node.peers.release(publicKey);
    await member.stop();
  }

  /** Those who know somebody here look where it is, now that it is no member any more. */
  lookElsewhere(publicKey: PublicKey): void {
    for (const { records, context } of this.#members.values()) {
      if (records.accountsWith(publicKey) !== undefined) context.keepLinked(publicKey);
    }
  }

  #isHere(participant: PublicKey): boolean {
    return (this.#profiles.get(participant)?.status ?? 'left') !== 'left';
  }

  has(participant: PublicKey): boolean {
    return this.#members.has(participant);
  }

  send(to: PublicKey, frame: Uint8Array): void {
    this.#exchange.send(this.#node.publicKey, to, frame);
  }

  port(participant: PublicKey): LocalPort | undefined {
    return this.#members.get(participant)?.outside;
  }

  keep(neighbour: PublicKey): void {
    this.#exchange.keep(this.#node.publicKey, neighbour);
  }

  moved(local: PublicKey, neighbour: PublicKey, addresses: readonly string[], host: PublicKey | null): void {
    this.#members
      .get(local)
      ?.moved(neighbour, addresses, host)
      .catch((error: unknown) => this.#node.log.error({ error, neighbour }, 'where a neighbour is now was not kept'));
  }

  async stop(): Promise<void> {
    this.#cancelRound();
    this.#cancelWatch();
    await this.#guard.stop();
    await Promise.all([...this.#members.values()].map((member) => member.stop()));
  }

  /** Each member looks after itself once a round: presence, announcements, rings, books. */
  #arm(): void {
    const { clock } = this.#node;
    const pauseMs = Math.max(1, Math.floor(MEMBER_ROUND_MS / Math.max(1, this.#members.size)));
    this.#cancelRound = clock.wakeAt(clock.nowMs() + pauseMs, () => {
      this.#lookAfterOne();
      this.#arm();
    });
  }

  /** While the process is busy, members begin no search for rings. */
  #watch(): void {
    const { clock } = this.#node;
    this.#cancelWatch = clock.wakeAt(clock.nowMs() + LOAD_INTERVAL_MS, () => {
      this.#rings.nextSecond();
      for (const member of this.#members.values()) member.setBusy(this.#rings.isBusy);
      if (!this.#rings.isBusy) this.#seekWhatWaited();
      this.#watch();
    });
  }

  /** Some at a time: all at once would make it busy again. */
  #seekWhatWaited(): void {
    let left = SEEKING_AT_ONCE;
    for (const member of this.#members.values()) {
      if (member.seekWhatWaited() && --left === 0) return;
    }
  }

  #lookAfterOne(): void {
    let turn = this.#turns.next();
    if (turn.done === true) {
      this.#round++;
      this.#turns = this.#members.values();
      turn = this.#turns.next();
    }
    if (turn.done === true) return;
    const { value: member } = turn;
    const round = this.#round;
    const { log } = this.#node;
    member.presenceChanged();
    member
      .forgetEndedMandates()
      .catch((error: unknown) => log.error({ error }, 'old mandates of a member were not deleted'));
    member.context.driver
      .submit({ type: 'timer', timer: { type: 'housekeeping', round } })
      .catch((error: unknown) => log.debug({ error }, 'not taken'));
  }
}
