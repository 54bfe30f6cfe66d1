/** Probes (§6.6): what each participant on the way says, and what the payer makes of it. */
import { describe, expect, it } from 'vitest';
import { causeOf, refusalOf } from '#protocol/cause.ts';
import type { Message } from '#protocol/link.ts';
import { type Narrowing, type Probe, type ProbeAnswer, refusalStatement } from '#protocol/probe.ts';
import { type Refusal, refuse } from '#protocol/refusals.ts';
import { isFault } from '#protocol/verify.ts';
import { announced } from '#test/support/announcements.ts';
import { type Machine, machineWith, NOTHING, type Step } from '#test/support/machine.ts';
import { network } from '#test/support/network.ts';
import { key, keys, NETWORK, newPaymentId, sign, UAH } from '#test/support/packets.ts';

const ID = '5d'.repeat(16);

function probe(names: string, amount: bigint, narrowings: readonly Narrowing[] = []): Probe {
  const nodes = keys(names);
  return { type: 'probe', id: ID, equivalent: UAH, amount, nodes, beside: nodes.slice(1).map(() => 0n), narrowings };
}

function answerOf(names: string, amount: bigint, narrowings: readonly Narrowing[] = []): ProbeAnswer {
  const { beside: _, ...rest } = probe(names, amount, narrowings);
  return { ...rest, type: 'probe-answer' };
}

function signed(question: Pick<Probe, 'id' | 'equivalent' | 'nodes'>, position: number, refusal: Refusal): Narrowing {
  const cause = causeOf(refusal);
  return { position, cause, signature: sign(refusalStatement(NETWORK, question, { position, cause })) };
}

/** The one message of a step, and to whom. */
function only(step: Step): Message {
  expect(step.messages).toHaveLength(1);
  return step.messages[0]?.message as Message;
}

const reasons = (message: Message): readonly Refusal[] =>
  (message as ProbeAnswer).narrowings.map(({ cause }) => refusalOf(cause));

describe('one on the way', () => {
  const between = (): Machine => machineWith('B', { trusts: 'A', trustedBy: 'C' });

  it('passes on what both hops could carry, saves nothing and reserves nothing', () => {
    const machine = between();
    const step = machine.receive('A', probe('ABCD', 40n));
    expect(step.sent).toEqual(['probe → C']);
    expect(only(step)).toEqual(probe('ABCD', 40n));
    expect([step.saved, machine.books('A'), machine.books('C')]).toEqual([[], [0n, 0n, 0n], [0n, 0n, 0n]]);
  });

  it('lowers the amount to what could pass, says why, and signs that', () => {
    const machine = between();
    machine.trustedBy('C', 30n, { seq: machine.nowMs + 1 });
    const message = only(machine.receive('A', probe('ABCD', 40n))) as Probe;
    expect([message.type, message.amount]).toEqual(['probe', 30n]);
    const [narrowing] = message.narrowings;
    expect(reasons(message)).toEqual([refuse('insufficient', { hop: 1, limit: 30n, maxNow: 30n, reserved: 0n })]);
    expect(narrowing).toEqual(signed(message, 1, reasons(message)[0] as Refusal));
  });

  it('says whether a hop could carry what is to go over it beside, and passes the amount on as far as it passes alone', () => {
    const [full] = [refuse('insufficient', { hop: 0, limit: 100n, maxNow: 100n, reserved: 0n })];
    const room = { ...probe('ABCD', 40n), beside: [60n, 60n, 9_000n] };
    expect(reasons(only(between().receive('A', room)))).toEqual([]);
    const none = only(between().receive('A', { ...room, beside: [61n, 0n, 0n] })) as Probe;
    expect([none.amount, none.beside, reasons(none)]).toEqual([40n, [61n, 0n, 0n], [full]]);
    const out = only(between().receive('A', { ...room, beside: [0n, 61n, 0n] })) as Probe;
    expect([out.amount, reasons(out)]).toEqual([40n, [{ ...full, hop: 1 }]]);
    const both = only(between().receive('A', { ...room, amount: 140n, beside: [2n ** 63n - 1n, 1n, 0n] })) as Probe;
    expect([both.amount, reasons(both).length]).toEqual([100n, 2]);
  });

  it('tells what an ABORT would: whose limit it is, what would pass, and what others hold', () => {
    const machine = between();
    machine.trustedBy('C', 100_000n, { seq: machine.nowMs + 1 });
    machine.command(payment('C', 99_999n));
    expect(reasons(only(machine.receive('A', probe('ABCD', 40n))))).toEqual([
      refuse('insufficient', { hop: 1, limit: 100_000n, maxNow: 1n, reserved: 99_999n }),
    ]);
  });

  it.each([
    ['nothing links it with the next one', 'ABDE', refuse('no-trust-line', { hop: 1 })],
    ['the next one is away', 'ABCD', refuse('neighbour-offline', { hop: 1 })],
  ])('when %s, the answer goes back at once', (_what, route, refusal) => {
    const machine = between();
    machine.unlink('C');
    const step = machine.receive('A', probe(route, 40n));
    expect(step.sent).toEqual(['probe-answer → A']);
    expect([(only(step) as ProbeAnswer).amount, reasons(only(step))]).toEqual([0n, [refusal]]);
  });

  it('passes an answer back', () => {
    const passing = answerOf('ABCD', 7n);
    const step = between().receive('C', passing);
    expect([step.sent, only(step)]).toEqual([['probe-answer → A'], passing]);
  });

  it('gives strangers no answer', () => {
    expect(machineWith('B', { trustedBy: 'C' }).receive('A', probe('ABCD', 1n))).toEqual(NOTHING);
  });

  it('signs nothing while it is frozen', () => {
    const machine = between();
    machine.markRestored();
    expect(machine.receive('A', probe('ABCD', 1_000n)).sent).toEqual([]);
  });

  it('answers so many a second, and again in the next', () => {
    const machine = between();
    const answered = () => machine.receive('A', probe('ABCD', 1n)).sent.length;
    let count = 0;
    for (let at = 0; at < 300; at++) count += answered();
    expect(count).toBe(200);
    machine.nowMs += 1_000;
    expect(answered()).toBe(1);
  });

  it('the last one answers for its own hop only', () => {
    const machine = machineWith('D', { trusts: 'C' });
    const step = machine.receive('C', probe('ABCD', 140n));
    expect(step.sent).toEqual(['probe-answer → C']);
    expect((only(step) as ProbeAnswer).amount).toBe(100n);
  });
});

describe('what a driver lets through', () => {
  const machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
  const good = refuse('insufficient', { hop: 0, limit: 1n, maxNow: 1n, reserved: 0n });

  it.each<[string, string, Message]>([
    ['of one who is not before it on the route', 'C', probe('ABCD', 1n)],
    ['on a route that it is not on', 'A', probe('ACD', 1n)],
    ['at its beginning', 'A', probe('BACD', 1n)],
    ['with one twice on the route', 'A', probe('ABCB', 1n)],
    ['for nothing', 'A', probe('ABCD', 0n)],
    ['that does not say of each hop what goes over it beside', 'A', { ...probe('ABCD', 1n), beside: [0n, 0n] }],
    ['with a narrowing of a hop of others', 'A', probe('ABCD', 1n, [signed(probe('ABCD', 1n), 3, good)])],
    ['answered by one who is not behind it', 'A', answerOf('ABCD', 1n)],
  ])('no probe %s', (_what, from, message) => {
    expect(isFault(machine.read(from, message))).toBe(true);
  });

  it('at the payer only narrowings that are signed by those they are of', () => {
    const payer = machineWith('A', { trustedBy: 'B' });
    const refusal = refuse('insufficient', { hop: 1, limit: 1n, maxNow: 1n, reserved: 0n });
    const true1 = signed(probe('ABCD', 40n), 1, refusal);
    const forged = { ...true1, position: 2 };
    const ofOther = signed({ ...probe('ABCD', 40n), id: '00'.repeat(16) }, 1, refusal);
    const answered = answerOf('ABCD', 1n, [forged, true1, ofOther]);
    expect(payer.read('B', answered)).toMatchObject({ narrowings: [true1] });
  });
});

function payment(to: string, amount: bigint) {
  const paymentId = newPaymentId();
  const order = { type: 'pay', paymentId, receiver: key(to), equivalent: UAH, amount } as const;
  return { ...order, sealedMemo: null, randomness: '5a'.repeat(32), routes: null };
}

describe('the payer', () => {
  /** A, whom B and C trust; over each of them a way to R. */
  const payer = (): Machine => {
    const machine = machineWith('A', { trustedBy: 'BC' });
    for (const pair of ['RB', 'RC']) machine.feed({ type: 'gossip', signed: announced(pair) });
    return machine;
  };
  const questionTo = (step: Step, name: string): Probe =>
    step.messages.find(({ to, message }) => to === key(name) && message.type === 'probe')?.message as Probe;
  const answer = (question: Probe, amount: bigint, ...narrowings: Narrowing[]): ProbeAnswer => ({
    ...question,
    ...{ type: 'probe-answer', amount, narrowings },
  });

  it('asks along both ways at once, and sends over the one that says yes first', () => {
    const machine = payer();
    const step = machine.command(payment('R', 10n));
    expect(step.sent).toEqual(['probe → B', 'probe → C']);
    const sent = machine.receive('C', answer(questionTo(step, 'C'), 10n));
    expect(sent.sent).toEqual(['prepare → C']);
    expect(machine.receive('B', answer(questionTo(step, 'B'), 10n)).sent).toEqual([]);
  });

  it('splits what no way carries alone', () => {
    const machine = payer();
    const step = machine.command(payment('R', 10n));
    const narrowed = (name: string, maxNow: bigint) => {
      const question = questionTo(step, name);
      const refusal = refuse('insufficient', { hop: 1, limit: maxNow, maxNow, reserved: 0n });
      return machine.receive(name, answer(question, maxNow, signed(question, 2, refusal)));
    };
    expect(narrowed('B', 6n).sent).toEqual([]);
    const split = narrowed('C', 7n);
    const amounts = split.messages.map(({ message }) =>
      message.type === 'prepare' ? message.packet.route.amount : 0n,
    );
    expect(amounts.reduce((sum, amount) => sum + amount, 0n)).toBe(10n);
    expect(split.sent).toEqual(expect.arrayContaining(['prepare → B', 'prepare → C']));
  });

  it('gives up with the hop that would let most pass when all ways together carry too little', () => {
    const machine = payer();
    const command = payment('R', 10n);
    const step = machine.command(command);
    for (const [name, maxNow] of [
      ['B', 3n],
      ['C', 4n],
    ] as const) {
      const question = questionTo(step, name);
      const refusal = refuse('insufficient', { hop: 1, limit: maxNow, maxNow, reserved: 0n });
      machine.receive(name, answer(question, maxNow, signed(question, 2, refusal)));
    }
    expect(machine.records.payment(command.paymentId)).toMatchObject({
      ...{ state: 'ABORTED', refusal: { code: 'insufficient', maxNow: 4n }, closest: { from: key('C'), to: key('R') } },
    });
  });

  it('believes no refusal that is not signed: the way counts as silent', () => {
    const machine = payer();
    const step = machine.command(payment('R', 10n));
    machine.receive('B', answer(questionTo(step, 'B'), 0n));
    expect(machine.records.knowledge.hop(key('B'), key('R'), UAH)).toMatchObject({ atMost: null, silences: 1 });
  });

  it('does not ask where asking gains nothing: one way only', () => {
    const machine = machineWith('A', { trustedBy: 'B' });
    machine.feed({ type: 'gossip', signed: announced('RB') });
    expect(machine.command(payment('R', 10n)).sent).toEqual(['prepare → B']);
  });

  it('does not ask again about what carried as much a short while ago', () => {
    const machine = payer();
    const step = machine.command(payment('R', 10n));
    machine.receive('C', answer(questionTo(step, 'C'), 10n));
    expect(machine.command(payment('R', 5n)).sent).toEqual(['prepare → C']);
  });

  it('answers that do not come are late after two seconds, and what is known by then counts', () => {
    const machine = payer();
    const step = machine.command(payment('R', 10n));
    machine.nowMs += 2_000;
    const late = machine.fire(step);
    expect(late.sent).toEqual(expect.arrayContaining(['probe → B', 'probe → C']));
    machine.nowMs += 2_000;
    expect(machine.fire(late).notices.at(-1)).toMatchObject({ type: 'payment', state: 'ABORTED' });
  });

  it('an answer that nobody waits for does nothing', () => {
    expect(payer().receive('B', answerOf('ABR', 10n))).toEqual(NOTHING);
  });

  it('a start while answers are awaited begins the search again', () => {
    const machine = payer();
    const command = payment('R', 10n);
    machine.command(command);
    const { timers } = machine.restart();
    for (const name of 'BC') machine.link(name);
    expect(timers.map(({ timer }) => timer)).toContainEqual({ type: 'route-again', paymentId: command.paymentId });
    const again = machine.timer({ type: 'route-again', paymentId: command.paymentId });
    expect([...again.sent].sort()).toEqual(['probe → B', 'probe → C']);
  });
});

it('a payment that has to be split is made over a network that was asked', () => {
  const net = network('ABCDR');
  for (const pair of ['BA', 'CA', 'DA']) net.trust(pair, 50n);
  for (const pair of ['RB', 'RC', 'RD']) net.trust(pair, 20n);
  const id = net.pay('A', 'R', 55n);
  net.run();
  expect(net.payment('A', id)).toMatchObject({ state: 'COMMITTED', attempts: 1, routes: { length: 3 } });
  expect(net.balances('A')).toEqual({ B: expect.any(BigInt), C: expect.any(BigInt), D: expect.any(BigInt) });
  expect(net.held).toBe(0n);
});
