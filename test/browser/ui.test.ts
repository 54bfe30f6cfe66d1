/** The pages of a node in a real browser, with two real nodes: from the link to a payment and a refusal. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCREENS } from '#desktop/ui/src/routes.ts';
import { readApiFiles } from '#node/api/address.ts';
import { type Client, connectClient } from '#node/api/client.ts';
import {
  accessibilityFindings,
  picture,
  scrollsSideways,
  startBrowser,
  type Watched,
  watchedPage,
} from '#test/support/browser.ts';
import { type GeoFolder, GeoFolders, LOCAL } from '#test/support/geo.ts';
import { person } from '#test/support/people.ts';

let folders: GeoFolders;
let browser: Browser;
let anna: GeoFolder;
let boris: GeoFolder;
let borisClient: Client;
let watched: Watched;
let page: Page;

beforeAll(async () => {
  folders = await GeoFolders.create();
  [anna, boris] = [folders.add('anna'), folders.add('boris')];
  const started = Promise.all([start(anna, 'Anna'), start(boris, 'Boris')]);
  browser = await startBrowser();
  await started;
  borisClient = await connectClient(boris.path);
  const context = await browser.newContext({ locale: 'en-GB' });
  watched = await watchedPage(context);
  page = watched.page;
  page.setDefaultTimeout(10_000);
});

afterAll(async () => {
  await browser.close();
  await folders.close();
});

async function start(folder: GeoFolder, name: string): Promise<void> {
  await folder.json(['init', '--name', name, ...LOCAL]);
  await folder.json(['start', '--background']);
}

async function openLink(): Promise<void> {
  const { link } = await anna.json<{ link: string }>(['ui', '--print']);
  await page.goto(link);
}

/** Follows the menu, as people do. */
async function go(name: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  await page.locator('h1:focus').getByText(name, { exact: true }).waitFor();
}

const see = (text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();

describe('somebody who opens the pages of a new node', () => {
  it('is let in by the link that geo shows, and told what to do first', async () => {
    await openLink();
    await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
    await see('Add somebody you know');
    // The secret is neither in the address nor in what the way back leads to.
    expect(new URL(page.url()).hash).toBe('#/home');
    await picture(page, 'first');
  });

  it('adds the other by card, and trusts them', async () => {
    await go('People');
    await page.getByLabel('Their contact card').fill((await borisClient.getId()).card);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await see('Boris was added.');
    await borisClient.putContact({ who: (await (await connectClient(anna.path)).getId()).card });
    await page.getByText('How much may Boris owe you?').click();
    const card = page.getByRole('region', { name: 'Boris' });
    await card.getByLabel('Amount').fill('50');
    await card.getByLabel('Currency').fill('UAH');
    await card.getByRole('button', { name: 'Save' }).click();
    await see(/^Boris may owe you up to 50\.00\sUAH\.$/);
    // What the other side allows comes over the event stream.
    await borisClient.setTrustLine({ who: 'Anna', equivalent: 'UAH', limit: '100', waitMs: 20_000 });
    await see(/^You may owe Boris up to 100\.00\sUAH\.$/);
  });

  it('sees how much can be paid, confirms in words, and pays', async () => {
    await go('Pay');
    await page.getByLabel('To whom').fill('Boris');
    await page.getByLabel('How much').fill('12,50');
    await page.getByLabel('Currency').fill('UAH');
    await page.getByLabel('What it is for').fill('Tea <b>and</b> cake');
    await see(/^You can pay Boris up to 100\.00\sUAH now\.$/);
    await picture(page, 'pay');
    await page.getByRole('button', { name: 'Continue' }).click();
    await see(/^You pay 12\.50\sUAH to Boris\.$/);
    await see(/^Then you will owe Boris 12\.50\sUAH \(now 0\.00\sUAH, at most 100\.00\sUAH\)\.$/);
    expect(await accessibilityFindings(page)).toEqual([]);
    await picture(page, 'confirm');
    await page.getByRole('button', { name: 'Pay now' }).click();
    await see(/^Paid: 12\.50\sUAH to Boris\.$/);
    const { net } = await borisClient.getBalance();
    expect(net).toMatchObject([{ equivalent: 'UAH', net: '12.5' }]);
    await go('Home');
    await see(/^You owe Boris 12\.50\sUAH$/);
  });

  it('is told in words whose limit stops a payment', async () => {
    await go('Pay');
    await page.getByLabel('To whom').fill('Boris');
    await page.getByLabel('How much').fill('500');
    await page.getByLabel('Currency').fill('UAH');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Pay now' }).click();
    const alert = page.getByRole('main').getByRole('alert');
    await alert.getByText('Not paid.').waitFor();
    expect((await alert.innerText()).replaceAll('\u00a0', ' ')).toContain(
      'Boris lets you owe at most 100.00 UAH. 87.50 UAH more would pass now. Pay at most 87.50 UAH',
    );
    await picture(page, 'refused');
  });

  it('hears of what comes in without doing anything', async () => {
    await borisClient.pay({ to: 'Anna', equivalent: 'UAH', amount: '2.25' });
    await see(/^Boris paid you 2\.25\sUAH\.$/);
    await page.getByRole('button', { name: 'Close this message' }).click();
    await go('Home');
    await see(/^You owe Boris 10\.25\sUAH$/);
  });

  it('asks to be paid with a link and a picture', async () => {
    await go('Ask');
    await page.getByLabel('Amount').fill('3');
    await page.getByRole('button', { name: 'Make the request' }).click();
    const link = await page.getByLabel('Your payment request').inputValue();
    expect(await borisClient.readRequest({ link })).toMatchObject({ amount: '3', payee: { name: 'Anna' } });
    await page.getByRole('img', { name: 'The same link as a picture' }).first().waitFor();
  });
});

describe('somebody with a keyboard alone', () => {
  it('skips the menu, and pays a request that was pasted', async () => {
    const { link } = await borisClient.makeRequest({ equivalent: 'UAH', amount: '1', memo: 'Two apples' });
    await go('Pay');
    await page.reload();
    await page.locator('h1:focus').getByText('Pay', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Skip to the content' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('main:focus').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.insertText(link);
    await page.keyboard.press('Enter');
    await see(/^A payment request of Boris, until/);
    await see(/^For: Two apples$/);
    await page.keyboard.press('Tab');
    await page.locator('button:focus').getByText('Pay now').waitFor();
    await page.keyboard.press('Enter');
    await see(/^Paid: 1\.00\sUAH to Boris\.$/);
    await page.locator('h1:focus').waitFor();
  });
});

describe('when the connection breaks off', () => {
  it('goes on after the last event, and nothing is missed', async () => {
    const urls: URL[] = [];
    let cut = async (): Promise<void> => undefined;
    await page.routeWebSocket(/\/v1\/events/, (socket) => {
      urls.push(new URL(socket.url()));
      socket.connectToServer();
      cut = () => socket.close();
    });
    await page.reload();
    await go('About');
    await see('connected with this page');
    await borisClient.pay({ to: 'Anna', equivalent: 'UAH', amount: '0.25' });
    await see(/^Boris paid you 0\.25\sUAH\.$/);
    await cut();
    await borisClient.pay({ to: 'Anna', equivalent: 'UAH', amount: '0.75' });
    await see(/^Boris paid you 0\.75\sUAH\.$/);
    expect(urls.map(({ searchParams }) => searchParams.get('since'))).toEqual([
      null,
      expect.stringMatching(/^[0-9a-f]+:\d+$/) as string,
    ]);
    await page.getByRole('button', { name: 'Close this message' }).click();
    await page.unrouteAll();
  });
});

/** Names that people may give themselves: as long as may be, and written from right to left. */
const NAMES = ['W'.repeat(64), 'שלום (עולם) 123'];

describe('every screen', () => {
  it('has people with difficult names on it', async () => {
    const client = await connectClient(anna.path);
    for (const [index, alias] of NAMES.entries()) await client.putContact({ who: person(index).key, alias });
    await page.reload();
    await go('People');
    for (const name of NAMES) await page.getByRole('heading', { name, level: 2 }).locator('bdi').waitFor();
  });

  it.each([
    { name: 'wide', width: 1200, height: 900, scheme: 'light' },
    { name: 'narrow', width: 320, height: 640, scheme: 'light' },
    { name: 'dark', width: 390, height: 800, scheme: 'dark' },
  ] as const)('is accessible and fits: $name', async ({ name, width, height, scheme }) => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme });
    for (const screen of SCREENS) {
      await page.evaluate(`location.hash = '#/${screen}'`);
      await page.locator(`nav a[aria-current][href="#/${screen}"]`).waitFor();
      expect([screen, await accessibilityFindings(page)]).toEqual([screen, []]);
      expect([screen, await scrollsSideways(page)]).toEqual([screen, false]);
      await picture(page, `${screen}-${name}`);
    }
  });

  it.each([
    ['uk', 'Головна', 'Ви винні'],
    ['ru', 'Главная', 'Вы должны'],
  ])('speaks %s, and keeps to it', async (code, title, text) => {
    await page.setViewportSize({ width: 1200, height: 900 });
    await page.evaluate("location.hash = '#/home'");
    await page.getByRole('contentinfo').getByRole('combobox').selectOption(code);
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
    await see(text);
    expect(await page.locator('html').getAttribute('lang')).toBe(code);
    expect(await accessibilityFindings(page)).toEqual([]);
    await picture(page, `home-${code}`);
    await page.getByRole('contentinfo').getByRole('combobox').selectOption('en');
  });
});

describe('when the node goes', () => {
  it('says so, and comes back by itself after a new start', async () => {
    const { url } = await readApiFiles(anna.path);
    await anna.json(['stop']);
    await see('Your node cannot be reached.');
    expect(await accessibilityFindings(page)).toEqual([]);
    await picture(page, 'unreachable');
    await anna.json(['start', '--background', '--api-port', new URL(url).port]);
    await page.getByText('Your node cannot be reached.').waitFor({ state: 'detached' });
    await see(/^You owe Boris 10\.25\sUAH$/);
  });

  it('and nothing else went wrong in the page', () => {
    expect(watched.complaints).toEqual([]);
  });
});
