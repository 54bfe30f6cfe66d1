/** How bad input is shown back in a refusal: short, on one line, and unable to disturb a terminal or a page (§9). */

const LONGEST = 40;

/** Everything that is not printable ASCII or a letter, mark, number, symbol or punctuation of another script. */
const UNSAFE = /[^\x20-\x7e\p{L}\p{M}\p{N}\p{P}\p{S}]/gu;

/** The first 40 characters, with what cannot be seen or would act on the text around it written as `\u{202e}`. */
export function excerpt(input: string): string {
  // Cutting first bounds the work for input of any length.
  const head = [...input.slice(0, 2 * LONGEST)].slice(0, LONGEST).join('');
  const shown = head.replace(UNSAFE, (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`);
  return head.length < input.length ? `${shown}…` : shown;
}
