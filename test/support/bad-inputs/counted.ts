/** Bad times, numbers and choices. */
import { and, type BadInput, rows } from './row.ts';

export const COUNTED = {
  /** UTC milliseconds to come. */
  instant: [
    ...(
      [
        ['1970', 0, /1970-01-01T00:00:00\.000Z.* is not a time: it is in the past/, 'bad-time'],
        ['seconds for milliseconds', 1_900_000_000, /1970-01-22.*it is in the past.*in milliseconds/, 'bad-time'],
        ['the past', 1_704_164_645_000, /2024-01-02.*it is in the past/, 'bad-time'],
        ['below zero', -1, /UTC milliseconds, from 0 to the end of the year 9999/, 'bad-request'],
        ['a fraction', 4_102_444_800_000.5, /UTC milliseconds/, 'bad-request'],
        ['the year 10000', 253_402_300_800_000, /UTC milliseconds, from 0 to the end of the year 9999/, 'bad-request'],
        ['microseconds', 4_102_444_800_000_000, /UTC milliseconds/, 'bad-request'],
        ['2⁶⁴', 1.844_674_407_370_955_2e19, /UTC milliseconds/, 'bad-request'],
        ['the largest number', Number.MAX_VALUE, /UTC milliseconds/, 'bad-request'],
        ['text', '4102444800000', /UTC milliseconds/, 'bad-request'],
        ['a date', '2100-01-01', /UTC milliseconds/, 'bad-request'],
        ['null', null, /UTC milliseconds/, 'bad-request'],
        ['true', true, /UTC milliseconds/, 'bad-request'],
      ] as const
    ).map(([what, value, says, code]) => ({ what, value, says, code })),
  ],
  /** A time as a person writes it. */
  when: rows('bad-time', [
    ['nothing', '', /neither a span nor a date/],
    ['a word', 'yesterday', /neither a span nor a date/],
    ['a span of nothing', '0d', /neither a span nor a date/],
    ['a span back', '-1d', /neither a span nor a date/],
    ['a fraction', '1.5d', /neither a span nor a date/],
    ['no unit', '90', /neither a span nor a date/],
    ['milliseconds', '4102444800000', /neither a span nor a date/],
    ['Arabic digits', '٣d', /neither a span nor a date/],
    ['a date that has passed', '2024-01-02', /it has passed/],
    ['February 30', '2031-02-30', /no such date/],
    ['hour 25', '2031-01-01T25:00', /no such date/],
    ['the year 10000', '10000-01-01', /neither a span nor a date/],
    ['beyond the year 9999', '999999999w', /after the year 9999/],
    ['an escape sequence', '\u001b[2J', /neither a span nor a date/],
    ['100,000 characters', '9'.repeat(100_000), /neither a span nor a date/],
  ]).map((row) => ({ ...row, says: and(row.says, 'It should be a time from now such as 90m') })),
  /** A count in a query. */
  count: rows(
    ['bad-request', 'usage'],
    [
      ['zero', '0', /from 1 to \d+/],
      ['below zero', '-1', /from 1 to \d+/],
      ['a fraction', '1.5', /from 1 to \d+/],
      ['an exponent', '1e3', /from 1 to \d+/],
      ['hexadecimal', '0x10', /from 1 to \d+/],
      ['nothing', '', /from 1 to \d+/],
      ['a space', ' 5', /from 1 to \d+/],
      ['Arabic digits', '٥', /from 1 to \d+/],
      ['too many', '100001', /from 1 to \d+/],
      ['2⁵³ + 1', '9007199254740993', /from 1 to \d+/],
      ['letters', 'all', /from 1 to \d+/],
    ],
  ),
  /** A number in JSON. */
  number: (
    [
      ['below zero', -1],
      ['a fraction', 1.5],
      ['2⁵³', 9_007_199_254_740_992],
      ['the largest number', Number.MAX_VALUE],
      ['text', '5'],
      ['true', true],
      ['null', null],
      ['a list', [5]],
    ] as const
  ).map(([what, value]) => ({ what, value, says: /number|int/, code: 'bad-request' })),
  flag: (
    [
      ['a number', 1],
      ['text', 'true'],
      ['null', null],
    ] as const
  ).map(([what, value]) => ({ what, value, says: /expected boolean/, code: 'bad-request' })),
  choice: (
    [
      ['nothing', ''],
      ['another case', 'ADMIN'],
      ['a property of objects', '__proto__'],
      ['a number', 1],
      ['null', null],
    ] as const
  ).map(([what, value]) => ({ what, value, says: /expected one of/, code: 'bad-request' })),
  /** One word of a few, on a command line. */
  word: rows('usage', [
    ['nothing', '', /Allowed choices are/],
    ['capitals', 'JSON', /Allowed choices are/],
    ['an escape sequence', '\u001b[2J', /'\\u\{1b\}\[2J' is invalid.*Allowed choices are/],
    ['an override', '\u202enosj', /'\\u\{202e\}nosj' is invalid.*Allowed choices are/],
    ['a property of objects', '__proto__', /Allowed choices are/],
  ]),
  month: rows('usage', [
    ['nothing', '', /write year and month, such as 2026-01/],
    ['month 0', '2026-00', /is not a month/],
    ['month 13', '2026-13', /is not a month/],
    ['a day', '2026-01-01', /is not a month/],
    ['a word', 'January', /is not a month/],
    ['below zero', '-2026-01', /is not a month/],
    ['the year 10000', '10000-01', /is not a month/],
    ['Arabic digits', '٢٠٢٦-٠١', /is not a month/],
    ['an escape sequence', '\u001b[2J', /“\\u\{1b\}\[2J” is not a month/],
    ['100,000 characters', '1'.repeat(100_000), /is not a month/],
  ]),
} as const satisfies Readonly<Record<string, readonly BadInput[]>>;
