/** Checkpoints of a hosted participant (§3.5, §11.4): what waits for its signature, and what becomes of that. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Checkpoint, SignedCheckpoint } from '#protocol/checkpoint.ts';
import { CHECKPOINT_AGE_MS } from '#protocol/limits.ts';
import { checkpointsToSign } from '#protocol/machine/checkpoint.ts';
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

const waiting = (name: string): readonly Checkpoint[] => checkpointsToSign(net.machine(name).records, net.nowMs);
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
  it('proposes what its participant has signed, and nothing before', () => {
    const machine = host(SMALL);
    expect(
      comparedIn(machine.timer({ type: 'housekeeping', round: 9 })).map(({ message }) => message.type),
    ).not.toContain('checkpoint');
    const checkpoint = only(waiting(SMALL));
    expect(checkpoint).toMatchObject({ epoch: 1, count: 1, previous: null });
    signAs(SMALL, checkpoint);
    expect(waiting(SMALL)).toEqual([]);
    net.run();
    expect(recordOf(SMALL, LARGE)?.agreed?.checkpoint).toEqual(checkpoint);
    expect(recordOf(LARGE, SMALL)?.agreed).toEqual(recordOf(SMALL, LARGE)?.agreed);
  });

  it('may agree on what was, while more has happened since', () => {
    host(SMALL);
    const checkpoint = only(waiting(SMALL));
    net.pay('A', 'B', 5n);
    net.run();
    signAs(SMALL, checkpoint);
    net.run();
    expect(recordOf(SMALL, LARGE)?.agreed?.checkpoint).toEqual(checkpoint);
    expect(net.balances('B')).toEqual({ A: 15n });
  });

  it('proposes nothing after a loss, before it was confirmed', () => {
    host(SMALL);
    const checkpoint = only(waiting(SMALL));
    net.machine(SMALL).feed({ type: 'loss' });
    expect(waiting(SMALL)).toEqual([]);
    expect(signAs(SMALL, checkpoint).notices).toMatchObject([{ type: 'refused' }]);
    expect(recordOf(SMALL, LARGE)?.proposed ?? null).toBeNull();
  });

  it('does not propose what its books do not say, nor twice', () => {
    host(SMALL);
    const checkpoint = only(waiting(SMALL));
    const movedOn = { type: 'refused', refusal: refuse('bad-document', { why: 'the books have moved on since' }) };
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
    net.command(SMALL, { type: 'propose-checkpoints' });
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
