import { describe, expect, it } from 'vitest';
import { findings, LANGUAGES, type Language, refusals, troubles } from '#desktop/ui/src/messages/catalogue.ts';
import { rehearse } from '#desktop/ui/src/messages/rehearsal.ts';
import { explainFinding, explainTrouble, type Finding, type LinkTrouble, type Reader } from '#desktop/ui/src/told.ts';
import type { Piece } from '#desktop/ui/src/why.ts';
import type { FailureCode } from '#node/failure.ts';
import { everyCause, everyFinding, factsOf, findingsOf } from '#test/support/every-finding.ts';

const languages = Object.keys(LANGUAGES) as Language[];
const FAILURES: readonly FailureCode[] = ['store-corrupt', 'identity-missing', 'disk-full', 'bug'];
const WHERE = [
  { address: '/ip4/192.0.2.1/tcp/4610', relayed: false },
  { address: '/ip4/192.0.2.2/tcp/4610', relayed: true },
];
/** Between its first letter and its end nothing is left to fill in. */
const WHOLE = /^[\p{Lu}“«\d][^{}]*[.?]$/u;
const FLAWED = /…|undefined|null|NaN|object| {2}|\.\.|\s[.,;]/;

const reader = (language: Language, adapt = (text: string): string => text): Reader => ({
  ...{ language, locale: language, adapt },
  findings: findings[language],
  troubles: troubles[language],
  refusals: refusals[language],
});

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

const join = (pieces: readonly Piece[] | null): string => pieces?.map(shown).join('') ?? 'nothing';
const found = (finding: Finding, language: Language): string => join(explainFinding(finding, reader(language)));
const told = (trouble: LinkTrouble, language: Language): string => join(explainTrouble(trouble, reader(language)));

/** What the page says itself: without facts, and without commands and settings, which it quotes. */
const ownWords = (pieces: readonly Piece[] | null): string =>
  (pieces ?? [])
    .map((piece) => (piece.kind === 'words' ? piece.text : '·'))
    .join('')
    .replaceAll(/«(geo [a-z]+|listen|relays|geo-ДАТА\.backup)»|\bGEO\b/g, '');

describe.each(languages)('what is said in %s', (language) => {
  it('of every finding is whole sentences with all of its facts', () => {
    for (const finding of everyFinding) {
      const { code, facts } = finding;
      const text = found(finding, language);
      expect([code, text]).toEqual([code, expect.stringMatching(WHOLE)]);
      expect([code, text]).toEqual([code, expect.not.stringMatching(FLAWED)]);
      for (const fact of Object.values(facts).flat()) {
        if (typeof fact === 'string' && fact !== facts.failure)
          expect([code, text]).toEqual([code, expect.stringContaining(fact)]);
        if (typeof fact === 'object') expect(text).toContain(`${fact.amount} ${fact.equivalent}`);
      }
      for (const [name, fact] of Object.entries(facts)) {
        if (typeof fact !== 'number') continue;
        const written = name.endsWith('AtMs')
          ? new Date(fact).toISOString()
          : new Intl.NumberFormat(language).format(name === 'differenceMs' ? 3 : fact);
        expect([code, text]).toEqual([code, expect.stringContaining(written)]);
      }
    }
  });

  it('of every failure that is found is what is said of it elsewhere', () => {
    for (const failure of FAILURES) {
      for (const finding of findingsOf(failure)) {
        const text = found(finding, language);
        expect(text).toContain(refusals[language].plain[failure]);
        expect([text]).toEqual([expect.stringMatching(WHOLE)]);
      }
    }
  });

  it('of every cause of a trouble is a whole sentence, and where somebody was looked for', () => {
    for (const cause of everyCause) {
      const { code, facts } = cause;
      const text = told({ causes: [cause], where: [] }, language);
      expect([code, text]).toEqual([code, expect.stringMatching(WHOLE)]);
      expect([code, text]).toEqual([code, expect.not.stringMatching(FLAWED)]);
      // What a library says of it is for the log.
      for (const fact of code === 'hung-up' ? [] : Object.values(facts)) expect(text).toContain(fact);
      const both = told({ causes: [cause, cause], where: WHERE }, language);
      expect(both.startsWith(`${text} ${text} `)).toBe(true);
      for (const { address } of WHERE) expect(both).toContain(address);
      expect([code, both]).toEqual([code, expect.stringMatching(WHOLE)]);
    }
  });

  it('differs for every code', () => {
    for (const texts of [
      everyFinding.map((finding) => found(finding, language)),
      everyCause.map((cause) => told({ causes: [cause], where: [] }, language)),
    ]) {
      expect(new Set(texts).size).toBe(texts.length);
    }
  });

  it('has a form for every number', () => {
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const text of Object.values(findings[language])) {
      if (typeof text === 'string') continue;
      expect(Object.keys(text.forms).sort()).toEqual([...categories].sort());
      for (const form of Object.values(text.forms)) expect(form).toContain(`{${text.by}}`);
    }
  });

  it('keeps its facts when it is rehearsed', () => {
    const rehearsed = explainFinding({ code: 'held-late', facts: factsOf('held-late') }, reader(language, rehearse));
    expect(join(rehearsed)).toMatch(/^⟦.*25 UAH, 1\.5 HOUR.*Bob, Carol.*⟧$/);
  });
});

it.each(['uk', 'ru'] as const)('in %s no word is left in English', (language) => {
  const all = [
    ...everyFinding.map((finding) => explainFinding(finding, reader(language))),
    ...FAILURES.flatMap(findingsOf).map((finding) => explainFinding(finding, reader(language))),
    ...everyCause.map((cause) => explainTrouble({ causes: [cause], where: WHERE }, reader(language))),
  ].map(ownWords);
  for (const text of all) {
    expect(text).not.toMatch(/[a-z]/i);
    expect(text).toMatch(/\p{sc=Cyrillic}/u);
  }
});

describe('Ukrainian and Russian count as people do', () => {
  const records = (language: Language) =>
    [1, 2, 5, 11, 21, 1_002].map(
      (values) => /\d (\p{L}+):/u.exec(found({ code: 'records-whole', facts: { values } }, language))?.[1],
    );

  it('records', () => {
    expect(records('uk')).toEqual(['запис', 'записи', 'записів', 'записів', 'запис', 'записи']);
    expect(records('ru')).toEqual(['запись', 'записи', 'записей', 'записей', 'запись', 'записи']);
  });

  it.each([
    [60_000, '1 minute', '1 хвилина', '1 минута'],
    [119 * 60_000, '119 minutes', '119 хвилин', '119 минут'],
    [2 * 3_600_000, '2 hours', '2 години', '2 часа'],
    [47 * 3_600_000, '47 hours', '47 годин', '47 часов'],
    [21 * 86_400_000, '21 days', '21 день', '21 день'],
  ])('%i ms', (differenceMs, ...said) => {
    const finding = { code: 'clock-went-back', facts: { differenceMs } };
    expect(languages.map((language) => found(finding, language))).toEqual(
      ['en', 'uk', 'ru'].map((_, index) => expect.stringContaining(said[index] as string) as string),
    );
  });
});

describe('what another version of the node says', () => {
  it('is left to its own words where the page does not know it', () => {
    for (const code of ['of-a-later-version', 'constructor', '__proto__']) {
      expect(explainFinding({ code, facts: {} }, reader('uk'))).toBeNull();
      expect(
        explainTrouble(
          {
            causes: [
              { code: 'reset', facts: {} },
              { code, facts: {} },
            ],
            where: [],
          },
          reader('uk'),
        ),
      ).toBeNull();
      expect(explainFinding({ code: 'failure', facts: { failure: code } }, reader('uk'))).toBeNull();
    }
  });

  it('is left to its own words where a fact is missing', () => {
    expect(explainFinding({ code: 'folder-missing', facts: {} }, reader('uk'))).toBeNull();
    expect(explainFinding({ code: 'failure', facts: {} }, reader('uk'))).toBeNull();
    expect(
      explainTrouble({ causes: [{ code: 'other-network', facts: { ours: 'x' } }], where: [] }, reader('uk')),
    ).toBeNull();
  });
});
