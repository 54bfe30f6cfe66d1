import { describe, expect, it } from 'vitest';
import { everyClog, everyMessage, everyPartition, everyStorm, type Trial } from '#simulations/matrix/every.ts';
import { CLEARING, LIMIT_CHANGE, PAYMENT, PLANS } from '#simulations/matrix/plans.ts';

const failed = (trials: readonly Trial[]) =>
  trials.filter(
    ({ problems, outcome }) => problems.length > 0 || /in doubt|as before|not (agreed|restored)/.test(outcome),
  );

function told(what: string, trials: readonly Trial[]): readonly Trial[] {
  console.log(`${what}: ${trials.length}, ${trials.length - failed(trials).length} recovered`);
  return failed(trials);
}

describe.each(PLANS)('$name', (plan) => {
  it('heals when any one message is lost, doubled or late', () => {
    const trials = everyMessage(plan);
    for (const word of ['lost', 'doubled', 'late']) {
      const these = trials.filter(({ what }) => what.endsWith(` is ${word}`));
      expect(told(`${plan.name}: messages ${word}`, these)).toEqual([]);
      expect(these.length).toBeGreaterThan(5);
    }
  });
});

// A packet or certificate that does not come is sent again: no single message decides what comes of it.
describe.each([PAYMENT, LIMIT_CHANGE, CLEARING])('$name', (plan) => {
  it('comes to the same whatever message is lost, doubled or late', () => {
    expect(everyMessage(plan).filter(({ outcome }) => !/^(paid|cleared)/.test(outcome))).toEqual([]);
  });

  it('heals after a partition of every shape at every message', () => {
    const trials = everyPartition(plan);
    expect(told(`${plan.name}: partitions`, trials)).toEqual([]);
    expect(trials.length).toBeGreaterThan(25);
  });

  it('heals after a one-way clog of every link from every message on', () => {
    const trials = everyClog(plan);
    expect(told(`${plan.name}: clogs`, trials)).toEqual([]);
    expect(trials.length).toBeGreaterThan(25);
  });

  it('heals after a storm of reconnections at every message', () => {
    const trials = everyStorm(plan);
    expect(told(`${plan.name}: storms`, trials)).toEqual([]);
    expect(trials.length).toBeGreaterThan(5);
  });
});
