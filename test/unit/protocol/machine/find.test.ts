/** Finding a way without a map (§6.7), and hints of indexers (§6.5). */
import { describe, expect, it } from 'vitest';
import { blinded, type Find, type Found } from '#protocol/finding.ts';
import type { HintRequest } from '#protocol/hints.ts';
import { refuse } from '#protocol/refusals.ts';
import { isFault } from '#protocol/verify.ts';
import { announced } from '#test/support/announcements.ts';
import { type Machine, machineWith, NOTHING, type Step } from '#test/support/machine.ts';
import { type Network, network } from '#test/support/network.ts';
import { key, keys, nameOf, newPaymentId, UAH } from '#test/support/packets.ts';

const ID = '5d'.repeat(16);

function find(nodes: string, target: string, budget = 64, id = ID): Find {
  return { type: 'find', id, equivalent: UAH, target: blinded(id, key(target)), nodes: keys(nodes), budget };
}

function pay(to: string, amount = 10n) {
  const order = { type: 'pay', paymentId: newPaymentId(), receiver: key(to), equivalent: UAH, amount } as const;
  return { ...order, sealedMemo: null, randomness: '5a'.repeat(32), routes: null };
}

/** A network in which nobody knows any line but their own. */
function withoutMap(names: string, lines: readonly string[]): Network {
  const net = network(names);
  for (const pair of lines) {
    net.link(pair);
    const [from, to] = [...pair] as [string, string];
    const seq = net.nowMs;
    net.machine(from).trust(to, 100n, { seq });
    net.machine(to).trustedBy(from, 100n, { seq });
  }
  net.run();
  return net;
}

const chainOf = (step: Step): string | undefined =>
  (step.messages.find(({ message }) => message.type === 'found')?.message as Found | undefined)?.nodes
    .map(nameOf)
    .join('');

describe('who is asked', () => {
  const between = (): Machine => machineWith('B', { trusts: 'A', trustedBy: 'CD' });

  it('and is meant answers with the chain', () => {
    const machine = between();
    expect(chainOf(machine.receive('A', find('A', 'B')))).toBe('AB');
  });

  it('and can pay the one who is meant answers for it', () => {
    expect(chainOf(between().receive('A', find('A', 'D')))).toBe('ABD');
  });

  it('and knows nobody passes it on to those it could pay, the budget shared out', () => {
    const step = between().receive('A', find('A', 'Z', 21));
    expect([...step.sent].sort()).toEqual(['find → C', 'find → D']);
    expect(step.messages.map(({ message }) => (message as Find).budget)).toEqual([10, 10]);
    expect(step.messages.map(({ message }) => (message as Find).nodes)).toEqual([keys('AB'), keys('AB')]);
  });

  it.each<[string, Find]>([
    ['with the budget at its end', find('A', 'Z', 1)],
    ['when the chain would be too long', find('VWXYA', 'Z')],
  ])('does not pass it on %s', (_what, question) => {
    expect(between().receive('A', question).sent).toEqual([]);
  });

  it('answers no question twice, however it comes', () => {
    const machine = between();
    machine.receive('A', find('A', 'Z'));
    expect(machine.receive('A', find('A', 'Z')).sent).toEqual([]);
  });

  it('answers no stranger, and nobody while it is frozen', () => {
    expect(machineWith('B', { trustedBy: 'C' }).receive('A', find('A', 'C'))).toEqual(NOTHING);
    const machine = between();
    machine.markRestored();
    expect(machine.receive('A', find('A', 'D')).sent).toEqual([]);
  });

  it('passes a chain back to where the question came from', () => {
    const found: Found = { type: 'found', id: ID, equivalent: UAH, nodes: keys('ABCZ') };
    expect(between().receive('C', found).sent).toEqual(['found → A']);
    expect(isFault(between().read('D', found))).toBe(true);
  });

  it('takes no question that does not end with its sender', () => {
    expect(isFault(between().read('A', find('C', 'Z')))).toBe(true);
    expect(isFault(between().read('A', find('ACA', 'Z')))).toBe(true);
  });
});

describe('a payment without a map', () => {
  it('is made to one that a neighbour of neighbours knows', () => {
    const net = withoutMap('ABCDE', ['BA', 'CB', 'DC', 'ED']);
    const id = net.pay('A', 'E', 10n);
    net.wait(10_000);
    expect(net.payment('A', id)).toMatchObject({ state: 'COMMITTED', attempts: 1 });
    expect(net.balances('E')).toEqual({ D: 10n });
  });

  it('finds no one who is more than six hops away, and says so', () => {
    const net = withoutMap('ABCDEFGH', ['BA', 'CB', 'DC', 'ED', 'FE', 'GF', 'HG']);
    const [near, far] = [net.pay('A', 'G', 1n), net.pay('A', 'H', 1n)];
    net.wait(10_000);
    expect(net.payment('A', near).state).toBe('COMMITTED');
    expect(net.refusal('A', far)).toEqual(refuse('no-route', { maxHops: 6 }));
  });

  it('is split over several chains that were found', () => {
    const net = withoutMap('ABCDE', ['BA', 'CA', 'DB', 'DC']);
    const id = net.pay('A', 'D', 150n);
    net.wait(10_000);
    expect(net.payment('A', id)).toMatchObject({ state: 'COMMITTED', routes: { length: 2 } });
  });
});

describe('hints', () => {
  /** A, whom B and C trust, and who asks I and J. */
  const asker = (indexers = 'IJ'): Machine => {
    const machine = machineWith('A', { trustedBy: 'BC' });
    machine.records.indexers = keys(indexers);
    return machine;
  };
  const requestTo = (step: Step, name: string): HintRequest =>
    step.messages.find(({ to }) => to === key(name))?.message as HintRequest;
  const hints = (request: HintRequest, ...routes: string[]) =>
    ({ type: 'hints', id: request.id, count: 0, digest: '00'.repeat(8), routes: routes.map(keys) }) as const;

  it('are asked for where the own map knows no way, of all indexers at once', () => {
    const step = asker().command(pay('R'));
    expect(step.sent).toEqual(['hint-request → I', 'hint-request → J']);
    expect(requestTo(step, 'I')).toMatchObject({ source: key('A'), target: key('R'), most: 8 });
    expect(requestTo(step, 'I').id).not.toBe(requestTo(step, 'J').id);
  });

  it('are not asked for where it does', () => {
    const machine = asker();
    machine.feed({ type: 'gossip', signed: announced('RB') });
    expect(machine.command(pay('R')).sent).toEqual(['prepare → B']);
  });

  it('of the first indexer are used at once', () => {
    const machine = asker();
    const step = machine.command(pay('R'));
    expect(machine.receive('I', hints(requestTo(step, 'I'), 'ABR')).sent).toEqual(['prepare → B']);
  });

  it('that lead elsewhere, or twice through one, are left out', () => {
    const machine = asker('I');
    const step = machine.command(pay('R'));
    const answered = machine.receive('I', hints(requestTo(step, 'I'), 'ABX', 'BR', 'ABCBR'));
    expect([...answered.sent].sort()).toEqual(['find → B', 'find → C']);
  });

  it('of one who was not asked do nothing', () => {
    const machine = asker('I');
    const step = machine.command(pay('R'));
    expect(machine.receive('J', hints(requestTo(step, 'I'), 'ABR'))).toEqual(NOTHING);
  });

  it('that do not come are waited for two seconds; then the neighbours are asked', () => {
    const machine = asker('I');
    expect([...machine.fire(machine.command(pay('R'))).sent].sort()).toEqual(['find → B', 'find → C']);
  });

  it('of an indexer that did not answer come last the next time', () => {
    const machine = asker('IJKL');
    const step = machine.command(pay('R'));
    for (const name of 'JK') machine.receive(name, hints(requestTo(step, name)));
    expect([...machine.fire(step).sent].sort()).toEqual(['find → B', 'find → C']);
    expect(machine.command(pay('R')).sent).toEqual(['hint-request → J', 'hint-request → K', 'hint-request → L']);
  });

  it('of an indexer that named hops which are not there come last the next time', () => {
    const machine = asker('IJKL');
    const step = machine.command(pay('R'));
    expect(step.sent).toEqual(['hint-request → I', 'hint-request → J', 'hint-request → K']);
    for (let wrong = 0; wrong < 3; wrong++) {
      machine.records.knowledge.learn({ type: 'indexer', publicKey: key('I'), right: 0, wrong });
    }
    expect(machine.command(pay('R')).sent).toEqual(['hint-request → J', 'hint-request → K', 'hint-request → L']);
  });
});

it('an indexer that names false hops and hides true ones costs questions, never money', () => {
  const net = withoutMap('ABCDERI', ['BA', 'CA', 'DB', 'RD', 'IA']);
  const payer = net.machine('A');
  payer.records.indexers = keys('I');
  const id = net.pay('A', 'R', 10n);
  const { id: request } = net.messageOn('A ---hint-request--> I') as HintRequest;
  // C has no line with R, and E is a stranger to all; the true way over B and D is kept back.
  const routes = ['ACR', 'ACER', 'ABER'].map(keys);
  net.forge('I', 'A', { type: 'hints', id: request, count: 9, digest: '00'.repeat(8), routes });
  net.wait(60_000);
  expect(net.payment('A', id)).toMatchObject({ state: 'COMMITTED' });
  expect([net.balances('A'), net.held]).toEqual([{ B: -10n }, 0n]);
  expect(payer.records.knowledge.indexer(key('I'))?.wrong).toBeGreaterThan(0);
});

it('an indexer that names one false way at a time, which costs an attempt and no probe, is noticed too', () => {
  const net = withoutMap('ABCRI', ['BA', 'CB', 'RC', 'IA']);
  const payer = net.machine('A');
  payer.records.indexers = keys('I');
  const id = net.pay('A', 'R', 10n);
  const { id: request } = net.messageOn('A ---hint-request--> I') as HintRequest;
  net.forge('I', 'A', { type: 'hints', id: request, count: 9, digest: '00'.repeat(8), routes: [keys('ABR')] });
  net.wait(60_000);
  expect(net.payment('A', id)).toMatchObject({ state: 'COMMITTED', attempts: 2 });
  expect([net.balances('A'), net.held]).toEqual([{ B: -10n }, 0n]);
  expect(payer.records.knowledge.indexer(key('I'))).toMatchObject({ right: 0, wrong: 1 });
});
