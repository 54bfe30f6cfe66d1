/**
 * A network of participants that only pay: the node's own machines (`step`) under virtual time, on links that never
 * fail and disks that write at once. How a payer chooses its routes is the machine's affair: this only hands it a
 * payment, carries messages, and reads what became of it.
 *
 * All participants hold one map, which is the same object, and accounts are made as records rather than by messages.
 */
import type { Account } from '#protocol/account.ts';
import { emptyAccount } from '#protocol/account.ts';
import type { SignedAnnouncement } from '#protocol/announcement.ts';
import type { Effect, Notice, Occurrence, Timer } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { ANNOUNCEMENT_LIFETIME_MS, VERSION } from '#protocol/limits.ts';
import type { Message } from '#protocol/link.ts';
import { step } from '#protocol/machine/step.ts';
import { type LineRecord, Records } from '#protocol/records.ts';
import { Topology } from '#protocol/topology.ts';
import { DEFAULT_POLICY, type TrustLine } from '#protocol/trust-line.ts';
import { isFault, verifyMessage } from '#protocol/verify.ts';
import { Agenda } from '../agenda.ts';
import { type CreditGraph, stepSize } from '../graphs/credit-graph.ts';
import { EPOCH_MS } from '../scenario.ts';
import { fastSignatures, keyOf } from '../signatures.ts';

/** What the study wants to hear of. */
export interface Observer {
  /** A participant handed a message to its link. */
  sent(from: number, message: Message): void;
  /** An account changed, as `owner` sees it. */
  changed(owner: number, neighbour: number, account: Account): void;
  /** A participant told its owner something. */
  noticed(participant: number, notice: Notice): void;
}

type Happening =
  | { readonly type: 'deliver'; readonly from: number; readonly to: number; readonly message: Message }
  | { readonly type: 'timer'; readonly participant: number; readonly timer: Timer };

const NETWORK = 'geo-simulation';
export const EQUIVALENT = 'UAH';
const NO_SIGNATURE = new Uint8Array(8);

export class Network {
  readonly #records: Records[] = [];
  readonly #indexes = new Map<PublicKey, number>();
  readonly #agenda = new Agenda<Happening>();
  readonly #observer: Observer;
  readonly #delayMs: number;
  readonly #sign = fastSignatures.signAs(0);
  #nowMs = EPOCH_MS;
  #events = 0;
  #inFlight = 0;

  /** With `isMapKnown` false nobody knows of any line but its own. */
  constructor(graph: CreditGraph, settings: { delayMs: number; isMapKnown: boolean }, observer: Observer) {
    this.#observer = observer;
    this.#delayMs = settings.delayMs;
    const topology = new Topology();
    for (let index = 0; index < graph.nodes; index++) {
      const key = keyOf(index);
      this.#records.push(new Records(key, NETWORK, null, topology));
      this.#indexes.set(key, index);
    }
    for (let account = 0; account < graph.a.length; account++)
      this.#open(graph, account, topology, settings.isMapKnown);
  }

  /** How often `step` was called. */
  get events(): number {
    return this.#events;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Are messages on their way? */
  get isQuiet(): boolean {
    return this.#inFlight === 0;
  }

  get participants(): number {
    return this.#records.length;
  }

  records(index: number): Records {
    return this.#records[index] as Records;
  }

  indexOf(key: PublicKey): number {
    return this.#indexes.get(key) as number;
  }

  /** Something happens to a participant now. */
  feed(index: number, occurrence: Occurrence): void {
    const records = this.#records[index] as Records;
    this.#events++;
    const effects = step(records, { ...occurrence, nowMs: this.#nowMs }, this.#sign);
    // The disk writes at once, so all saves of the step are on it before anything is released.
    for (const effect of effects) this.#carryOut(index, records, effect);
  }

  /** Lets the next thing happen: a message that arrives, or a timer. False when there is none. */
  advance(): boolean {
    const atMs = this.#agenda.nextMs;
    const happening = this.#agenda.take();
    if (happening === undefined) return false;
    this.#nowMs = atMs;
    if (happening.type === 'timer') this.feed(happening.participant, { type: 'timer', timer: happening.timer });
    else this.#deliver(happening);
    return true;
  }

  #deliver({ from, to, message }: Extract<Happening, { type: 'deliver' }>): void {
    this.#inFlight--;
    const records = this.#records[to] as Records;
    const reader = { records, verify: fastSignatures.verify, nowMs: this.#nowMs };
    const verified = verifyMessage(reader, keyOf(from), message);
    if (isFault(verified)) throw new Error(`bug: an honest message was refused: ${verified.what}`);
    this.feed(to, { type: 'message', from: keyOf(from), message: verified });
  }

  #carryOut(index: number, records: Records, effect: Effect): void {
    switch (effect.type) {
      case 'save': {
        const { record } = effect;
        records.apply(record);
        if (record.type === 'account') this.#observer.changed(index, this.indexOf(record.neighbour), record);
        return;
      }
      case 'learn':
        records.knowledge.learn(effect.learned);
        return;
      case 'send': {
        this.#observer.sent(index, effect.message);
        const to = this.#indexes.get(effect.to);
        if (to === undefined) return;
        this.#inFlight++;
        this.#agenda.add(this.#nowMs + this.#delayMs, { type: 'deliver', from: index, to, message: effect.message });
        return;
      }
      case 'schedule':
        this.#agenda.add(Math.max(effect.atMs, this.#nowMs), {
          type: 'timer',
          participant: index,
          timer: effect.timer,
        });
        return;
      case 'notify':
        this.#observer.noticed(index, effect.notice);
        return;
    }
  }

  /** Both lines and both ends of an account, linked, as if they had been there for long. */
  #open(graph: CreditGraph, account: number, topology: Topology, isMapKnown: boolean): void {
    const a = graph.a[account] as number;
    const b = graph.b[account] as number;
    const unit = stepSize(graph.precision);
    const limitOfA = BigInt(graph.limitOfA[account] as number) * unit;
    const limitOfB = BigInt(graph.limitOfB[account] as number) * unit;
    const owedToA = BigInt(graph.owedToA[account] as number) * unit;
    this.#openEnd(a, b, limitOfA, limitOfB, owedToA);
    this.#openEnd(b, a, limitOfB, limitOfA, -owedToA);
    // A line without a limit stands where something is owed: it can be paid back.
    const lines: [number, number, bigint, boolean][] = [
      [a, b, limitOfA, owedToA > 0n],
      [b, a, limitOfB, owedToA < 0n],
    ];
    for (const [from, to, limit, isOwed] of lines) {
      if (limit === 0n && !isOwed) continue;
      const line = lineRecord(keyOf(from), keyOf(to), limit);
      for (const end of [from, to]) this.records(end).apply(line);
      if (isMapKnown) topology.apply(announcementOf(keyOf(from), keyOf(to)));
    }
  }

  #openEnd(owner: number, neighbour: number, limitGiven: bigint, limitReceived: bigint, balance: bigint): void {
    const records = this.records(owner);
    records.apply({ ...emptyAccount(keyOf(neighbour), EQUIVALENT), limitGiven, limitReceived, balance });
    records.linked.add(keyOf(neighbour));
  }
}

function lineRecord(from: PublicKey, to: PublicKey, limit: bigint): LineRecord {
  const line: TrustLine = {
    version: VERSION,
    network: NETWORK,
    from,
    to,
    equivalent: EQUIVALENT,
    seq: EPOCH_MS,
    limit,
    status: 'active',
    policy: DEFAULT_POLICY,
    createdAtMs: EPOCH_MS,
  };
  return { type: 'line', signed: { line, signature: NO_SIGNATURE }, acked: true, conflicting: null };
}

function announcementOf(from: PublicKey, to: PublicKey): SignedAnnouncement {
  return {
    announcement: {
      version: VERSION,
      network: NETWORK,
      from,
      to,
      equivalent: EQUIVALENT,
      seq: EPOCH_MS,
      active: true,
      expiresAtMs: EPOCH_MS + ANNOUNCEMENT_LIFETIME_MS,
    },
    fromSignature: NO_SIGNATURE,
    toSignature: NO_SIGNATURE,
  };
}
