/** Amounts, times and names as people read them. Amounts stay decimal text: no number ever rounds them. */

/** Decimals that an amount is shown with at least, as the command line does. */
const LEAST_DECIMALS = 2;
const MOST_DECIMALS = 8;

/** `1,234.50 UAH` in the way of a language. */
export function formatMoney(decimal: string, equivalent: string, language: string): string {
  return `${formatAmount(decimal, language)}\u00a0${equivalent}`;
}

/** `1,234.50` in the way of a language. */
export function formatAmount(decimal: string, language: string): string {
  return amountFormat(language).format(decimal as `${number}`);
}

const amountFormat = perLanguage(
  (language) =>
    new Intl.NumberFormat(language, {
      minimumFractionDigits: LEAST_DECIMALS,
      maximumFractionDigits: MOST_DECIMALS,
    }),
);
const timeFormat = perLanguage(
  (language) => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }),
);

/** Making a format takes longer than a row of a list has. */
function perLanguage<T>(make: (language: string) => T): (language: string) => T {
  const made = new Map<string, T>();
  return (language) => {
    const format = made.get(language) ?? make(language);
    made.set(language, format);
    return format;
  };
}

/** When, in local time, to the minute. */
export function formatTime(atMs: number, language: string): string {
  return timeFormat(language).format(atMs);
}

/** An amount as somebody typed it, as the node reads it: a decimal comma is a point, spaces between digits are none. */
export function typedAmount(text: string): string {
  const plain = text.replace(/[\s\u00a0\u202f]/g, '');
  return /^\d+,\d+$/.test(plain) ? plain.replace(',', '.') : plain;
}

/** The absolute value of a balance. */
export function magnitude(balance: string): string {
  return balance.replace(/^-/, '');
}

/** Is it nothing? */
export function isZero(decimal: string): boolean {
  return /^-?0(\.0*)?$/.test(decimal);
}

/** A PID that nobody has a name for, short enough for a line. */
export function shortPid(pid: string): string {
  return pid.length <= 14 ? pid : `${pid.slice(0, 8)}…${pid.slice(-4)}`;
}
