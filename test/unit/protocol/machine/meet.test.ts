/** Looking for rings from both sides (§5.2). */
import { beforeEach, describe, expect, it } from 'vitest';
import type { RingHalf, RingProbe, Side } from '#protocol/clearing/ring-probe.ts';
import { MAX_RING_HALVES, MAX_RING_PROBES_PER_HOUR, RING_PROBE_HOPS, WALKS_PER_CHANGE } from '#protocol/limits.ts';
import type { PaymentId } from '#protocol/packet.ts';
import { isFault, verifyMessage } from '#protocol/verify.ts';
import { type Network, network } from '#test/support/network.ts';
import { key, keys, nameOf, UAH } from '#test/support/packets.ts';
import { verify } from '#test/support/people.ts';

const id = '5d'.repeat(16);
let net: Network;

/** Each of `debts` ("AB": A owes B) is made by a payment, while nobody looks for rings. */
function owing(names: string, debts: Readonly<Record<string, bigint>>): void {
  net = network(names);
  for (const [pair, amount] of Object.entries(debts)) {
    const [debtor, creditor] = [...pair] as [string, string];
    net.trust(creditor + debtor);
    net.pay(debtor, creditor, amount, { routes: [[pair, amount]] });
    net.run();
  }
  for (const name of names) net.machine(name).records.seeking = 'asked';
}

function circle(names: string, amount = 10n): void {
  owing(
    names,
    Object.fromEntries([...names].map((name, at) => [name + (names[(at + 1) % names.length] ?? ''), amount])),
  );
}

/** What is sent when the walks for a debt to `name` have found nothing. */
function probeFrom(name: string, debtor: string) {
  const timer = { type: 'seek', neighbour: key(debtor), equivalent: UAH, tries: WALKS_PER_CHANGE } as const;
  const step = net.machine(name).timer(timer);
  for (const { to, message } of step.messages) net.forge(name, nameOf(to), message);
  return step;
}

const probe = (side: Side, hops = 1, of = id): RingProbe => ({
  type: 'ring-probe',
  id: of,
  equivalent: UAH,
  side,
  hops,
});
const half = (side: Side, names: string, amount = 10n, of = id): RingHalf => ({
  ...{ type: 'ring-half', id: of, equivalent: UAH, side, nodes: keys(names), amount },
});

describe('a probe', () => {
  it.each(['ABC', 'ABCD', 'ABCDEFG', 'ABCDEFGHIJKLMNOP'])('finds the ring %s, which is cleared', (names) => {
    circle(names);
    probeFrom('A', names.at(-1) as string);
    net.run();
    for (const name of names) {
      expect(net.balances(name)).toEqual({});
      expect(net.notices(name, 'cleared')).toMatchObject([{ amount: 10n }]);
    }
    expect(net.held).toBe(0n);
  });

  it('finds none that is longer than a ring may be', () => {
    circle('ABCDEFGHIJKLMNOPQ');
    probeFrom('A', 'Q');
    net.run();
    expect(net.balances('A')).toEqual({ B: -10n, Q: 10n });
  });

  it('clears as much as the least debt, whoever began it', () => {
    owing('ABCD', { AB: 30n, BC: 7n, CD: 20n, DA: 25n });
    probeFrom('C', 'B');
    net.run();
    expect(net.balances('A')).toEqual({ B: -23n, D: 18n });
    expect(net.balances('C')).toEqual({ D: -13n });
  });

  it('comes after the walks for a change, and not too often in an hour', () => {
    circle('ABC');
    const machine = net.machine('A');
    const seek = (tries: number) =>
      machine
        .timer({ type: 'seek', neighbour: key('C'), equivalent: UAH, tries })
        .sent.map((sent) => sent.split(' ')[0]);
    for (let tries = 0; tries < WALKS_PER_CHANGE; tries++) expect(seek(tries)).toEqual(['ring-walk']);
    for (let times = 0; times < MAX_RING_PROBES_PER_HOUR; times++) {
      expect(seek(WALKS_PER_CHANGE)).toEqual(['ring-probe', 'ring-probe']);
    }
    expect(seek(WALKS_PER_CHANGE)).toEqual([]);
    machine.nowMs += 3_600_000;
    expect(seek(WALKS_PER_CHANGE)).toEqual(['ring-probe', 'ring-probe']);
  });
});

describe('who gets a probe', () => {
  beforeEach(() => {
    // Two owe M, and M owes two.
    owing('MABCD', { AM: 10n, BM: 20n, MC: 30n, MD: 40n });
    net.machine('M').records.seeking = 'always';
  });

  it('passes it on along its side, to two at most, as long as it has not come too far', () => {
    const { sent } = net.machine('M').receive('C', probe('owed', RING_PROBE_HOPS - 1));
    expect([...sent].sort()).toEqual(['ring-probe → A', 'ring-probe → B']);
    expect([...net.machine('M').receive('A', probe('owes', 1, 'aa'.repeat(16))).sent].sort()).toEqual([
      'ring-probe → C',
      'ring-probe → D',
    ]);
    expect(net.machine('M').receive('C', probe('owed', RING_PROBE_HOPS, 'bb'.repeat(16))).sent).toEqual([]);
  });

  it('passes only the first of a side on', () => {
    net.machine('M').receive('C', probe('owed'));
    expect(net.machine('M').receive('D', probe('owed')).sent).toEqual([]);
  });

  it('tells both where it came from when it came from both sides', () => {
    net.machine('M').receive('C', probe('owed', RING_PROBE_HOPS));
    const step = net.machine('M').receive('A', probe('owes', RING_PROBE_HOPS));
    expect(step.messages).toEqual([
      { to: key('C'), message: half('owed', 'M', 30n) },
      { to: key('A'), message: half('owes', 'M', 10n) },
    ]);
  });

  it.each([
    ['from a debtor on the side of creditors', 'A', 'owed'],
    ['from a creditor on the side of debtors', 'C', 'owes'],
  ] as const)('%s: nothing', (_what, from, side) => {
    expect(net.machine('M').receive(from, probe(side)).sent).toEqual([]);
  });

  it('is heard no more in a second in which it has asked much', () => {
    const heard = Array.from({ length: 30 }, (_, at) => {
      const other = at.toString(16).padStart(32, '0');
      return net.machine('M').receive('C', probe('owed', 1, other)).sent.length > 0;
    });
    expect(heard.filter(Boolean)).toHaveLength(20);
    expect(net.machine('M').receive('D', probe('owed', 1, 'ee'.repeat(16))).sent.length).toBeGreaterThan(0);
  });

  it('began it: nothing', () => {
    const [sent] = probeFrom('M', 'A').messages;
    if (sent?.message.type !== 'ring-probe') throw new Error('it sends no probe');
    expect(net.machine('M').receive('C', { ...sent.message, side: 'owed' }).sent).toEqual([]);
    expect(net.machine('M').receive('A', { ...sent.message, side: 'owes' }).sent).toEqual([]);
  });

  it('says nothing and passes nothing on where rings are never looked for', () => {
    net.machine('M').records.seeking = 'never';
    expect(net.machine('M').receive('C', probe('owed')).sent).toEqual([]);
  });
});

describe('half a ring', () => {
  beforeEach(() => {
    owing('MABCD', { AM: 10n, BM: 20n, MC: 30n, MD: 40n });
    net.machine('M').receive('C', probe('owed'));
  });

  it('goes back the way of the probe, with the key and what the own debts come to', () => {
    const { messages } = net.machine('M').receive('B', half('owed', 'B', 25n));
    expect(messages).toEqual([{ to: key('C'), message: half('owed', 'MB', 20n) }]);
  });

  it.each([
    ['of a search that never was here', 'B', half('owed', 'B', 5n, 'cc'.repeat(16))],
    ['from one to whom the probe went on the other side', 'D', half('owed', 'D', 5n)],
    ['of the other side', 'B', half('owes', 'B', 5n)],
    ['with this participant on it', 'B', half('owed', 'BM', 5n)],
    ['of nothing', 'B', half('owed', 'B', 0n)],
    ['that would become too long', 'B', half('owed', 'BDEFGHIJ', 5n)],
  ])('%s: nothing', (_what, from, message) => {
    expect(net.machine('M').receive(from, message).sent).toEqual([]);
  });

  it('from a debtor to whom the probe was not passed on: nothing', () => {
    owing('MABCD', { AM: 10n, BM: 20n, CM: 30n, MD: 40n });
    const asked = net
      .machine('M')
      .receive('D', probe('owed'))
      .messages.map(({ to }) => nameOf(to));
    for (const name of 'ABC') {
      expect(net.machine('M').receive(name, half('owed', name, 5n)).sent).toHaveLength(asked.includes(name) ? 1 : 0);
    }
    expect(asked).toHaveLength(2);
  });

  it('so many of one search, and no more', () => {
    const passed = Array.from(
      { length: MAX_RING_HALVES + 3 },
      (_, at) => net.machine('M').receive('B', half('owed', `B${'CDEFGHIJKLNOPQRSTUVWXYZ'[at] ?? ''}`, 5n)).sent.length,
    );
    expect(passed.reduce((sum, count) => sum + count)).toBe(MAX_RING_HALVES);
  });

  it.each([
    ['came', 'owed', 'A', 'C'],
    ['would go', 'owes', 'C', 'A'],
  ] as const)('where a clearing is under way over the account that it %s over: nothing', (_what, side, from, to) => {
    owing('ABC', { AB: 10n, BC: 10n, CA: 10n });
    net.machine('B').records.knowledge.learn({
      ...{ type: 'ring-search', id, equivalent: UAH, isOwn: false, halves: [] },
      ...{ from: { owed: null, owes: null, [side]: key(to) }, to: { owed: [], owes: [], [side]: [key(from)] } },
    });
    net.clear('BACB', 5n);
    expect(net.machine('B').receive(from, half(side, from)).sent).toEqual([]);
  });

  it.each([
    ['that does not end with its sender', half('owed', 'CB')],
    ['of creditors that does not end with its sender', half('owes', 'BC')],
    ['with somebody on it twice', half('owed', 'BCB')],
  ])('%s: a fault', (_what, message) => {
    const { records } = net.machine('M');
    expect(isFault(verifyMessage({ records, verify, nowMs: net.nowMs }, key('B'), message))).toBe(true);
  });

  it('that comes twice is one: a ring is begun once', () => {
    owing('ABC', { AB: 10n, BC: 10n, CA: 10n });
    const { knowledge } = net.machine('A').records;
    knowledge.learn({
      ...{ type: 'ring-search', id, equivalent: UAH, isOwn: true, halves: [] },
      ...{ from: { owed: null, owes: null }, to: { owed: [key('C')], owes: [key('B')] } },
    });
    net.machine('A').receive('B', half('owes', 'B', 4n));
    expect(net.machine('A').receive('C', half('owed', 'CB', 4n)).sent).toEqual(['prepare → C']);
    net.nowMs += 5;
    // Another ring, as far as this one's hops are still free, would be begun.
    net.machine('A').records.knowledge.learn({
      ...{ type: 'ended-ring-attempt', paymentId: [...knowledge.ringAttempts()][0]?.paymentId as PaymentId },
    });
    expect(net.machine('A').receive('C', half('owed', 'CB', 4n)).sent).toEqual([]);
    expect(net.machine('A').receive('B', half('owes', 'B', 4n)).sent).toEqual([]);
    expect(net.machine('A').books('C')).toEqual([10n, 0n, 4n]);
  });

  it('of two that share a participant no ring is made', () => {
    owing('ABCD', { AB: 10n, BC: 10n, CA: 10n });
    net.machine('A').records.knowledge.learn({
      ...{ type: 'ring-search', id, equivalent: UAH, isOwn: true, halves: [] },
      ...{ from: { owed: null, owes: null }, to: { owed: [key('C')], owes: [key('B')] } },
    });
    expect(net.machine('A').receive('C', half('owed', 'CDE')).sent).toEqual([]);
    expect(net.machine('A').receive('B', half('owes', 'EDB')).sent).toEqual([]);
    expect(net.machine('A').receive('C', half('owed', 'CF')).sent).toEqual([]);
    expect(net.machine('A').receive('B', half('owes', 'FB')).sent).toEqual(['prepare → C']);
  });
});
