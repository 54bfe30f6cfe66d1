import { describe, expect, it } from 'vitest';
import { messages as ofNode } from '#desktop/ui/src/messages/catalogue.ts';
import { pack as en } from '#desktop/ui/src/messages/member/pack-en.ts';
import { pack as ru } from '#desktop/ui/src/messages/member/pack-ru.ts';
import { pack as uk } from '#desktop/ui/src/messages/member/pack-uk.ts';
import { hubRefusals, reworded } from '#desktop/ui/src/messages/member/reworded-en.ts';
import { CODES, type Code } from '#hub-indexer/web/codes.ts';

const placesIn = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string).sort();
/** Those that are one text, whatever the number in it. */
function plainOf({ plain }: typeof en.refusals): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(plain).flatMap(([code, text]) => (typeof text === 'string' ? [[code, text]] : [])),
  );
}

const packs = { en, uk, ru };
/** Of the program on a computer of one's own, by its name. */
const NODE = /\bnodes?\b|вуз(ол|л)|уз(ел|л)/i;

describe.each(['uk', 'ru'] as const)('what members are told in %s', (language) => {
  it('says something else for every key, with the same places to fill', () => {
    const { member } = packs[language];
    expect(Object.keys(member).sort()).toEqual(Object.keys(en.member).sort());
    for (const key of Object.keys(en.member) as (keyof typeof en.member)[]) {
      expect([key, member[key].trim(), member[key] === en.member[key]]).toEqual([key, member[key], false]);
      expect([key, placesIn(member[key])]).toEqual([key, placesIn(en.member[key])]);
    }
  });
});

describe.each(Object.entries(packs))('in %s', (language, { messages, refusals, member }) => {
  it('what is said in other words has the same places to fill, and speaks of no node', () => {
    for (const key of Object.keys(reworded) as (keyof typeof reworded)[]) {
      expect([key, placesIn(messages[key])]).toEqual([key, placesIn(ofNode[language as 'en'][key])]);
      expect([key, messages[key]]).not.toEqual([key, expect.stringMatching(NODE)]);
    }
    for (const text of Object.values(member)) expect(text).not.toMatch(NODE);
  });

  it('everything that a hub refuses has words, with no more facts than there are', () => {
    const [plain, english] = [plainOf(refusals), plainOf(packs.en.refusals)];
    for (const code of CODES) expect([code, typeof plain[code]]).toEqual([code, 'string']);
    for (const code of Object.keys(hubRefusals) as (keyof typeof hubRefusals)[]) {
      const places = placesIn(plain[code] ?? '');
      // Words of the hub's own are English.
      if (language !== 'en')
        expect([code, places.includes('why') && !SAYS_WHY.has(code as Code)]).toEqual([code, false]);
      expect(placesIn(english[code] ?? '')).toEqual(expect.arrayContaining(places));
    }
  });

  it('does without words that need explaining', () => {
    const own = [...Object.values(member), ...Object.keys(hubRefusals).map((code) => plainOf(refusals)[code] ?? '')];
    const text = [...own, ...Object.keys(reworded).map((key) => messages[key as 'loading'])].join('\n');
    expect(text.replaceAll(/\{\w+\}/g, '')).not.toMatch(EXPLAINED);
  });
});

/** One has to be told what these are. */
const EXPLAINED = /trust line|equivalent|\bPID\b|лінія довіри|линия доверия|еквівалент|эквивалент/i;
const SAYS_WHY = new Set<Code>(['bad-contact', 'bad-limit']);
