/**
 * A community in the simulator: trust lines and payments, one step after another, over the same core and a calm
 * network. What becomes of each is told in the shape in which `npm start -- --json` tells it of real nodes, without
 * times and with the route of each payment. The seed decides how long messages and disks take, and with it how payments
 * that start together meet.
 */
import { formatAmount } from '#protocol/amount.ts';
import type { Command, Effect, Event, Notice, Occurrence, Timer } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { Message } from '#protocol/link.ts';
import type { PaymentId } from '#protocol/packet.ts';
import type { Payment } from '#protocol/payment.ts';
import type { Refusal } from '#protocol/refusals.ts';
import { DEFAULT_POLICY } from '#protocol/trust-line.ts';
import { isFault, verifyMessage } from '#protocol/verify.ts';
import { Agenda } from './agenda.ts';
import { checkAtRest } from './at-rest.ts';
import { Checkers, type Violation } from './checkers.ts';
import { Participant, type World } from './participant.ts';
import { Random } from './random.ts';
import { EPOCH_MS } from './scenario.ts';
import { fastSignatures, keyOf } from './signatures.ts';

/** `from` lets `to` owe up to `limit`. */
interface TrustStep {
  readonly kind: 'trust';
  readonly from: string;
  readonly to: string;
  readonly equivalent: string;
  readonly limit: bigint;
}

interface PayRow {
  readonly from: string;
  readonly to: string;
  readonly equivalent: string;
  readonly amount: bigint;
  /** Rows with one id are one payment. */
  readonly id: string | null;
}

/** What is done at one time. */
export type CommunityStep = TrustStep | { readonly kind: 'payments'; readonly rows: readonly PayRow[] };

export interface TrustOutcome {
  readonly from: string;
  readonly to: string;
  readonly equivalent: string;
  readonly limit: string;
  readonly refusal: { readonly code: string; readonly lowest: string | null } | null;
}

export interface PaymentOutcome {
  readonly from: string;
  readonly to: string;
  readonly equivalent: string;
  readonly amount: string;
  readonly state: 'COMMITTED' | 'ABORTED';
  readonly hops: number | null;
  readonly refusal: {
    readonly code: string;
    readonly hop: { readonly from: string; readonly to: string } | null;
    readonly limit: string | null;
    readonly maxNow: string | null;
  } | null;
  /** What went over which way; empty for one that was aborted. */
  readonly routes: readonly RouteOutcome[];
}

/** One way of a payment: payer first, receiver last. */
export interface RouteOutcome {
  readonly nodes: readonly string[];
  readonly amount: string;
}

export interface Debt {
  readonly debtor: string;
  readonly creditor: string;
  readonly equivalent: string;
  readonly amount: string;
}

type Happening =
  | { readonly type: 'deliver'; readonly from: PublicKey; readonly to: Participant; readonly message: Message }
  | { readonly type: 'timer'; readonly participant: Participant; readonly timer: Timer }
  | { readonly type: 'written'; readonly participant: Participant };

const NETWORK = 'geo-community';
const MAX_DELAY_MS = 60;
const MAX_DISK_MS = 10;

export class SimulatedCommunity implements World {
  readonly #names: readonly string[];
  readonly #participants: readonly Participant[];
  readonly #byKey = new Map<PublicKey, Participant>();
  readonly #random: Random;
  readonly #agenda = new Agenda<Happening>();
  /** When the last message of a direction arrives: a link keeps the order. */
  readonly #lastArrival = new Map<string, number>();
  readonly #checkers: Checkers;
  readonly #paymentIds = new Map<string, PaymentId>();
  #nowMs = EPOCH_MS;

  /** Everybody is linked with those with whom a step gives them a trust line. */
  constructor(names: readonly string[], steps: readonly CommunityStep[], seed: number) {
    this.#names = names;
    this.#random = new Random(seed, 4);
    this.#checkers = new Checkers(names.length, fastSignatures.verify);
    this.#participants = names.map(
      (_, index) => new Participant(index, keyOf(index), NETWORK, fastSignatures.signAs(index), this),
    );
    for (const participant of this.#participants) {
      this.#byKey.set(participant.key, participant);
      this.#feed(participant, { type: 'start' });
      this.#command(participant, { type: 'configure', announceAll: true });
    }
    for (const step of steps) if (step.kind === 'trust') this.#link(this.#of(step.from), this.#of(step.to));
    this.#settle();
  }

  /** Opens a line or changes its limit, and lets everybody hear of it. */
  trust({ from, to, equivalent, limit }: TrustStep): TrustOutcome {
    const neighbour = this.#of(to).key;
    const line = { neighbour, equivalent, limit, status: 'active', policy: DEFAULT_POLICY } as const;
    const refusal = this.#command(this.#of(from), { type: 'set-trust-line', ...line });
    this.#settle();
    const lowest = refusal?.code === 'limit-below-debt' ? formatAmount(refusal.debt + refusal.reserved) : null;
    return { from, to, equivalent, limit: formatAmount(limit), refusal: refusal && { code: refusal.code, lowest } };
  }

  /** Starts all payments at one time; everything has come to rest when it returns. */
  pay(rows: readonly PayRow[]): PaymentOutcome[] {
    const ids = rows.map((row) => {
      const paymentId = this.#paymentIdOf(row);
      const { equivalent, amount } = row;
      const order = { paymentId, receiver: this.#of(row.to).key, equivalent, amount, sealedMemo: null, routes: null };
      const refusal = this.#command(this.#of(row.from), { type: 'pay', ...order, randomness: this.#random.hex(32) });
      if (refusal !== null) throw new Error(`bug: a payment was not begun: ${refusal.code}`);
      return paymentId;
    });
    this.#settle();
    return rows.map((row, index) => {
      const payment = this.#of(row.from).records.payment(ids[index] as PaymentId);
      return this.#outcomeOf(row, payment as Payment);
    });
  }

  /** Who owes whom, by the books of the creditors. */
  debts(): Debt[] {
    const debts: Debt[] = [];
    for (const participant of this.#participants) {
      for (const { neighbour, equivalent, balance } of participant.records.accounts()) {
        if (balance <= 0n) continue;
        const creditor = this.#nameOf(participant.key);
        debts.push({ debtor: this.#nameOf(neighbour), creditor, equivalent, amount: formatAmount(balance) });
      }
    }
    return debts;
  }

  /** Does every account stand in the books of both its ends? */
  get zeroSum(): boolean {
    return this.#participants.every(({ key, records }) =>
      [...records.accounts()].every(
        ({ neighbour, equivalent, balance }) =>
          this.#byKey.get(neighbour)?.records.account(key, equivalent)?.balance === -balance,
      ),
    );
  }

  /** Invariants that were broken until now; all are at rest. */
  get violations(): readonly Violation[] {
    const nobody = new Set<number>();
    return [...this.#checkers.violations, ...checkAtRest(this.#participants, { malicious: nobody, restored: nobody })];
  }

  #outcomeOf({ from, to, equivalent, amount }: PayRow, payment: Payment): PaymentOutcome {
    const what = { from, to, equivalent, amount: formatAmount(amount) };
    switch (payment.state) {
      case 'COMMITTED': {
        const routes = payment.routes.map(({ nodes, amount: part }) => ({
          nodes: nodes.map((key) => this.#nameOf(key)),
          amount: formatAmount(part),
        }));
        const hops = Math.max(...routes.map(({ nodes }) => nodes.length - 1));
        return { ...what, state: 'COMMITTED', hops, refusal: null, routes };
      }
      case 'ABORTED': {
        const { refusal, closest } = payment;
        const hop = closest && { from: this.#nameOf(closest.from), to: this.#nameOf(closest.to) };
        const limit = 'limit' in refusal && typeof refusal.limit === 'bigint' ? formatAmount(refusal.limit) : null;
        const maxNow = 'maxNow' in refusal ? formatAmount(refusal.maxNow) : null;
        return {
          ...what,
          ...{ state: 'ABORTED', hops: null, refusal: { code: refusal.code, hop, limit, maxNow }, routes: [] },
        };
      }
      case 'NEW':
      case 'PREPARE_IN_PROGRESS':
        throw new Error(`bug: at rest a payment of ${from} is ${payment.state}`);
    }
  }

  #paymentIdOf({ id }: PayRow): PaymentId {
    const known = id === null ? undefined : this.#paymentIds.get(id);
    if (known !== undefined) return known;
    const paymentId = this.#random.hex(32) as PaymentId;
    if (id !== null) this.#paymentIds.set(id, paymentId);
    return paymentId;
  }

  #of(name: string): Participant {
    const participant = this.#participants[this.#names.indexOf(name)];
    if (participant === undefined) throw new Error(`bug: nobody is called ${name}`);
    return participant;
  }

  #nameOf(key: PublicKey): string {
    const name = this.#names[this.#byKey.get(key)?.index ?? -1];
    if (name === undefined) throw new Error(`bug: nobody has the key ${key}`);
    return name;
  }

  #link(one: Participant, other: Participant): void {
    for (const [participant, neighbour] of [
      [one, other.key],
      [other, one.key],
    ] as const) {
      if (participant.records.linked.has(neighbour)) continue;
      participant.records.linked.add(neighbour);
      this.#feed(participant, { type: 'link-up', neighbour });
    }
  }

  /** The refusal, if the machine refused. */
  #command(participant: Participant, command: Command): Refusal | null {
    for (const effect of this.#feed(participant, { type: 'command', command })) {
      if (effect.type === 'notify' && effect.notice.type === 'refused') return effect.notice.refusal;
    }
    return null;
  }

  #feed(participant: Participant, occurrence: Occurrence): readonly Effect[] {
    const event: Event = { ...occurrence, nowMs: this.#nowMs };
    const effects = participant.handle(event);
    this.#checkers.afterStep(participant, event, effects);
    return effects;
  }

  /** Lets everything happen that is under way, until nothing more would. */
  #settle(): void {
    while (this.#agenda.size > 0) {
      this.#nowMs = this.#agenda.nextMs;
      const happening = this.#agenda.take() as Happening;
      switch (happening.type) {
        case 'deliver':
          this.#deliver(happening.from, happening.to, happening.message);
          break;
        case 'timer':
          this.#feed(happening.participant, { type: 'timer', timer: happening.timer });
          break;
        case 'written':
          happening.participant.written();
          break;
      }
    }
  }

  #deliver(from: PublicKey, to: Participant, message: Message): void {
    const context = { records: to.records, verify: fastSignatures.verify, nowMs: this.#nowMs };
    const verified = verifyMessage(context, from, message);
    if (isFault(verified)) throw new Error(`bug: an honest message was refused: ${verified.what}`);
    this.#feed(to, { type: 'message', from, message: verified });
  }

  #post(from: Participant, to: Participant, message: Message): void {
    const direction = from.key + to.key;
    const earliestMs = this.#lastArrival.get(direction) ?? 0;
    const atMs = Math.max(earliestMs, this.#nowMs + this.#random.between(1, MAX_DELAY_MS));
    this.#lastArrival.set(direction, atMs);
    this.#agenda.add(atMs, { type: 'deliver', from: from.key, to, message });
  }

  writing(participant: Participant): void {
    this.#agenda.add(this.#nowMs + this.#random.between(0, MAX_DISK_MS), { type: 'written', participant });
  }

  released(participant: Participant, effect: Effect): void {
    switch (effect.type) {
      case 'save':
      case 'learn':
        return;
      case 'send': {
        this.#checkers.sent(participant, effect.message);
        const to = this.#byKey.get(effect.to);
        if (to !== undefined) this.#post(participant, to, effect.message);
        return;
      }
      case 'schedule':
        this.#agenda.add(Math.max(effect.atMs, this.#nowMs), { type: 'timer', participant, timer: effect.timer });
        return;
      case 'notify':
        this.#gossip(participant, effect.notice);
        return;
    }
  }

  /** An announcement reaches everybody. */
  #gossip(participant: Participant, notice: Notice): void {
    if (notice.type !== 'announce') return;
    for (const other of this.#participants) {
      if (other !== participant) this.#post(participant, other, { type: 'announcements', signed: [notice.signed] });
    }
  }
}
