/**
 * The page as in a language that nobody speaks, to see in tests what would break in others: texts that are longer, with
 * letters that are higher and lower than those of English, marked at both ends so that a text that does not come from
 * the messages, or is cut off, shows. `rtl` reads from right to left besides.
 */
export type Rehearsal = 'none' | 'long' | 'rtl';

const ACCENTED: Readonly<Record<string, string>> = {
  ...{ a: 'å', c: 'ç', e: 'ë', g: 'ğ', i: 'ï', l: 'ł', n: 'ñ', o: 'ø', s: 'š', u: 'ü', y: 'ý', z: 'ž' },
  ...{ A: 'Å', C: 'Ç', E: 'Ë', I: 'Ï', N: 'Ñ', O: 'Ø', S: 'Š', U: 'Ü', Y: 'Ý' },
};

/** How much longer translations of English are made: as long as German or Ukrainian come out at worst. */
const LONGER = 0.4;

const FILLING = 'ẅïđë';

/** A message as this language has it; what is filled in stays as it is. */
export function rehearse(text: string): string {
  const accented = text
    .split(/(\{\w+\})/)
    .map((piece, index) =>
      index % 2 === 1 ? piece : piece.replace(/[A-Za-z]/g, (letter) => ACCENTED[letter] ?? letter),
    )
    .join('');
  const words = Math.ceil((text.length * LONGER) / (FILLING.length + 1));
  return `⟦${accented}${` ${FILLING}`.repeat(words)}⟧`;
}

/** Which rehearsal a stored word asks for. */
export function rehearsalFor(word: string | null): Rehearsal {
  return word === 'long' || word === 'rtl' ? word : 'none';
}
