/** What people mistype and what strangers send: a clear word, the right exit code, and nothing is changed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GeoFolder, GeoFolders, startPair } from '#test/support/geo.ts';

let folders: GeoFolders;
let alice: GeoFolder;
let bob: GeoFolder;
let before: unknown;

/** All that a command could have changed. */
async function everything(): Promise<unknown> {
  const verbs = [['balance'], ['contact', 'list'], ['trust', 'list'], ['history'], ['token', 'list']];
  return Promise.all(verbs.map((verb) => alice.json(verb)));
}

beforeAll(async () => {
  folders = await GeoFolders.create();
  ({ alice, bob } = await startPair(folders));
  before = await everything();
});

afterAll(() => folders.close());

/** Refused with this exit code, in words on standard error and as a document, and never with a stack. */
async function refused(argv: readonly string[], code: number, words: RegExp): Promise<void> {
  const ran = await alice.run(argv);
  expect(ran).toMatchObject({ code, stdout: '' });
  expect(ran.stderr).toMatch(words);
  expect(ran.stderr).not.toMatch(/\n\s+at |\.ts:\d/);
}

describe('a wrong command line', () => {
  it.each([
    [['pya'], /did you mean pay\? See `geo --help`/],
    [['pay', 'Bob', '1', 'UAH', '--memmo', 'x'], /did you mean --memo\? See `geo pay --help`/],
    [['pay'], /Missing required argument 'who'/],
    [['pay', 'Bob'], /geo pay Bob 12\.50 UAH/],
    [['pay', 'Bob', '1', 'UAH', 'more'], /Too many arguments/],
    [['pay', 'Bob', '1', 'UAH', '--wait', 'long'], /a whole number from 0 to 240/],
    [['trust'], /Which command\?[\s\S]*Usage: geo trust/],
    [['trust', 'set', 'Bob', '5'], /Missing required argument 'equivalent'. See `geo trust set --help`/],
    [['token', 'create', 'x', '--scope', 'all'], /read, pay, admin/],
    [['token', 'create', 'x', '--daily-cap', '100'], /UAH=100/],
    [['completion', 'tcsh'], /bash, zsh, fish, powershell/],
    [['history', '--limit', '0'], /from 1 to 1000/],
    [['tx', 'resolve', 'abc'], /64 hex digits/],
    [['id', 'card', '--limit', '5'], /both --limit and --equivalent/],
    [['request', '5', 'UAH', '--expires', 'yesterday'], /90m, 12h, 30d/],
    [['start', '--foreground', '--background'], /not both/],
  ])('%j', (argv, words) => refused(argv, 3, words));

  it('is a document with --json', async () => {
    const { error, schema } = await alice.json(['trust', 'sett'], 3);
    expect({ error, schema }).toMatchObject({
      schema: 1,
      error: { code: 'usage', message: expect.stringMatching(/set/) },
    });
  });
});

describe('an amount', () => {
  it.each([
    ...['-1', '0', '0.0', '+5', '00', '.5', '5.', '1e3', '0x10', 'NaN', '', ' 5', '1,000', '1_000', '٥', '５'],
    ...['12.345', '9007199254740993.001', '92233720368.54775808', '9'.repeat(400)],
  ])('%j is none', (amount) => refused(['pay', 'Bob', amount, 'UAH'], 3, /is not an amount: .* It should be/));

  it('is refused wherever one is typed', async () => {
    await refused(['trust', 'set', 'Bob', '-1', 'UAH'], 3, /below zero/);
    await refused(['trust', 'set', 'Bob', '1', 'UAH', '--daily-limit', '1e3'], 3, /plain decimal/);
    await refused(['request', '0', 'UAH'], 3, /it is zero/);
    await refused(['id', 'card', '--limit', '0', '--equivalent', 'UAH'], 3, /it is zero/);
    await refused(['token', 'create', 'x', '--daily-cap', 'UAH=0x10'], 3, /plain decimal/);
    await refused(['pay', 'Bob', '1', 'U H'], 3, /is not an equivalent/);
  });
});

describe('somebody', () => {
  it.each([
    ['nobody', 'Mallory', 1, /nobody in the address book.*geo contact list/],
    ['a PID with a wrong letter', '0OIl'.repeat(11), 1, /nobody in the address book/],
    ['a PID that nobody told', '4kT6mG6CMW61bsVVKr9PvoHZCaJ36xzPKqee9S6qRyVp', 1, /contact card/],
    ['an empty name', '', 3, /Nobody is named/],
    ['a name of 10,000 letters', 'x'.repeat(10_000), 3, /10000 characters/],
    ['a card that is cut off', 'geo:card/gogBZHRlc3Q', 3, /damaged/],
    ['another link', 'geo:50.45,30.52', 3, /link/],
  ])('%s is not paid', (_what, who, code, words) => refused(['pay', who, '1', 'UAH'], code, words));

  it('cannot be oneself', async () => {
    const { card } = await alice.json<{ card: string }>(['id', 'card']);
    await refused(['pay', card, '1', 'UAH'], 1, /your own key/);
    await refused(['contact', 'add', card], 1, /your own key/);
    await refused(['trust', 'set', card, '1', 'UAH'], 1, /your own key/);
  });

  it.each([
    ['with an escape sequence', 'Bob\x1b[2J', 3, /U\+001B/],
    ['with an override', '\u202eboB', 3, /U\+202E/],
    ['that cannot be seen', '\u200b', 3, /U\+200B/],
    ['of 65 letters', 'x'.repeat(65), 3, /65 characters/],
    ['that is a PID', '4kT6mG6CMW61bsVVKr9PvoHZCaJ36xzPKqee9S6qRyVp', 1, /could be taken for/],
  ])('does not get an alias %s', async (_what, alias, code, words) => {
    await refused(['contact', 'add', 'Bob', '--as', alias], code, words);
  });

  it.each([
    '127.0.0.1:4610',
    '/ip4/1.2.3/tcp/1',
    '/ip4/127.0.0.1/udp/1',
    '/ip4/169.254.169.254/tcp/80',
    '/x'.repeat(200),
  ])('is not looked for at %s', (address) => refused(['contact', 'add', 'Bob', '--address', address], 3, /address/));
});

describe('an invoice link', () => {
  it('that was changed is refused', async () => {
    const { link } = await bob.json<{ link: string }>(['request', '5', 'UAH']);
    const at = link.length - 30;
    const changed = `${link.slice(0, at)}${link[at] === 'A' ? 'B' : 'A'}${link.slice(at + 1)}`;
    await refused(['pay', changed], 3, /damaged|signed/);
    await refused(['pay', link.slice(0, -4)], 3, /damaged/);
    await refused(['pay', link, '5', 'HOUR'], 3, /in UAH, not in HOUR/);
    await refused(['pay', link, '--id', 'mine'], 3, /leave out --id/);
  });
});

describe('what strangers send', () => {
  const ACTS_ON_A_TERMINAL = /(?!\n)\p{Cc}|[\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]/u;

  it.each(['\x1b[31mBob\x07\x9b2J', 'a\r\nb\u2028\u2067\ufeff', '\u202e\u200fBob\x7f'])(
    'never reaches the terminal as it is: %j',
    async (text) => {
      for (const argv of [['pay', text, '1', 'UAH'], ['contact', 'add', text, '--json'], [text]]) {
        const { stdout, stderr, code } = await alice.run(argv);
        expect(`${stdout}${stderr}`).not.toMatch(ACTS_ON_A_TERMINAL);
        expect(code === 1 || code === 3).toBe(true);
      }
    },
  );
});

it('none of all this has changed anything', async () => {
  expect(await everything()).toEqual(before);
});
