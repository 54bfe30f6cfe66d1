/** The backup of an identity on paper (§1.3): the 32-byte seed as 24 words of BIP39. */
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { excerpt } from './excerpt.ts';
import { type Refusal, refuse } from './refusals.ts';

const WORD_COUNT = 24;
const LIMIT = '24 words of the BIP39 English list, in order';
/** 24 words of at most 8 letters, with much room for the space between them. */
const MAX_INPUT_UNITS = 2_000;

const knownWords = new Set(wordlist);

/** The 24 words, lower case with single spaces, that stand for a 32-byte seed. */
export function wordsFromSeed(seed: Uint8Array): string {
  if (seed.length !== 32) throw new RangeError(`a seed has 32 bytes, not ${seed.length}`);
  return entropyToMnemonic(seed, wordlist);
}

/**
 * The 32-byte seed that 24 words stand for, in any case and with any white space between them.
 *
 * @returns the seed, or `bad-words`. The refusal repeats at most the one word that is not in the list: it may end up in
 * a log, and all the words together are the identity.
 */
export function seedFromWords(text: string): Uint8Array | Refusal<'bad-words'> {
  const no = (input: string, why: string): Refusal<'bad-words'> => refuse('bad-words', { input, why, limit: LIMIT });
  if (text.length > MAX_INPUT_UNITS) return no('', `it has ${text.length} characters`);
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length !== WORD_COUNT) return no('', words.length === 1 ? 'it is 1 word' : `it has ${words.length} words`);
  const wrong = words.findIndex((word) => !knownWords.has(word));
  if (wrong >= 0) return no(excerpt(words[wrong] as string), `word ${wrong + 1} is not in the list`);
  try {
    return mnemonicToEntropy(words.join(' '), wordlist);
  } catch {
    return no('', 'the words do not fit together: one of them is another, or two have changed places');
  }
}
