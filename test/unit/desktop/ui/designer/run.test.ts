import { describe, expect, it } from 'vitest';
import { type Design, EMPTY } from '#desktop/ui/src/designer/model.ts';
import { type Kind, Run, type RunSettings } from '#desktop/ui/src/designer/run.ts';

const SETTINGS: RunSettings = { delayMs: 50, clears: false, isMapKnown: true };
const OF_PAYMENTS: ReadonlySet<Kind> = new Set(['payment']);
const person = (name: string) => ({ name, x: 0, y: 0 });
const line = (from: string, to: string, limit: number, owed = 0) => ({ from, to, limit, owed });

/** Anna can pay Carol over Boris. */
const CHAIN: Design = {
  ...EMPTY,
  people: ['Anna', 'Boris', 'Carol'].map(person),
  lines: [line('Boris', 'Anna', 10), line('Carol', 'Boris', 8)],
};
const RING: Design = {
  ...EMPTY,
  people: ['Anna', 'Boris', 'Carol'].map(person),
  lines: [line('Anna', 'Boris', 10, 4), line('Boris', 'Carol', 10, 3), line('Carol', 'Anna', 10, 5)],
};

function begin(design: Design, settings: Partial<RunSettings> = {}): Run {
  const run = Run.begin(design, { ...SETTINGS, ...settings });
  if (typeof run === 'string') throw new Error(run);
  return run;
}

/** Each message of payments as it was sent, `A-prepare-B`. */
const sent = (run: Run): string[] =>
  run.log
    .filter(({ what }) => ['prepare', 'commit', 'abort'].includes(what))
    .map(({ from, what, to }) => `${from}-${what}-${to}`);
const owed = (run: Run): Record<string, string> =>
  Object.fromEntries(run.accounts().map(({ from, to, owed }) => [`${to} owes ${from}`, owed]));

describe('a network that runs', () => {
  it('shows PREPARE going hop by hop, and COMMIT coming back', () => {
    const run = begin(CHAIN);
    run.pay('Anna', 'Carol', 5);
    expect(sent(run)).toEqual(['Anna-prepare-Boris']);
    expect(run.flights(OF_PAYMENTS)).toMatchObject([{ entry: { from: 'Anna', to: 'Boris', amount: '5' }, share: 0 }]);
    run.advance(25);
    expect(run.flights(OF_PAYMENTS)).toMatchObject([{ share: 0.5 }]);
    expect(run.step(OF_PAYMENTS)).toBe(true);
    expect(sent(run)).toEqual(['Anna-prepare-Boris', 'Boris-prepare-Carol']);
    expect(run.held().map(({ who, state, waitsFor }) => [who, state, waitsFor])).toEqual([
      ['Anna', 'prepared', ['Boris', 'Carol']],
      ['Boris', 'prepared', ['Carol']],
    ]);
    expect(run.accounts()).toMatchObject([
      { from: 'Anna', to: 'Boris', kept: '0', otherKept: '5' },
      { from: 'Boris', to: 'Carol', kept: '0', otherKept: '5' },
    ]);
    run.rest();
    expect(sent(run).slice(2)).toEqual(['Carol-commit-Boris', 'Boris-commit-Anna']);
    expect(run.payments()).toMatchObject([{ from: 'Anna', to: 'Carol', amount: '5', state: 'paid', why: null }]);
    expect(owed(run)).toEqual({ 'Boris owes Anna': '-5', 'Carol owes Boris': '-5' });
    expect([run.held(), run.isOnItsWay()]).toEqual([[], false]);
  });

  it('says why a payment is not made', () => {
    const run = begin(CHAIN);
    run.pay('Anna', 'Carol', 9);
    run.rest();
    expect(run.payments()).toMatchObject([{ state: 'not-paid', why: expect.stringMatching(/^[a-z-]+$/) as string }]);
    expect(owed(run)).toEqual({ 'Boris owes Anna': '0', 'Carol owes Boris': '0' });
  });

  it('holds what waits for somebody who was stopped, and settles it when they are back', () => {
    const run = begin(CHAIN);
    run.pay('Anna', 'Carol', 5);
    // Up to the COMMIT that reaches Boris.
    while (run.held().find(({ who }) => who === 'Boris')?.state !== 'committed') run.step(OF_PAYMENTS);
    run.kill('Boris');
    expect(run.isUp('Boris')).toBe(false);
    expect(run.log.filter(({ state }) => state === 'lost').map(({ what, to }) => [what, to])).toEqual([
      ['commit', 'Anna'],
      ['ack', 'Carol'],
    ]);
    run.rest();
    expect(run.payments()).toMatchObject([{ state: 'under-way' }]);
    expect(run.held()).toContainEqual(
      expect.objectContaining({ who: 'Anna', state: 'prepared', amount: '5', waitsFor: ['Boris', 'Carol'] }),
    );
    run.start('Boris');
    run.rest();
    expect([run.payments()[0]?.state, run.held()]).toEqual(['paid', []]);
    expect(owed(run)).toEqual({ 'Boris owes Anna': '-5', 'Carol owes Boris': '-5' });
  });

  it('loses what is on a link that is cut, and heals when it is there again', () => {
    const run = begin(CHAIN);
    run.pay('Anna', 'Carol', 5);
    run.step(OF_PAYMENTS);
    run.cut('Carol', 'Boris');
    expect(run.log.at(-1)).toMatchObject({ what: 'prepare', to: 'Carol', state: 'lost' });
    expect(run.accounts()).toMatchObject([{ isCut: false }, { isCut: true }]);
    run.rest();
    expect(run.held()).not.toEqual([]);
    run.join('Boris', 'Carol');
    run.rest();
    expect(run.held()).toEqual([]);
    const [payment] = run.payments();
    expect(owed(run)['Carol owes Boris']).toBe(payment?.state === 'paid' ? '-5' : '0');
  });

  it('stays cut where somebody beside the cut is started again', () => {
    const run = begin(CHAIN);
    run.cut('Boris', 'Carol');
    run.kill('Boris');
    run.start('Boris');
    run.pay('Boris', 'Carol', 1);
    run.rest();
    expect(run.payments()).not.toMatchObject([{ state: 'paid' }]);
    run.join('Boris', 'Carol');
    run.pay('Boris', 'Carol', 1);
    run.rest();
    expect(run.payments()[1]).toMatchObject({ state: 'paid' });
  });

  it('clears a circle when it is asked to', () => {
    const run = begin(RING);
    run.rest();
    expect([run.cleared, owed(run)]).toEqual([
      [],
      { 'Boris owes Anna': '4', 'Carol owes Boris': '3', 'Carol owes Anna': '-5' },
    ]);
    run.clear();
    run.rest();
    expect(run.cleared).toEqual(['3']);
    expect(owed(run)).toEqual({ 'Boris owes Anna': '1', 'Carol owes Boris': '0', 'Carol owes Anna': '-2' });
  });

  it('tells in words what cannot be run', () => {
    const twice = { ...CHAIN, people: [...CHAIN.people, person('Anna')] };
    expect(Run.begin(twice, SETTINGS)).toBe('network.participants: “Anna” is there twice: names differ');
  });
});

describe('the payments of a study', () => {
  it('are made at their times, one of them by nobody when its payer is stopped', () => {
    const payments = [
      { at: 0, from: 'Anna', to: 'Carol', amount: 2 },
      { at: 60, from: 'Anna', to: 'Carol', amount: 3 },
      { at: 120, from: 'Boris', to: 'Carol', amount: 1 },
    ];
    const run = begin({ ...CHAIN, payments });
    run.advance(1_000);
    expect(run.payments().map(({ state }) => state)).toEqual(['paid', 'planned', 'planned']);
    expect(run.isQuiet).toBe(false);
    run.advance(70_000);
    run.kill('Boris');
    run.rest();
    expect(run.payments().map(({ state }) => state)).toEqual(['paid', 'paid', 'not-paid']);
    expect(run.isQuiet).toBe(true);
    expect(run.nowMs).toBeGreaterThan(120_000);
    expect(owed(run)).toEqual({ 'Boris owes Anna': '-5', 'Carol owes Boris': '-5' });
  });
});
