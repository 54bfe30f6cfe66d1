/** Somebody whose data folder is lost comes back in the browser: from words and a backup file, and from words alone. */
import { existsSync } from 'node:fs';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, connectClient } from '#node/api/client.ts';
import { MAX_BACKUP_FILE_BYTES } from '#node/backup/file.ts';
import { readKeyFile } from '#node/identity/key-file.ts';
import { wordsFromSeed } from '#protocol/words.ts';
import { accessibilityFindings, picture, scrollsSideways, startBrowser } from '#test/support/browser.ts';
import { type Beginner, begin, bringBack, confirmBooks } from '#test/support/first-run.ts';
import { type GeoFolder, GeoFolders, startPair } from '#test/support/geo.ts';

let folders: GeoFolders;
let browser: Browser;
let alice: GeoFolder;
let bob: GeoFolder;
let bobClient: Client;
let file: string;
let wordsOf: { readonly alice: string; readonly bob: string };
let now: Beginner;
const complaints: string[] = [];

beforeAll(async () => {
  folders = await GeoFolders.create();
  browser = await startBrowser();
  ({ alice, bob } = await startPair(folders));
  bobClient = await connectClient(bob.path);
  const client = await connectClient(alice.path);
  const sum = { equivalent: 'UAH', waitMs: 20_000 };
  expect(await client.pay({ to: 'Bob', amount: '12.50', ...sum })).toMatchObject({ state: 'COMMITTED' });
  file = join(folders.path, 'alice.backup');
  await alice.json(['backup', '--out', file]);
  // The backup does not know of it; Bob does.
  expect(await bobClient.pay({ to: 'Alice', amount: '2', ...sum })).toMatchObject({ state: 'COMMITTED' });
  const [ofAlice, ofBob] = await Promise.all([alice, bob].map(({ path }) => readKeyFile(path, async () => null)));
  wordsOf = { alice: wordsFromSeed(ofAlice?.seed as Uint8Array), bob: wordsFromSeed(ofBob?.seed as Uint8Array) };
});

afterAll(async () => {
  await browser.close();
  now.geoUi.kill();
  await folders.close();
});

/** The disk is gone, and somebody begins anew. */
async function lose(): Promise<Page> {
  await alice.json(['stop']);
  await rm(alice.path, { recursive: true });
  now = await begin(browser, alice, null);
  await now.page.getByRole('heading', { name: 'Welcome', level: 1 }).waitFor();
  return now.page;
}

const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
const see = (page: Page, text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();

/** As wide as people have it, and as narrow; nothing is lost, and nobody is kept out. */
async function looksRight(page: Page, name: string): Promise<void> {
  for (const [width, height] of [
    [360, 740],
    [1280, 800],
  ] as const) {
    await page.setViewportSize({ width, height });
    expect([name, width, await accessibilityFindings(page)]).toEqual([name, width, []]);
    expect([name, width, await scrollsSideways(page)]).toEqual([name, width, false]);
    await picture(page, `first-run-${name}-${width}`);
  }
}

/** Both sides have the balance, and a payment works. */
async function expectBooks(before: string, after: string): Promise<void> {
  const client = await connectClient(alice.path);
  expect((await client.getBalance({})).accounts).toMatchObject([{ balance: `-${before}`, limitGiven: '50' }]);
  expect((await bobClient.getBalance({})).accounts).toMatchObject([{ balance: before, limitGiven: '100' }]);
  const paid = await client.pay({ to: 'Bob', equivalent: 'UAH', amount: '1', waitMs: 20_000 });
  expect(paid).toMatchObject({ state: 'COMMITTED' });
  expect((await bobClient.getBalance({})).accounts).toMatchObject([{ balance: after }]);
}

describe('words and a backup file', () => {
  it('that do not fit are told as what they are, and nothing is written', async () => {
    const page = await lose();
    await page.getByLabel('No, I have my 24 words and a backup file').check();
    await page.getByLabel('Your 24 words, in order').fill(wordsOf.alice);
    await press(page, 'Next');
    await see(page, 'Choose the backup file first');
    await looksRight(page, 'restore');

    const wrong = join(folders.path, 'wrong');
    const whole = await readFile(file);
    for (const [words, bytes, said] of [
      [wordsOf.alice, Buffer.from('a picture of a cat'), 'This is not a backup file of GEO'],
      [wordsOf.alice, whole.subarray(0, -7), 'This backup file is damaged or cut short. Choose another copy'],
      [wordsOf.bob, whole, 'This backup file is of somebody else than your words.'],
      ['one two three', whole, /it has 3 words/],
    ] as const) {
      await writeFile(wrong, bytes);
      await bringBack(page, words, wrong);
      await see(page, said);
    }
    await looksRight(page, 'restore-wrong');
    await truncate(wrong, MAX_BACKUP_FILE_BYTES + 1);
    await bringBack(page, wordsOf.alice, wrong);
    await see(page, 'This file is larger than a backup of GEO can be (64 MB).');
    for (const name of ['identity.json', 'config.toml', 'store']) {
      expect(existsSync(join(alice.path, name))).toBe(false);
    }
  });

  it('bring everything back, in agreement with the neighbour', async () => {
    const { page } = now;
    await bringBack(page, wordsOf.alice, file);
    await see(page, /^You are back, with the backup file of .+\. Accounts in it: 1\. People: 1\./);
    await looksRight(page, 'restored');
    await press(page, 'Start my node');
    await see(page, 'Your node has lost records and waits for you.');
    await page.getByRole('link', { name: 'Look at what came back' }).click();
    await confirmBooks(page, [/^You owe Bob 10\.50\sUAH\./]);
    await looksRight(page, 'confirmed');
    await expectBooks('10.5', '11.5');
    const { participant, network } = await (await connectClient(alice.path)).getStatus();
    expect([participant.name, network]).toEqual(['Alice', 'test']);
    expect(await now.ended).toBe(0);
    complaints.push(...now.complaints);
  });
});

describe('words alone', () => {
  it('bring back who somebody is; what is owed comes back when a neighbour was added, as the page says', async () => {
    const page = await lose();
    await writeFile(join(alice.path, 'config.toml'), await readFile(join(bob.path, 'config.toml'), 'utf8'));
    await page.getByLabel('No, I have my 24 words', { exact: true }).check();
    await see(page, 'add at least one of them under “People”');
    await page.getByLabel('Your 24 words, in order').fill(wordsOf.alice);
    await press(page, 'Next');
    await see(page, 'The words bring back who you are, and nothing else');
    await press(page, 'Start my node');
    await page.getByRole('link', { name: 'Look at what came back' }).click();
    await see(page, 'Nothing has come back yet.');
    await looksRight(page, 'restored-words');
    await page.getByRole('navigation').getByRole('link', { name: 'People', exact: true }).click();
    await page.getByLabel('Their contact card').fill((await bobClient.getId()).card);
    await press(page, 'Add');
    await page.getByRole('link', { name: 'Look at what came back' }).click();
    await confirmBooks(page, [/^You owe Bob 11\.50\sUAH\./]);
    await expectBooks('11.5', '12.5');
    complaints.push(...now.complaints);
  });

  it('and nothing else went wrong in the pages', () => {
    expect(complaints).toEqual([]);
  });
});
