import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type BadRow, type Community, readCommunity, stepsOf } from '#node/community/rows.ts';
import { packageFile } from '#node/entry.ts';
import { UNIT } from '#protocol/amount.ts';

function read(text: string): Community {
  const community = readCommunity(Buffer.from(text));
  if ('rows' in community) return community;
  throw new Error(community.map(({ line, what }) => `${line}: ${what}`).join('\n'));
}

function problems(text: string | Uint8Array): readonly BadRow[] {
  const community = readCommunity(typeof text === 'string' ? Buffer.from(text) : text);
  return 'rows' in community ? [] : community;
}

const LINE = 'trust,Anna,Boris,UAH,100';

describe('a community file', () => {
  it('is read row by row', () => {
    const { participants, rows } = read(`${LINE}\npay,Boris,Anna,UAH,12.5,rent,monday\npay,Boris,Carol,hour,1`);
    expect(participants).toEqual(['Anna', 'Boris', 'Carol']);
    expect(rows).toEqual([
      { kind: 'trust', line: 1, from: 'Anna', to: 'Boris', equivalent: 'UAH', limit: 100n * UNIT },
      {
        ...{ kind: 'pay', line: 2, from: 'Boris', to: 'Anna', equivalent: 'UAH', amount: 1_250_000_000n },
        ...{ id: 'rent', group: 'monday' },
      },
      {
        ...{ kind: 'pay', line: 3, from: 'Boris', to: 'Carol', equivalent: 'hour', amount: UNIT },
        ...{ id: null, group: null },
      },
    ]);
  });

  it.each([
    ['headings', `kind,from,to,equivalent,amount,id,group\n${LINE}`],
    ['headings of the form', `trust,FROM,TO,EQUIVALENT,LIMIT\n${LINE}`],
    ['a byte order mark', `\uFEFF${LINE}`],
    ['a byte order mark before headings', `\uFEFFkind,from,to,equivalent,amount\n${LINE}`],
    ['comments and empty lines', `# a, "b\n\n   \n${LINE}\n#\n`],
    ['rows of nothing but commas', `,,,,\n${LINE}\n,,,,,,\n`],
    ['line ends of Windows', `# a\r\n${LINE}\r\n`],
    ['line ends of two kinds', `# a\r\n# b\n${LINE}`],
    ['quotes', 'trust,"Anna","Boris","UAH","100"'],
    ['spaces around fields', ' trust , Anna ,  Boris,UAH , 100 '],
    ['as many fields as other rows have', `${LINE},,`],
    ['a kind in capitals', 'TRUST,Anna,Boris,UAH,100'],
    ['amounts written in other ways', 'trust,Anna,Boris,UAH,100.00'],
  ])('may have %s', (_what, text) => {
    expect(read(text).rows).toMatchObject([{ kind: 'trust', from: 'Anna', to: 'Boris', limit: 100n * UNIT }]);
  });

  it('keeps the numbers of lines', () => {
    expect(read(`# a\n\n${LINE}\r\n\n${LINE}`).rows.map(({ line }) => line)).toEqual([3, 5]);
  });

  it('may name people in any script, with commas, quotes and signs', () => {
    const { participants } = read(
      'trust,"Bondar, Anna",Олена,UAH,1\ntrust,"Bo ""B"" B",李娜,UAH,1\ntrust,No #2,"#3",UAH,1',
    );
    expect(participants).toEqual(['Bondar, Anna', 'Олена', 'Bo "B" B', '李娜', 'No #2', '#3']);
  });

  it('may have participants called From and To', () => {
    expect(read('trust,From,To,UAH,5').participants).toEqual(['From', 'To']);
  });

  it('shows amounts with as many decimals as it uses, two at least', () => {
    const { precisions } = read(
      `${LINE}\npay,Boris,Anna,UAH,1.2345\ntrust,Anna,Boris,hour,10\npay,Boris,Anna,hour,1.50`,
    );
    expect([...precisions]).toEqual([
      ['UAH', 4],
      ['hour', 2],
    ]);
  });

  it('may name one payment by its ID as often as it likes', () => {
    expect(read(`${LINE}\npay,Boris,Anna,UAH,5,x\npay,Boris,Anna,UAH,5.00,x,g`).rows).toHaveLength(3);
  });
});

describe('a wrong row is refused with its line, and what would be right:', () => {
  it.each<[string, string, RegExp]>([
    [
      'an unknown kind',
      'give,Anna,Boris,UAH,5',
      /“give” is no kind of row; write “trust,FROM,TO,EQUIVALENT,LIMIT” or “pay,/,
    ],
    ['no kind', ',Anna,Boris,UAH,5', /“” is no kind of row/],
    ['another separator', 'trust;Anna;Boris;UAH;5', /is no kind of row/],
    ['headings that are not the first row', 'kind,from,to,equivalent,amount', /“kind” is no kind of row/],
    ['too few fields', 'trust,Anna,Boris,UAH', /it has 4 fields; write it as “trust,FROM,TO,EQUIVALENT,LIMIT”/],
    ['an empty last field', 'trust,Anna,Boris,UAH,', /it has 4 fields/],
    ['an empty field in the middle', 'trust,Anna,,UAH,5', /TO “” cannot be used: nothing in it can be seen/],
    ['too many fields', 'trust,Anna,Boris,UAH,1,000', /it has 6 fields/],
    ['too many fields of a payment', 'pay,Anna,Boris,UAH,1,id,group,more', /it has 8 fields/],
    [
      'a negative limit',
      'trust,Anna,Boris,UAH,-5',
      /LIMIT “-5” cannot be used: it is below zero\. It should be a number such as 12\.5/,
    ],
    [
      'a limit that is no number',
      'trust,Anna,Boris,UAH,much',
      /LIMIT “much” cannot be used: it is not a plain decimal/,
    ],
    ['a payment of nothing', 'pay,Anna,Boris,UAH,0', /AMOUNT “0” cannot be used: it is zero\. .*above 0/],
    ['too many decimals', 'pay,Anna,Boris,UAH,0.000000001', /it has 9 decimals/],
    ['too much', 'pay,Anna,Boris,UAH,92233720368.54775808', /it is too large\. .*92233720368\.54775807/],
    ['a number as programs write it', 'pay,Anna,Boris,UAH,1e3', /AMOUNT “1e3” cannot be used/],
    ['digits of another script', 'pay,Anna,Boris,UAH,٥', /AMOUNT “٥” cannot be used/],
    ['a quoted space', 'pay,Anna,Boris,UAH," 5"', /AMOUNT “ 5” cannot be used/],
    [
      'a wrong equivalent',
      'trust,Anna,Boris,U$H,5',
      /EQUIVALENT “U\$H” cannot be used: it contains "\$"\. It should be 1 to 16/,
    ],
    ['no equivalent', 'trust,Anna,Boris,,5', /EQUIVALENT “” cannot be used/],
    ['trust in oneself', 'trust,Anna,Anna,UAH,5', /FROM and TO are both Anna/],
    ['a payment to oneself', 'pay,Anna," Anna ",UAH,5', /FROM and TO are both Anna/],
    [
      'a hidden character',
      'trust,An\u202ena,Boris,UAH,5',
      /FROM “An\\u\{202e\}na” cannot be used: it contains U\+202E/,
    ],
    ['a long name', `trust,${'a'.repeat(65)},Boris,UAH,5`, /it has 65 characters\. It should be 1 to 64/],
    ['a long ID', `pay,Anna,Boris,UAH,5,${'x'.repeat(129)}`, /the ID has 129 characters; it may have 128 at most/],
    ['a quote that does not end', 'trust,"Anna,Boris,UAH,5', /its quotes do not fit/],
    ['a quote in the middle', 'trust,An"na,Boris,UAH,5', /its quotes do not fit/],
  ])('%s', (_what, row, words) => {
    const found = problems(`${LINE}\n\n${row}`);
    expect(found).toEqual([{ line: 3, what: expect.stringMatching(words) }]);
  });

  it.each([
    ['payer', 'pay,Carol,Anna,UAH,5,x'],
    ['receiver', 'pay,Boris,Carol,UAH,5,x'],
    ['equivalent', 'pay,Boris,Anna,hour,5,x'],
    ['amount', 'pay,Boris,Anna,UAH,6,x'],
  ])('one ID with another %s', (_what, row) => {
    expect(problems(`${LINE}\npay,Boris,Anna,UAH,5,x\n${row}`)).toEqual([
      {
        line: 3,
        what: expect.stringMatching(/^the ID “x” is that of line 2, “Boris pays Anna 5 UAH”; one ID is one payment/),
      },
    ]);
  });

  it('all of them, in order', () => {
    expect(problems(`a,b\n${LINE}\npay,Anna,Boris,UAH,0\n`).map(({ line }) => line)).toEqual([1, 3]);
  });

  it.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['nothing but comments', '# trust,Anna,Boris,UAH,1\n'],
    ['nothing but headings', 'kind,from,to,equivalent,amount\n'],
    ['bytes that are no text', Uint8Array.of(0x74, 0xff, 0xfe)],
  ])('a file of %s', (_what, text) => {
    expect(problems(text)).toHaveLength(1);
  });
});

describe('the order of things', () => {
  it('is that of the rows; a group starts together where its first row stands', () => {
    const { rows } = read(
      [
        ...[LINE, 'pay,Boris,Anna,UAH,1', 'pay,Boris,Anna,UAH,2,,g', 'pay,Boris,Anna,UAH,3'],
        ...['pay,Boris,Anna,UAH,4,,h', 'trust,Anna,Boris,UAH,50', 'pay,Boris,Anna,UAH,5,,g'],
      ].join('\n'),
    );
    const steps = stepsOf(rows).map((step) => (step.kind === 'trust' ? step.line : step.rows.map(({ line }) => line)));
    expect(steps).toEqual([1, [2], [3, 7], [4], [5], 6]);
  });
});

describe('the bundled example', () => {
  const { participants, rows } = read(readFileSync(packageFile('node/community/example.csv'), 'utf8'));

  it('has at least ten people, and one payment with an ID that comes twice', () => {
    expect(participants.length).toBeGreaterThanOrEqual(10);
    const ids = rows.flatMap((row) => (row.kind === 'pay' && row.id !== null ? [row.id] : []));
    expect(new Set(ids).size).toBeLessThan(ids.length);
    expect(stepsOf(rows).some((step) => step.kind === 'payments' && step.rows.length > 1)).toBe(true);
  });
});
