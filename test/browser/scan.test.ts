/** Codes that one page shows and another reads: from a picture, from the clipboard, with the camera. */
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, connectClient } from '#node/api/client.ts';
import { accessibilityFindings, picture, startBrowser, type Watched } from '#test/support/browser.ts';
import { cameraOf, filmCode } from '#test/support/camera.ts';
import { type GeoFolder, GeoFolders, startPair } from '#test/support/geo.ts';
import { goTo, pageOf } from '#test/support/page.ts';

let folders: GeoFolders;
let browser: Browser;
let context: BrowserContext;
let bob: GeoFolder;
let bobClient: Client;
let alice: Watched;
let page: Page;
let request: string;

beforeAll(async () => {
  folders = await GeoFolders.create();
  const pair = await startPair(folders);
  bob = pair.bob;
  bobClient = await connectClient(bob.path);
  request = (await bobClient.makeRequest({ equivalent: 'UAH', amount: '4', memo: 'Honey' })).link;
  const film = join(folders.path, 'request.y4m');
  await filmCode(film, request);
  browser = await startBrowser(cameraOf(film));
  context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
  alice = await pageOf(pair.alice, context);
  page = alice.page;
});

afterAll(async () => {
  await browser.close();
  await folders.close();
});

const see = (text: string | RegExp): Promise<void> => page.getByRole('main').getByText(text).first().waitFor();

/** A file with a picture of what is shown there. */
async function photo(of: Page, region: string): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const image = of.getByRole('region', { name: region }).getByRole('img', { name: 'The same link as a picture' });
  return { name: 'photo.png', mimeType: 'image/png', buffer: await image.screenshot() };
}

describe('a code in a picture', () => {
  it('of a request, made by the page of the one who is paid, is paid', async () => {
    const bobs = await pageOf(bob, await browser.newContext({ locale: 'en-GB' }));
    await goTo(bobs.page, '#/ask');
    await bobs.page.getByLabel('Amount').fill('3.5');
    await bobs.page.getByLabel('Currency').fill('UAH');
    await bobs.page.getByRole('button', { name: 'Make the request' }).click();
    const file = await photo(bobs.page, 'Ask to be paid');
    await goTo(page, '#/pay');
    await page.getByLabel('Scan from a picture').setInputFiles(file);
    await expect.poll(() => page.getByLabel('To whom').inputValue()).toMatch(/^geo:/);
    await page.getByRole('button', { name: 'Continue' }).click();
    await see(/^You pay 3\.50\sUAH to Bob\.$/);
    await page.getByRole('button', { name: 'Pay now' }).click();
    await see(/^Paid: 3\.50\sUAH to Bob\.$/);
  });

  it('of a contact card adds the person', async () => {
    const bobs = await pageOf(bob, await browser.newContext({ locale: 'en-GB' }));
    await goTo(bobs.page, '#/ask');
    const file = await photo(bobs.page, 'Your contact card');
    await goTo(page, '#/people');
    await page.getByLabel('Scan from a picture').setInputFiles(file);
    await expect.poll(() => page.getByLabel('Their contact card').inputValue()).toBe((await bobClient.getId()).card);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await see('Bob was added.');
  });

  it('is missed in words where there is none, or the file is no picture', async () => {
    await goTo(page, '#/pay');
    const blank = await page.locator('header').screenshot();
    for (const buffer of [blank, Buffer.from('no picture')]) {
      await page.getByLabel('Scan from a picture').setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer });
      await page.getByRole('alert').getByText('No code to scan was found').waitFor();
    }
    expect(await accessibilityFindings(page)).toEqual([]);
  });
});

describe('the camera', () => {
  it('that may not be used leaves a picture and the clipboard, in words', async () => {
    await goTo(page, '#/pay');
    await page.getByRole('button', { name: 'Scan with the camera' }).click();
    await page.getByRole('alert').getByText('The camera cannot be used').waitFor();
    await picture(page, 'camera-refused');
  });

  it('sees the code that is held before it, and is off again', async () => {
    await context.grantPermissions(['camera']);
    await goTo(page, '#/home');
    await goTo(page, '#/pay');
    await page.getByRole('button', { name: 'Scan with the camera' }).click();
    await expect.poll(() => page.getByLabel('To whom').inputValue(), { timeout: 10_000 }).toBe(request);
    expect(await page.locator('video').count()).toBe(0);
    await page.getByRole('button', { name: 'Continue' }).click();
    await see(/^A payment request of Bob, until/);
    await see('For: Honey');
  });

  it('and nothing went wrong in the page', () => {
    expect(alice.complaints).toEqual([]);
  });
});
