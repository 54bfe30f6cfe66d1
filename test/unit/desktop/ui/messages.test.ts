import { describe, expect, it } from 'vitest';
import { type Key, LANGUAGES, type Language, languageFor, messages } from '#desktop/ui/src/messages/catalogue.ts';

const KEYS = Object.keys(messages.en) as Key[];
const placesIn = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string).sort();

describe.each(Object.keys(LANGUAGES) as Language[])('the messages in %s', (language) => {
  it('say something for every key, with the same places to fill', () => {
    expect(Object.keys(messages[language]).sort()).toEqual([...KEYS].sort());
    for (const key of KEYS) {
      const text = messages[language][key];
      expect([key, text.trim()]).toEqual([key, text]);
      expect([key, text === '']).toEqual([key, false]);
      expect([key, placesIn(text)]).toEqual([key, placesIn(messages.en[key])]);
    }
  });

  it('do without words that need explaining', () => {
    const text = KEYS.filter((key) => key !== 'pid' && key !== 'cardOrPidHint')
      .map((key) => messages[language][key])
      .join('\n');
    expect(text).not.toMatch(/trust line|equivalent|\bPID\b|лінія довіри|линия доверия|еквівалент|эквивалент/i);
  });
});

it('are translated', () => {
  for (const language of ['uk', 'ru'] as const) {
    const same = KEYS.filter((key) => messages[language][key] === messages.en[key]);
    expect(same).toEqual(['titleOf']);
  }
});

describe('the language', () => {
  it.each([
    [['uk-UA', 'en'], 'uk'],
    [['de', 'ru'], 'ru'],
    [['', 'EN-GB'], 'en'],
    [['de'], 'en'],
    [['constructor'], 'en'],
    [[], 'en'],
  ])('for %j is %s', (wanted, found) => {
    expect(languageFor(wanted)).toBe(found);
  });
});
