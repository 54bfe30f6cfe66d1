/**
 * A few machines joined by hand: what each sends lies in flight until the test delivers, drops or doubles it by its
 * arrow, `A ---prepare--> B`. A test that fails prints all that happened.
 */
import { onTestFailed } from 'vitest';
import type { Command, Notice, Timer } from '#protocol/event.ts';
import type { Message } from '#protocol/link.ts';
import type { PaymentId } from '#protocol/packet.ts';
import type { Payment, PlannedRoute } from '#protocol/payment.ts';
import type { Refusal } from '#protocol/refusals.ts';
import { announced } from './announcements.ts';
import { type Backup, comparedIn, type LineOptions, labelOf, Machine, recoveryTimersIn, type Step } from './machine.ts';
import { Draft, key, keys, nameOf, newPaymentId, UAH } from './packets.ts';
import { THEN_MS } from './people.ts';

interface Letter {
  readonly from: string;
  readonly to: string;
  readonly message: Message;
}

interface Alarm {
  readonly name: string;
  readonly timer: Timer;
  readonly atMs: number;
}

export interface PayOptions {
  readonly paymentId?: PaymentId;
  /** Chosen routes, `ABC` and what it carries; without them the node chooses. */
  readonly routes?: readonly (readonly [names: string, amount: bigint])[];
}

/** Messages after which a quiet network must have come to rest; one that has not goes round for ever. */
const MOST_DELIVERIES = 2_000;

export class Network {
  nowMs = THEN_MS;
  /** Are the messages by which neighbours compare books and recover from a loss delivered too? */
  compares = false;
  readonly log: string[] = [];
  readonly #machines = new Map<string, Machine>();
  readonly #notices = new Map<string, Notice[]>();
  #letters: Letter[] = [];
  #alarms: Alarm[] = [];
  readonly #links = new Set<string>();
  /** Neighbours that cannot reach each other; strangers can, by a query. */
  readonly #cuts = new Set<string>();

  constructor(names: string) {
    for (const name of names) {
      this.#machines.set(name, new Machine(name));
      this.#notices.set(name, []);
      this.#take(name, this.machine(name).feed({ type: 'start' }));
    }
  }

  machine(name: string): Machine {
    const machine = this.#machines.get(name);
    if (machine === undefined) throw new Error(`there is no ${name}`);
    machine.nowMs = this.nowMs;
    return machine;
  }

  // ---- what people do

  /** Links two, or cuts them: what is in flight between them is lost then. */
  link(pair: string): void {
    this.log.push(`${pair} linked`);
    this.#links.add(pair).add(reversed(pair));
    this.#cuts.delete(pair);
    this.#cuts.delete(reversed(pair));
    this.#bothEnds(pair, (machine, other) => machine.link(other));
  }

  cut(pair: string): void {
    this.log.push(`${pair} cut`);
    this.#links.delete(pair);
    this.#links.delete(reversed(pair));
    this.#cuts.add(pair).add(reversed(pair));
    this.#letters = this.#letters.filter(({ from, to }) => from + to !== pair && to + from !== pair);
    this.#bothEnds(pair, (machine, other) => machine.unlink(other));
  }

  /** For `BA`, B trusts A: A can pay B. Links them if need be, and everybody learns of the line. */
  trust(pair: string, limit = 100n, options: LineOptions = {}): Step {
    const [from, to] = [...pair] as [string, string];
    if (!this.#links.has(pair)) this.link(pair);
    const step = this.machine(from).trust(to, limit, options);
    this.#take(from, step);
    this.run();
    if (step.saved.length === 0) return step;
    const seq = this.machine(from).records.line(key(from), key(to), UAH)?.signed.line.seq ?? 0;
    for (const machine of this.#machines.values()) {
      machine.nowMs = this.nowMs;
      machine.feed({
        type: 'gossip',
        signed: announced(pair, { seq, active: (options.status ?? 'active') === 'active' }),
      });
    }
    return step;
  }

  pay(from: string, to: string, amount: bigint, options: PayOptions = {}): PaymentId {
    const { paymentId = newPaymentId(), routes = null } = options;
    const planned = routes?.map(([names, part]): PlannedRoute => ({ nodes: keys(names), amount: part })) ?? null;
    const pay = { type: 'pay', paymentId, receiver: key(to), equivalent: UAH, amount, routes: planned } as const;
    this.command(from, { ...pay, sealedMemo: null, randomness: paymentId });
    return paymentId;
  }

  command(name: string, command: Command): Step {
    this.log.push(`${name} is told to ${command.type}`);
    const step = this.machine(name).command(command);
    this.#take(name, step);
    return step;
  }

  /** The first of the ring begins to clear it. */
  clear(ring: string, amount: bigint, initiator = ring[0] as string): Step {
    const paymentId = newPaymentId();
    const nodes = keys(ring);
    const command = { type: 'clear', paymentId, equivalent: UAH, amount, nodes, randomness: paymentId } as const;
    return this.command(initiator, command);
  }

  letGo(name: string, of: Draft): void {
    this.log.push(`${name} lets go`);
    this.#take(name, this.machine(name).letGo(of));
  }

  // ---- what the network does

  /** What is in flight, oldest first, as arrows. */
  get inFlight(): readonly string[] {
    return this.#letters.map(arrow);
  }

  /** Delivers the oldest letter of this arrow. */
  deliver(label: string): Step {
    const letter = this.#pick(label);
    this.#letters.splice(this.#letters.indexOf(letter), 1);
    return this.#deliver(letter);
  }

  drop(label: string): void {
    const letter = this.#pick(label);
    this.#letters.splice(this.#letters.indexOf(letter), 1);
    this.log.push(`${arrow(letter)} lost`);
  }

  /** Puts a copy in flight, behind all others, and keeps the letter. */
  duplicate(label: string): void {
    this.#letters.push(this.#pick(label));
    this.log.push(`${label} doubled`);
  }

  /** Puts in flight what a participant does not send by itself. */
  forge(from: string, to: string, message: Message): void {
    this.#letters.push({ from, to, message });
    this.log.push(`${from} forges ${labelOf(message)}`);
  }

  /** Delivers, oldest first, until this arrow is in flight (it is not delivered). */
  until(label: string): void {
    for (let count = 0; !this.inFlight.includes(label); count++) {
      const next = this.#letters.shift();
      if (next === undefined || count > MOST_DELIVERIES) throw new Error(`${label} is never sent\n${this.story}`);
      this.#deliver(next);
    }
  }

  /** Delivers all, oldest first, until nothing is in flight. */
  run(): void {
    for (let count = 0; ; count++) {
      const next = this.#letters.shift();
      if (next === undefined) return;
      if (count > MOST_DELIVERIES) throw new Error(`never quiet\n${this.story}`);
      this.#deliver(next);
    }
  }

  /** Lets time pass: each timer when it is due, and after each all messages. */
  wait(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      this.run();
      const due = this.#alarms.reduce<Alarm | null>(
        (first, alarm) => (first && first.atMs <= alarm.atMs ? first : alarm),
        null,
      );
      if (due === null || due.atMs > untilMs) break;
      this.#alarms.splice(this.#alarms.indexOf(due), 1);
      this.nowMs = Math.max(this.nowMs, due.atMs);
      this.#take(due.name, this.machine(due.name).timer(due.timer));
    }
    this.nowMs = untilMs;
    this.log.push(`${ms} ms later`);
  }

  // ---- crashes

  /** Stops and starts from what is on disk; links go down and, if wanted, come up again. */
  restart(name: string, linksAgain = true): void {
    this.#startFrom(name, this.machine(name).backup(), linksAgain);
  }

  /** Starts from an earlier state of the disk. Nobody tells it. */
  restore(name: string, backup: Backup): void {
    this.#startFrom(name, backup, true);
  }

  #startFrom(name: string, backup: Backup, linksAgain: boolean): void {
    const pairs = [...this.#links].filter((pair) => pair.startsWith(name));
    for (const pair of pairs) this.cut(pair);
    this.#alarms = this.#alarms.filter((alarm) => alarm.name !== name);
    this.log.push(`${name} starts again`);
    this.#take(name, this.machine(name).restore(backup));
    if (linksAgain) for (const pair of pairs) this.link(pair);
  }

  /** Starts from another state of the disk, and is told that it lost records. */
  lose(name: string, backup: Backup = new Map()): void {
    this.log.push(`${name} lost records`);
    this.#startFrom(name, backup, false);
    this.#take(name, this.machine(name).markRestored());
  }

  // ---- what is

  /** Balances as `A` sees them with each of the others: `{ B: -10n }`; those of 0 are left out. */
  balances(name: string): Record<string, bigint> {
    const balances: Record<string, bigint> = {};
    for (const { neighbour, balance } of this.machine(name).records.accounts()) {
      if (balance !== 0n) balances[nameOf(neighbour)] = balance;
    }
    return balances;
  }

  /** Everybody's reservations, all together: 0 when nothing is held. */
  get held(): bigint {
    let held = 0n;
    for (const { records } of this.#machines.values()) {
      for (const { reservedIn, reservedOut } of records.accounts()) held += reservedIn + reservedOut;
    }
    return held;
  }

  payment(name: string, paymentId: PaymentId): Payment {
    const payment = this.machine(name).records.payment(paymentId);
    if (payment === undefined) throw new Error(`${name} knows no such payment`);
    return payment;
  }

  /** Why a payment was aborted, or null. */
  refusal(name: string, paymentId: PaymentId): Refusal | null {
    const payment = this.payment(name, paymentId);
    return payment.state === 'ABORTED' ? payment.refusal : null;
  }

  /** All that a participant was told. */
  notices<T extends Notice['type']>(name: string, type: T): readonly Extract<Notice, { type: T }>[] {
    return (this.#notices.get(name) ?? []).filter((notice) => notice.type === type) as Extract<Notice, { type: T }>[];
  }

  /** The message in flight on this arrow. */
  messageOn(label: string): Message {
    return this.#pick(label).message;
  }

  /** The transaction of the packet in flight on this arrow. */
  draftOf(label: string): Draft {
    return Draft.of(this.#pick(label).message);
  }

  get story(): string {
    return this.log.join('\n');
  }

  // ---- inside

  #bothEnds(pair: string, act: (machine: Machine, other: string) => Step): void {
    const [a, b] = [...pair] as [string, string];
    this.#take(a, act(this.machine(a), b));
    this.#take(b, act(this.machine(b), a));
  }

  #take(name: string, step: Step): void {
    for (const { to, message } of [...step.messages, ...(this.compares ? comparedIn(step) : [])]) {
      if (!this.#cuts.has(name + nameOf(to))) this.#letters.push({ from: name, to: nameOf(to), message });
    }
    const recovery = this.compares ? recoveryTimersIn(step) : [];
    for (const { timer, atMs } of [...step.timers, ...recovery]) this.#alarms.push({ name, timer, atMs });
    this.#notices.get(name)?.push(...step.notices);
  }

  #deliver(letter: Letter): Step {
    this.log.push(arrow(letter));
    const { from, to, message } = letter;
    const step = this.machine(to).receive(from, message);
    this.#take(to, step);
    return step;
  }

  #pick(label: string): Letter {
    const letter = this.#letters.find((other) => arrow(other) === label);
    if (letter === undefined)
      throw new Error(`${label} is not in flight, but ${this.inFlight.join(', ')}\n${this.story}`);
    return letter;
  }
}

/** A network whose story is printed when the test fails. */
export function network(names: string): Network {
  const made = new Network(names);
  onTestFailed(() => console.log(made.story));
  return made;
}

/** For `chain('ABC')` each trusts the one before it: A can pay C. */
export function chain(names: string, limit = 100n): Network {
  const made = network(names);
  for (let at = 1; at < names.length; at++) made.trust(`${names[at]}${names[at - 1]}`, limit);
  return made;
}

function arrow({ from, to, message }: Letter): string {
  return `${from} ---${labelOf(message)}--> ${to}`;
}

function reversed(pair: string): string {
  return `${pair[1]}${pair[0]}`;
}
