/** Bad amounts and bad texts. */
import { and, type BadInput, MEGABYTES, NUL, notText, type Row, rows, TOO_LARGE } from './row.ts';

/** What no reader of decimal numbers may take, whatever other readers do with it. */
const NO_DECIMAL: readonly Row[] = [
  ['below zero', '-1', /it is below zero/],
  ['a sign', '+5', /not a plain decimal/],
  ['zeros in front', '00', /not a plain decimal/],
  ['nothing before the point', '.5', /not a plain decimal/],
  ['nothing behind the point', '5.', /not a plain decimal/],
  ['an exponent', '1e3', /not a plain decimal/],
  ['hexadecimal', '0x10', /not a plain decimal/],
  ['NaN', 'NaN', /not a plain decimal/],
  ['Infinity', 'Infinity', /not a plain decimal/],
  ['nothing', '', /it is empty/],
  ['a space in front', ' 5', /not a plain decimal/],
  ['a line end behind', '5\n', /not a plain decimal/],
  ['a comma', '1,000', /not a plain decimal/],
  ['an underscore', '1_000', /not a plain decimal/],
  ['Arabic digits', '٥', /not a plain decimal/],
  ['full-width digits', '５', /not a plain decimal/],
  ['NUL behind', `5${NUL}`, /not a plain decimal/],
  ['2⁶³ units', '92233720368.54775808', /it has 8 decimals|it is too large/],
  ['2⁶³ wholes', '9223372036854775808', /it is too large/],
  ['400 digits', '9'.repeat(400), /it has 400 characters/],
  ['100,000 digits', '9'.repeat(100_000), /it has 100000 characters/],
  ['10 MB', '9'.repeat(10_000_000), /./, ['bad-amount', ...TOO_LARGE]],
];

/** What nobody may write who has two decimals. */
const TOO_FINE: readonly Row[] = [
  ['3 decimals', '12.345', /it has 3 decimals.*at most 2 decimals/],
  ['2⁵³ + 1 units', '90071992.54740993', /it has 8 decimals/],
];

const AMOUNT_LIMIT =
  'It should be a number such as 12\\.5, (?:at most \\d decimals|with the decimals that the settings allow \\(else 2\\)), ';

function limits(bad: readonly Row[]): readonly BadInput[] {
  return [
    ...rows('bad-amount', bad).map((row) => ({
      ...row,
      says: and(row.says, `${AMOUNT_LIMIT}from 0 to 92233720368\\.54775807`),
    })),
    ...notText(/decimal text such as "12\.5"/).filter(({ value }) => value !== null),
  ];
}

export const WRITTEN = {
  /** Above zero. */
  amount: [
    ...rows('bad-amount', [
      ...NO_DECIMAL,
      ...TOO_FINE,
      ['zero', '0', /it is zero/],
      ['zero with decimals', '0.0', /it is zero/],
    ]).map((row) => ({ ...row, says: and(row.says, `${AMOUNT_LIMIT}above 0 to 92233720368\\.54775807`) })),
    ...notText(/decimal text such as "12\.5"/),
  ],
  /** Zero or more. */
  limit: limits([...NO_DECIMAL, ...TOO_FINE]),
  /** The same, with all the decimals there are. */
  fineLimit: limits([...NO_DECIMAL, ['9 decimals', '0.000000001', /it has 9 decimals/]]),
  equivalent: [
    ...rows('bad-equivalent', [
      ['nothing', '', /it has 0 characters/],
      ['17 letters', 'A'.repeat(17), /it has 17 characters/],
      ['a space', 'U H', /it contains " "/],
      ['Cyrillic', 'грн', /it contains "г"/],
      ['a homoglyph', 'UАH', /it contains "А"/],
      ['NUL', `UAH${NUL}`, /it contains "\\u\{0\}"/],
      ['a line end', 'UAH\n', /it contains "\\u\{a\}"/],
      ['an override', '\u202eHAU', /it contains "\\u\{202e\}"/],
      ['half a character', 'UA\ud83d', /it contains "\\u\{d83d\}"/],
      ['10 MB', MEGABYTES, /./, ['bad-equivalent', ...TOO_LARGE]],
    ]).map((row) => ({ ...row, says: and(row.says, 'It should be 1 to 16 of A-Z, a-z, 0-9 and _') })),
    ...notText(/text/),
  ],
  /** What a person calls somebody or something. */
  name: [
    ...rows('bad-name', [
      ['nothing', '', /nothing in it can be seen/],
      ['spaces', ' \u00a0\u3000', /nothing in it can be seen/],
      ['65 letters', 'x'.repeat(65), /it has 65 characters/],
      ['NUL', `Bo${NUL}b`, /U\+0000/],
      ['an escape sequence', 'Bob\u001b[2J', /U\+001B/],
      ['the one-byte form of it', 'Bob\u009b2J', /U\+009B/],
      ['a line end', 'Bob\nPaid: 40', /U\+000A/],
      ['an override', '\u202eboB', /U\+202E/],
      ['an isolate', '\u2067Bob', /U\+2067/],
      ['half a character', 'Bob\ud83d', /U\+D83D/],
      ['the other half', '\ude00Bob', /U\+DE00/],
      ['what cannot be seen', '\u200b', /U\+200B/],
      ['marks that pile up', `Z${'\u0335'.repeat(100)}`, /it has 101 characters/],
      ['a mark in front', '\u0301Bob', /begins with a mark/],
      ['100,000 letters', 'x'.repeat(100_000), /it has 100000 characters/],
      ['10 MB', MEGABYTES, /./, ['bad-name', ...TOO_LARGE]],
    ]).map((row) => ({ ...row, says: and(row.says, 'It should be 1 to 64 visible characters') })),
    ...notText(/text/),
  ],
  /** What cannot be the alias of Bob, although it is a name. */
  alias: rows('alias-ambiguous', [
    ['a PID', '4kT6mG6CMW61bsVVKr9PvoHZCaJ36xzPKqee9S6qRyVp', /could be taken for/],
    ['a key', 'ab'.repeat(32), /could be taken for/],
    ['a key in capitals', 'AB'.repeat(32), /could be taken for/],
    ['a link', 'geo:card/x', /could be taken for/],
    ['the name of another', 'Zo\u00eb', /is the alias of/, 'alias-taken'],
    ['its twin of NFC', 'Zoe\u0308', /is the alias of/, 'alias-taken'],
    ['a homoglyph', 'Zоё', /looks like “Zoë”, who is someone else/, 'look-alike'],
    ['another case', 'ZOE', /looks like “Zoë”, who is someone else/, 'look-alike'],
    ['a digit for a letter', 'Z0ë', /looks like “Zoë”, who is someone else/, 'look-alike'],
  ]),
  /** A line that the receiver reads. */
  memo: [
    ...rows('bad-memo', [
      ['208 bytes', 'x'.repeat(208), /it has 208 characters|it takes 208 bytes/],
      ['as many letters as fit, of two bytes', 'ж'.repeat(125), /bytes of UTF-8|it has 125 characters/],
      ['NUL', `rent${NUL}`, /U\+0000/],
      ['a line end', 'rent\nPaid: 40', /U\+000A/],
      ['an escape sequence', 'rent\u001b[31m', /U\+001B/],
      ['an override', 'rent\u202etner', /U\+202E/],
      ['half a character', 'rent\ud83d', /U\+D83D/],
      ['100,000 letters', 'x'.repeat(100_000), /it has 100000 characters/],
      ['10 MB', MEGABYTES, /./, ['bad-memo', ...TOO_LARGE]],
    ]).map((row) => ({ ...row, says: and(row.says, 'It should be (one line of )?at most \\d+') })),
    ...notText(/text/),
  ],
  /** The network of a node's settings. */
  network: rows('config-invalid', [
    ['nothing', '', /allowed/],
    ['capitals', 'GEO', /allowed/],
    ['33 letters', 'g'.repeat(33), /allowed/],
    ['NUL', `geo${NUL}`, /allowed/],
    ['an override', 'geo\u202e', /allowed/],
    ['half a character', 'geo\ud83d', /allowed/],
    ['a path', '../geo', /allowed/],
    ['10 MB', MEGABYTES, /allowed/],
  ]).map((row) => ({ ...row, says: /1 to 32 of a-z, 0-9 and -/ })),
} as const satisfies Readonly<Record<string, readonly BadInput[]>>;
