/** Checkpoints (§3.5): when one is proposed, what the other end signs, and what is closed by it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { balanceSeenBy, type SignedCheckpoint } from '#protocol/checkpoint.ts';
import { CHECKPOINT_AGE_MS, MAX_CLOCK_SKEW_MS } from '#protocol/limits.ts';
import { refuse } from '#protocol/refusals.ts';
import { causeIn, comparedIn } from '#test/support/machine.ts';
import { chain, type Network } from '#test/support/network.ts';
import { draft, key, UAH } from '#test/support/packets.ts';

/** The names of two neighbours, the one with the smaller key first. */
const [SMALL, LARGE] = key('A') < key('B') ? ['A', 'B'] : ['B', 'A'];

let net: Network;

/** A pays C 10 through B, everything is settled, and a second has passed. */
beforeEach(() => {
  net = chain('ABC');
  net.compares = true;
  net.pay('A', 'C', 10n);
  net.wait(1_000);
});

const propose = (name: string) => net.command(name, { type: 'propose-checkpoints', which: 'all' });

function agreed(name: string, other: string): SignedCheckpoint | null {
  return net.machine(name).records.checkpoint(key(other), UAH)?.agreed ?? null;
}

describe('the smaller key', () => {
  it('proposes what both have counted; both sign it and hold the same bytes', () => {
    propose(SMALL);
    net.run();
    const signed = agreed('A', 'B');
    expect(signed).toEqual(agreed('B', 'A'));
    expect(signed?.largerSignature).not.toBeNull();
    expect(signed?.checkpoint).toMatchObject({ epoch: 1, previous: null, count: 1, untilMs: net.nowMs - 1_000 });
    expect(balanceSeenBy(key('A'), (signed as SignedCheckpoint).checkpoint)).toBe(-10n);
    expect(net.balances('B')).toEqual({ A: 10n, C: -10n });
  });

  it('alone proposes', () => {
    expect(comparedIn(propose(LARGE)).filter(({ to }) => to === key(SMALL))).toEqual([]);
  });

  it('by itself, when enough time has passed since the newest packet', () => {
    const housekeeping = () => net.machine(SMALL).timer({ type: 'housekeeping', round: 9 });
    expect(comparedIn(housekeeping()).some(({ message }) => message.type === 'checkpoint')).toBe(false);
    net.wait(CHECKPOINT_AGE_MS);
    expect(comparedIn(housekeeping()).some(({ message }) => message.type === 'checkpoint')).toBe(true);
  });

  it('shows the same bytes again until there is an answer', () => {
    const first = comparedIn(propose(SMALL));
    net.nowMs += 5_000;
    expect(comparedIn(net.machine(SMALL).command({ type: 'propose-checkpoints', which: 'all' }))).toEqual(first);
  });

  it('not while a hop between the two is undecided', () => {
    net.pay('A', 'C', 5n);
    net.until('B ---prepare--> C');
    net.drop('B ---prepare--> C');
    net.run();
    net.nowMs += 1_000;
    for (const name of ['A', 'B']) expect(comparedIn(propose(name)).map(({ to }) => to)).not.toContain(key('A'));
    expect(agreed('A', 'B')).toBeNull();
  });
});

describe('the larger key', () => {
  /** What the smaller one proposes, on its way. */
  function proposed(): SignedCheckpoint {
    const [sent] = comparedIn(propose(SMALL)).filter(({ to }) => to === key(LARGE));
    if (sent?.message.type !== 'checkpoint') throw new Error('nothing is proposed');
    return sent.message.signed;
  }

  function answer(signed: SignedCheckpoint): SignedCheckpoint | null {
    const step = net.machine(LARGE).receive(SMALL, { type: 'checkpoint', signed });
    const [sent] = comparedIn(step);
    return sent?.message.type === 'checkpoint' ? sent.message.signed : null;
  }

  it('signs what its own books say', () => {
    expect(answer(proposed())).toMatchObject({ checkpoint: { epoch: 1, count: 1 } });
  });

  it('does not sign while it has an older hop undecided', () => {
    const signed = proposed();
    const late = draft('ABC', { createdAtMs: signed.checkpoint.untilMs });
    if (LARGE === 'B') net.machine('B').receive('A', late.prepare(1));
    else net.pay('A', 'C', 1n);
    expect(answer(signed)).toBeNull();
  });

  it('shows the one that is agreed when an older epoch is proposed again', () => {
    const signed = proposed();
    const first = answer(signed);
    expect(answer(signed)).toEqual(first);
  });

  it('does not sign what lies ahead of its clock', () => {
    const signed = proposed();
    net.nowMs = signed.checkpoint.untilMs - MAX_CLOCK_SKEW_MS - 1;
    expect(answer(signed)).toBeNull();
  });
});

describe('what is closed', () => {
  beforeEach(() => {
    for (const name of ['A', 'B']) propose(name);
    net.run();
  });

  it('refuses packets that are as old', () => {
    const old = draft('ABC', { createdAtMs: net.nowMs - 1_000 });
    expect(causeIn(net.machine('B').receive('A', old.prepare(1)))).toEqual(refuse('too-old', { hop: 0 }));
    const fresh = draft('ABC', { createdAtMs: net.nowMs - 999 });
    expect(net.machine('B').receive('A', fresh.prepare(1)).sent).toEqual(['prepare → C']);
  });

  it('no ABORT changes the account any more, and no certificate counts twice', () => {
    const [transaction] = net.machine('A').transactions();
    const [position] = transaction?.positions ?? [];
    if (position?.state !== 'committed') throw new Error('not committed');
    net.machine('A').receive('B', { type: 'commit', certificate: position });
    expect(net.balances('A')).toEqual({ B: -10n });
  });

  it('the next one names the one before and covers what came since', () => {
    net.nowMs += 1_000;
    net.pay('A', 'C', 3n);
    net.wait(1_000);
    for (const name of ['A', 'B']) propose(name);
    net.run();
    expect(agreed('A', 'B')?.checkpoint).toMatchObject({ epoch: 2, count: 1 });
    expect(agreed('A', 'B')?.checkpoint.previous).toMatch(/^[0-9a-f]{64}$/);
    expect(agreed('A', 'B')).toEqual(agreed('B', 'A'));
  });
});
