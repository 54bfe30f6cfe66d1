/**
 * What holds of a participant under any well-formed messages, commands and timers: a step never throws, changes nothing
 * but by its saves, books what its positions say, and takes a message twice as once (the machine of test/support checks
 * that at every step); and nobody can make it lose.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Message } from '#protocol/link.ts';
import { isFault } from '#protocol/verify.ts';
import { announced, offer } from '#test/support/announcements.ts';
import { lineMessage, type Machine, machineWith } from '#test/support/machine.ts';
import { type Draft, draft, key, newPaymentId, split, UAH } from '#test/support/packets.ts';
import { THEN_MS } from '#test/support/people.ts';

const linked = () => machineWith('B', { trusts: 'ACD', trustedBy: 'ACD' });

const NAMES = 'ABCDZ';
const name = fc.constantFrom(...NAMES);

/** Transactions that are all about B, and one that is not. */
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

type Happening =
  | { readonly do: 'message'; readonly from: string; readonly of: number; readonly kind: number; readonly at: number }
  | { readonly do: 'upstream'; readonly of: number }
  | {
      readonly do: 'line';
      readonly from: string;
      readonly limit: bigint;
      readonly seq: number;
      readonly status: number;
    }
  | { readonly do: 'trust'; readonly to: string; readonly limit: bigint; readonly status: number }
  | { readonly do: 'pay'; readonly to: string; readonly amount: bigint }
  | { readonly do: 'link' | 'unlink' | 'map'; readonly with: string }
  | { readonly do: 'let-go' | 'retry' | 'expire' | 'ask'; readonly of: number; readonly at: number }
  | { readonly do: 'clock'; readonly byMs: number }
  | { readonly do: 'restart' | 'restored' };

const of = fc.nat(30);
const at = fc.nat(4);
const status = fc.nat(2);
const limit = fc.bigInt(0n, 120n);
const STATUSES = ['active', 'frozen', 'closed'] as const;

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('message' as const), from: name, of, kind: fc.nat(13), at }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('upstream' as const), of }) },
  fc.record({ do: fc.constant('line' as const), from: fc.constantFrom('A', 'C', 'Z'), limit, seq: fc.nat(4), status }),
  fc.record({ do: fc.constant('trust' as const), to: fc.constantFrom('A', 'C', 'Z'), limit, status }),
  fc.record({ do: fc.constant('pay' as const), to: name, amount: fc.bigInt(1n, 70n) }),
  fc.record({ do: fc.constantFrom('link' as const, 'unlink' as const, 'map' as const), with: name }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('let-go' as const, 'retry' as const, 'expire' as const, 'ask' as const),
      of,
      at,
    }),
  },
  fc.record({ do: fc.constant('clock' as const), byMs: fc.integer({ min: -5_000, max: 60_000 }) }),
  fc.record({ do: fc.constantFrom('restart' as const, 'restart' as const, 'restored' as const) }),
);

function messageOf(about: Draft, kind: number, position: number): Message {
  const last = about.names.length - 1;
  const place = Math.min(Math.max(position, 1), last);
  const makers: readonly (() => Message)[] = [
    () => about.prepare(place),
    () => about.commit,
    () => about.abort(place),
    () =>
      about.abort(
        place,
        undefined,
        Array.from({ length: last - place }, (_, step) => place + 1 + step),
      ),
    () => about.cancel,
    () => about.decline,
    () => about.resolve(place),
    () => about.resolve('unsigned'),
    () => about.resolve('header'),
    () => about.resolve('id'),
    () => about.ack('commit', place),
    () => about.ack('abort', place),
    () => offer('AB', { seq: THEN_MS + position }),
    () => ({
      type: 'announcements',
      signed: [announced('CD', { seq: THEN_MS + position, active: position % 2 === 0 })],
    }),
  ];
  return (makers[kind] as () => Message)();
}

function happen(machine: Machine, drafts: readonly Draft[], next: Happening): void {
  const about = 'of' in next ? (drafts[next.of % drafts.length] as Draft) : (drafts[0] as Draft);
  switch (next.do) {
    case 'message': {
      const message = messageOf(about, next.kind, next.at);
      if (!isFault(machine.read(next.from, message))) machine.receive(next.from, message);
      return;
    }
    case 'upstream': {
      const place = about.names.lastIndexOf('B');
      if (place > 0) machine.receive(about.names[place - 1] as string, about.prepare(place));
      return;
    }
    case 'line': {
      const options = { seq: THEN_MS + next.seq, status: STATUSES[next.status] as 'active' };
      machine.receive(next.from, lineMessage(next.from, 'B', next.limit, options));
      return;
    }
    case 'trust':
      machine.trust(next.to, next.limit, { status: STATUSES[next.status] as 'active', policy: { announce: true } });
      return;
    case 'pay': {
      const paymentId = newPaymentId();
      const pay = { type: 'pay', paymentId, receiver: key(next.to), equivalent: UAH, amount: next.amount } as const;
      machine.command({ ...pay, sealedMemo: null, randomness: paymentId, routes: null });
      return;
    }
    case 'link':
      machine.link(next.with);
      return;
    case 'unlink':
      machine.unlink(next.with);
      return;
    case 'map':
      machine.feed({ type: 'gossip', signed: announced(`${next.with}C`) });
      return;
    case 'let-go':
      machine.letGo(about, next.at);
      return;
    case 'retry':
      machine.retry(about, next.at, next.at);
      return;
    case 'expire':
      machine.expire(about);
      return;
    case 'ask':
      machine.command({ type: 'resolve', txId: about.txId });
      return;
    case 'clock':
      machine.nowMs += next.byMs;
      return;
    case 'restart':
      machine.restart();
      return;
    case 'restored':
      machine.markRestored();
      return;
  }
}

it('a step under any well-formed messages, commands and timers', () => {
  fc.assert(
    fc.property(fc.array(happening, { minLength: 5, maxLength: 60 }), (story) => {
      const machine = linked();
      const drafts = pool();
      for (const next of story) happen(machine, drafts, next);
      for (const { reservedIn, reservedOut } of machine.records.accounts()) {
        expect(reservedIn).toBeGreaterThanOrEqual(0n);
        expect(reservedOut).toBeGreaterThanOrEqual(0n);
      }
    }),
    { numRuns: 150 },
  );
});

/** Would somebody have to forge B's signature to send this? */
function isForged(machine: Machine, about: Draft, message: Message): boolean {
  const last = about.names.length - 1;
  const own = [...about.names].flatMap((holder, place) => (holder === 'B' ? [place] : []));
  const lacks = (signature: Uint8Array) => !machine.hasSigned(signature);
  if (message.type === 'prepare' || message.type === 'resolve') {
    const reached = message.packet?.signatures.length ?? 0;
    return own.some((place) => place < reached && lacks(about.prepareSignature(place)));
  }
  if (message.type === 'commit') {
    const signed = (place: number) => (place === last ? about.certificate.commit : about.prepareSignature(place));
    return own.some((place) => lacks(signed(place)));
  }
  if (message.type === 'abort') {
    const places = [message.position, ...message.restsOn.map(({ position }) => position)];
    return own.some((place) => places.includes(place) && lacks(about.abortSignature(place)));
  }
  return message.type === 'decline' && about.names[last] === 'B' && lacks(message.signature);
}

/** INV-HOP and INV-PROOF, from what B has stored. */
function checkNoLoss(machine: Machine): void {
  for (const { positions } of machine.transactions()) {
    const [first] = positions;
    if (first === undefined) continue;
    const { header } = first;
    let received = 0n;
    const nets = new Map<number, bigint>();
    for (const position of positions) {
      const { nodes, amount, index } = position.route;
      if (position.state !== 'committed' && !(position.state === 'aborted' && position.ownRisk === 'counted')) continue;
      const isIn = position.position > 0 && position.state === 'committed' && position.waivedByMe === null;
      const isOut =
        position.position < nodes.length - 1 && (position.state === 'aborted' || position.waivedByDownstream === null);
      if (isIn && position.position === nodes.length - 1) received += amount;
      nets.set(index, (nets.get(index) ?? 0n) + (isIn ? amount : 0n) - (isOut ? amount : 0n));
      // Who owes as a payer holds the receiver's signature.
      if (header.payer === machine.key) expect(position.state).toBe('committed');
    }
    const isPayer = header.payer === machine.key && header.kind === 'pay';
    for (const net of nets.values()) if (!isPayer) expect(net).toBeGreaterThanOrEqual(0n);
    if (received > 0n) expect(received).toBe(header.total);
  }
}

it('whatever others sign and show, in whatever order: who forgets nothing and lets nothing go loses nothing', () => {
  const harmless = happening.filter((next) => next.do !== 'restored' && next.do !== 'let-go');
  fc.assert(
    fc.property(fc.array(harmless, { minLength: 10, maxLength: 60 }), (story) => {
      const machine = linked();
      const drafts = pool();
      for (const next of story) {
        const about = 'of' in next ? (drafts[next.of % drafts.length] as Draft) : null;
        if (next.do === 'message' && about !== null) {
          if (isForged(machine, about, messageOf(about, next.kind, next.at))) continue;
        }
        if (next.do === 'upstream' && about !== null) {
          if (isForged(machine, about, about.prepare(Math.max(about.names.lastIndexOf('B'), 1)))) continue;
        }
        happen(machine, drafts, next);
        checkNoLoss(machine);
        expect(machine.isRestored).toBe(false);
      }
    }),
    { numRuns: 150 },
  );
});
