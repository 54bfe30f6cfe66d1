import { describe, expect, it } from 'vitest';
import { LANGUAGES, type Language, refusals } from '#desktop/ui/src/messages/catalogue.ts';
import { counts, formFor } from '#desktop/ui/src/messages/counts.ts';
import { rehearse } from '#desktop/ui/src/messages/rehearsal.ts';
import { explainWhy, type Piece, type Reader, type Why } from '#desktop/ui/src/why.ts';
import { codes } from '#node/api/codes.ts';
import { plainFacts } from '#node/api/views.ts';
import { everyRefusal } from '#test/support/every-refusal.ts';

const languages = Object.keys(LANGUAGES) as Language[];
const [me, bob, carol] = ['me', 'bob', 'carol'].map((name) => ({ pid: `pid-${name}`, name })) as [
  Someone,
  Someone,
  Someone,
];
type Someone = { readonly pid: string; readonly name: string };

const reader = (language: Language): Reader => ({
  language,
  messages: refusals[language],
  adapt: (text) => text,
  selfPid: me.pid,
});
const HOPS = [{ from: me, to: bob }, { from: bob, to: me }, { from: bob, to: carol }, null];

function shown(piece: Piece): string {
  switch (piece.kind) {
    case 'words':
    case 'given':
      return piece.text;
    case 'person':
      return piece.person.name ?? piece.person.pid;
    case 'money':
      return `${piece.amount} ${piece.equivalent ?? '?'}`;
    case 'time':
      return new Date(piece.atMs).toISOString();
  }
}

const said = (why: Why, language: Language): string =>
  (explainWhy(why, reader(language)) ?? ['nothing'])
    .map((piece) => (typeof piece === 'string' ? piece : shown(piece)))
    .join('');

const whyOf = (refusal: (typeof everyRefusal)[number], hop: Why['hop']): Why => ({
  code: refusal.code,
  text: 'what the node says',
  facts: plainFacts(refusal),
  hop,
  equivalent: 'UAH',
});

describe.each(languages)('what is said in %s', (language) => {
  it('of every refusal is whole sentences, with all of its places filled', () => {
    for (const refusal of everyRefusal) {
      for (const hop of HOPS) {
        const text = said(whyOf(refusal, hop), language);
        expect([refusal.code, text]).toEqual([refusal.code, expect.stringMatching(/^[\p{Lu}“«\da-z][^{}]+[.?]$/u)]);
        expect([refusal.code, text]).toEqual([
          refusal.code,
          expect.not.stringMatching(/…|undefined|null|NaN| {2}|\.\./),
        ]);
      }
    }
  });

  it('of every failure is whole sentences', () => {
    for (const code of Object.keys(codes).filter((one) => !everyRefusal.some((refusal) => refusal.code === one))) {
      const text = said({ code, text: '', facts: {}, hop: null, equivalent: null }, language);
      expect([code, text]).toEqual([code, expect.stringMatching(/^\p{Lu}[^{}…]+[.]$/u)]);
    }
  });

  it('differs for every code', () => {
    const texts = everyRefusal.map((refusal) => said(whyOf(refusal, HOPS[2] ?? null), language));
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('has a form for every number, and each says the number', () => {
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const forms of Object.values(counts[language])) {
      expect(Object.keys(forms).sort()).toEqual([...categories].sort());
      for (const text of Object.values(forms)) expect(text).toContain('{count}');
    }
    for (const text of Object.values(refusals[language].plain)) {
      if (typeof text === 'object') expect(Object.keys(text.forms).sort()).toEqual([...categories].sort());
    }
  });
});

describe('Ukrainian and Russian', () => {
  it('have no word of what the node says in English', () => {
    const english = { input: 'xyz', why: 'it is empty', limit: 'something else', where: 'header.total' };
    for (const language of ['uk', 'ru'] as const) {
      for (const code of Object.keys(codes).filter((one) => one.startsWith('bad-'))) {
        const text = said({ code, text: 'it failed', facts: english, hop: null, equivalent: null }, language);
        expect([code, text]).toEqual([code, expect.not.stringMatching(/it is|something|it failed/)]);
      }
    }
  });

  it('count as people do', () => {
    const payments = (language: Language) =>
      [1, 2, 5, 11, 21, 22].map((n) => formFor(language, counts[language].payments, n));
    expect(payments('uk').map((text) => text.replace('{count} ', ''))).toEqual([
      'платіж',
      'платежі',
      'платежів',
      'платежів',
      'платіж',
      'платежі',
    ]);
    expect(payments('ru').map((text) => text.replace('{count} ', ''))).toEqual([
      'платёж',
      'платежа',
      'платежей',
      'платежей',
      'платёж',
      'платежа',
    ]);
  });
});

describe('a limit that stops a payment', () => {
  const insufficient = (maxNow: string, reserved: string, hop: Why['hop']): string =>
    said(
      { code: 'insufficient', text: '', facts: { hop: 0, limit: '100', maxNow, reserved }, hop, equivalent: 'UAH' },
      'en',
    );

  it('is told with whose it is, what would pass, what is in the way and what would help', () => {
    expect(insufficient('60', '0', { from: me, to: bob })).toBe(
      'bob lets you owe at most 100 UAH. 60 UAH more would pass now. Pay at most 60 UAH, or change the limit. Ask bob to raise the limit.',
    );
    expect(insufficient('0', '40', { from: bob, to: me })).toBe(
      'You let bob owe at most 100 UAH. Nothing more would pass now. Payments under way hold 40 UAH; when they end, more may pass. You can raise your limit for bob.',
    );
    expect(insufficient('0', '0', null)).toBe(
      'Somebody further on lets somebody on the way owe at most 100 UAH. Nothing more would pass now.',
    );
  });
});

it('a code that the page does not know is left to the words of the node', () => {
  for (const code of ['of-a-later-version', 'constructor', '__proto__']) {
    expect(explainWhy({ code, text: 'later', facts: {}, hop: null, equivalent: null }, reader('uk'))).toBe(null);
  }
});

it('a rehearsal keeps the places of a message, and is longer than it', () => {
  const text = rehearse('{who} paid you {money}.');
  expect(text).toMatch(/^⟦\{who\} påïd ýøü \{money\}\..*⟧$/);
  expect(text.length).toBeGreaterThan('{who} paid you {money}.'.length * 1.3);
});
