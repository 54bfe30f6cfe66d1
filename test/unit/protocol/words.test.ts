import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '#protocol/hex.ts';
import { seedFromWords, wordsFromSeed } from '#protocol/words.ts';
import vectors from '#test/vectors/bip39/english.json' with { type: 'json' };
import naughty from '#test/vectors/naughty-strings/blns.json' with { type: 'json' };

const of32Bytes = vectors.english.filter(([entropy = '']) => entropy.length === 64);
const shorter = vectors.english.filter(([entropy = '']) => entropy.length < 64);

const SEED = '68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c';
const WORDS =
  'hamster diagram private dutch cause delay private meat slide toddler razor book happy fancy gospel tennis maple dilemma loan word shrug inflict delay length';

describe('BIP39 vectors', () => {
  it('has eight of 32 bytes', () => {
    expect(of32Bytes).toHaveLength(8);
  });

  it.each(of32Bytes)('%s ↔ %s', (entropy, words) => {
    expect(wordsFromSeed(hexToBytes(entropy))).toBe(words);
    expect(bytesToHex(seedFromWords(words) as Uint8Array)).toBe(entropy);
  });

  it.each(shorter)('refuses the %s of fewer bytes', (_entropy, words) => {
    expect(seedFromWords(words)).toMatchObject({ code: 'bad-words', why: expect.stringContaining('words') });
  });
});

describe('words as people type them', () => {
  it.each([
    ['upper case', WORDS.toUpperCase()],
    ['spaces around and between', `  ${WORDS.replaceAll(' ', '   ')}\n`],
    ['one on each line', WORDS.replaceAll(' ', '\r\n')],
    ['tabs and spaces of print', WORDS.replaceAll(' ', '\t\u00a0\u3000')],
  ])('may have %s', (_name, text) => {
    expect(bytesToHex(seedFromWords(text) as Uint8Array)).toBe(SEED);
  });

  const CASES: readonly (readonly [string, string, string, string])[] = [
    ['nothing', '', '', 'it has 0 words'],
    ['one word', 'hamster', '', 'it is 1 word'],
    ['23 words', WORDS.split(' ').slice(1).join(' '), '', 'it has 23 words'],
    ['25 words', `${WORDS} length`, '', 'it has 25 words'],
    ['no spaces', WORDS.replaceAll(' ', ''), '', 'it is 1 word'],
    ['commas', WORDS.replaceAll(' ', ','), '', 'it is 1 word'],
    ['a word that is not in the list', WORDS.replace('dutch', 'duch'), 'duch', 'word 4 is not in the list'],
    ['the first of two wrong words', WORDS.replace('dutch', 'duch').replace('length', 'lenght'), 'duch', 'word 4 '],
    ['a Cyrillic letter', WORDS.replace('meat', 'mеat'), 'mеat', 'word 8 is not in the list'],
    ['a name every object has', WORDS.replace('meat', 'constructor'), 'constructor', 'word 8 is not in the list'],
    ['another word of the list', WORDS.replace('meat', 'zoo'), '', 'do not fit together'],
    ['two words that changed places', WORDS.replace('hamster diagram', 'diagram hamster'), '', 'do not fit together'],
    ['10 MB', 'length '.repeat(1_500_000), '', 'characters'],
  ];
  it.each(CASES)('are refused with %s', (_name, text, input, why) => {
    const refusal = seedFromWords(text);
    expect(refusal).toMatchObject({ code: 'bad-words', input, why: expect.stringContaining(why) });
  });

  it('are never repeated in a refusal, but for the one that is wrong', () => {
    const correct = WORDS.split(' ').filter((word) => word !== 'dutch' && word !== 'word');
    for (const [, text] of CASES) {
      const refusal = JSON.stringify(seedFromWords(text));
      for (const word of correct) expect(refusal).not.toContain(word);
    }
  });

  it('are not what any naughty string is', () => {
    for (const text of naughty) expect(seedFromWords(text)).toMatchObject({ code: 'bad-words' });
  });
});

it('refuses to write down anything but 32 bytes', () => {
  expect(() => wordsFromSeed(new Uint8Array(16))).toThrow(RangeError);
});
