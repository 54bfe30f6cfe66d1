/** After a loss (§8.4): what neighbours bring back, when two agree, what the owner confirms, and what stays for ever. */
import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_CLOCK_SKEW_MS } from '#protocol/limits.ts';
import { refuse } from '#protocol/refusals.ts';
import { causeIn, comparedIn, lineMessage, refusalIn } from '#test/support/machine.ts';
import { chain, type Network } from '#test/support/network.ts';
import { draft, key, UAH } from '#test/support/packets.ts';

let net: Network;

/** A pays C 10 through B; then B loses everything, and its links come up one by one. */
beforeEach(() => {
  net = chain('ABC');
  net.compares = true;
  net.pay('A', 'C', 10n);
  net.wait(1_000);
});

const standing = (name: string, other: string) => net.machine(name).records.account(key(other), UAH)?.standing;
const confirm = (regardless = false) => net.command('B', { type: 'confirm-restored', regardless });

function comeBack(): void {
  net.lose('B');
  for (const pair of ['AB', 'BC']) {
    net.link(pair);
    net.wait(5_000);
  }
}

describe('words only', () => {
  it('lines, balances and proofs come back from the neighbours', () => {
    comeBack();
    expect(net.balances('B')).toEqual({ A: 10n, C: -10n });
    const { records } = net.machine('B');
    expect(records.line(key('B'), key('A'), UAH)?.signed.line.limit).toBe(100n);
    expect(records.line(key('C'), key('B'), UAH)?.signed.line.limit).toBe(100n);
    const [transaction] = net.machine('A').transactions();
    expect(records.positions(transaction?.txId as never)).toHaveLength(1);
  });

  it('own payments, too: the same payment id is the same payment', () => {
    const paymentId = net.pay('B', 'C', 4n);
    net.wait(1_000);
    comeBack();
    expect(net.payment('B', paymentId)).toMatchObject({ state: 'COMMITTED', amount: 4n, receiver: key('C') });
    net.command('B', { type: 'confirm-restored', regardless: false });
    net.wait(2 * MAX_CLOCK_SKEW_MS);
    net.pay('B', 'C', 4n, { paymentId });
    net.wait(1_000);
    expect(net.balances('C')).toEqual({ B: 14n });
  });

  it('each account agrees; nothing is signed before the owner has confirmed', () => {
    comeBack();
    expect([standing('B', 'A'), standing('B', 'C')]).toEqual(['agreed', 'agreed']);
    net.nowMs += 120_000;
    const fresh = draft('ABC', { createdAtMs: net.nowMs });
    expect(causeIn(net.machine('B').receive('A', fresh.prepare(1)))).toEqual(refuse('node-restored', {}));
    const before = net.machine('B').records.line(key('B'), key('A'), UAH)?.signed.line.seq ?? 0;
    confirm();
    net.run();
    expect([standing('B', 'A'), standing('B', 'C')]).toEqual(['confirmed', 'confirmed']);
    expect(net.machine('B').records.line(key('B'), key('A'), UAH)?.signed.line.seq).toBeGreaterThan(before);
    expect(net.pay('A', 'C', 5n)).toBeDefined();
    net.wait(1_000);
    expect(net.balances('B')).toEqual({ A: 15n, C: -15n });
  });

  it('a checkpoint that was agreed brings back what it covers, and hops only once', () => {
    for (const name of ['A', 'B', 'C']) net.command(name, { type: 'propose-checkpoints', which: 'all' });
    net.run();
    net.nowMs += 1_000;
    net.pay('A', 'C', 7n);
    net.wait(1_000);
    comeBack();
    expect(net.balances('B')).toEqual({ A: 17n, C: -17n });
    expect(net.machine('B').records.checkpoint(key('A'), UAH)?.agreed?.checkpoint.epoch).toBe(1);
    const certificate = net.machine('A').transactions()[0]?.positions[0];
    if (certificate?.state !== 'committed') throw new Error('not committed');
    net.machine('B').receive('A', { type: 'commit', certificate });
    expect(net.balances('B')).toEqual({ A: 17n, C: -17n });
  });
});

describe('the owner', () => {
  it('is told that there is nothing to confirm', () => {
    expect(refusalIn(confirm())).toEqual(refuse('not-restored', {}));
  });

  it('waits for linked neighbours, or insists; the account that has not agreed stays closed', () => {
    net.lose('B');
    net.link('AB');
    net.wait(5_000);
    net.link('BC');
    // C has not answered yet.
    net.machine('B').receive('C', lineMessage('C', 'B', 100n, { seq: net.nowMs }));
    expect(refusalIn(net.machine('B').command({ type: 'confirm-restored', regardless: false }))).toEqual(
      refuse('not-agreed', { neighbours: 1 }),
    );
    net.machine('B').command({ type: 'confirm-restored', regardless: true });
    expect([standing('B', 'A'), standing('B', 'C')]).toEqual(['confirmed', 'unsure']);
    net.nowMs += 120_000;
    const fresh = draft('ABC', { createdAtMs: net.nowMs });
    expect(causeIn(net.machine('B').receive('A', fresh.prepare(1)))).toEqual(refuse('account-unsure', { hop: 1 }));
  });
});

describe('those who were told of the loss', () => {
  it.each([
    ['on the way', 'B'],
    ['at the end', 'C'],
  ])('pass on nothing new that one %s would take for what it may have signed', (_where, lost) => {
    net.lose(lost);
    for (const pair of ['AB', 'BC']) net.link(pair);
    net.wait(5_000);
    net.command(lost, { type: 'confirm-restored', regardless: false });
    net.run();
    const early = net.pay('A', 'C', 5n);
    net.wait(1_000);
    expect(net.machine('A').records.payment(early)?.state).not.toBe('COMMITTED');
    expect(net.held).toBe(0n);
    net.wait(MAX_CLOCK_SKEW_MS);
    const late = net.pay('A', 'C', 5n);
    net.wait(1_000);
    expect(net.machine('A').records.payment(late)).toMatchObject({ state: 'COMMITTED' });
    expect(net.balances('B')).toEqual({ A: 15n, C: -15n });
  });
});

describe('for ever', () => {
  it('nothing is aborted or committed that may have been signed before the loss, though the owner has confirmed', () => {
    comeBack();
    confirm();
    net.run();
    const old = draft('ABC', { createdAtMs: net.nowMs });
    expect(net.machine('B').receive('A', old.prepare(1)).sent).toEqual(['resolve-unsigned → C']);
    expect(net.machine('B').position(old, 'prepared')).toMatchObject({ isAdopted: true });
    const received = draft('AB', { createdAtMs: net.nowMs });
    net.machine('B').receive('A', received.prepare(1));
    net.nowMs = received.header.expiresAtMs + 1;
    expect(net.machine('B').expire(received).sent).toEqual([]);
    expect(net.machine('B').state(received)).toBe('held');
    expect(net.machine('B').receive('A', received.resolve('header')).sent).toEqual([]);
  });

  it('a neighbour that comes back late does not freeze the node again', () => {
    net.lose('B');
    net.link('BC');
    net.wait(5_000);
    confirm();
    net.run();
    net.link('AB');
    net.wait(5_000);
    expect(net.machine('B').isRestored).toBe(false);
    expect(net.balances('B')).toEqual({ A: 10n, C: -10n });
    expect(standing('B', 'A')).toBe('agreed');
    confirm();
    expect(standing('B', 'A')).toBe('confirmed');
  });
});

describe('what was under way', () => {
  it('a packet that B had signed comes back by a reminder, with both hops held', () => {
    net.pay('A', 'C', 5n);
    net.until('C ---commit--> B');
    // C is about to say so, and B loses everything before it hears it.
    net.drop('C ---commit--> B');
    comeBack();
    net.wait(60_000);
    expect(net.balances('B')).toEqual({ A: 15n, C: -15n });
    expect(net.held).toBe(0n);
  });

  it('a receiver that forgot its ABORT is shown it by the neighbour, and holds nothing', () => {
    const packet = draft('AB');
    net.machine('B').receive('A', packet.prepare(1));
    expect(comparedIn(net.machine('B').receive('A', packet.prepare(1)))).toEqual([]);
    expect(net.machine('B').state(packet)).toBe('committed');
  });
});

describe('signs of loss', () => {
  it('an own line with a newer seq than is known', () => {
    const step = net.machine('B').receive('A', lineMessage('B', 'A', 999n, { seq: net.nowMs + 9 }));
    expect(step.notices.map(({ type }) => type)).toContain('restored');
    expect(net.machine('B').records.account(key('A'), UAH)?.limitGiven).toBe(999n);
    expect(standing('B', 'A')).toBe('unsure');
  });

  it('an own line that is known, or older, is none', () => {
    const known = net.machine('B').records.line(key('B'), key('A'), UAH)?.signed;
    if (known === undefined) throw new Error('no line');
    expect(net.machine('B').receive('A', { type: 'trust-line', signed: known }).saved).toEqual([]);
    expect(net.machine('B').receive('A', lineMessage('B', 'A', 999n, { seq: 1 })).saved).toEqual([]);
  });

  it('a reminder of a packet that was never known: prepared again, with the own signature', () => {
    const packet = draft('ABC');
    const step = net.machine('B').receive('C', { type: 'reminder', packet: packet.packet(2) });
    expect(step.notices.map(({ type }) => type)).toContain('restored');
    expect(net.machine('B').position(packet, 'prepared')).toMatchObject({ isAdopted: false });
    expect(net.machine('B').books('A')).toEqual([10n, 10n, 0n]);
    expect(net.machine('B').books('C')).toEqual([-10n, 0n, 10n]);
  });

  it('a summary alone is none, whatever it says', () => {
    const digest = 'ab'.repeat(32);
    const counts = { count: 9, digest, openCount: 1, openDigest: digest };
    const summary = { type: 'summary', equivalent: UAH, ownSeq: 9, theirSeq: 9, epoch: 9, checkpoint: digest } as const;
    const step = net.machine('B').receive('A', { ...summary, balance: 77n, ...counts });
    expect(step.saved).toEqual([]);
    expect(net.machine('B').isRestored).toBe(false);
  });
});
