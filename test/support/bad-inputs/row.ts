/** What a table of bad input is made of. */

/** Who is there when the table is used. */
export interface World {
  readonly ownKey: string;
  readonly ownPid: string;
  readonly ownCard: string;
  /** A contact with the alias `Zoë`, written with one character for the last letter. */
  readonly twinKey: string;
  /** Links of the other kinds, good ones. */
  readonly invoice: string;
  readonly card: string;
}

/** One bad input. */
export interface BadInput {
  /** For people who read the result of the test. */
  readonly what: string;
  readonly value: unknown;
  /** Made from who is there; wins over `value`. */
  readonly valueIn?: (world: World) => string;
  /** Codes of the refusal that are right; `null`: allowed, and harmless. */
  readonly code: string | readonly string[] | null;
  /** What the refusal must say. */
  readonly says: RegExp;
}

export type Row = readonly [
  what: string,
  value: string | ((world: World) => string),
  says: RegExp,
  code?: BadInput['code'],
];

/** Rows of one table; a row may have a code of its own. */
export function rows(code: BadInput['code'], list: readonly Row[]): readonly BadInput[] {
  return list.map(([what, value, says, own]) => ({
    what,
    ...(typeof value === 'string' ? { value } : { value: null, valueIn: value }),
    says,
    code: own === undefined ? code : own,
  }));
}

export const MEGABYTES = 'x'.repeat(10_000_000);
export const TOO_LARGE = ['body-too-large'];
export const NUL = String.fromCharCode(0);

/** JSON that is no text where text is due. */
export function notText(says: RegExp): readonly BadInput[] {
  return (
    [
      ['a number', 5],
      ['2⁵³ as a number', 2 ** 53],
      ['a fraction', 0.1],
      ['true', true],
      ['null', null],
      ['a list', ['5']],
      ['an object', { amount: '5' }],
    ] as const
  ).map(([what, value]) => ({ what, value, code: 'bad-request', says }));
}

/** Both of them. */
export function and(says: RegExp, also: string): RegExp {
  // What is refused before anybody looks at it has its own words.
  return new RegExp(`(?=.*(?:${says.source}))(?=.*(?:${also}|262144 bytes))`, 's');
}
