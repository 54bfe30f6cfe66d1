/** What can happen to a participant B between A, C and D, at random: messages, commands, timers, losses. */
import fc from 'fast-check';
import type { AbortMessage, Message } from '#protocol/link.ts';
import type { LineStatus } from '#protocol/trust-line.ts';
import { isFault } from '#protocol/verify.ts';
import { announced, offer } from './announcements.ts';
import { type Backup, lineMessage, machineWith, NOTHING, type Step } from './machine.ts';
import { type Draft, draft, key, newPaymentId, split, UAH } from './packets.ts';
import { THEN_MS } from './people.ts';

/** `of` is the number of a transaction of the pool, `at` a position of it. */
export type Happening =
  | { readonly do: 'message'; readonly from: string; readonly of: number; readonly kind: number; readonly at: number }
  | { readonly do: 'upstream'; readonly of: number }
  | {
      readonly do: 'line';
      readonly from: string;
      readonly limit: bigint;
      readonly seq: number;
      readonly status: LineStatus;
    }
  | { readonly do: 'trust'; readonly to: string; readonly limit: bigint; readonly status: LineStatus }
  | { readonly do: 'pay'; readonly to: string; readonly amount: bigint }
  | { readonly do: 'link' | 'unlink' | 'map'; readonly with: string }
  | { readonly do: 'let-go' | 'retry' | 'expire' | 'ask'; readonly of: number; readonly at: number }
  | { readonly do: 'clock'; readonly byMs: number }
  | { readonly do: 'lose'; readonly steps: number }
  | { readonly do: 'restart' };

const name = fc.constantFrom(...'ABCDZ');
const of = fc.nat(30);
const at = fc.nat(4);
const status = fc.constantFrom<LineStatus[]>('active', 'active', 'frozen', 'closed');
const limit = fc.bigInt(0n, 120n);
const KINDS = 14;

const asked = fc.record({ do: fc.constantFrom('let-go', 'retry', 'expire', 'ask'), of, at });
const messages = fc.record({ do: fc.constant('message'), from: name, of, kind: fc.nat(KINDS - 1), at });
const rare: readonly fc.Arbitrary<Happening>[] = [
  fc.record({ do: fc.constant('line'), from: fc.constantFrom('A', 'C', 'Z'), limit, seq: fc.nat(4), status }),
  fc.record({ do: fc.constant('trust'), to: fc.constantFrom('A', 'C', 'Z'), limit, status }),
  fc.record({ do: fc.constant('pay'), to: name, amount: fc.bigInt(1n, 70n) }),
  fc.record({ do: fc.constantFrom('link', 'unlink', 'map'), with: name }),
  fc.record({ do: fc.constant('clock'), byMs: fc.integer({ min: -5_000, max: 60_000 }) }),
  fc.record({ do: fc.constant('lose'), steps: fc.nat(20) }),
  fc.record({ do: fc.constant('restart') }),
];

export const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: messages },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('upstream'), of }) },
  { weight: 3, arbitrary: asked },
  { weight: 6, arbitrary: fc.oneof(...rare) },
);

/** Transactions in which B stands everywhere that one can stand, and one that is not its business. */
function pool(): readonly Draft[] {
  const short = { expiresAtMs: THEN_MS + 2_000 };
  return [
    draft('ABC'),
    draft('ABC', short),
    draft('CBA', { amount: 60n }),
    draft('AB'),
    draft('DCB', short),
    draft('ADC'),
    draft('ABCA', { kind: 'clear', amount: 3n }),
    draft('BCAB', { kind: 'clear', amount: 3n }),
    ...split([
      ['ABD', 5n],
      ['ACBD', 6n],
      ['ACD', 7n],
    ]),
    ...split([
      ['AB', 5n],
      ['ACB', 6n],
    ]),
    ...split([['ADCB', 5n]], { total: 6n }),
  ];
}

function messageOf(about: Draft, kind: number, position: number): Message {
  const last = about.names.length - 1;
  const place = Math.min(Math.max(position, 1), last);
  const further = Array.from({ length: last - place }, (_, step) => place + 1 + step);
  const makers: readonly (() => Message)[] = [
    () => about.prepare(place),
    () => about.commit,
    () => about.abort(place),
    () => about.abort(place, undefined, further),
    () => about.cancel,
    () => about.decline,
    () => about.resolve(place),
    () => about.resolve('unsigned'),
    () => about.resolve('header'),
    () => about.resolve('id'),
    () => about.ack('commit', place),
    () => about.ack('abort', place),
    () => offer('AB', { seq: THEN_MS + position }),
    () => ({ type: 'announcements', signed: [announced('CD', { seq: THEN_MS + position, active: position > 1 })] }),
  ];
  return (makers[kind] as () => Message)();
}

export class World {
  readonly machine = machineWith('B', { trusts: 'ACD', trustedBy: 'ACD' });
  readonly #pool = pool();
  readonly #backups: Backup[] = [];
  /** ABORTs as B has sent them, with what they rest on. */
  readonly #aborts: AbortMessage[] = [];

  happen(next: Happening): void {
    this.#backups.push(this.machine.backup());
    for (const { message } of this.#happen(next).messages) if (message.type === 'abort') this.#aborts.push(message);
  }

  /** As `happen`, unless somebody would have to forge what B signs, or to take apart what B has sent. */
  happenUnforged(next: Happening): void {
    const message = this.#messageIn(next);
    if (message === null || !this.#isForged(this.#about(next), message)) this.happen(next);
  }

  #about(next: Happening): Draft {
    return this.#pool['of' in next ? next.of % this.#pool.length : 0] as Draft;
  }

  #messageIn(next: Happening): Message | null {
    const about = this.#about(next);
    if (next.do === 'message') return messageOf(about, next.kind, next.at);
    if (next.do !== 'upstream') return null;
    const place = about.names.lastIndexOf('B');
    return place > 0 ? about.prepare(place) : null;
  }

  #isForged(about: Draft, message: Message): boolean {
    const last = about.names.length - 1;
    const own = [...about.names].flatMap((holder, place) => (holder === 'B' ? [place] : []));
    const lacks = (signature: Uint8Array) => !this.machine.hasSigned(signature);
    if (message.type === 'prepare' || message.type === 'resolve') {
      const reached = message.packet?.signatures.length ?? 0;
      return own.some((place) => place < reached && lacks(about.prepareSignature(place)));
    }
    if (message.type === 'commit') {
      const signed = (place: number) => (place === last ? about.certificate.commit : about.prepareSignature(place));
      return own.some((place) => lacks(signed(place)));
    }
    if (message.type === 'decline') return about.names[last] === 'B' && lacks(message.signature);
    if (message.type !== 'abort') return false;
    if (own.includes(message.position)) {
      const { txId, routeIndex, position, restsOn } = message;
      const isSame = (sent: AbortMessage) =>
        sent.txId === txId && sent.routeIndex === routeIndex && sent.position === position;
      return this.#aborts.find(isSame)?.restsOn.length !== restsOn.length;
    }
    return message.restsOn.some(({ position }) => own.includes(position) && lacks(about.abortSignature(position)));
  }

  #happen(next: Happening): Step {
    const { machine } = this;
    const about = this.#about(next);
    switch (next.do) {
      case 'message':
      case 'upstream': {
        const message = this.#messageIn(next);
        const from = next.do === 'message' ? next.from : about.names[about.names.lastIndexOf('B') - 1];
        if (message === null || from === undefined || isFault(machine.read(from, message))) return NOTHING;
        return machine.receive(from, message);
      }
      case 'line': {
        const options = { seq: THEN_MS + next.seq, status: next.status };
        return machine.receive(next.from, lineMessage(next.from, 'B', next.limit, options));
      }
      case 'trust':
        return machine.trust(next.to, next.limit, { status: next.status, policy: { announce: true } });
      case 'pay': {
        const paymentId = newPaymentId();
        const pay = { type: 'pay', paymentId, receiver: key(next.to), equivalent: UAH, amount: next.amount } as const;
        return machine.command({ ...pay, sealedMemo: null, randomness: paymentId, routes: null });
      }
      case 'link':
        return machine.link(next.with);
      case 'unlink':
        return machine.unlink(next.with);
      case 'map':
        return machine.feed({ type: 'gossip', signed: announced(next.with === 'C' ? 'AC' : `${next.with}C`) });
      case 'let-go':
        return machine.letGo(about, next.at);
      case 'retry':
        return machine.retry(about, next.at, next.at);
      case 'expire':
        return machine.expire(about);
      case 'ask':
        return machine.command({ type: 'resolve', txId: about.txId });
      case 'clock':
        machine.nowMs += next.byMs;
        return NOTHING;
      case 'lose':
        return this.#lose(next.steps);
      case 'restart':
        return machine.restart();
    }
  }

  /** Back to what was on disk some steps ago, and told so (rule 10). The time of the loss is never in the future. */
  #lose(steps: number): Step {
    const { machine } = this;
    const step = machine.restore(this.#backups.at(-1 - steps) ?? (this.#backups[0] as Backup));
    machine.markRestored();
    for (const neighbour of 'ACD') machine.link(neighbour);
    return step;
  }
}
