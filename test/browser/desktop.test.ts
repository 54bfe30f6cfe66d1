/** The desktop program's window, from the first start to a payment and a node that goes: all real but Electron itself. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PLACE_CHANNEL, SITUATION_CHANNEL } from '#desktop/main/channels.ts';
import { receiveCalls } from '#desktop/main/ipc.ts';
import { Keeper } from '#desktop/main/keeper.ts';
import { Keychain } from '#desktop/main/keychain.ts';
import { placeOfLink } from '#desktop/main/links.ts';
import { noticeOf } from '#desktop/main/notices.ts';
import { receiversOf } from '#desktop/main/receivers.ts';
import { keyOf, runningNode } from '#desktop/main/running-node.ts';
import { supportBundle } from '#desktop/main/support-bundle.ts';
import { watchNode } from '#desktop/main/watch.ts';
import { wordsIn } from '#desktop/main/words.ts';
import { type Client, connectClient } from '#node/api/client.ts';
import { accessibilityFindings, picture, scrollsSideways, startBrowser, watchedPage } from '#test/support/browser.ts';
import { type ForkedNode, forkNode, IpcOfTest, StorageOfTest } from '#test/support/desktop.ts';
import { openDesktopPage, sendToPage } from '#test/support/desktop-page.ts';
import { copyFrom, paperOf } from '#test/support/first-run.ts';
import { type GeoFolder, GeoFolders, LOCAL } from '#test/support/geo.ts';

const ENVIRONMENT = { GEO_NETWORK: 'test', GEO_LISTEN: '/ip4/127.0.0.1/tcp/0', GEO_API_PORT: '0' };

let folders: GeoFolders;
let home: string;
let anna: GeoFolder;
let borisClient: Client;
let browser: Browser;
let page: Page;
let complaints: string[];
let keeper: Keeper;
const storage = new StorageOfTest();
const ipc = new IpcOfTest();
const forked: ForkedNode[] = [];
const saved: string[] = [];
const applied: object[] = [];
let paper: readonly string[];
let endRetry = (): void => undefined;

beforeAll(async () => {
  folders = await GeoFolders.create();
  home = await mkdtemp(join(tmpdir(), 'geo-desktop-page-'));
  anna = folders.add('anna');
  const boris = folders.add('boris');
  const started = boris.json(['init', '--name', 'Boris', ...LOCAL]).then(() => boris.json(['start', '--background']));
  browser = await startBrowser();
  const watched = await watchedPage(await browser.newContext({ locale: 'en-GB' }));
  ({ page, complaints } = watched);
  page.setDefaultTimeout(20_000);
  await startProgram();
  await openDesktopPage(page, ipc);
  await started;
  borisClient = await connectClient(boris.path);
});

afterAll(async () => {
  await browser.close();
  endRetry();
  await keeper.stop();
  await folders.close();
  await rm(home, { recursive: true, force: true });
});

/** As `main.ts` puts it together. */
async function startProgram(): Promise<void> {
  const folder = anna.path;
  const keychain = await Keychain.open(storage, 'linux', folder);
  keeper = new Keeper({
    folder,
    fork: () => {
      const node = forkNode(ENVIRONMENT);
      forked.push(node);
      return node;
    },
    running: () => runningNode(folder),
    key: () => keyOf(folder),
    storedPassphrase: () => keychain.get(),
    keychain: () => keychain.why,
    nowMs: () => Date.now(),
    wake(afterMs, wake) {
      const timer = setTimeout(wake, afterMs);
      endRetry = () => clearTimeout(timer);
      return endRetry;
    },
    tell: (situation) => void sendToPage(page, SITUATION_CHANNEL, situation).catch(() => undefined),
  });
  const receivers = receiversOf({
    ...{ folder, keychain, keeper },
    apply: async (settings) => void applied.push(settings),
    save: async (name, makeText) => {
      saved.push(await makeText());
      return join(home, name);
    },
    bundle: () => supportBundle({ folder, versions: {}, situation: keeper.situation, nowMs: Date.now() }),
  });
  receiveCalls(ipc, { receivers, folder, onPlaceWanted: () => undefined });
  await keeper.start();
}

async function startProgramAgain(): Promise<void> {
  for (const channel of [...ipc.handlers.keys()]) ipc.handlers.delete(channel);
  await startProgram();
}

const see = (text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
const heading = (name: string): Promise<void> => page.getByRole('heading', { name, level: 1 }).waitFor();

/** As wide as people have it, and as narrow; nothing is lost, and nobody is kept out. */
async function looksRight(name: string): Promise<void> {
  for (const [width, height] of [
    [1280, 800],
    [360, 740],
  ] as const) {
    await page.setViewportSize({ width, height });
    expect([name, width, await accessibilityFindings(page)]).toEqual([name, width, []]);
    expect([name, width, await scrollsSideways(page)]).toEqual([name, width, false]);
    await picture(page, `desktop-${name}-${width}`);
  }
}

async function go(name: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  await heading(name);
}

describe('somebody who starts the desktop program for the first time', () => {
  it('is told what it is, and begins with a name alone', async () => {
    await heading('Welcome');
    expect(await page.getByRole('navigation').count()).toBe(0);
    await see('the keychain of this computer keeps one for you');
    await looksRight('welcome');
    await page.getByLabel('Your name').fill('\u202eAnna');
    await page.getByRole('button', { name: 'Next' }).click();
    // With all that the node says about it.
    await see(/is not a name: .+ It should be 1 to 64 visible characters/);
    await page.getByLabel('No, I have my 24 words', { exact: true }).check();
    await page.getByLabel('Your 24 words, in order').fill('one two three');
    await page.getByRole('button', { name: 'Next' }).click();
    await see(/is not a name/);
    await page.getByLabel('Your name').fill('Anna');
    await page.getByRole('button', { name: 'Next' }).click();
    await see(/it has 3 words/);
    await page.getByLabel('Yes, I am new').check();
    await page.getByRole('button', { name: 'Next' }).click();
  });

  it('is shown the 24 words, also by a window that is opened again, and goes on when they are written down', async () => {
    await heading('Your 24 words');
    paper = await paperOf(page);
    expect(paper).toHaveLength(24);
    await looksRight('words');
    await page.reload();
    await heading('Your 24 words');
    expect(await paperOf(page)).toEqual(paper);
    expect(forked).toEqual([]);
    await copyFrom(page, paper);
    await heading('Home');
    await see('Add somebody you know');
    expect((await (await connectClient(anna.path)).getId()).participant.name).toBe('Anna');
  });
});

describe('links and payments', () => {
  it('a card that was opened as a link leads to the person, and nothing is added before somebody says so', async () => {
    const { card } = await borisClient.getId();
    await sendToPage(page, PLACE_CHANNEL, placeOfLink(card) as object);
    await heading('People');
    expect(await page.getByLabel('Their contact card').inputValue()).toBe(card);
    const client = await connectClient(anna.path);
    expect((await client.listContacts()).contacts).toEqual([]);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await see('Boris was added.');
    await borisClient.putContact({ who: (await client.getId()).card });
    await client.setTrustLine({ who: 'Boris', equivalent: 'UAH', limit: '50', waitMs: 20_000 });
    await see(/^Boris may owe you up to 50\.00\sUAH\.$/);
  });

  it('a payment that comes in is told in the window, and by the system', async () => {
    const enough = new AbortController();
    const told = Promise.withResolvers<{ title: string; body: string }>();
    const ready = Promise.withResolvers<void>();
    const watching = watchNode(
      anna.path,
      {
        received: (payment) => told.resolve(noticeOf(payment, wordsIn(['en']))),
        held: () => ready.resolve(),
      },
      enough.signal,
    );
    await ready.promise;
    await borisClient.pay({ to: 'Anna', equivalent: 'UAH', amount: '5' });
    await see(/^Boris paid you 5\.00\sUAH\.$/);
    expect(await told.promise).toEqual({
      title: 'Payment received',
      body: '\u2068Boris\u2069 paid you 5.00\u00a0UAH',
    });
    enough.abort();
    await watching;
  });

  it('a request that was opened as a link leads to paying it, also from the same screen', async () => {
    for (const amount of ['1', '2']) {
      const { link } = await borisClient.makeRequest({ equivalent: 'UAH', amount });
      await sendToPage(page, PLACE_CHANNEL, placeOfLink(link) as object);
      await heading('Pay');
      await page.waitForFunction(`document.querySelector('input')?.value === ${JSON.stringify(link)}`);
    }
    await page.getByRole('button', { name: 'Continue' }).click();
    await see(/^You pay 2\.00\sUAH to Boris\.$/);
    await page.getByRole('button', { name: 'Pay now' }).click();
    await see(/^Paid: 2\.00\sUAH to Boris\.$/);
  });
});

describe('the program itself', () => {
  it('can be told to start at login and to be quiet, and writes a file for support without secrets', async () => {
    await go('About');
    await page.getByLabel('Start when I log in').check();
    await page.getByLabel('Tell me when somebody pays me').uncheck();
    await expect.poll(() => applied.at(-1)).toEqual({ startAtLogin: true, notifications: false });
    await page.getByRole('button', { name: 'Save a file for support' }).click();
    await see(`Saved: ${join(home, 'geo-support.json')}`);
    await looksRight('about');
    const [bundle = ''] = saved;
    expect(JSON.parse(bundle)).toMatchObject({ situation: { state: 'running', attached: false } });
    expect(bundle).toContain('the node is up');
    const secrets = [
      (await readFile(join(anna.path, 'api.cookie'), 'utf8')).trim(),
      (await (await Keychain.open(storage, 'linux', anna.path)).get()) as string,
    ];
    for (const secret of secrets) expect(bundle).not.toContain(secret);
  });

  it('starts a node again that was killed, and the page goes on', async () => {
    forked.at(-1)?.child.kill('SIGKILL');
    await see('Your node does not answer.');
    await see('connected with this page');
    await borisClient.pay({ to: 'Anna', equivalent: 'UAH', amount: '1', waitMs: 60_000 });
    await see(/^Boris paid you 1\.00\sUAH\.$/);
    expect(forked).toHaveLength(2);
  });

  it('says that somebody stopped the node, and starts it when asked to', async () => {
    await anna.json(['stop']);
    await heading('Your node was stopped');
    expect(await page.getByText('Your node does not answer.').count()).toBe(0);
    await looksRight('stopped');
    await page.getByRole('button', { name: 'Start it now' }).click();
    await heading('About');
  });

  it('asks for the passphrase when the keychain has none, and says when it is wrong', async () => {
    const passphrase = (await (await Keychain.open(storage, 'linux', anna.path)).get()) as string;
    await rm(join(anna.path, 'passphrase.sealed'));
    await keeper.stop();
    await startProgramAgain();
    await heading('Your passphrase, please');
    await looksRight('locked');
    await page.getByLabel('Passphrase').fill('not this one');
    await page.getByRole('button', { name: 'Open' }).click();
    await see('That is not the passphrase of this key.');
    await page.getByLabel('Passphrase').fill(passphrase);
    await page.getByLabel('Let the keychain of this computer keep it').check();
    await page.getByRole('button', { name: 'Open' }).click();
    await heading('About');
    expect(await (await Keychain.open(storage, 'linux', anna.path)).get()).toBe(passphrase);
  });

  it('brings all back from words and a backup file when the folder is lost, on a computer without a keychain', async () => {
    const before = await vi.waitFor(
      async () => (await (await connectClient(anna.path)).getBalance({})).accounts,
      20_000,
    );
    const file = join(home, 'anna.backup');
    await anna.json(['backup', '--out', file]);
    await keeper.stop();
    await rm(anna.path, { recursive: true });
    storage.backend = 'basic_text';
    await startProgramAgain();
    await heading('Welcome');
    await see('This computer has no keychain that keeps secrets safe');
    await page.getByLabel('No, I have my 24 words and a backup file').check();
    await page.getByLabel('Your 24 words, in order').fill(paper.join(' '));
    await page.getByLabel('Choose the backup file').setInputFiles(file);
    await page.getByLabel('Passphrase', { exact: true }).fill('correct horse');
    await page.getByLabel('The same again').fill('correct house');
    await page.getByRole('button', { name: 'Next' }).click();
    await see('The two passphrases are not the same.');
    await looksRight('restore');
    await page.getByLabel('The same again').fill('correct horse');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('link', { name: 'Look at what came back' }).click();
    await see('they have the same books; waits for you to confirm');
    await page.getByRole('button', { name: 'This is right: use it' }).click();
    await see('Confirmed. Your node is in use again.');
    const client = await connectClient(anna.path);
    expect((await client.getStatus()).participant.name).toBe('Anna');
    const books = ({ balance, limitGiven, limitReceived }: (typeof before)[number]) => [
      balance,
      limitGiven,
      limitReceived,
    ];
    expect((await client.getBalance({})).accounts.map(books)).toEqual(before.map(books));
    expect(await client.pay({ to: 'Boris', equivalent: 'UAH', amount: '1', waitMs: 20_000 })).toMatchObject({
      state: 'COMMITTED',
    });
  });

  it('and nothing else went wrong in the page', () => {
    expect(complaints).toEqual([]);
  });
});
