/**
 * One participant's machine by hand: feed it what happens, look at what follows.
 *
 * Each step is checked for what must hold of every step: it changes nothing but by its saves and gives the same when
 * asked again, saves come first, accounts are what the positions say, and a message that comes twice saves nothing new.
 */
import { isDeepStrictEqual } from 'node:util';
import { refusalOf } from '#protocol/cause.ts';
import { balanceSeenBy } from '#protocol/checkpoint.ts';
import type { Command, Effect, Event, Notice, Occurrence, Timer } from '#protocol/event.ts';
import { bytesToHex } from '#protocol/hex.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { decodeMessage, encodeMessage, type Message } from '#protocol/link.ts';
import { step } from '#protocol/machine/step.ts';
import type { Position } from '#protocol/position.ts';
import { recordKey } from '#protocol/record-key.ts';
import { type DurableRecord, Records, type Transaction } from '#protocol/records.ts';
import { isRefusal, type Refusal } from '#protocol/refusals.ts';
import type { MaySign, Statement } from '#protocol/statement.ts';
import {
  DEFAULT_POLICY,
  type LinePolicy,
  type LineStatus,
  type TrustLine,
  trustLineStatement,
} from '#protocol/trust-line.ts';
import { type Fault, isFault, verifyMessage } from '#protocol/verify.ts';
import { type Draft, key, NETWORK, nameOf, sign, UAH, verify } from './packets.ts';
import { THEN_MS } from './people.ts';

/** What one step caused. */
export interface Step {
  /** Messages in short, in order: `prepare → C`. */
  readonly sent: readonly string[];
  readonly messages: readonly { readonly to: PublicKey; readonly message: Message }[];
  readonly saved: readonly DurableRecord[];
  readonly notices: readonly Notice[];
  readonly timers: readonly { readonly timer: Timer; readonly atMs: number }[];
}

/** A step that did nothing at all. */
export const NOTHING: Step = { sent: [], messages: [], saved: [], notices: [], timers: [] };

/** What the books of an account say: balance, reserved in, reserved out. */
export type Books = readonly [balance: bigint, reservedIn: bigint, reservedOut: bigint];

/** What is on the disk of a participant, to come back to later. */
export type Backup = ReadonlyMap<string, DurableRecord>;

export interface LineOptions {
  readonly status?: LineStatus;
  readonly policy?: Partial<LinePolicy>;
  readonly seq?: number;
}

export class Machine {
  readonly name: string;
  readonly key: PublicKey;
  records: Records;
  nowMs = THEN_MS;
  #disk = new Map<string, DurableRecord>();
  readonly #signed = new Set<string>();

  constructor(name: string) {
    this.name = name;
    this.key = key(name);
    this.records = new Records(this.key, NETWORK);
  }

  // ---- what happens

  feed(occurrence: Occurrence): Step {
    if (occurrence.type === 'link-up') this.records.linked.add(occurrence.neighbour);
    if (occurrence.type === 'link-down') this.records.linked.delete(occurrence.neighbour);
    const event: Event = freeze({ ...occurrence, nowMs: this.nowMs });
    const effects = this.#step(event);
    for (const effect of effects) {
      if (effect.type === 'learn') this.records.knowledge.learn(freeze(effect.learned));
      if (effect.type !== 'save') continue;
      this.#disk.set(recordKey(effect.record), freeze(effect.record));
      this.records.apply(effect.record);
    }
    this.#checkBooks();
    if (event.type === 'message') this.#checkOnce(event);
    return stepOf(effects);
  }

  /** A message over the wire; one that the driver would drop is an error of the test. */
  receive(from: string, message: Message): Step {
    const verified = this.read(from, message);
    if (isFault(verified)) throw new Error(`${this.name} drops ${labelOf(message)} of ${from}: ${verified.what}`);
    return this.feed({ type: 'message', from: key(from), message: verified });
  }

  /** What the driver makes of a message: itself, or the fault. */
  read(from: string, message: Message): Message | Fault {
    const decoded = decodeMessage(encodeMessage(message));
    if (isRefusal(decoded)) throw new Error(`a message does not decode: ${decoded.where} ${decoded.why}`);
    return verifyMessage({ records: this.records, verify, nowMs: this.nowMs }, key(from), decoded);
  }

  command(command: Command): Step {
    return this.feed({ type: 'command', command });
  }

  /** The timer by which a position sends again what was not answered. */
  retry(of: Draft, tries = 0, position = of.names.indexOf(this.name)): Step {
    return this.timer({ type: 'retry', txId: of.txId, routeIndex: of.route.index, position, tries });
  }

  expire(of: Draft): Step {
    return this.timer({ type: 'expiry', txId: of.txId });
  }

  /** The one timer that a step began. */
  fire(step: Step): Step {
    const [begun, ...others] = step.timers;
    if (begun === undefined || others.length > 0) throw new Error(`${step.timers.length} timers`);
    return this.timer(begun.timer);
  }

  timer(timer: Timer): Step {
    return this.feed({ type: 'timer', timer });
  }

  letGo(of: Draft, position = of.names.indexOf(this.name)): Step {
    return this.command({ type: 'let-go', txId: of.txId, routeIndex: of.route.index, position });
  }

  link(name: string): Step {
    return this.feed({ type: 'link-up', neighbour: key(name) });
  }

  unlink(name: string): Step {
    return this.feed({ type: 'link-down', neighbour: key(name) });
  }

  /** The neighbour was away and is back. */
  relink(name: string): Step {
    this.unlink(name);
    return this.link(name);
  }

  /** Sets the own line to a neighbour. */
  trust(name: string, limit: bigint, options: LineOptions = {}): Step {
    const { status = 'active', policy = {} } = options;
    const neighbour = key(name);
    const line = { neighbour, equivalent: UAH, limit, status, policy: { ...DEFAULT_POLICY, ...policy } };
    return this.command({ type: 'set-trust-line', ...line });
  }

  /** The neighbour's line comes. */
  trustedBy(name: string, limit: bigint, options: LineOptions = {}): Step {
    return this.receive(name, lineMessage(name, this.name, limit, { seq: this.nowMs, ...options }));
  }

  /** Stops and begins again from what is on disk, read in another order than it was written; links are down. */
  restart(): Step {
    return this.restore(this.#disk);
  }

  /** What is on disk now. */
  backup(): Backup {
    return new Map(this.#disk);
  }

  /** Begins again from an earlier state of the disk. Nobody tells it. */
  restore(backup: Backup): Step {
    this.#disk = new Map(backup);
    this.records = new Records(this.key, NETWORK);
    for (const record of [...backup.values()].reverse()) this.records.apply(record);
    return this.feed({ type: 'start' });
  }

  /** Is told that it lost records now (rule 10). */
  markRestored(): Step {
    return this.feed({ type: 'loss' });
  }

  // ---- what is

  /** State of a position, by default the first of this participant on the route. */
  state(of: Draft, position = of.names.indexOf(this.name)): string {
    return this.records.position(of.txId, of.route.index, position)?.state ?? 'none';
  }

  position<S extends Position['state']>(
    of: Draft,
    state: S,
    at = of.names.indexOf(this.name),
  ): Extract<Position, { state: S }> {
    const position = this.records.position(of.txId, of.route.index, at);
    if (position?.state !== state) throw new Error(`${this.name} is ${position?.state ?? 'none'}, not ${state}`);
    return position as Extract<Position, { state: S }>;
  }

  books(name: string): Books {
    const account = this.records.account(key(name), UAH);
    return account === undefined ? [0n, 0n, 0n] : [account.balance, account.reservedIn, account.reservedOut];
  }

  get isRestored(): boolean {
    return this.records.node.isFrozen;
  }

  // ---- what must hold of every step

  /** What it may sign: all, unless it is hosted. */
  maySign: (statement: Statement) => boolean = () => true;

  readonly #sign: MaySign = (statement) => {
    if (!this.maySign(statement)) return null;
    if (statement.signer !== this.key) throw new Error(`${this.name} signs as ${nameOf(statement.signer)}`);
    const signature = sign(statement);
    this.#signed.add(bytesToHex(signature));
    return signature;
  };

  /** Has it ever made this signature? */
  hasSigned(signature: Uint8Array): boolean {
    return this.#signed.has(bytesToHex(signature));
  }

  #step(event: Event): readonly Effect[] {
    const effects = step(this.records, event, this.#sign);
    if (!isDeepStrictEqual(step(this.records, event, this.#sign), effects)) throw new Error('a step is not pure');
    const firstOther = effects.findIndex((effect) => effect.type !== 'save');
    if (firstOther >= 0 && effects.slice(firstOther).some((effect) => effect.type === 'save')) {
      throw new Error('something is released before it is saved');
    }
    return effects;
  }

  #checkOnce(event: Event & { readonly type: 'message' }): void {
    const again = this.#step(event).find((effect) => effect.type === 'save');
    if (again !== undefined)
      throw new Error(`a repeated ${event.message.type} saves ${JSON.stringify(again, showBigint)}`);
  }

  /** INV-MIRROR: an account is the sum of the positions. */
  #checkBooks(): void {
    const expected = new Map<string, [bigint, bigint, bigint]>();
    const add = (neighbour: PublicKey | undefined, equivalent: string, at: 0 | 1 | 2, amount: bigint): void => {
      if (neighbour === undefined) return;
      const name = `${neighbour}/${equivalent}`;
      const books = expected.get(name) ?? [0n, 0n, 0n];
      books[at] += amount;
      expected.set(name, books);
    };
    for (const record of this.#disk.values()) {
      if (record.type !== 'transaction') continue;
      for (const position of record.positions) {
        const { nodes, amount } = position.route;
        const { equivalent } = position.header;
        const [up, down] = [this.#open(position, -1), this.#open(position, 1)];
        const [toUp, toDown] = [nodes[position.position - 1], nodes[position.position + 1]];
        if (position.state === 'prepared' || position.state === 'held') add(toUp, equivalent, 1, amount);
        if (position.state === 'prepared') add(toDown, equivalent, 2, amount);
        if (position.state === 'committed' && position.waivedByMe === null) add(up, equivalent, 0, amount);
        if (position.state === 'committed' && position.waivedByDownstream === null) add(down, equivalent, 0, -amount);
        if (position.state === 'aborted' && position.ownRisk === 'reserved') add(toDown, equivalent, 2, amount);
        if (position.state === 'aborted' && position.ownRisk === 'counted') add(down, equivalent, 0, -amount);
      }
    }
    for (const { neighbour, equivalent } of this.records.accounts()) {
      const agreed = this.records.checkpoint(neighbour, equivalent)?.agreed ?? null;
      add(neighbour, equivalent, 0, agreed === null ? 0n : balanceSeenBy(this.key, agreed.checkpoint));
    }
    for (const [name, books] of expected) {
      const [neighbour, equivalent] = name.split('/') as [PublicKey, string];
      const account = this.records.account(neighbour, equivalent);
      const kept = [account?.balance, account?.reservedIn, account?.reservedOut];
      if (isDeepStrictEqual(books, kept)) continue;
      throw new Error(
        `${this.name}'s account with ${nameOf(neighbour)} is ${kept.join()}, its positions say ${books.join()}`,
      );
    }
  }

  /** The neighbour before or after a position, unless a checkpoint has closed what the two did then. */
  #open({ position, route, header }: Position, step: 1 | -1): PublicKey | undefined {
    const neighbour = route.nodes[position + step];
    const account = neighbour && this.records.account(neighbour, header.equivalent);
    return account !== undefined && header.createdAtMs <= account.closedUntilMs ? undefined : neighbour;
  }

  /** All transactions on disk. */
  transactions(): readonly Transaction[] {
    return [...this.#disk.values()].filter((record) => record.type === 'transaction');
  }
}

/** A signed line between two participants. */
export function lineMessage(from: string, to: string, limit: bigint, options: LineOptions = {}): Message {
  const { status = 'active', policy = {}, seq = THEN_MS } = options;
  const line: TrustLine = {
    version: 1,
    network: NETWORK,
    from: key(from),
    to: key(to),
    equivalent: UAH,
    seq,
    limit,
    status,
    policy: { ...DEFAULT_POLICY, ...policy },
    createdAtMs: THEN_MS,
  };
  return { type: 'trust-line', signed: { line, signature: sign(trustLineStatement(line)) } };
}

/** A machine with limits of 100: to those of `trusts`, from those of `trustedBy`; all are linked. */
export function machineWith(name: string, lines: { readonly trusts?: string; readonly trustedBy?: string }): Machine {
  const machine = new Machine(name);
  machine.feed({ type: 'start' });
  const { trusts = '', trustedBy = '' } = lines;
  for (const other of new Set(trusts + trustedBy)) machine.link(other);
  for (const other of trusts) machine.trust(other, 100n);
  for (const other of trusts) machine.receive(other, lineAck(machine.name, other));
  for (const other of trustedBy) machine.trustedBy(other, 100n);
  return machine;
}

function lineAck(from: string, to: string): Message {
  return { type: 'trust-line-ack', from: key(from), to: key(to), equivalent: UAH, seq: THEN_MS };
}

/** Lets every question that a step asks along a route be answered with "all of it passes"; the step that comes of it. */
export function probesPass(machine: Machine, step: Step): Step {
  const answers = step.messages.flatMap(({ to, message }) =>
    message.type === 'probe' ? [machine.receive(nameOf(to), { ...message, type: 'probe-answer' })] : [],
  );
  const next = answers.find(({ sent, saved }) => sent.length + saved.length > 0) ?? answers.at(-1);
  return next === undefined ? step : probesPass(machine, next);
}

/** A message in one or two words. */
export function labelOf(message: Message): string {
  if (message.type === 'ack') return `ack-${message.of}`;
  if (message.type !== 'resolve') return message.type;
  if (message.packet !== null) return 'resolve-packet';
  if (message.header === null) return 'resolve-id';
  return message.route === null ? 'resolve-header' : 'resolve-unsigned';
}

/** Why the one ABORT of a step was sent. */
export function causeIn(step: Step): Refusal {
  const [abort, ...others] = step.messages.flatMap(({ message }) => (message.type === 'abort' ? [message] : []));
  if (abort === undefined || others.length > 0) throw new Error(`not one ABORT: ${step.sent.join()}`);
  return refusalOf(abort.cause);
}

/** What the person was refused in a step. */
export function refusalIn(step: Step): Refusal | null {
  const notice = step.notices.find(({ type }) => type === 'refused');
  return notice?.type === 'refused' ? notice.refusal : null;
}

/** Messages by which neighbours compare their books: what payments and lines do is looked at without them. */
const COMPARING: ReadonlySet<Message['type']> = new Set([
  'summary',
  'hops',
  'checkpoint',
  'recover',
  'reminder',
  'backup',
]);

const compared = new WeakMap<Step, Pick<Step, 'messages' | 'timers'>>();

/** The messages of a step by which it compares books or recovers from a loss. */
export function comparedIn(step: Step): Step['messages'] {
  return compared.get(step)?.messages ?? [];
}

/** The timers by which it asks again for what it lost. */
export function recoveryTimersIn(step: Step): Step['timers'] {
  return compared.get(step)?.timers ?? [];
}

function stepOf(effects: readonly Effect[]): Step {
  const all = effects.flatMap((effect) => (effect.type === 'send' ? [{ to: effect.to, message: effect.message }] : []));
  const messages = all.filter(({ message }) => !COMPARING.has(message.type));
  const inShort = ({ to, message }: (typeof all)[number]): string => `${labelOf(message)} → ${nameOf(to)}`;
  const timers = effects.flatMap((effect) =>
    effect.type === 'schedule' ? [{ timer: effect.timer, atMs: effect.atMs }] : [],
  );
  const step: Step = {
    sent: messages.map(inShort),
    messages,
    saved: effects.flatMap((effect) => (effect.type === 'save' ? [effect.record] : [])),
    notices: effects.flatMap((effect) => (effect.type === 'notify' ? [effect.notice] : [])),
    timers: timers.filter(({ timer }) => timer.type !== 'recover'),
  };
  compared.set(step, {
    messages: all.filter(({ message }) => COMPARING.has(message.type)),
    timers: timers.filter(({ timer }) => timer.type === 'recover'),
  });
  return step;
}

/** Makes an object and all in it unchangeable. Bytes cannot be frozen; purity of the step covers them. */
function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || Object.isFrozen(value))
    return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}

function showBigint(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
