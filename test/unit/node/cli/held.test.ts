import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Result } from '#node/api/contract.ts';
import { heldHint, heldText, letGoText } from '#node/cli/held.ts';
import { restoredText } from '#node/cli/restored.ts';
import { when } from '#node/cli/show.ts';
import { THEN_MS } from '#test/support/people.ts';

const someone = (name: string) => ({ pid: `PID of ${name}`, publicKey: '00'.repeat(32), name });
const money = (decimal: string, equivalent: string) => `${decimal}.00 ${equivalent}`;
const NOW_MS = THEN_MS + 34_000 + 300_000;

type Held = Result<'listHeld'>['held'][number];

const held: Held = {
  ...{ txId: 'ab'.repeat(32), routeIndex: 0, position: 1, kind: 'pay', equivalent: 'UAH', amount: '12' },
  ...{ payer: someone('Alice'), receiver: someone('Carol'), from: someone('Alice'), to: someone('Carol') },
  ...{ stage: 'held', sinceAtMs: THEN_MS, expiresAtMs: THEN_MS + 34_000, waitsFor: someone('Carol') },
  ...{ linked: false, offlineSinceAtMs: THEN_MS + 1_000, lastAskedAtMs: null, nextAskAtMs: null },
  ...{ canLetGo: true, letGoAtMs: null },
};
const none = { equivalent: 'UAH', underWay: '0', held: '0', atOwnRisk: '0', transactions: 1 };

function shown(one: Partial<Held>, total: Partial<typeof none> = {}): string {
  const document = { held: [{ ...held, ...one }], totals: [{ ...none, ...total }] };
  return stripVTControlCharacters(heldText(document, money, NOW_MS));
}

describe('a held amount', () => {
  it('says whom it waits for, what for, how late it is, and what to do', () => {
    expect(shown({}).split('\n')).toEqual([
      `12.00 UAH held: waiting for Carol (offline since ${when(THEN_MS + 1_000)})`,
      `  payment Alice → Carol, 5 min past its time; transaction ${held.txId}`,
      'Nothing is lost: a held amount only cannot be used until the answer is there, and the node goes on asking.',
      'What you can do: `geo tx resolve ID` asks again now. Ask Carol to come online.',
      '`geo tx let-go ID` gives an amount up at your own risk; `geo tx show ID` says more.',
    ]);
  });

  it('of a payer cannot be let go, and one who is connected need not come online', () => {
    const text = shown({
      canLetGo: false,
      linked: true,
      offlineSinceAtMs: null,
      lastAskedAtMs: THEN_MS,
      nextAskAtMs: NOW_MS,
    });
    expect(text).toContain(`waiting for Carol (connected, asked ${when(THEN_MS)}, again by ${when(NOW_MS)})`);
    expect(text).not.toMatch(/let-go|online/);
  });

  it('that is only under way is a sum', () => {
    expect(shown({ stage: 'under-way' }, { underWay: '12' })).toBe('Under way: 12.00 UAH');
  });

  it('that was let go says so', () => {
    const text = shown({ stage: 'let-go', canLetGo: false, letGoAtMs: THEN_MS + 60_000 });
    expect(text).toContain(
      `12.00 UAH let go on ${when(THEN_MS + 60_000)}, may still have to be paid: waiting for Carol`,
    );
    expect(text).not.toContain('past its time');
  });

  it('for a clearing, with names that play tricks, is one line still', () => {
    const text = shown({ kind: 'clear', payer: someone('A\u001b[2J\nB') });
    expect(text).toContain('clearing begun by A\\u{1b}[2J\\u{a}B');
  });

  it('is one of few that are shown when there are many', () => {
    const many = { held: Array.from({ length: 13 }, () => held), totals: [{ ...none, held: '156' }] };
    const text = heldText(many, money, NOW_MS);
    expect(text.match(/waiting for Carol/g)).toHaveLength(10);
    expect(text).toContain('… and 3 more, see `geo tx list`');
    expect(heldHint(many.totals, money)).toBe('Held past its time: 156.00 UAH. `geo status` says what it waits for.');
  });

  it('is nothing where there is none', () => {
    expect([heldText({ held: [], totals: [] }, money, NOW_MS), heldHint([none], money)]).toEqual(['', '']);
  });
});

it.each([
  ['open', 'it is not known yet whether it costs you 12.00 UAH'],
  ['nothing', 'it cost you nothing'],
  ['cost', 'it cost you 12.00 UAH: the payment went through all the same'],
] as const)('letting go with the outcome %s says what it came to', (outcome, words) => {
  const text = letGoText({ atMs: THEN_MS, amount: '12', outcome }, 'UAH', money);
  expect(text).toBe(`you let go 12.00 UAH at your own risk on ${when(THEN_MS)}; ${words}`);
});

describe('lost records', () => {
  const unsure = [
    { neighbour: someone('Bob'), equivalent: 'UAH', linked: true },
    { neighbour: someone('Bob'), equivalent: 'HOUR', linked: true },
    { neighbour: someone('Carol'), equivalent: 'UAH', linked: false },
  ];

  it('say whom the node waits for and what its owner has to do', () => {
    const text = stripVTControlCharacters(restoredText({ lostAtMs: THEN_MS, frozen: true, unsure, agreed: [] }));
    expect(text.split('\n')).toEqual([
      `This node lost records on ${when(THEN_MS)} and signs nothing new.`,
      'It waits for 2 neighbours to show what their books say: Bob, Carol (offline).',
      'Look at what came back (`geo balance`, `geo trust list`), then confirm it: geo restore confirm',
    ]);
  });

  it('that are confirmed leave those who are away', () => {
    const text = restoredText({ lostAtMs: THEN_MS, frozen: false, unsure: unsure.slice(2), agreed: [] });
    expect(text).toContain('It waits for 1 neighbour to show');
    expect(text).toContain('out of use until then');
    expect(text).not.toContain('geo restore confirm');
  });
});
