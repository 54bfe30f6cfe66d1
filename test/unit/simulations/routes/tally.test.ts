import { describe, expect, it } from 'vitest';
import { rowOf, Tally } from '#simulations/routes/tally.ts';

describe('a row', () => {
  it('counts what succeeded, and what it took where it succeeded', () => {
    const tally = new Tally('some way');
    tally.count(100, { attempts: 2, routes: 1, hops: 3, hopsTried: 5, messages: 15, searches: 6 });
    tally.count(300, null);
    tally.countThere(true);
    tally.countThere(false);
    expect(rowOf([tally], [1])).toEqual({
      method: 'some way',
      success: { mean: 0.5, interval: null },
      volume: { mean: 0.25, interval: null },
      successThere: { mean: 0.5, interval: null },
      ofBound: { mean: 1, interval: null },
      attempts: { mean: 2, interval: null },
      messagesPerHop: { mean: 3, interval: null },
      messagesPerCommittedHop: { mean: 5, interval: null },
      searchesPerHop: { mean: 2, interval: null },
      hopsPerRoute: { mean: 3, interval: null },
      routes: { mean: 1, interval: null },
    });
  });

  it('has nothing to say of what was not run', () => {
    const tally = new Tally('a bound');
    tally.countThere(true);
    const row = rowOf([tally], [1]);
    expect([row.success, row.messagesPerHop, row.attempts, row.hopsPerRoute]).toEqual([null, null, null, null]);
    expect(row.ofBound?.mean).toBe(1);
  });
});
