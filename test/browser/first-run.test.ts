/** From nothing to a paid invoice: two people, two windows, and no command but `geo ui`. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, picture, scrollsSideways, startBrowser, watchedPage } from '#test/support/browser.ts';
import { type Beginner, begin, copyFrom, paperOf } from '#test/support/first-run.ts';
import { GeoFolders } from '#test/support/geo.ts';

/** Ports of this test alone; whoever begins has none of these. */
const SETTINGS = 'network = "test"\nlisten = ["/ip4/127.0.0.1/tcp/0"]\napi-port = 0\n';

let folders: GeoFolders;
let browser: Browser;
let anna: Beginner;
let boris: Beginner;

beforeAll(async () => {
  folders = await GeoFolders.create();
  browser = await startBrowser();
  [anna, boris] = (await Promise.all(['anna', 'boris'].map((name) => begin(browser, folders.add(name), SETTINGS)))) as [
    Beginner,
    Beginner,
  ];
});

afterAll(async () => {
  await browser.close();
  for (const { geoUi } of [anna, boris]) geoUi.kill();
  await folders.close();
});

const heading = (page: Page, name: string): Promise<void> => page.getByRole('heading', { name, level: 1 }).waitFor();
const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
const see = (page: Page, text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
const go = (page: Page, name: string): Promise<void> =>
  page.getByRole('navigation').getByRole('link', { name, exact: true }).click();

/** Says who they are, writes the words down, and starts the node. */
async function becomeSomebody({ page }: Beginner, name: string): Promise<void> {
  await heading(page, 'Welcome');
  await page.getByLabel('Your name').fill(name);
  await press(page, 'Next');
  await heading(page, 'Your 24 words');
  const paper = await paperOf(page);
  expect(paper).toHaveLength(24);
  await copyFrom(page, paper);
  await press(page, 'Start my node');
  await heading(page, 'Home');
}

describe('the first run', () => {
  it('says what is wrong, and shows the words again to whoever did not write them down', async () => {
    const { page, complaints } = anna;
    await heading(page, 'Welcome');
    expect(await accessibilityFindings(page)).toEqual([]);
    await picture(page, 'first-run-welcome');
    await page.getByLabel('No, I have my 24 words', { exact: true }).check();
    await page.getByLabel('Your 24 words, in order').fill('one two three');
    await press(page, 'Next');
    await see(page, /it has 3 words/);
    await page.getByLabel('Yes, I am new').check();
    await page.getByLabel('Protect my key with a passphrase').check();
    await page.getByLabel('Passphrase', { exact: true }).fill('correct horse');
    await page.getByLabel('The same again').fill('correct house');
    await press(page, 'Next');
    await see(page, 'The two passphrases are not the same.');
    await page.getByLabel('Protect my key with a passphrase').uncheck();
    await page.getByLabel('Your name').fill('Anna');
    await press(page, 'Next');
    await heading(page, 'Your 24 words');
    expect(await accessibilityFindings(page)).toEqual([]);
    await picture(page, 'first-run-words');
    // Loaded again, before they were written down.
    await page.reload();
    await heading(page, 'Your 24 words');
    await copyFrom(
      page,
      Array.from({ length: 24 }, () => 'zoo'),
    );
    await see(page, 'Word 3 is not the one that was shown.');
    await press(page, 'Show the words again');
    await copyFrom(page, await paperOf(page));
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await scrollsSideways(page)).toBe(false);
    await page.setViewportSize({ width: 1280, height: 720 });
    await press(page, 'Start my node');
    await heading(page, 'Home');
    await see(page, 'Add somebody you know');
    expect(complaints).toEqual([]);
    expect(await anna.ended).toBe(0);
  });

  it('opens to nobody without the link, and the link works once', async () => {
    const { page: other } = await watchedPage(await browser.newContext());
    const first = boris.page.url();
    await other.goto(first);
    await see(other, 'run “geo ui” on this computer');
    const response = await other.request.post(new URL('/first-run/identity', first).href, {
      data: { name: 'Eve', words: null, backup: null, passphrase: null },
      headers: { origin: new URL(first).origin },
    });
    expect([response.status(), (await response.json()) as unknown]).toMatchObject([
      401,
      { error: { code: 'no-token' } },
    ]);
    await other.context().close();
  });

  it('leads from an invitation to a paid invoice', async () => {
    await becomeSomebody(boris, 'Boris');
    // Anna invites Boris; he takes the invitation, and lets her owe him what she would like to.
    await go(anna.page, 'People');
    await anna.page.getByLabel('Ask them to let you owe up to').fill('100');
    const invite = anna.page.getByRole('region', { name: 'Invite somebody' });
    await invite.getByLabel('Currency').fill('UAH');
    await press(anna.page, 'Make an invitation');
    const invitation = await anna.page.getByLabel('Your invitation').inputValue();
    await picture(anna.page, 'invitation');
    await go(boris.page, 'People');
    await boris.page.getByLabel('Their contact card').fill(invitation);
    await press(boris.page, 'Add');
    await see(boris.page, /Anna suggests that you let them owe you up to 100\.00\sUAH/);
    await boris.page.getByRole('button', { name: /^Let Anna owe you up to 100\.00\sUAH$/ }).click();
    await see(boris.page, /Anna may owe you up to 100\.00\sUAH/);
    // Anna needs his card as well.
    await go(boris.page, 'Ask');
    const card = await boris.page.getByRole('region', { name: 'Your contact card' }).getByRole('textbox').inputValue();
    await anna.page.getByLabel('Their contact card').fill(card);
    await press(anna.page, 'Add');
    await see(anna.page, /^You may owe Boris up to 100\.00\sUAH\.$/);
    // Boris asks for money, and Anna pays what he asks for.
    const request = boris.page.getByRole('region', { name: 'Ask to be paid' });
    await request.getByLabel('Amount').fill('12.50');
    await request.getByLabel('Currency').fill('UAH');
    await request.getByLabel(/What it is for/).fill('Coffee');
    await press(boris.page, 'Make the request');
    const invoice = await boris.page.getByLabel('Your payment request').inputValue();
    await go(anna.page, 'Pay');
    await payTheInvoice(anna.page, invoice);
    await see(boris.page, /Anna paid you 12\.50\sUAH/);
    await go(anna.page, 'Home');
    await see(anna.page, /You owe Boris 12\.50\sUAH/);
    await picture(anna.page, 'home');
    expect([...anna.complaints, ...boris.complaints]).toEqual([]);
  }, 120_000);
});

async function payTheInvoice(page: Page, invoice: string): Promise<void> {
  await page.getByLabel('To whom').fill(invoice);
  await press(page, 'Continue');
  await see(page, 'Coffee');
  await press(page, 'Pay now');
  await see(page, /^Paid: 12\.50\sUAH to Boris\.$/);
}
