/**
 * Text for a terminal. Names, memos and links come from strangers: what is interpolated into `line` or put into a table
 * cannot move the cursor, change colours or turn the reading direction of the text around it.
 */
import { stripVTControlCharacters, styleText } from 'node:util';

/**
 * What does not print: all but spaces, letters, marks, numbers, punctuation and symbols. Joiners
 * (first branch) mean something after a letter without case or an emoji; elsewhere they only hide.
 */
const UNPRINTABLE =
  /(?<=[\p{Lo}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])(?:\u200c|\u200d)|([^ \p{L}\p{M}\p{N}\p{P}\p{S}])/gu;

/** The text on one line, with all that does not print written as `\u{202e}`. */
export function safe(text: string): string {
  return text
    .replace(/\p{Zs}/gu, ' ')
    .replace(UNPRINTABLE, (match, harmful: string | undefined) =>
      harmful === undefined ? match : `\\u{${(harmful.codePointAt(0) as number).toString(16)}}`,
    );
}

/** JSON on one line, with all that does not print written as `\u202e`. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(/[^ \p{L}\p{M}\p{N}\p{P}\p{S}]/gu, (character) =>
    // By UTF-16 unit, as JSON writes them.
    Array.from({ length: character.length }, (_, unit) => escapedUnit(character.charCodeAt(unit))).join(''),
  );
}

function escapedUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

/** Text that this program made itself and that may therefore hold colours and line ends. */
export interface Trusted {
  readonly trusted: string;
}

/** Template tag: what is interpolated is made safe, unless it was styled by `bold`, `dim`, `good` or `bad`. */
export function line(literals: TemplateStringsArray, ...values: readonly (string | number | Trusted)[]): string {
  return literals.reduce((text, literal, index) => text + show(values[index - 1] ?? '') + literal);
}

function show(value: string | number | Trusted): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? safe(value) : value.trusted;
}

type Style = Parameters<typeof styleText>[0];

/** Colours appear on a terminal only, and not where NO_COLOR is set. */
function styled(style: Style, text: string): Trusted {
  return { trusted: styleText(style, safe(text), { stream: process.stdout }) };
}

export const bold = (text: string): Trusted => styled('bold', text);
export const dim = (text: string): Trusted => styled('dim', text);
export const good = (text: string): Trusted => styled('green', text);
export const bad = (text: string): Trusted => styled('red', text);

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** East Asian wide and full-width blocks, and emoji: two columns each. */
const WIDE =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f1e6}-\u{1f1ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f)/u;
const NO_WIDTH = /^\p{M}/u;

/** Columns that the text takes on a terminal; colours take none. */
export function columns(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) {
    if (!NO_WIDTH.test(segment)) width += WIDE.test(segment) ? 2 : 1;
  }
  return width;
}
