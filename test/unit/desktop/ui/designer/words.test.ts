import { describe, expect, it } from 'vitest';
import { en } from '#desktop/ui/src/designer/messages/en.ts';
import { ru } from '#desktop/ui/src/designer/messages/ru.ts';
import { uk } from '#desktop/ui/src/designer/messages/uk.ts';

const KEYS = Object.keys(en) as (keyof typeof en)[];
const placesIn = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string).sort();

describe.each([
  ['uk', uk],
  ['ru', ru],
] as const)('the messages of the designer in %s', (_language, messages) => {
  it('say something else for every key, with the same places to fill', () => {
    expect(Object.keys(messages)).toEqual(KEYS);
    for (const key of KEYS) {
      expect([key, messages[key].trim()]).toEqual([key, messages[key]]);
      expect([key, placesIn(messages[key])]).toEqual([key, placesIn(en[key])]);
      expect([key, messages[key] !== en[key] || key === 'way']).toEqual([key, true]);
    }
  });

  it('do without words that need explaining', () => {
    expect(Object.values(messages).join('\n')).not.toMatch(/лінія довіри|линия доверия|еквівалент|эквивалент/i);
  });
});
