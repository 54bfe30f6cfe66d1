import { stripVTControlCharacters } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Member } from '#node/community/member.ts';
import { membersThatFit } from '#node/community/members.ts';
import { type Outcome, outcomeJson, type PaymentOutcome } from '#node/community/outcome.ts';
import { Report } from '#node/community/report.ts';
import { type Community, type PayRow, readCommunity, type TrustRow } from '#node/community/rows.ts';
import { paymentText, trustText } from '#node/community/texts.ts';

const FILE = [
  ...['trust,Anna,Boris,UAH,100', 'trust,Carol,Boris,hour,5', 'pay,Boris,Anna,UAH,40,x'],
  ...['pay,Boris,Anna,UAH,40,x', 'pay,Boris,Anna,UAH,61', 'pay,Boris,Carol,hour,1,,g', 'pay,Boris,Anna,UAH,2,,g'],
];
const precisions = new Map([['UAH', 2]]);

const done: PaymentOutcome = {
  ...{ from: 'Boris', to: 'Anna', equivalent: 'UAH', amount: '40', state: 'COMMITTED', hops: 1, ms: 12 },
  ...{ refusal: null, routes: [{ nodes: ['Boris', 'Anna'], amount: '40' }] },
};
const refusal = { code: 'insufficient', hop: { from: 'Boris', to: 'Anna' }, limit: '100', maxNow: '60' };
const refused: PaymentOutcome = { ...done, state: 'ABORTED', amount: '61', hops: null, ms: 3, refusal, routes: [] };

describe('the text of', () => {
  const trust = { from: 'Anna', to: 'Boris', equivalent: 'UAH', limit: '30.5' };

  it.each([
    ['an opened line', null, 'Anna lets Boris owe up to 30.50 UAH'],
    [
      'a limit below the debt',
      { code: 'limit-below-debt', lowest: '40' },
      'Anna lets Boris owe up to 30.50 UAH: refused, Boris owes 40.00 UAH already. The limit stays as it was.',
    ],
    [
      'another refusal',
      { code: 'node-restored', lowest: null },
      'Anna lets Boris owe up to 30.50 UAH: refused (node-restored)',
    ],
  ])('%s', (_what, refusal, text) => {
    expect(stripVTControlCharacters(trustText({ ...trust, refusal }, precisions))).toBe(text);
  });

  it.each<[string, PaymentOutcome, boolean, string]>([
    ['a payment', done, false, 'done, 1 hop, 12 ms: Boris → Anna'],
    ['one that was done before', done, true, 'done before, nothing moved again (same ID), 1 hop, 12 ms: Boris → Anna'],
    [
      'one that a limit stopped',
      refused,
      false,
      'refused. Anna lets Boris owe at most 100.00 UAH; 60.00 more would pass now. Pay at most 60.00 UAH, or ask Anna to raise the limit for Boris.',
    ],
    [
      'one that no line carries',
      { ...refused, refusal: { ...refusal, code: 'no-trust-line', limit: null, maxNow: null } },
      true,
      'refused as before. Anna has opened no trust line to Boris and owes Boris nothing, so nothing can pass. Anna would have to open one.',
    ],
  ])('%s', (_what, outcome, isRepeated, text) => {
    expect(stripVTControlCharacters(paymentText(outcome, isRepeated, precisions))).toBe(text);
  });

  it('one without any chain of trust', () => {
    const none = { code: 'no-route', hop: null, limit: null, maxNow: null };
    const text = paymentText({ ...refused, refusal: none }, false, precisions);
    expect(stripVTControlCharacters(text)).toBe('refused. No chain of at most 6 trust lines leads from Boris to Anna.');
  });
});

describe('the report', () => {
  const community = readCommunity(Buffer.from(FILE.join('\n'))) as Community;
  const payRows = community.rows.filter((row): row is PayRow => row.kind === 'pay');
  const [first, again, more, hour, together] = payRows as [PayRow, PayRow, PayRow, PayRow, PayRow];
  let text = '';
  let report: Report;
  beforeEach(() => {
    text = '';
    report = new Report(community, (more) => {
      text += stripVTControlCharacters(more);
    });
  });

  it('tells one thing after the other', () => {
    report.tell({ type: 'starting', count: 3 });
    report.tell({ type: 'up', count: 1, of: 3 });
    report.tell({ type: 'linked' });
    const row = community.rows[0] as TrustRow;
    const trusted = { from: 'Anna', to: 'Boris', equivalent: 'UAH', limit: '100', refusal: null };
    report.tell({ type: 'trust', row, outcome: trusted });
    report.tell({ type: 'trust', row, outcome: trusted });
    report.tell({ type: 'map-incomplete', participants: 1 });
    report.tell({ type: 'map-complete', lines: 2, ms: 5 });
    report.tell({ type: 'paying', rows: [first], group: null });
    report.tell({ type: 'paid', row: first, outcome: done, isRepeated: false });
    report.tell({ type: 'paying', rows: [more], group: null });
    report.tell({ type: 'waiting', row: more });
    report.tell({ type: 'paid', row: more, outcome: refused, isRepeated: false });
    report.tell({ type: 'paying', rows: [hour, together], group: 'g' });
    report.tell({ type: 'waiting', row: hour });
    report.tell({ type: 'paid', row: together, outcome: done, isRepeated: false });
    expect(text.slice(text.indexOf('\n\n') + 2).replace(/\d+\.\d s/, 'N s')).toBe(`\
3 people take part. Each has a node of their own: a program on this computer.
Starting them . up and connected after N s

Who trusts whom
  Anna lets Boris owe up to 100.00 UAH
  Anna lets Boris owe up to 100.00 UAH
  … still spreading the word about them to 1 node
  Every node knows now of 2 trust lines, but not of limits.

Payments
  Boris pays Anna 40.00 UAH … done, 1 hop, 12 ms: Boris → Anna
  Boris pays Anna 61.00 UAH … waiting … ${stripVTControlCharacters(paymentText(refused, false, precisions))}
  2 at the same time (g):
    Boris pays Carol 1.00 hour: still waiting
    Boris pays Anna 2.00 UAH: done, 1 hop, 12 ms: Boris → Anna
`);
  });

  it('ends with who owes whom', () => {
    const debts = [{ debtor: 'Boris', creditor: 'Anna', equivalent: 'UAH', amount: '42.5' }];
    report.tell({ type: 'debts', debts, zeroSum: true });
    expect(text).toBe(`
Who owes whom
  WHO    OWES WHOM  HOW MUCH  UNIT
  Boris  Anna          42.50  UAH

  All debts of UAH add up to zero: 1 debt, 42.50 UAH together.
  All debts of hour add up to zero: there are none.
  Each of them stands in the books of both its ends.
`);
  });

  it('says so when books differ', () => {
    report.tell({ type: 'debts', debts: [], zeroSum: false });
    expect(text).toContain('Nobody owes anybody anything.');
    expect(text).toContain('All debts of UAH do NOT add up to zero');
  });

  it('counts a payment once in its figures, and those that were done only', () => {
    const times = [10, 10, 2, 30, 20];
    const payments = [done, done, refused, done, done].map((payment, at) => ({ ...payment, ms: times[at] as number }));
    report.latencies({ participants: 3, trustLines: [], payments, cleared: [], debts: [], zeroSum: true });
    expect(text).toBe(`
3 payments done, 1 refused.
Half of those done took 20 ms at most (median), 95 of 100 took 30 ms at most (p95).
`);
    expect(again.id).toBe(first.id);
  });

  it('has no figures where nothing was done', () => {
    report.latencies({ participants: 3, trustLines: [], payments: [], cleared: [], debts: [], zeroSum: true });
    expect(text).toBe('\n0 payments done, 0 refused.\n');
  });

  it.each([
    ['/tmp/c/boris', '/tmp/c/boris'],
    ["/tmp/B's files/boris", "'/tmp/B'\\''s files/boris'"],
  ])('says how to use the nodes in %s', (folder, shown) => {
    const members = ['Anna', 'Boris'].map((name) => ({ name, apiUrl: `http://127.0.0.1:${name.length}`, folder }));
    report.nodes(members as unknown as Member[]);
    expect(text).toContain(`Anna   http://127.0.0.1:4  ${folder}\n`);
    expect(text).toContain(`To be Boris, in another terminal:\n  npx geo --data-dir ${shown} balance\n`);
    expect(text).toContain(`  npx geo --data-dir ${shown} pay Anna 1 UAH\n`);
  });
});

describe('the document of --json', () => {
  it('has what is published of each payment, and no more', () => {
    const outcome: Outcome = {
      participants: 2,
      trustLines: [],
      payments: [done, refused],
      cleared: [],
      debts: [],
      zeroSum: true,
    };
    const { payments } = JSON.parse(outcomeJson(outcome)) as { payments: object[] };
    const keys = ['from', 'to', 'equivalent', 'amount', 'state', 'hops', 'ms', 'refusal'];
    expect(payments.map((payment) => Object.keys(payment))).toEqual([keys, keys]);
  });
});

describe('memory', () => {
  it('is enough for as many members as it holds', () => {
    expect([0, 149_999_999, 150_000_000, 24e9].map(membersThatFit)).toEqual([0, 0, 1, 160]);
  });
});
