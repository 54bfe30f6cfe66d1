/** After a start (§8.8): what was signed before it may have been lost, and is asked for before anything is signed. */
import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_CLOCK_SKEW_MS } from '#protocol/limits.ts';
import { refuse } from '#protocol/refusals.ts';
import { type Backup, causeIn } from '#test/support/machine.ts';
import { chain, type Network } from '#test/support/network.ts';
import { draft, key, UAH } from '#test/support/packets.ts';

let net: Network;
let old: Backup;

/** A can pay C through B; `old` is a copy of B's records. */
beforeEach(() => {
  net = chain('ABC');
  net.compares = true;
  old = net.machine('B').backup();
});

/** B starts from a copy of its records, and is not told that it is an old one. */
function startFrom(backup: Backup): void {
  for (const pair of ['AB', 'BC']) net.cut(pair);
  const machine = net.machine('B');
  machine.restore(backup);
  machine.records.begin(net.nowMs);
}

const isCompared = (other: string) =>
  (net.machine('B').records.account(key(other), UAH)?.comparedAtMs ?? 0) >= net.machine('B').records.startedAtMs;

describe('an old copy of the records that nobody speaks of', () => {
  beforeEach(() => {
    net.pay('A', 'C', 10n);
    net.until('B ---commit--> A');
    net.drop('B ---commit--> A');
    net.run();
    net.nowMs += 90_000;
    startFrom(old);
  });

  it('nothing is answered before both neighbours were heard; then the loss is known, and nothing is lost', () => {
    net.link('AB');
    net.run();
    const [under] = net.machine('A').transactions();
    expect(net.machine('B').records.positions(under?.txId as never)).toEqual([]);
    expect(net.machine('A').books('B')).toEqual([0n, 0n, 10n]);
    net.link('BC');
    net.wait(700_000);
    expect(net.machine('B').isRestored).toBe(true);
    expect(net.balances('B')).toEqual({ A: 10n, C: -10n });
    expect(net.balances('A')).toEqual({ B: -10n });
    expect(net.held).toBe(0n);
  });
});

describe('a start from the newest records', () => {
  it('books that agree are compared by the first messages of the link', () => {
    startFrom(net.machine('B').backup());
    expect([isCompared('A'), isCompared('C')]).toEqual([false, false]);
    for (const pair of ['AB', 'BC']) net.link(pair);
    net.run();
    expect([isCompared('A'), isCompared('C')]).toEqual([true, true]);
    net.pay('A', 'C', 5n);
    net.wait(1_000);
    expect(net.balances('B')).toEqual({ A: 5n, C: -5n });
  });

  it.each([
    ['a node of its own asks for all there is', false],
    ['a hosted participant only where the first messages do not agree', true],
  ])('%s', (_what, isHosted) => {
    startFrom(net.machine('B').backup());
    net.machine('B').records.isHosted = isHosted;
    net.link('AB');
    net.run();
    expect(isCompared('A')).toBe(true);
    expect(net.story.includes('B ---recover--> A')).toBe(!isHosted);
  });

  it('books that differ by what is on its way are too: nothing in them is unknown', () => {
    net.pay('A', 'C', 10n);
    net.until('C ---commit--> B');
    net.drop('C ---commit--> B');
    startFrom(net.machine('B').backup());
    for (const pair of ['AB', 'BC']) net.link(pair);
    net.wait(5_000);
    expect(net.machine('B').isRestored).toBe(false);
    expect([isCompared('A'), isCompared('C')]).toEqual([true, true]);
    expect(net.balances('B')).toEqual({ A: 10n, C: -10n });
  });

  it('books are not compared by a list of which this node knows another route only', () => {
    startFrom(net.machine('B').backup());
    const machine = net.machine('B');
    machine.link('A');
    const known = draft('ABC');
    machine.nowMs += 3 * MAX_CLOCK_SKEW_MS;
    machine.receive('A', draft('ABC', { createdAtMs: machine.nowMs }).prepare(1));
    const [transaction] = machine.transactions();
    const txId = transaction?.txId ?? known.txId;
    const hops = (routeIndex: number) =>
      ({
        type: 'hops',
        equivalent: UAH,
        untilMs: 0,
        isWhole: true,
        hops: [{ txId, routeIndex, hop: 0 }],
        held: [],
      }) as const;
    machine.receive('A', hops(1));
    expect(isCompared('A')).toBe(false);
    machine.receive('A', { ...hops(0), isWhole: false });
    expect(isCompared('A')).toBe(false);
    machine.receive('A', hops(0));
    expect(isCompared('A')).toBe(true);
  });

  it('until then a packet that may be older gets no answer, a newer one a refusal', () => {
    startFrom(net.machine('B').backup());
    const machine = net.machine('B');
    machine.link('A');
    machine.link('C');
    const older = draft('ABC', { createdAtMs: net.nowMs + MAX_CLOCK_SKEW_MS });
    expect(machine.receive('A', older.prepare(1))).toMatchObject({ sent: [], saved: [] });
    machine.nowMs += 2 * MAX_CLOCK_SKEW_MS;
    const newer = draft('ABC', { createdAtMs: machine.nowMs });
    expect(causeIn(machine.receive('A', newer.prepare(1)))).toEqual(refuse('account-unsure', { hop: 0 }));
  });

  it('a clock that stepped back does not make an old comparison a new one', () => {
    const before = net.machine('B').records.account(key('A'), UAH)?.comparedAtMs ?? 0;
    net.nowMs = before - 1_000_000;
    startFrom(net.machine('B').backup());
    expect(isCompared('A')).toBe(false);
  });
});
