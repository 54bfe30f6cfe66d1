/** The open page of a node that is killed and started again: it says so, and goes on by itself. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { readApiFiles } from '#node/api/address.ts';
import { connectClient } from '#node/api/client.ts';
import { startBrowser } from '#test/support/browser.ts';
import { type GeoFolder, GeoFolders, startPair } from '#test/support/geo.ts';
import { NodePage } from '#test/support/pages.ts';

let folders: GeoFolders;
let alice: GeoFolder;
let bob: GeoFolder;
let browser: Browser;
let page: NodePage;

beforeAll(async () => {
  folders = await GeoFolders.create();
  ({ alice, bob } = await startPair(folders));
  browser = await startBrowser();
  const { url } = await readApiFiles(alice.path);
  page = await NodePage.open(browser, { client: await connectClient(alice.path), url });
});

afterAll(async () => {
  await browser.close();
  await folders.close();
});

/** As when the power goes. Returns the port of the API, at which the page looks for the node. */
async function kill(geo: GeoFolder): Promise<string> {
  const { pid, url } = await readApiFiles(geo.path);
  process.kill(pid, 'SIGKILL');
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(), 20_000);
  return new URL(url).port;
}

const startAgain = (geo: GeoFolder, port: string) => geo.json(['start', '--background', '--api-port', port]);

it('a form that was begun is still there, and works, when the killed node is back', async () => {
  await page.go('Pay');
  await page.page.getByLabel('To whom').fill('Bob');
  await page.page.getByLabel('How much').fill('12.50');
  await page.page.getByLabel('Currency').fill('UAH');
  const port = await kill(alice);
  await page.see('Your node cannot be reached. It may have been stopped: start it with “geo start”.');
  await page.press('Continue');
  await page.page.getByRole('main').getByRole('alert').getByText('Your node cannot be reached.').waitFor();
  expect(await page.flaws('killed')).toEqual([]);

  await startAgain(alice, port);
  await page.page.locator('.banner').waitFor({ state: 'detached' });
  expect(await page.page.getByLabel('How much').inputValue()).toBe('12.50');
  await vi.waitFor(async () => {
    const { peers } = await (await connectClient(alice.path)).listPeers();
    expect(peers).toMatchObject([{ participant: { name: 'Bob' }, address: expect.any(String) as string }]);
  }, 20_000);
  await page.press('Continue');
  await page.see(/^You pay 12\.50\sUAH to Bob\.$/);
  await page.press('Pay now');
  await page.see(/^Paid: 12\.50\sUAH to Bob\.$/);
});

it('what happened while the page could not see it is there, and events come again', async () => {
  await page.go('Home');
  const port = await kill(alice);
  await page.see('Your node cannot be reached.');
  await startAgain(alice, port);
  await page.page.locator('.banner').waitFor({ state: 'detached' });
  await page.see(/^You owe Bob 12\.50\sUAH$/);
  await vi.waitFor(async () => {
    const { state, refusal } = await (await connectClient(bob.path)).pay({
      to: 'Alice',
      equivalent: 'UAH',
      amount: '2',
    });
    if (state !== 'COMMITTED') throw new Error(refusal?.text);
  }, 20_000);
  await page.see(/^Bob paid you 2\.00\sUAH\.$/);
  await page.see(/^You owe Bob 10\.50\sUAH$/);
});

it('where the browser was signed out meanwhile, it says exactly what to do, and a new link opens it', async () => {
  const port = await kill(alice);
  await page.see('Your node cannot be reached.');
  await startAgain(alice, port);
  const client = await connectClient(alice.path);
  for (const { id } of (await client.listPageSessions()).sessions) await client.endPageSession({ id });
  await page.page.getByRole('heading', { name: 'This page is closed' }).waitFor();
  await page.see(/run “geo ui” on this computer and open the link that it shows/);
  expect(await page.flaws('closed-after-kill')).toEqual([]);
  await page.enter({ client, url: `http://127.0.0.1:${port}` });
  await page.see(/^You owe Bob 10\.50\sUAH$/);
});

it('and nothing else went wrong in the page', () => {
  expect(page.complaints).toEqual([]);
});
