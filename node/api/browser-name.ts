/** What a browser says it is, in the two words by which its owner tells it from another one. */

/** Those that pose as others come before them. */
const BROWSERS = [
  ['Edg', 'Edge'],
  ['OPR', 'Opera'],
  ['Firefox', 'Firefox'],
  ['FxiOS', 'Firefox'],
  ['CriOS', 'Chrome'],
  ['Chrome', 'Chrome'],
  ['Safari', 'Safari'],
] as const;

const SYSTEMS = [
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Windows', 'Windows'],
  ['Mac OS', 'macOS'],
  ['CrOS', 'ChromeOS'],
  ['Linux', 'Linux'],
] as const;

/** `Firefox, Linux`, of nothing but known words; null: none of them is there. */
export function browserName(userAgent: string | undefined): string | null {
  const found = [BROWSERS, SYSTEMS].flatMap((list) => {
    const match = list.find(([sign]) => userAgent?.includes(sign));
    return match === undefined ? [] : [match[1]];
  });
  return found.length === 0 ? null : found.join(', ');
}
