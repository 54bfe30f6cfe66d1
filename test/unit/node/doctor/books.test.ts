import { describe, expect, it } from 'vitest';
import { type Books, checkBooks } from '#node/doctor/books.ts';
import type { Check, Finding } from '#node/doctor/finding.ts';
import type { Held } from '#node/held.ts';
import { emptyAccount, type Standing } from '#protocol/account.ts';
import type { NodeRecord } from '#protocol/node-record.ts';
import { type LineRecord, Records } from '#protocol/records.ts';
import { DEFAULT_POLICY, type TrustLine } from '#protocol/trust-line.ts';
import { person, THEN_MS } from '#test/support/people.ts';
import { prepared } from '#test/support/positions.ts';

const [me, bob, carol] = [person(1).key, person(2).key, person(3).key];
const HOUR_MS = 3_600_000;

const books = (records = new Records(me, 'geo-test'), held: readonly Held[] = []): Books => ({
  ...{ records, held, nowMs: THEN_MS },
  teller: { callName: (key) => (key === bob ? 'Bob' : 'Carol'), precisionOf: () => 2 },
});

const find = (check: Check, of: Books): Finding | undefined =>
  checkBooks(of).find((finding) => finding.check === check);

/** Records with an account of each standing, with Bob first. */
function having(standings: readonly Standing[], node: Partial<NodeRecord> = {}): Records {
  const records = new Records(me, 'geo-test');
  records.apply({ ...records.node, ...node });
  for (const [at, standing] of standings.entries()) {
    records.apply(emptyAccount(at === 0 ? bob : carol, 'UAH', standing));
  }
  return records;
}

it('a node on which nothing has happened is well', () => {
  const findings = checkBooks(books());
  expect(findings.map(({ check }) => check).sort()).toEqual(['accounts', 'clock', 'held', 'restored']);
  expect(new Set(findings.map(({ state }) => state))).toEqual(new Set(['well']));
});

describe('lost records', () => {
  it('freeze the node until neighbours have answered and the owner confirmed', () => {
    const frozen = find('restored', books(having(['unsure', 'unsure'], { restoredAtMs: THEN_MS, isFrozen: true })));
    expect(frozen).toMatchObject({
      state: 'attention',
      code: 'restored-frozen-waiting',
      facts: { lostAtMs: THEN_MS, waiting: ['Bob', 'Carol'] },
      advice: expect.stringContaining('geo restore confirm') as string,
    });
    expect(frozen?.text).toBe(
      'Records were lost on 2024-01-02, so the node signs nothing new. It waits to hear from Bob, Carol what their books say.',
    );
    const oneLeft = find('restored', books(having(['agreed', 'unsure'], { restoredAtMs: THEN_MS })));
    expect(oneLeft).toMatchObject({
      ...{ state: 'attention', text: expect.stringContaining('Bob came to agree') as string },
      ...{ code: 'restored-agreed-waiting', facts: { lostAtMs: THEN_MS, agreed: ['Bob'], waiting: ['Carol'] } },
    });
    const away = find('restored', books(having(['confirmed', 'unsure'], { restoredAtMs: THEN_MS })));
    expect(away).toMatchObject({
      ...{ state: 'note', text: expect.stringContaining('hear from Carol') as string },
      ...{ code: 'restored-waiting', facts: { lostAtMs: THEN_MS, waiting: ['Carol'] } },
    });
    const over = find('restored', books(having(['confirmed'], { restoredAtMs: THEN_MS })));
    expect(over).toMatchObject({ state: 'well', code: 'restored-confirmed', facts: { lostAtMs: THEN_MS } });
  });
});

describe('accounts', () => {
  it('of those who broke the protocol are out of use', () => {
    expect(find('accounts', books(having(['suspended'])))).toMatchObject({
      state: 'attention',
      code: 'accounts-suspended',
      facts: { names: ['Bob'] },
      text: 'Out of use, because they broke the protocol: Bob.',
    });
  });

  it('with two trust lines of one number are frozen', () => {
    const records = new Records(me, 'geo-test');
    records.apply(lineOf(THEN_MS, true));
    expect(find('accounts', books(records))).toMatchObject({
      state: 'attention',
      code: 'accounts-two-lines',
      facts: { names: ['Bob'] },
      text: expect.stringMatching(/signed by Bob/) as string,
    });
  });
});

describe('the clock', () => {
  it('is behind a document of a neighbour', () => {
    const records = new Records(me, 'geo-test');
    records.apply(lineOf(THEN_MS + HOUR_MS, false));
    expect(find('clock', books(records))).toMatchObject({
      text: 'A trust line of Bob is dated 60 minutes after what the clock of this computer says.',
      code: 'clock-their-line',
      facts: { name: 'Bob', differenceMs: HOUR_MS },
    });
    records.apply(lineOf(THEN_MS + 59_000, false));
    expect(find('clock', books(records))).toMatchObject({
      state: 'well',
      code: 'clock-now',
      facts: { nowAtMs: THEN_MS },
    });
  });

  it('is behind what it said before', () => {
    const records = having([], { clockHighMs: THEN_MS + 3 * HOUR_MS });
    expect(find('clock', books(records))).toMatchObject({
      state: 'attention',
      code: 'clock-went-back',
      facts: { differenceMs: 3 * HOUR_MS },
      text: expect.stringContaining('3 hours') as string,
    });
  });
});

it('what is held past its time is summed up with whom it waits for', () => {
  const held: Held = {
    ...{ position: prepared, stage: 'held', waitsFor: carol, linked: false, offlineSinceAtMs: THEN_MS },
    ...{ lastAskedAtMs: null, nextAskAtMs: null },
  };
  const all = [held, { ...held, waitsFor: bob }, { ...held, stage: 'under-way' as const }];
  expect(find('held', books(undefined, all))).toMatchObject({
    state: 'attention',
    text: '25.00 UAH held past its time, waiting for Carol, Bob.',
    code: 'held-late',
    facts: { amounts: [{ amount: '25', equivalent: 'UAH' }], names: ['Carol', 'Bob'] },
  });
  expect(find('held', books(undefined, all.slice(2)))).toMatchObject({ state: 'well' });
});

function lineOf(createdAtMs: number, isTwice: boolean): LineRecord {
  const line: TrustLine = {
    version: 1,
    network: 'geo-test',
    from: bob,
    to: me,
    equivalent: 'UAH',
    seq: createdAtMs,
    limit: 5n,
    status: 'active',
    policy: DEFAULT_POLICY,
    createdAtMs,
  };
  const signed = { line, signature: new Uint8Array(64) };
  return { type: 'line', signed, acked: true, conflicting: isTwice ? signed : null };
}
