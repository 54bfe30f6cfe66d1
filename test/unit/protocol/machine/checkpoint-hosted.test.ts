/** Checkpoints of a hosted participant (§3.5, §11.4): what waits for its signature, and what becomes of that. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Checkpoint, SignedCheckpoint } from '#protocol/checkpoint.ts';
import { CHECKPOINT_AGE_MS } from '#protocol/limits.ts';
import { checkpointToSign } from '#protocol/machine/checkpoint.ts';
import { refuse } from '#protocol/refusals.ts';
import { comparedIn, type Machine } from '#test/support/machine.ts';
import { chain, type Network } from '#test/support/network.ts';
import { key, UAH } from '#test/support/packets.ts';

/** The names of two neighbours, the one with the smaller key first. */
const [SMALL, LARGE] = key('A') < key('B') ? ['A', 'B'] : ['B', 'A'];

let net: Network;

/** A has paid B 10, and nothing has happened for a while. */
beforeEach(() => {
  net = chain('AB');
  net.compares = true;
  net.pay('A', 'B', 10n);
  net.wait(CHECKPOINT_AGE_MS);
});

/** Its host signs no documents; the participant does, when it is there. */
function host(name: string): Machine {
  const machine = net.machine(name);
  machine.records.isHosted = true;
  machine.maySign = ({ domain }) => domain !== 'geo/1/checkpoint';
  return machine;
}

/** What it is asked to sign. */
function waiting(name: string): readonly Checkpoint[] {
  const { records } = net.machine(name);
  return [...records.accounts()].flatMap((account) => checkpointToSign(records, account) ?? []);
}
const housekeeping = (name: string) => net.machine(name).timer({ type: 'housekeeping', round: 9 });

const recordOf = (name: string, other: string) => net.machine(name).records.checkpoint(key(other), UAH);

/** The participant is there for as long as this takes. */
function signAs(name: string, checkpoint: Checkpoint) {
  const machine = net.machine(name);
  const { maySign } = machine;
  machine.maySign = () => true;
  const step = net.command(name, { type: 'sign-checkpoint', checkpoint });
  machine.maySign = maySign;
  return step;
}

function only(all: readonly Checkpoint[]): Checkpoint {
  const [first, ...others] = all;
  if (first === undefined || others.length > 0) throw new Error(`${all.length} checkpoints wait`);
  return first;
}

describe('the smaller key', () => {
  const movedOn = { type: 'refused', refusal: refuse('bad-document', { why: 'the books have moved on since' }) };

  it('asks its participant when a checkpoint is due, once, and proposes what that has signed', () => {
    host(SMALL);
    const first = housekeeping(SMALL);
    expect(comparedIn(first).map(({ message }) => message.type)).not.toContain('checkpoint');
    const checkpoint = only(waiting(SMALL));
    expect(checkpoint).toMatchObject({ epoch: 1, count: 1, previous: null });
    expect(first.saved).toContainEqual(recordOf(SMALL, LARGE));
    const again = housekeeping(SMALL);
    expect(again.saved.map(({ type }) => type)).not.toContain('checkpoint');
    expect(comparedIn(again).map(({ message }) => message.type)).not.toContain('checkpoint');
    signAs(SMALL, checkpoint);
    expect(waiting(SMALL)).toEqual([]);
    net.run();
    expect(recordOf(SMALL, LARGE)?.agreed?.checkpoint).toEqual(checkpoint);
    expect(recordOf(LARGE, SMALL)?.agreed).toEqual(recordOf(SMALL, LARGE)?.agreed);
  });

  it('refuses what would make untrue what it has asked for', () => {
    host(SMALL);
    housekeeping(SMALL);
    const { untilMs } = only(waiting(SMALL));
    expect(net.machine(SMALL).records.account(key(LARGE), UAH)?.refuseUntilMs).toBe(untilMs);
  });

  it('agrees on what was asked for, while more has happened since', () => {
    host(SMALL);
    housekeeping(SMALL);
    const checkpoint = only(waiting(SMALL));
    net.pay('A', 'B', 5n);
    net.run();
    expect(only(waiting(SMALL))).toEqual(checkpoint);
    signAs(SMALL, checkpoint);
    net.run();
    expect(recordOf(SMALL, LARGE)?.agreed?.checkpoint).toEqual(checkpoint);
    expect(net.balances('B')).toEqual({ A: 15n });
  });

  it('takes what it has asked for before a crash, when it asks for something else after it', () => {
    const machine = host(SMALL);
    const before = machine.backup();
    housekeeping(SMALL);
    const signed = only(waiting(SMALL));
    net.restore(SMALL, before);
    machine.records.isHosted = true;
    net.pay('A', 'B', 5n);
    net.wait(CHECKPOINT_AGE_MS);
    housekeeping(SMALL);
    expect(only(waiting(SMALL)).untilMs).toBeGreaterThan(signed.untilMs);
    signAs(SMALL, signed);
    net.run();
    expect(recordOf(SMALL, LARGE)?.agreed?.checkpoint).toEqual(signed);
  });

  it('has lost something when both have signed what it has only asked for', () => {
    const machine = host(SMALL);
    housekeeping(SMALL);
    const before = machine.backup();
    signAs(SMALL, only(waiting(SMALL)));
    net.run();
    const signed = recordOf(LARGE, SMALL)?.agreed as SignedCheckpoint;
    machine.restore(before);
    machine.records.isHosted = true;
    expect(machine.receive(LARGE, { type: 'checkpoint', signed }).notices).toContainEqual({ type: 'restored' });
  });

  it('asks and proposes nothing after a loss, before it was confirmed', () => {
    host(SMALL);
    housekeeping(SMALL);
    const checkpoint = only(waiting(SMALL));
    net.machine(SMALL).feed({ type: 'loss' });
    expect(waiting(SMALL)).toEqual([]);
    expect(signAs(SMALL, checkpoint).notices).toMatchObject([{ type: 'refused' }]);
    expect(recordOf(SMALL, LARGE)?.proposed?.smallerSignature).toBeNull();
  });

  it('does not propose what its books do not say, nor twice', () => {
    host(SMALL);
    housekeeping(SMALL);
    const checkpoint = only(waiting(SMALL));
    const wrong = signAs(SMALL, { ...checkpoint, balance: checkpoint.balance + 1n });
    expect([comparedIn(wrong), wrong.saved, wrong.notices]).toEqual([[], [], [movedOn]]);
    const first = signAs(SMALL, checkpoint);
    expect(first.notices).toEqual([]);
    expect(signAs(SMALL, checkpoint).notices).toEqual([movedOn]);
  });
});

describe('the larger key', () => {
  beforeEach(() => {
    host(LARGE);
    net.command(SMALL, { type: 'propose-checkpoints', which: 'all' });
    net.run();
  });

  const proposed = (): SignedCheckpoint => recordOf(SMALL, LARGE)?.proposed as SignedCheckpoint;

  it('keeps what its books bear out until its participant signs it', () => {
    expect(recordOf(LARGE, SMALL)).toMatchObject({ agreed: null, proposed: proposed() });
    const again = net.machine(LARGE).receive(SMALL, { type: 'checkpoint', signed: proposed() });
    expect([again.saved, comparedIn(again)]).toEqual([[], []]);
    const checkpoint = only(waiting(LARGE));
    expect(checkpoint).toEqual(proposed().checkpoint);
    expect(comparedIn(signAs(LARGE, checkpoint))).toMatchObject([{ to: key(SMALL), message: { type: 'checkpoint' } }]);
    net.run();
    expect(recordOf(SMALL, LARGE)?.agreed?.largerSignature).not.toBeNull();
    expect(recordOf(SMALL, LARGE)).toEqual({ ...recordOf(LARGE, SMALL), neighbour: key(LARGE) });
  });

  it('signs nothing else than what was proposed', () => {
    const checkpoint = only(waiting(LARGE));
    const step = signAs(LARGE, { ...checkpoint, untilMs: checkpoint.untilMs + 1 });
    expect(step.notices).toEqual([
      { type: 'refused', refusal: refuse('bad-document', { why: 'the books have moved on since' }) },
    ]);
    expect(recordOf(LARGE, SMALL)?.agreed).toBeNull();
  });

  it('has forgotten something when it is shown its own signature that it does not know', () => {
    const before = net.machine(LARGE).backup();
    signAs(LARGE, only(waiting(LARGE)));
    net.run();
    const signed = recordOf(SMALL, LARGE)?.agreed as SignedCheckpoint;
    const machine = net.machine(LARGE);
    machine.restore(before);
    machine.records.isHosted = true;
    expect(machine.receive(SMALL, { type: 'checkpoint', signed }).notices).toContainEqual({ type: 'restored' });
  });
});
