import { describe, expect, it } from 'vitest';
import { readCommunity, stepsOf } from '#node/community/rows.ts';
import { UNIT } from '#protocol/amount.ts';
import { type PaymentOutcome, SimulatedCommunity } from '#simulations/community.ts';
import { randomCommunityFile } from '#test/support/community-files.ts';
import { CommunityOracle } from '#test/support/community-oracle.ts';
import { atScale } from '#test/support/scale.ts';

const FILES = atScale(150, 500);

const SHAPE = { participants: [3, 14], rows: [10, 40] } as const;

/** Carries a random file out in the simulator; the oracle judges every step, and the debts after it. */
function judge(seed: number): CommunityOracle {
  const community = readCommunity(Buffer.from(randomCommunityFile(seed, SHAPE)));
  if (!('rows' in community)) throw new Error(JSON.stringify(community));
  const { participants, rows } = community;
  const steps = stepsOf(rows);
  const simulated = new SimulatedCommunity(participants, steps, seed);
  const oracle = new CommunityOracle(participants);
  for (const step of steps) {
    if (step.kind === 'trust') oracle.trust(step, simulated.trust(step));
    else oracle.pay(step.rows, simulated.pay(step.rows));
    oracle.debts(simulated.debts());
    if (!simulated.zeroSum) oracle.complaints.push('the books of two ends differ');
    if (oracle.complaints.length > 0) break;
  }
  oracle.complaints.push(...simulated.violations.map(({ invariant, what }) => `${invariant}: ${what}`));
  return oracle;
}

describe('random communities in the simulator', () => {
  it(`become what the oracle says, row by row, in ${FILES} files`, () => {
    const totals: Record<string, number> = {};
    for (let seed = 1; seed <= FILES; seed++) {
      const { complaints, counts } = judge(seed);
      expect(complaints, `seed ${seed}`).toEqual([]);
      for (const [what, count] of Object.entries(counts)) totals[what] = (totals[what] ?? 0) + count;
    }
    // Each kind of judgement was made, many times.
    expect(Object.entries(totals).filter(([, count]) => count < FILES / 25)).toEqual([]);
  });
});

describe('the oracle', () => {
  const trust = (from: string, to: string, limit: bigint) =>
    ({ kind: 'trust', from, to, equivalent: 'UAH', limit: limit * UNIT }) as const;
  const done = { from: 'A', to: 'C', equivalent: 'UAH', amount: '40', state: 'COMMITTED', refusal: null } as const;
  const refused = { ...done, state: 'ABORTED', hops: null, routes: [] } as const;
  const hop = { from: 'B', to: 'C' };
  const accepted = { from: '', to: '', equivalent: '', limit: '', refusal: null };

  /** A pays C over B, who lets A owe 100, or over D, if `limitOfD` is not 0; C lets B owe 50. */
  function oracleOf(amount: bigint, outcome: PaymentOutcome, limitOfD = 0n): CommunityOracle {
    const oracle = new CommunityOracle(['A', 'B', 'C', 'D', 'E']);
    oracle.trust(trust('B', 'A', 100n), accepted);
    oracle.trust(trust('C', 'B', 50n), accepted);
    oracle.trust(trust('D', 'A', 100n), accepted);
    oracle.trust(trust('E', 'D', 100n), accepted);
    oracle.trust(trust('C', 'E', limitOfD), accepted);
    oracle.pay([{ from: 'A', to: 'C', equivalent: 'UAH', amount: amount * UNIT, id: null }], [outcome]);
    return oracle;
  }

  it('is content with what is right', () => {
    const paid = oracleOf(40n, { ...done, hops: 2, routes: [{ nodes: ['A', 'B', 'C'], amount: '40' }] });
    paid.debts([
      { debtor: 'A', creditor: 'B', equivalent: 'UAH', amount: '40' },
      { debtor: 'B', creditor: 'C', equivalent: 'UAH', amount: '40' },
    ]);
    expect(paid.complaints).toEqual([]);
    const long = oracleOf(
      60n,
      { ...done, amount: '60', hops: 3, routes: [{ nodes: ['A', 'D', 'E', 'C'], amount: '60' }] },
      100n,
    );
    expect(long.complaints).toEqual([]);
    const refusal = { code: 'insufficient', hop, limit: '50', maxNow: '50' };
    expect(oracleOf(60n, { ...refused, amount: '60', refusal }).complaints).toEqual([]);
  });

  it.each<[string, bigint, PaymentOutcome]>([
    [
      'a refusal of what could be carried',
      40n,
      { ...refused, refusal: { code: 'insufficient', hop, limit: '50', maxNow: '50' } },
    ],
    ['a payment over a limit', 60n, { ...done, hops: 2, routes: [{ nodes: ['A', 'B', 'C'], amount: '60' }] }],
    ['routes that do not add up', 40n, { ...done, hops: 2, routes: [{ nodes: ['A', 'B', 'C'], amount: '30' }] }],
    ['a way that is none', 40n, { ...done, hops: 2, routes: [{ nodes: ['A', 'D', 'C'], amount: '40' }] }],
    ['hops that are not those of the way', 40n, { ...done, hops: 2, routes: [{ nodes: ['A', 'C'], amount: '40' }] }],
    [
      'a refusal that names a hop with room',
      60n,
      { ...refused, refusal: { code: 'insufficient', hop: { from: 'A', to: 'B' }, limit: '100', maxNow: '100' } },
    ],
    [
      'another limit than there is',
      60n,
      { ...refused, refusal: { code: 'insufficient', hop, limit: '60', maxNow: '50' } },
    ],
    [
      'another room than there is',
      60n,
      { ...refused, refusal: { code: 'insufficient', hop, limit: '50', maxNow: '10' } },
    ],
    [
      'no route where there is one',
      60n,
      { ...refused, refusal: { code: 'no-route', hop: null, limit: null, maxNow: null } },
    ],
    ['a refusal without a reason', 60n, { ...refused, refusal: null }],
  ])('complains of %s', (_what, amount, outcome) => {
    expect(oracleOf(amount, outcome).complaints).not.toEqual([]);
  });

  it('complains of other debts, of limits below a debt, and of one id with two outcomes', () => {
    const paid = { ...done, hops: 2, routes: [{ nodes: ['A', 'B', 'C'], amount: '40' }] };
    const missing = oracleOf(40n, paid);
    missing.debts([{ debtor: 'A', creditor: 'B', equivalent: 'UAH', amount: '40' }]);
    expect(missing.complaints).toHaveLength(1);

    const lowered = oracleOf(40n, paid);
    lowered.trust(trust('B', 'A', 39n), accepted);
    expect(lowered.complaints).toHaveLength(1);

    const twice = oracleOf(40n, paid);
    const row = { from: 'A', to: 'C', equivalent: 'UAH', amount: 5n * UNIT, id: 'x' };
    twice.pay(
      [row, row],
      [
        { ...paid, amount: '5', routes: [{ nodes: ['A', 'B', 'C'], amount: '5' }] },
        { ...refused, amount: '5' },
      ],
    );
    expect(twice.complaints).toHaveLength(1);
  });
});
