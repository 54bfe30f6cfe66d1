/** The map around a participant in a real browser, with three real nodes in a row: Anna – Boris – Carol. */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

let folders: GeoFolders;
let browser: Browser;
let clients: readonly [Client, Client, Client];
let watched: Watched;
let page: Page;

beforeAll(async () => {
  folders = await GeoFolders.create();
  const folder = folders.add('anna');
  const started = Promise.all([
    start(folder, 'Anna'),
    start(folders.add('boris'), 'Boris'),
    start(folders.add('carol'), 'Carol'),
  ]);
  browser = await startBrowser();
  clients = await started;
  await trust(clients[1], clients[0], '100');
  await trust(clients[2], clients[1], '80');
  // Anna has Carol's card, and no account with her.
  await clients[0].putContact({ who: (await clients[2].getId()).card });
  watched = await watchedPage(await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 } }));
  page = watched.page;
  page.setDefaultTimeout(10_000);
  const { link } = await folder.json<{ link: string }>(['ui', '--print']);
  await page.goto(link);
  await page.getByRole('navigation').getByRole('link', { name: 'Network', exact: true }).click();
});

afterAll(async () => {
  await browser.close();
  await folders.close();
});

async function start(folder: GeoFolder, name: string): Promise<Client> {
  await folder.json(['init', '--name', name, ...LOCAL]);
  await appendFile(join(folder.path, 'config.toml'), '\nannounce = "always"\n');
  await folder.json(['start', '--background']);
  return connectClient(folder.path);
}

/** Lets one owe the other, who know each other from then on. */
async function trust(from: Client, to: Client, limit: string): Promise<void> {
  await from.putContact({ who: (await to.getId()).card });
  const { contact } = await to.putContact({ who: (await from.getId()).card });
  await to.connectPeer({ who: contact.publicKey, waitMs: 20_000 });
  await from.setTrustLine({ who: (await to.getId()).participant.publicKey, equivalent: 'UAH', limit, waitMs: 20_000 });
}

const people = () => page.getByRole('table', { name: 'People around you' });
const lines = () => page.getByRole('table', { name: 'Who trusts whom' });

describe('the network screen', () => {
  it('has everybody within two hops in tables, by itself when the map comes', async () => {
    await people()
      .getByRole('row', { name: /Boris.*someone you know/ })
      .waitFor();
    await people()
      .getByRole('row', { name: /Carol.*1 in between/ })
      .waitFor();
    await lines()
      .getByRole('row', { name: /^Boris Anna UAH 100\.00/ })
      .waitFor();
    await lines()
      .getByRole('row', { name: /^Carol Boris UAH not public/ })
      .waitFor();
    expect(await people().getByRole('row').count()).toBe(4);
  });

  it('shows what was paid on the own line', async () => {
    await clients[0].pay({ to: 'Carol', equivalent: 'UAH', amount: '7' });
    await people()
      .getByRole('row', { name: /Boris.*You owe Boris 7\.00/ })
      .waitFor();
  });

  it('looks for a name, and shows fewer hops', async () => {
    await page.getByLabel('Look for a name').fill('car');
    await page.getByText('Found: 1.').waitFor();
    expect(await people().getByRole('row').count()).toBe(2);
    await page.getByLabel('Look for a name').fill('nobody is called so');
    await page.getByText('Found: 0.').waitFor();
    await page.getByLabel('Look for a name').fill('');
    await page.getByRole('combobox', { name: 'How far away' }).selectOption('1');
    await people().getByRole('row', { name: /Carol/ }).waitFor({ state: 'detached' });
    await page.getByRole('combobox', { name: 'How far away' }).selectOption('2');
    await people().getByRole('row', { name: /Carol/ }).waitFor();
  });

  it('draws them: whoever is clicked is shown, and can be paid', async () => {
    const drawing = page.getByRole('img', { name: /^A drawing of the people around you/ });
    await drawing.locator('canvas').first().waitFor();
    await picture(page, 'network-wide');
    const box = await drawing.boundingBox();
    if (box === null) throw new Error('the drawing has no place on the page');
    const chosen = page.getByRole('region', { name: 'Boris' });
    // This participant is in the middle, and the first neighbour to the right.
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.click(x, y);
    await page.getByRole('region', { name: 'Anna' }).waitFor();
    for (let right = 40; right < box.width / 2 && !(await chosen.isVisible()); right += 8)
      await page.mouse.click(x + right, y);
    await chosen.getByText(/^You owe Boris 7\.00/).waitFor();
    await picture(page, 'network-chosen');
    await chosen.getByRole('link', { name: 'Pay Boris' }).click();
    await page.locator('h1:focus').getByText('Pay', { exact: true }).waitFor();
    expect(await page.getByLabel('To whom').inputValue()).toBe('Boris');
    await page.goBack();
  });

  it('is reached by keys alone', async () => {
    await people().getByRole('button', { name: 'Carol' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Carol' }).getByRole('link', { name: 'Pay Carol' }).waitFor();
  });

  it.each([
    { name: 'narrow', width: 360, height: 740, scheme: 'light' },
    { name: 'dark', width: 1280, height: 900, scheme: 'dark' },
  ] as const)('is accessible and fits: $name', async ({ name, width, height, scheme }) => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme });
    expect(await accessibilityFindings(page)).toEqual([]);
    expect(await scrollsSideways(page)).toBe(false);
    await picture(page, `network-${name}`);
  });

  it('and nothing else went wrong in the page', () => {
    expect(watched.complaints).toEqual([]);
  });
});
