/**
 * The map in the simulator: some days of announcements, which live long or short, heard of by some; messages that are
 * lost and doubled, links that break, clocks up to a minute off, participants that start again from their disks, and
 * forgers. After that, once all is calm, everybody holds the same map (INV-MAP).
 */
import {
  type Announcement,
  announcementStatement,
  judgeAnnouncement,
  type SignedAnnouncement,
} from '#protocol/announcement.ts';
import type { Effect, Event, Occurrence } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { ANNOUNCEMENT_LIFETIME_MS, MAP_SLOT_MS, MAX_CLOCK_SKEW_MS, VERSION } from '#protocol/limits.ts';
import type { Message } from '#protocol/link.ts';
import { slotOf } from '#protocol/topology.ts';
import { isFault, verifyMessage } from '#protocol/verify.ts';
import { Agenda } from './agenda.ts';
import type { Violation } from './checkers.ts';
import { Participant, type World } from './participant.ts';
import { Random } from './random.ts';
import { EPOCH_MS } from './scenario.ts';
import { fastSignatures, keyOf } from './signatures.ts';

type Happening =
  | { readonly type: 'deliver'; readonly from: number; readonly to: number; readonly message: Message }
  | { readonly type: 'born' }
  | { readonly type: 'forged' }
  | { readonly type: 'cut'; readonly a: number; readonly b: number }
  | { readonly type: 'join'; readonly a: number; readonly b: number }
  | { readonly type: 'restart'; readonly participant: number }
  | { readonly type: 'housekeeping' }
  | { readonly type: 'calm' };

const NETWORK = 'geo-map';
const EQUIVALENT = 'UAH';
const HOUR_MS = 3_600_000;
const DAYS = 9;
const HOUSEKEEPING_MS = 2 * HOUR_MS;
/** Once all is calm: enough for the farthest to hear of it from neighbour to neighbour. */
const CALM_MS = 60_000;
const CALM_ROUNDS = 40;
/** In the last of them nobody has anything to ask any more. */
const QUIET_ROUNDS = 4;

export class MapSimulation implements World {
  readonly #random: Random;
  readonly #agenda = new Agenda<Happening>();
  readonly #participants: Participant[] = [];
  readonly #indexes = new Map<PublicKey, number>();
  readonly #links: (readonly [number, number])[] = [];
  readonly #down = new Set<string>();
  readonly #skews: number[] = [];
  readonly #lines: (readonly [from: number, to: number])[] = [];
  readonly #lossPermille: number;
  readonly #doublePermille: number;
  /** All that was ever signed, by whom it names. */
  readonly #signed = new Set<string>();
  readonly #newest = new Map<string, Announcement>();
  readonly #violations: Violation[] = [];
  #nowMs = EPOCH_MS;
  #round = 0;
  #isCalm = false;
  #calmRounds = 0;
  events = 0;

  constructor(seed: number) {
    const random = new Random(seed, 7);
    this.#random = random;
    this.#lossPermille = random.below(300);
    this.#doublePermille = random.below(300);
    const participants = random.between(2, 6);
    for (let index = 0; index < participants; index++) {
      this.#participants.push(new Participant(index, keyOf(index), NETWORK, fastSignatures.signAs(index), this));
      this.#indexes.set(keyOf(index), index);
      this.#skews.push(random.between(-MAX_CLOCK_SKEW_MS, MAX_CLOCK_SKEW_MS));
      // A tree, and some more links.
      if (index > 0) this.#links.push([random.below(index), index]);
    }
    for (let more = random.below(participants); more > 0; more--) {
      const [a, b] = [random.below(participants), random.below(participants)];
      if (a !== b && !this.#links.some((link) => link.includes(a) && link.includes(b))) this.#links.push([a, b]);
    }
    const lines = random.pick([5, 40, 300]);
    for (let line = 0; line < lines; line++)
      this.#lines.push([participants + random.below(40), participants + 40 + line]);
  }

  /** What was violated. */
  run(): readonly Violation[] {
    for (const participant of this.#participants) this.#feed(participant, { type: 'start' });
    for (const [a, b] of this.#links) this.#setLink(a, b, true);
    this.#plan();
    while (this.#agenda.size > 0 && this.#violations.length === 0) {
      this.#nowMs = this.#agenda.nextMs;
      this.#happen(this.#agenda.take() as Happening);
    }
    if (this.#violations.length === 0) this.#check();
    return this.#violations;
  }

  #plan(): void {
    const random = this.#random;
    const calmMs = EPOCH_MS + DAYS * 24 * HOUR_MS + random.below(MAP_SLOT_MS);
    const anyTime = (): number => EPOCH_MS + random.below(DAYS * 24 * HOUR_MS);
    for (let births = this.#lines.length * random.between(1, 3); births > 0; births--)
      this.#agenda.add(anyTime(), { type: 'born' });
    for (let forgeries = 20; forgeries > 0; forgeries--) this.#agenda.add(anyTime(), { type: 'forged' });
    for (let cuts = random.below(12); cuts > 0; cuts--) {
      const [a, b] = random.pick(this.#links);
      const atMs = anyTime();
      this.#agenda.add(atMs, { type: 'cut', a, b });
      this.#agenda.add(Math.min(calmMs - 1, atMs + random.below(72 * HOUR_MS)), { type: 'join', a, b });
    }
    for (let restarts = random.below(6); restarts > 0; restarts--) {
      this.#agenda.add(anyTime(), { type: 'restart', participant: random.below(this.#participants.length) });
    }
    for (let atMs = EPOCH_MS; atMs < calmMs; atMs += HOUSEKEEPING_MS) this.#agenda.add(atMs, { type: 'housekeeping' });
    this.#agenda.add(calmMs, { type: 'calm' });
    for (let round = 1; round <= CALM_ROUNDS; round++)
      this.#agenda.add(calmMs + round * CALM_MS, { type: 'housekeeping' });
  }

  #happen(happening: Happening): void {
    switch (happening.type) {
      case 'deliver':
        this.#deliver(happening);
        return;
      case 'born':
        this.#bear(this.#announcement(), this.#nowMs);
        return;
      case 'forged':
        this.#forge();
        return;
      case 'cut':
        this.#setLink(happening.a, happening.b, false);
        return;
      case 'join':
        this.#setLink(happening.a, happening.b, true);
        return;
      case 'restart': {
        const participant = this.#participants[happening.participant] as Participant;
        participant.crash(true);
        participant.restart();
        this.#feed(participant, { type: 'start' });
        for (const [a, b] of this.#links) if (a === participant.index || b === participant.index) this.#relink(a, b);
        return;
      }
      case 'housekeeping': {
        const timer = { type: 'housekeeping', round: this.#round++ } as const;
        if (this.#isCalm) this.#calmRounds++;
        for (const participant of this.#participants) this.#feed(participant, { type: 'timer', timer });
        return;
      }
      case 'calm':
        this.#calm();
        return;
    }
  }

  /** No more faults, but the clocks stay as they are, and lines go on ending. */
  #calm(): void {
    this.#isCalm = true;
    for (let number = 0; number < 60; number++) {
      const seq = this.#nowMs - MAX_CLOCK_SKEW_MS;
      const expiresAtMs = this.#nowMs + this.#random.below(CALM_ROUNDS * CALM_MS);
      this.#bear({ ...this.#announcement(), seq, expiresAtMs, active: true }, this.#nowMs);
    }
    for (const [a, b] of this.#links) this.#relink(a, b);
  }

  // ---- what is announced

  #announcement(): Announcement {
    const random = this.#random;
    const [from, to] = random.pick(this.#lines);
    const newest = this.#newest.get(lineOf(keyOf(from), keyOf(to)));
    // Sometimes with the seq of the one before: both ends at one time, or somebody who says two things.
    const seq = newest !== undefined && random.permille(200) ? newest.seq : this.#nowMs + random.between(-60_000, 0);
    const livesMs = random.permille(500) ? ANNOUNCEMENT_LIFETIME_MS : random.between(60_001, ANNOUNCEMENT_LIFETIME_MS);
    const line = { from: keyOf(from), to: keyOf(to), equivalent: EQUIVALENT };
    return {
      version: VERSION,
      network: NETWORK,
      ...line,
      seq,
      active: random.permille(700),
      expiresAtMs: seq + livesMs,
    };
  }

  /** Tells some participants, who judge it by their own clocks. */
  #bear(announcement: Announcement, atMs: number): void {
    const signatureOf = (signer: PublicKey) => fastSignatures.signAs(0)(announcementStatement(announcement, signer));
    const signed = {
      announcement,
      fromSignature: signatureOf(announcement.from),
      toSignature: announcement.active ? signatureOf(announcement.to) : null,
    };
    const line = lineOf(announcement.from, announcement.to);
    this.#signed.add(textOf(announcement));
    let isHeard = false;
    for (const participant of this.#random.shuffle(this.#participants).slice(0, this.#random.between(1, 2))) {
      const { topology } = participant.records;
      const known = topology.get(announcement.from, announcement.to, EQUIVALENT);
      const nowMs = atMs + (this.#skews[participant.index] as number);
      const context = { network: NETWORK, nowMs, known, verify: fastSignatures.verify };
      if (judgeAnnouncement(signed, context) !== 'accept') continue;
      this.#feed(participant, { type: 'gossip', signed });
      isHeard = true;
    }
    if (!isHeard) return;
    const before = this.#newest.get(line);
    if (before === undefined || stands(announcement, before)) this.#newest.set(line, announcement);
  }

  /** Somebody sends, as a part of its map, what not all have signed. */
  #forge(): void {
    const announcement = { ...this.#announcement(), active: true, seq: this.#nowMs };
    const [from, to] = this.#random.pick(this.#links);
    const right = fastSignatures.signAs(0)(announcementStatement(announcement, announcement.from));
    const wrong = fastSignatures.signAs(0)(announcementStatement(announcement, keyOf(0)));
    const signed: SignedAnnouncement = { announcement, fromSignature: right, toSignature: wrong };
    this.#post(from, to, { type: 'announcements', signed: [signed] });
  }

  // ---- the network

  #setLink(a: number, b: number, up: boolean): void {
    const pair = `${a}-${b}`;
    if (up) this.#down.delete(pair);
    else this.#down.add(pair);
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const participant = this.#participants[one] as Participant;
      if (participant.records.linked.has(keyOf(other)) === up) continue;
      if (up) participant.records.linked.add(keyOf(other));
      else participant.records.linked.delete(keyOf(other));
      this.#feed(participant, { type: up ? 'link-up' : 'link-down', neighbour: keyOf(other) });
    }
  }

  #relink(a: number, b: number): void {
    if (this.#down.has(`${a}-${b}`) && !this.#isCalm) return;
    this.#setLink(a, b, false);
    this.#setLink(a, b, true);
  }

  #post(from: number, to: number, message: Message): void {
    if (this.#down.has(`${from}-${to}`) || this.#down.has(`${to}-${from}`)) return;
    const copies = !this.#isCalm && this.#random.permille(this.#doublePermille) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (!this.#isCalm && this.#random.permille(this.#lossPermille)) continue;
      const delayMs = this.#random.between(1, this.#isCalm ? 100 : 5_000);
      this.#agenda.add(this.#nowMs + delayMs, { type: 'deliver', from, to, message });
    }
  }

  #deliver({ from, to, message }: Extract<Happening, { type: 'deliver' }>): void {
    const participant = this.#participants[to] as Participant;
    const nowMs = this.#nowMs + (this.#skews[to] as number);
    const context = { records: participant.records, verify: fastSignatures.verify, nowMs };
    const verified = verifyMessage(context, keyOf(from), message);
    if (!isFault(verified)) this.#feed(participant, { type: 'message', from: keyOf(from), message: verified });
  }

  #feed(participant: Participant, occurrence: Occurrence): void {
    this.events++;
    const event: Event = { ...occurrence, nowMs: this.#nowMs + (this.#skews[participant.index] as number) };
    participant.handle(event);
  }

  /** Disks are fast here: what they may lose is looked at elsewhere. */
  writing(participant: Participant): void {
    participant.written();
  }

  released(participant: Participant, effect: Effect): void {
    if (effect.type !== 'send') return;
    if (effect.message.type === 'map-ask' && this.#calmRounds > CALM_ROUNDS - QUIET_ROUNDS) {
      this.#report(participant.index, 'asks although all maps should be the same');
    }
    const to = this.#indexes.get(effect.to);
    if (to !== undefined) this.#post(participant.index, to, effect.message);
  }

  // ---- what must hold

  #report(participant: number, what: string): void {
    this.#violations.push({ invariant: 'INV-MAP', participant, what });
  }

  #check(): void {
    // A slot that nobody's clock has come to yet.
    const slot = slotOf(this.#nowMs + MAX_CLOCK_SKEW_MS);
    const first = this.#participants[0]?.records.topology.lasting(slot).digest('');
    for (const { index, records } of this.#participants) {
      if (records.topology.lasting(slot).digest('') !== first) this.#report(index, 'has another map than the first');
      for (const { announcement } of records.topology.all()) {
        if (!this.#signed.has(textOf(announcement))) this.#report(index, 'holds what was never signed');
        // A minute of its own clock, one of forgetting, and the time since it looked last.
        const longestMs = 2 * MAX_CLOCK_SKEW_MS + 2 * CALM_MS;
        if (endOf(announcement) + longestMs < this.#nowMs) this.#report(index, 'holds what ended long ago');
      }
      for (const newest of this.#newest.values()) {
        const held = records.topology.get(newest.from, newest.to, EQUIVALENT)?.announcement;
        const lasts = Math.floor(endOf(newest) / MAP_SLOT_MS) > slot;
        const isHeld = held !== undefined && textOf(held) === textOf(newest);
        if (lasts && !isHeld) this.#report(index, 'lacks what is newest of a line');
      }
    }
  }
}

// What follows is said once more, apart from the code that is checked.

function endOf({ active, seq, expiresAtMs }: Announcement): number {
  return active ? expiresAtMs : seq + ANNOUNCEMENT_LIFETIME_MS;
}

/** Of two of one line, does the first stand? */
function stands(one: Announcement, other: Announcement): boolean {
  const rank = (it: Announcement) => [endOf(it), it.active ? 0 : 1, it.seq, it.expiresAtMs];
  const [ranks, others] = [rank(one), rank(other)];
  const at = ranks.findIndex((value, place) => value !== others[place]);
  return at >= 0 && (ranks[at] as number) > (others[at] as number);
}

const lineOf = (from: PublicKey, to: PublicKey): string => `${from}/${to}`;
const textOf = ({ from, to, seq, active, expiresAtMs }: Announcement): string =>
  `${lineOf(from, to)}/${seq}/${active}/${expiresAtMs}`;
