/** Wrong command lines, and what strangers send. Bad values of all kinds are in bad-input. */
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

describe('an invoice link', () => {
  it('that was changed is refused', async () => {
    const { link } = await bob.json<{ link: string }>(['request', '5', 'UAH']);
    const at = link.length - 30;
    const changed = `${link.slice(0, at)}${link[at] === 'A' ? 'B' : 'A'}${link.slice(at + 1)}`;
    await refused(['pay', changed], 3, /damaged|signed/);
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
