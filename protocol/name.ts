/**
 * Display names (§1.3): what people call each other. Never an identity: two people may have one name, and a name may
 * look like another. What is kept out here is text that acts on the text around it or cannot be seen at all.
 */
import { excerpt } from './excerpt.ts';
import { MAX_NAME_CHARACTERS as MAX_CHARACTERS } from './limits.ts';
import { type Refusal, refuse } from './refusals.ts';

/** Bounds the work of normalising; a character of NFC comes from no more than 4 units in practice. */
const MAX_INPUT_UNITS = 16 * MAX_CHARACTERS;
const LIMIT = `1 to ${MAX_CHARACTERS} visible characters`;

/** Joiners and the emoji selector mean something after a letter without case or an emoji; elsewhere they only hide. */
const MEANINGFUL_JOINER = /(?<=[\p{Lo}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])(?:\u200c|\u200d|\ufe0f)/gu;

/** Controls, line ends, bidi and other format characters, invisible ones, private use, noncharacters, lone surrogates. */
const HARMFUL = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u;

/** The Braille blank counts as a symbol but shows nothing. */
const VISIBLE = /(?!\u2800)[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * The name that a person wrote, in the form it is kept and compared in: NFC, one plain space between words, none at the
 * ends. Parsing a parsed name changes nothing.
 *
 * @returns the name, 1 to 64 code points, or `bad-name` saying which character cannot be in a name.
 */
export function parseName(text: string): string | Refusal<'bad-name'> {
  const no = (why: string): Refusal<'bad-name'> => refuse('bad-name', { input: excerpt(text), why, limit: LIMIT });
  if (text.length > MAX_INPUT_UNITS) return no(`it has ${text.length} characters`);
  const name = text
    .normalize('NFC')
    .replace(/\p{Zs}+/gu, ' ')
    .replace(/^ | $/g, '');
  const characters = [...name].length;
  if (characters > MAX_CHARACTERS) return no(`it has ${characters} characters`);
  const hidden = hiddenCharacter(name);
  if (hidden !== null) return no(`it contains ${hidden}, which does not show`);
  if (!VISIBLE.test(name)) return no('nothing in it can be seen');
  if (/^\p{M}/u.test(name)) return no('it begins with a mark that would sit on the text before it');
  return name;
}

/**
 * The first character of a text that acts on the text around it or cannot be seen, as `U+202E`; null when there is
 * none. For every line of text that comes from others: names, memos.
 */
export function hiddenCharacter(text: string): string | null {
  const harmful = HARMFUL.exec(text.replace(MEANINGFUL_JOINER, ''));
  return harmful === null ? null : codePoint(harmful[0]);
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`;
}
