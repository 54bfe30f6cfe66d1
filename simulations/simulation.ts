/**
 * One simulated network: participants, virtual time, network and disks, driven by a scenario. Deterministic: the same
 * seed gives the same trace on every machine.
 */
import type { Effect, Event, Occurrence, Timer } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { decodeMessage, encodeMessage, type Message } from '#protocol/link.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { isFault, verifyMessage } from '#protocol/verify.ts';
import { Adversary, type Mischief } from './adversary.ts';
import { Agenda } from './agenda.ts';
import { checkAtRest } from './at-rest.ts';
import { Checkers, type Violation } from './checkers.ts';
import type { Happening } from './happening.ts';
import { ASK, answer, lookIn } from './owner.ts';
import { Participant } from './participant.ts';
import { Random } from './random.ts';
import { EPOCH_MS, type Incident, type Scenario } from './scenario.ts';
import { keyOf, type Signatures } from './signatures.ts';
import { Trace } from './trace.ts';

/** What a run gives. */
export interface Outcome {
  readonly events: number;
  readonly digest: string;
  readonly violations: readonly Violation[];
  readonly participants: readonly Participant[];
  /** Sum over honest participants of amount × time held past expiry behind others, in 10⁻⁸ unit seconds. */
  readonly heldUnitSeconds: bigint;
}

export interface Options {
  readonly signatures: Signatures;
  /** Encode and decode every message, as a real link does. */
  readonly throughBytes: boolean;
}

const NETWORK = 'geo-simulation';
const NO_MESSAGES_KEPT_APART = 0;
/** A hundred times what the busiest runs need: whoever sends more does not come to rest. */
const MOST_EVENTS = 2_000_000;
/** After the faults have ended: often enough for checkpoints and for comparing books with every neighbour. */
const HOUSEKEEPING_MINUTES = [1, 2, 3, 12, 13, 14, 15, 16];
/** How often an owner looks before it goes on without those who have not agreed. */
const CONFIRM_TRIES = 12;

export class Simulation {
  readonly #scenario: Scenario;
  readonly #options: Options;
  readonly #random: Random;
  readonly #agenda = new Agenda<Happening>();
  readonly #participants: Participant[] = [];
  readonly #indexes = new Map<PublicKey, number>();
  readonly #adversary: Adversary;
  readonly #malicious: ReadonlySet<number>;
  readonly #restored = new Set<number>();
  /** When a participant lost records the last time: it is told so at every start until it has saved that. */
  readonly #lostAtMs = new Map<number, number>();
  readonly #checkers: Checkers;
  readonly #trace = new Trace();
  readonly #skews: number[] = [];
  /** Per pair: how often it was cut; odd while it is down. Messages of an earlier epoch are lost. */
  readonly #epochs = new Map<number, number>();
  readonly #lastArrival = new Map<number, number>();
  readonly #linked = new Set<number>();
  #nowMs = EPOCH_MS;
  #events = 0;
  #healed = false;
  #rounds = 0;

  constructor(scenario: Scenario, options: Options) {
    this.#scenario = scenario;
    this.#options = options;
    this.#random = new Random(scenario.seed, 2);
    const { participants, faults } = scenario;
    for (let index = 0; index < participants; index++) {
      const key = keyOf(index);
      const seeking = scenario.seeks ? 'always' : 'never';
      const ways = { seeking, isHosted: scenario.hosted?.includes(index) === true } as const;
      this.#participants.push(new Participant(index, key, NETWORK, options.signatures.signAs(index), this, ways));
      this.#indexes.set(key, index);
      this.#setClock(index);
    }
    this.#malicious = new Set(faults.malicious);
    const members = faults.malicious.map((index) => this.#participants[index] as Participant);
    this.#adversary = new Adversary(
      new Random(scenario.seed, 3),
      members,
      this.#participants.map(({ key }) => key),
    );
    this.#checkers = new Checkers(participants, options.signatures.verify);
  }

  run(): Outcome {
    const scenario = this.#scenario;
    for (const participant of this.#participants) this.#feed(participant, { type: 'start' });
    for (const [a, b] of scenario.links) {
      this.#linked.add(this.#pair(a, b));
      this.#setLink(a, b, true);
    }
    this.#plan(scenario.incidents);
    this.#agenda.add(scenario.healAtMs, { type: 'heal' });
    for (const minutes of HOUSEKEEPING_MINUTES) {
      this.#agenda.add(scenario.healAtMs + minutes * 60_000, { type: 'housekeeping' });
    }
    if (this.#malicious.size > 0) this.#scheduleMischief();
    while (this.#agenda.nextMs <= scenario.endAtMs) {
      this.#nowMs = this.#agenda.nextMs;
      this.#happen(this.#agenda.take() as Happening);
      if (this.#checkers.violations.length > 0 || this.#events > MOST_EVENTS) break;
    }
    const exempt = { malicious: this.#malicious, restored: this.#restored };
    const atRest = this.#checkers.violations.length > 0 ? [] : checkAtRest(this.#participants, exempt);
    const restless: Violation[] =
      this.#events > MOST_EVENTS ? [{ invariant: 'INV-LIVE', participant: -1, what: 'messages without end' }] : [];
    return {
      events: this.#events,
      digest: this.#trace.digest,
      violations: [...this.#checkers.violations, ...restless, ...atRest],
      participants: this.#participants,
      heldUnitSeconds: this.#held(),
    };
  }

  /** A clock may be ahead or behind, and step; once healed it is right. */
  #setClock(index: number): void {
    const { clockSkewMs } = this.#scenario.faults;
    this.#skews[index] = clockSkewMs === 0 || this.#healed ? 0 : this.#random.between(-clockSkewMs, clockSkewMs);
  }

  #held(): bigint {
    let held = 0n;
    for (const participant of this.#participants) {
      if (this.#malicious.has(participant.index)) continue;
      for (const { state, header, route } of participant.records.unsettled()) {
        const seconds = Math.floor((this.#nowMs - header.expiresAtMs) / 1_000);
        if (state === 'prepared' && seconds > 0) held += route.amount * BigInt(seconds);
      }
    }
    return held;
  }

  #happen(happening: Happening): void {
    switch (happening.type) {
      case 'deliver':
        this.#deliver(happening);
        return;
      case 'timer': {
        const participant = this.#running(happening.participant, happening.incarnation);
        if (participant !== null) this.#feed(participant, { type: 'timer', timer: happening.timer });
        return;
      }
      case 'written': {
        const participant = this.#running(happening.participant, happening.incarnation);
        if (participant === null) return;
        if (!this.#healed && this.#random.permille(this.#scenario.faults.crashPermille)) this.#crash(participant);
        else participant.written();
        return;
      }
      case 'link':
        this.#setLink(happening.a, happening.b, happening.up);
        return;
      case 'restart':
        this.#restart(this.#participants[happening.participant] as Participant);
        return;
      case 'incident':
        this.#incident(happening.incident);
        return;
      case 'mischief':
        if (this.#healed) return;
        this.#mischief(this.#adversary.act(this.#nowMs));
        this.#scheduleMischief();
        return;
      case 'confirm':
        this.#confirm(happening.participant, happening.tries);
        return;
      case 'housekeeping':
        for (const participant of this.#participants) {
          const timer: Timer = { type: 'housekeeping', round: this.#rounds };
          if (participant.isUp) this.#feed(participant, { type: 'timer', timer });
          if (participant.isHosted) this.#incident({ type: 'look-in', participant: participant.index });
        }
        this.#rounds++;
        return;
      case 'heal':
        this.#heal();
        return;
    }
  }

  #running(index: number, incarnation: number): Participant | null {
    const participant = this.#participants[index] as Participant;
    return participant.isUp && participant.incarnation === incarnation ? participant : null;
  }

  /** One event into one participant, with all checks. This is what `events` counts. */
  #feed(participant: Participant, occurrence: Occurrence): void {
    const skew = this.#skews[participant.index] as number;
    const event: Event = { ...occurrence, nowMs: this.#nowMs + skew };
    this.#events++;
    const effects = participant.handle(event);
    this.#trace.step(participant.index, event, effects);
    if (this.#malicious.has(participant.index)) return;
    this.#checkers.afterStep(participant, event, effects);
    if (event.type === 'message' && (this.#events & 15) === 0) this.#checkers.checkOnce(participant, event);
  }

  #incident(incident: Incident): void {
    switch (incident.type) {
      case 'command': {
        const participant = this.#participants[incident.participant] as Participant;
        if (!participant.isUp) return;
        const { command } = incident;
        if (command.type === 'answer-proposal' && command.agrees)
          this.#checkers.consent.agreed(participant, command.id);
        this.#feed(participant, { type: 'command', command });
        return;
      }
      case 'look-in':
        this.#incident({ type: 'command', participant: incident.participant, command: ASK });
        this.#plan(lookIn(this.#random, this.#participants[incident.participant] as Participant, this.#nowMs));
        return;
      case 'sign': {
        const participant = this.#participants[incident.participant] as Participant;
        const command = { type: 'sign-checkpoint', checkpoint: incident.checkpoint } as const;
        if (participant.isUp)
          participant.having(incident.checkpoint, () => this.#feed(participant, { type: 'command', command }));
        return;
      }
      case 'cut':
      case 'join':
        if (!this.#healed) this.#setLink(incident.a, incident.b, incident.type === 'join');
        return;
      case 'crash':
        if (!this.#healed) this.#crash(this.#participants[incident.participant] as Participant);
        return;
      case 'clock':
        this.#setClock(incident.participant);
        return;
      case 'restore':
        if (!this.#healed) this.#restore(this.#participants[incident.participant] as Participant, incident);
        return;
    }
  }

  // ---- the network

  #pair(a: number, b: number): number {
    return Math.min(a, b) * 1_024 + Math.max(a, b);
  }

  #setLink(a: number, b: number, up: boolean): void {
    const pair = this.#pair(a, b);
    const epoch = this.#epochs.get(pair) ?? 1;
    const isUp = epoch % 2 === 0;
    const both = [this.#participants[a] as Participant, this.#participants[b] as Participant] as const;
    if (isUp === up || (up && !both.every((participant) => participant.isUp))) return;
    this.#epochs.set(pair, epoch + 1);
    for (const [participant, other] of [both, [both[1], both[0]] as const]) {
      if (!participant.isUp) continue;
      if (up) participant.records.linked.add(other.key);
      else participant.records.linked.delete(other.key);
      this.#feed(
        participant,
        up ? { type: 'link-up', neighbour: other.key } : { type: 'link-down', neighbour: other.key },
      );
    }
  }

  /** A participant releases a message: the network decides when, how often and whether it arrives. */
  #post(from: number, to: number, message: Message): void {
    const { faults } = this.#scenario;
    const pair = this.#pair(from, to);
    const isNeighbour = this.#linked.has(pair);
    const epoch = isNeighbour ? (this.#epochs.get(pair) ?? 1) : NO_MESSAGES_KEPT_APART;
    if (isNeighbour && epoch % 2 === 1) return;
    const copies = !this.#healed && this.#random.permille(faults.duplicatePermille) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (!this.#healed && this.#random.permille(faults.lossPermille)) continue;
      this.#agenda.add(this.#arrivalMs(from, to), { type: 'deliver', from, to, epoch, message });
    }
  }

  #arrivalMs(from: number, to: number): number {
    const { faults } = this.#scenario;
    let atMs = this.#nowMs + this.#random.between(faults.minDelayMs, faults.maxDelayMs);
    if (!this.#healed && this.#random.permille(faults.tailPermille)) atMs += this.#random.below(faults.tailMs);
    if (!faults.keepsOrder) return atMs;
    const direction = from * 1_024 + to;
    atMs = Math.max(atMs, this.#lastArrival.get(direction) ?? 0);
    this.#lastArrival.set(direction, atMs);
    return atMs;
  }

  #deliver({ from, to, epoch, message }: Extract<Happening, { type: 'deliver' }>): void {
    const participant = this.#participants[to] as Participant;
    const current = epoch === NO_MESSAGES_KEPT_APART ? epoch : this.#epochs.get(this.#pair(from, to));
    if (!participant.isUp || current !== epoch) return;
    const { verify } = this.#options.signatures;
    const sender = keyOf(from);
    const received = this.#options.throughBytes ? decodeMessage(encodeMessage(message)) : message;
    if (isRefusal(received)) throw new Error(`bug: a message does not decode: ${received.where} ${received.why}`);
    const verified = verifyMessage({ records: participant.records, verify, nowMs: this.#nowMs }, sender, received);
    if (isFault(verified)) {
      this.#trace.fault(to, from);
      if (!this.#malicious.has(from)) throw new Error(`bug: an honest message was refused: ${verified.what}`);
      if (this.#scenario.faults.keepsEvidence && !this.#malicious.has(to)) {
        const { code, what } = verified;
        this.#feed(participant, { type: 'fault', from: sender, code, what, frame: new Uint8Array(1) });
      }
      return;
    }
    if (this.#malicious.has(to)) this.#adversary.learn(received);
    this.#feed(participant, { type: 'message', from: sender, message: verified });
  }

  // ---- the world that participants see

  writing(participant: Participant): void {
    const atMs = this.#nowMs + this.#random.below(this.#scenario.faults.maxDiskMs + 1);
    this.#agenda.add(atMs, { type: 'written', participant: participant.index, incarnation: participant.incarnation });
  }

  released(participant: Participant, effect: Effect): void {
    const { index } = participant;
    if (this.#malicious.has(index) && !this.#healed && !this.#adversary.lets(effect)) return;
    switch (effect.type) {
      case 'save':
      case 'learn':
        return;
      case 'send': {
        if (!this.#malicious.has(index)) this.#checkers.sent(participant, effect.message);
        const to = this.#indexes.get(effect.to);
        if (to !== undefined) this.#post(index, to, effect.message);
        return;
      }
      case 'schedule': {
        const atMs = Math.max(effect.atMs - (this.#skews[index] as number), this.#nowMs);
        this.#agenda.add(atMs, {
          type: 'timer',
          participant: index,
          incarnation: participant.incarnation,
          timer: effect.timer,
        });
        return;
      }
      case 'notify':
        if (effect.notice.type === 'announce') this.#gossip(participant, effect.notice.signed);
        if (effect.notice.type === 'proposal' && effect.notice.state === 'PROPOSED')
          this.#plan([answer(this.#random, index, effect.notice.id, this.#nowMs)]);
        return;
    }
  }

  #gossip(participant: Participant, signed: Extract<Message, { type: 'announcements' }>['signed'][number]): void {
    for (const other of this.#participants) {
      if (other !== participant)
        this.#post(participant.index, other.index, { type: 'announcements', signed: [signed] });
    }
  }

  #plan(incidents: Scenario['incidents']): void {
    for (const { atMs, incident } of incidents) this.#agenda.add(atMs, { type: 'incident', incident });
  }

  // ---- faults

  #crash(participant: Participant): void {
    if (!participant.isUp) return;
    participant.crash(this.#random.permille(500));
    for (const [a, b] of this.#scenario.links) {
      if (a === participant.index || b === participant.index) this.#setLink(a, b, false);
    }
    this.#agenda.add(this.#nowMs + this.#random.between(1, 20_000), {
      type: 'restart',
      participant: participant.index,
    });
  }

  #restart(participant: Participant): void {
    if (participant.isUp) return;
    participant.restart();
    if (!this.#malicious.has(participant.index))
      this.#checkers.afterCrash(participant, !this.#restored.has(participant.index));
    const lostAtMs = this.#lostAtMs.get(participant.index);
    if (lostAtMs !== undefined && (participant.records.node.restoredAtMs ?? 0) < lostAtMs) {
      this.#feed(participant, { type: 'loss' });
    }
    this.#feed(participant, { type: 'start' });
    for (const [a, b] of this.#scenario.links) {
      if (a !== participant.index && b !== participant.index) continue;
      this.#agenda.add(this.#nowMs + this.#random.between(1, 500), { type: 'link', a, b, up: true });
    }
  }

  #restore(participant: Participant, { lost, isTold }: Extract<Incident, { type: 'restore' }>): void {
    this.#crash(participant);
    participant.rewind(lost);
    // Its clock is right when it is restored: what it says is when it may have signed something last.
    this.#skews[participant.index] = 0;
    if (isTold) this.#lostAtMs.set(participant.index, this.#nowMs);
    // Some owners confirm at once, some late.
    const patienceMs = this.#random.pick([500, 20_000, 200_000]);
    this.#agenda.add(this.#nowMs + this.#random.between(50, patienceMs), {
      type: 'confirm',
      participant: participant.index,
      tries: 0,
    });
    this.#restored.add(participant.index);
    this.#checkers.restored(participant.index);
  }

  #confirm(index: number, tries: number): void {
    const participant = this.#participants[index] as Participant;
    if (participant.isUp) {
      const { records } = participant;
      const isOver =
        !records.node.isFrozen && [...records.accounts()].every(({ standing }) => standing === 'confirmed');
      if (isOver) return;
      const regardless = tries >= CONFIRM_TRIES || this.#random.permille(200);
      this.#feed(participant, { type: 'command', command: { type: 'confirm-restored', regardless } });
    }
    if (tries > 2 * CONFIRM_TRIES) return;
    const afterMs = this.#random.between(500, this.#healed ? 400_000 : 20_000);
    this.#agenda.add(this.#nowMs + afterMs, { type: 'confirm', participant: index, tries: tries + 1 });
  }

  #scheduleMischief(): void {
    this.#agenda.add(this.#nowMs + this.#random.between(10, 200), { type: 'mischief' });
  }

  #mischief(mischief: Mischief | null): void {
    const to = mischief === null ? undefined : this.#indexes.get(mischief.to);
    if (mischief !== null && to !== undefined && to !== mischief.from) this.#post(mischief.from, to, mischief.message);
  }

  /** All faults stop; everybody comes back and every link is made anew, as after a reconnection storm. */
  #heal(): void {
    this.#healed = true;
    for (const { index } of this.#participants) this.#setClock(index);
    for (const participant of this.#participants) this.#restart(participant);
    for (const [a, b] of this.#scenario.links) {
      this.#setLink(a, b, false);
      this.#agenda.add(this.#nowMs + this.#random.between(1, 500), { type: 'link', a, b, up: true });
    }
  }
}
