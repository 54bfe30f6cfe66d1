/** `geo` on a terminal: questions, what does not show while it is typed, colours, Ctrl-C. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wordsFromSeed } from '#protocol/words.ts';
import { type GeoFolder, GeoFolders, LOCAL, startPair } from '#test/support/geo.ts';
import { OnTerminal } from '#test/support/terminal.ts';

let folders: GeoFolders;
let alice: GeoFolder;

beforeAll(async () => {
  folders = await GeoFolders.create();
  ({ alice } = await startPair(folders));
});

afterAll(() => folders.close());

async function balance(): Promise<string | undefined> {
  const { net } = await alice.json<{ net: { net: string }[] }>(['balance', 'UAH']);
  return net[0]?.net;
}

describe('before paying, geo shows what it means and asks', () => {
  it.each([
    ['no', 'n\r'],
    ['just Enter', '\r'],
    ['Ctrl-C', '\x03'],
    ['Ctrl-D', '\x04'],
  ])('and pays nothing on %s', async (_what, typed) => {
    const terminal = new OnTerminal(alice, ['pay', 'Bob', '12.5', 'UAH']);
    await terminal.answer('Pay? [y/N]', typed);
    const { code, text } = await terminal.end();
    expect(text).toContain('You will owe Bob 12.50 UAH (now 0.00 of 100.00)');
    expect(text).toContain('Cancelled: nothing was done.');
    expect(code).toBe(1);
    expect(await balance()).toBe('0');
  });

  it('and pays on yes', async () => {
    const terminal = new OnTerminal(alice, ['pay', 'Bob', '2', 'UAH']);
    await terminal.answer('Pay? [y/N]', 'y\r');
    expect(await terminal.end()).toMatchObject({ code: 0, text: expect.stringContaining('Paid Bob 2.00 UAH') });
    expect(await balance()).toBe('-2');
  });

  it('unless --yes says so already', async () => {
    const { code, text } = await new OnTerminal(alice, ['pay', 'Bob', '3', 'UAH', '--yes']).end();
    expect(text).toContain('You will owe Bob 5.00 UAH (now 2.00 of 100.00)');
    expect(text).not.toContain('[y/N]');
    expect(code).toBe(0);
  });

  it('and says why it may not work', async () => {
    const terminal = new OnTerminal(alice, ['pay', 'Bob', '500', 'UAH']);
    await terminal.answer('Try all the same? [y/N]', 'n\r');
    expect((await terminal.end()).text).toMatch(/This may not work: Bob lets you owe at most 100\.00 UAH/);
  });
});

it('words that are typed do not show', async () => {
  const words = wordsFromSeed(new Uint8Array(32).fill(7));
  const terminal = new OnTerminal(folders.add('typed'), ['init', '--words', ...LOCAL]);
  await terminal.answer('do not show', `${words}\r`);
  const { code, text } = await terminal.end();
  expect(code).toBe(0);
  expect(text).toContain('Your identity is back.');
  for (const word of new Set(words.split(' '))) expect(text).not.toMatch(new RegExp(`\\b${word}\\b`));
});

it('colours are for terminals, and NO_COLOR turns them off', async () => {
  const colours = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`);
  const coloured = new OnTerminal(alice, ['status']);
  await coloured.end();
  expect(coloured.shown).toMatch(colours);
  const plain = new OnTerminal(alice, ['status'], { NO_COLOR: '1' });
  await plain.end();
  expect(plain.shown).not.toMatch(colours);
  expect((await alice.run(['status'])).stdout).not.toMatch(colours);
});
