/**
 * What the map may cost (§6.3): announcements and questions about the map come at a bounded rate from each, are verified
 * a few at a time between other work, and an answer is read only if it was asked for.
 */
import type { PublicKey } from '#protocol/identity.ts';
import type { Message } from '#protocol/link.ts';
import { LruCache } from '#protocol/lru.ts';
import type { Announcements, MapAnswer } from '#protocol/map-messages.ts';
import type { Records } from '#protocol/records.ts';
import type { Verify } from '#protocol/statement.ts';
import { type Fault, isFault, verifyMessage } from '#protocol/verify.ts';
import type { Metrics } from './metrics.ts';
import { TokenBucket } from './p2p/token-bucket.ts';
import { Turns } from './turns.ts';

/** Announcements that a trusted neighbour sends unasked, steadily a second and at once; each may cost two verifications. */
const ANNOUNCED_PER_SECOND = 50;
const ANNOUNCED_AT_ONCE = 500;
/** None is smaller. */
const ANNOUNCEMENT_BYTES = 200;
/** Questions of a trusted neighbour that are answered: as many as it can verify answers to. The next ones wait. */
const ANSWERED_PER_SECOND = 32;
const ANSWERED_AT_ONCE = 256;
/** Digests of a trusted neighbour: each may begin an exchange. */
const COMPARED_PER_SECOND = 4;
const COMPARED_AT_ONCE = 32;
/** Questions of anybody else; of strangers they come as queries, of which more are let in. */
const OTHER_PER_SECOND = 4;
/** What anybody else compares counts so many times: one digest in two seconds, 4 at once. */
const OTHERS_COST = 8;
/** And so much of all others together: an answer may take some milliseconds. */
const OTHERS_PER_SECOND = 16;
/** How long a question may wait for its turn; a longer wait is a no. */
const LONGEST_WAIT_MS = 4_000;
/** Questions under way at once, to all together; one to each. After a while without an answer there may be another. */
const MOST_ASKED = 4;
const ANSWER_MS = 10_000;
/** Answers without news that are borne from one participant before it is asked no more for a while. */
const MOST_BARREN = 64;
const BARREN_MS = 60_000;
/** Who sends a forged announcement is not heard about the map for so long. */
const CONDEMNED_MS = 600_000;
const SENDERS = 4_096;
/** Announcements verified before everything else gets its turn: one with two keys never seen takes some milliseconds. */
const PIECE = 1;

/** The messages about the map, by their numbers on the wire. */
const OFFER = 10;
const DIGEST = 11;
const ANNOUNCEMENTS = 12;
const ASK = 25;
const ANSWER = 26;
const NUMBERS: ReadonlySet<number> = new Set([OFFER, DIGEST, ANNOUNCEMENTS, ASK, ANSWER]);
/** The same, decoded. */
const TYPES: ReadonlySet<Message['type']> = new Set([
  'announcement-offer',
  'map-digest',
  'announcements',
  'map-ask',
  'map-answer',
] as const);

interface Sender {
  readonly announced: TokenBucket;
  readonly asked: TokenBucket;
  readonly askedAsOther: TokenBucket;
  readonly compared: TokenBucket;
  /** Until then it is not heard. */
  condemnedUntilMs: number;
  /** Answers without news, one after the other. */
  barren: number;
  barrenAtMs: number;
  /** It was asked to compare maps although it is no neighbour. */
  isInvited: boolean;
}

type Refused = 'stranger' | 'too-many' | 'unasked' | 'condemned';

/** Is a message about the map? */
export function isAboutMap({ type }: Message): boolean {
  return TYPES.has(type);
}

export class MapTraffic {
  readonly #records: Records;
  readonly #verify: Verify;
  readonly #metrics: Metrics;
  readonly #senders = new LruCache<PublicKey, Sender>(SENDERS);
  readonly #others = new TokenBucket(OTHERS_PER_SECOND, OTHERS_PER_SECOND, performance.now());
  /** Who was asked and has not answered, and when. */
  readonly #asked = new Map<PublicKey, number>();
  readonly #turns = new Turns();

  constructor(options: { readonly records: Records; readonly verify: Verify; readonly metrics: Metrics }) {
    this.#records = options.records;
    this.#verify = options.verify;
    this.#metrics = options.metrics;
  }

  /** Is a frame about the map? Told by its first bytes, before anything is spent on it. */
  isAbout(frame: Uint8Array): boolean {
    const number = numberOf(frame);
    return number !== null && NUMBERS.has(number);
  }

  /** How long to wait before such a frame is read, 0 mostly; null: it is not read at all. */
  admit(from: PublicKey, frame: Uint8Array): number | null {
    const nowMs = performance.now();
    const admitted = this.#judge(from, frame, nowMs);
    if (typeof admitted === 'number') return admitted;
    this.#metrics.mapFramesDropped.inc({ why: admitted });
    return null;
  }

  #judge(from: PublicKey, frame: Uint8Array, nowMs: number): number | Refused {
    const sender = this.#senderOf(from, nowMs);
    const number = numberOf(frame);
    if (number === ANSWER && !this.#asked.delete(from)) return 'unasked';
    if (nowMs < sender.condemnedUntilMs) return 'condemned';
    if (number === ANSWER) return 0;
    // Anybody may open a line unasked, and is no stranger then; but only whom this participant trusts is trusted with
    // its time, and has something of its own to countersign.
    const isTrusted = this.#isTrusted(from);
    if (number === OFFER) return this.#isNeighbour(from) ? rated(sender.announced.take(nowMs)) : 'stranger';
    if (number === ANNOUNCEMENTS) {
      if (!isTrusted) return 'stranger';
      return rated(sender.announced.take(nowMs, Math.ceil(frame.length / ANNOUNCEMENT_BYTES)));
    }
    const isLetIn = (): boolean => isTrusted || this.#others.take(nowMs);
    if (number === DIGEST) return rated(sender.compared.take(nowMs, isTrusted ? 1 : OTHERS_COST) && isLetIn());
    const waitMs = (isTrusted ? sender.asked : sender.askedAsOther).spend(nowMs, 1);
    return waitMs <= LONGEST_WAIT_MS && isLetIn() ? waitMs : 'too-many';
  }

  /** A message that was read: may the machine see it? A stranger's digest answers a question or it is one. */
  isExpected(from: PublicKey, message: Message): boolean {
    if (message.type !== 'map-digest' || !message.isAnswer || this.#records.linked.has(from)) return true;
    return this.#senderOf(from, performance.now()).isInvited;
  }

  /** A message about the map is to be sent. False: it would be one question too many, and is left out. */
  maySend(to: PublicKey, message: Message): boolean {
    const nowMs = performance.now();
    if (message.type === 'map-digest' && !message.isAnswer) this.#senderOf(to, nowMs).isInvited = true;
    if (message.type !== 'map-ask') return true;
    for (const [asked, atMs] of this.#asked) if (nowMs - atMs > ANSWER_MS) this.#asked.delete(asked);
    const sender = this.#senderOf(to, nowMs);
    if (nowMs - sender.barrenAtMs > BARREN_MS) sender.barren = 0;
    if (this.#asked.has(to) || this.#asked.size >= MOST_ASKED || sender.barren > MOST_BARREN) return false;
    this.#asked.set(to, nowMs);
    return true;
  }

  /** What was asked over the link is lost with it. */
  linkDown(neighbour: PublicKey): void {
    this.#asked.delete(neighbour);
  }

  /**
   * Verifies the announcements of a message a few at a time, so that a payment that comes meanwhile does not wait for
   * all of them. `nowMs` is asked for each time.
   */
  async verify(
    from: PublicKey,
    message: Announcements | MapAnswer,
    nowMs: () => number,
  ): Promise<Announcements | MapAnswer | Fault> {
    const signed: Announcements['signed'][number][] = [];
    for (let at = 0; at < message.signed.length; at += PIECE) {
      const piece: Announcements = { type: 'announcements', signed: message.signed.slice(at, at + PIECE) };
      const verified = await this.#turns.take(() =>
        verifyMessage({ records: this.#records, verify: this.#verify, nowMs: nowMs() }, from, piece),
      );
      if (isFault(verified)) {
        this.#senderOf(from, performance.now()).condemnedUntilMs = performance.now() + CONDEMNED_MS;
        return verified;
      }
      if (verified.type === 'announcements') signed.push(...verified.signed);
    }
    if (message.type === 'map-answer') this.#answered(from, signed.length > 0);
    return { ...message, signed };
  }

  #answered(from: PublicKey, isNews: boolean): void {
    const sender = this.#senderOf(from, performance.now());
    sender.barren = isNews ? 0 : sender.barren + 1;
    sender.barrenAtMs = performance.now();
  }

  #isNeighbour(participant: PublicKey): boolean {
    return this.#records.accountsWith(participant).next().done === false;
  }

  /** Has this participant a line to it? */
  #isTrusted(participant: PublicKey): boolean {
    const { self } = this.#records;
    for (const { equivalent } of this.#records.accountsWith(participant)) {
      if (this.#records.line(self, participant, equivalent) !== undefined) return true;
    }
    return false;
  }

  #senderOf(participant: PublicKey, nowMs: number): Sender {
    return this.#senders.get(participant, () => ({
      announced: new TokenBucket(ANNOUNCED_PER_SECOND, ANNOUNCED_AT_ONCE, nowMs),
      asked: new TokenBucket(ANSWERED_PER_SECOND, ANSWERED_AT_ONCE, nowMs),
      askedAsOther: new TokenBucket(OTHER_PER_SECOND, OTHER_PER_SECOND, nowMs),
      compared: new TokenBucket(COMPARED_PER_SECOND, COMPARED_AT_ONCE, nowMs),
      condemnedUntilMs: 0,
      barren: 0,
      barrenAtMs: 0,
      isInvited: false,
    }));
  }
}

function rated(isWithin: boolean): 0 | 'too-many' {
  return isWithin ? 0 : 'too-many';
}

/** The number of the message in a frame (§7.2), or null for what is none. */
function numberOf(frame: Uint8Array): number | null {
  const [head, number, next] = frame;
  // An array of up to 23 places; a small integer is its own byte, one up to 255 follows the byte 0x18.
  if (head === undefined || number === undefined || head < 0x81 || head > 0x97) return null;
  if (number < 24) return number;
  return number === 0x18 && next !== undefined ? next : null;
}
