/** Names that look the same to a person although they are written differently. */

/** Letters of other scripts, digits and signs that look like a Latin letter, in lower case and without marks. */
const LATIN_TWINS: Readonly<Record<string, string>> = {
  // Cyrillic
  ...{ а: 'a', в: 'b', е: 'e', ё: 'e', к: 'k', м: 'm', н: 'h', о: 'o', р: 'p', с: 'c', т: 't', у: 'y', х: 'x' },
  ...{ і: 'l', ј: 'j', ѕ: 's', ԁ: 'd', ԛ: 'q', ԝ: 'w', һ: 'h', ь: 'b', ӏ: 'l', г: 'r', п: 'n', и: 'u', ѵ: 'v' },
  // Greek
  ...{ α: 'a', β: 'b', ε: 'e', η: 'n', ι: 'l', κ: 'k', ν: 'v', ο: 'o', ρ: 'p', τ: 't', υ: 'u', χ: 'x', γ: 'y', ω: 'w' },
  // Latin and signs
  ...{ i: 'l', ı: 'l', '1': 'l', '|': 'l', '!': 'l', '0': 'o', '5': 's', '8': 'b', '@': 'a', $: 's', ɑ: 'a', ɡ: 'g' },
};

/**
 * What is left of a name when all that people overlook is taken away: marks, case, spaces and punctuation, and the
 * script of letters that look alike. Two names with one skeleton may be taken for each other.
 */
export function skeleton(name: string): string {
  const letters = name.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '');
  return [...letters]
    .map((letter) => LATIN_TWINS[letter] ?? letter)
    .join('')
    .replace(/[\s\p{P}\p{Cf}]/gu, '')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w');
}
