/** Payments between two real nodes as the history shows them, and the papers that are made of them. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Browser, Download, Page } from 'playwright-core';
import { extractText, getDocumentProxy } from 'unpdf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, connectClient } from '#node/api/client.ts';
import { accessibilityFindings, picture, scrollsSideways, startBrowser, type Watched } from '#test/support/browser.ts';
import { type GeoFolder, GeoFolders, startPair } from '#test/support/geo.ts';
import { goTo, pageOf } from '#test/support/page.ts';

let folders: GeoFolders;
let browser: Browser;
let watched: Watched;
let page: Page;
let alice: GeoFolder;
let aliceClient: Client;
let bobClient: Client;
let base64: string;

beforeAll(async () => {
  folders = await GeoFolders.create();
  const pair = await startPair(folders);
  alice = pair.alice;
  [aliceClient, bobClient] = [await connectClient(alice.path), await connectClient(pair.bob.path)];
  await aliceClient.pay({ to: 'Bob', equivalent: 'UAH', amount: '12.5', memo: 'Bread' });
  await bobClient.pay({ to: 'Alice', equivalent: 'UAH', amount: '2.25', memo: '=HYPERLINK("x","y"), "tea"' });
  await aliceClient.pay({ to: 'Bob', equivalent: 'UAH', amount: '5000' });
  const paid = (await aliceClient.getHistory({})).entries.find(({ amount }) => amount === '12.5');
  base64 = (await aliceClient.getReceipt({ id: paid?.paymentId ?? '' })).base64;
  browser = await startBrowser();
  const context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'UTC',
    viewport: { width: 1280, height: 800 },
  });
  watched = await pageOf(alice, context);
  page = watched.page;
});

afterAll(async () => {
  await browser.close();
  await folders.close();
});

const see = (text: string | RegExp): Promise<void> => page.getByRole('main').getByText(text).first().waitFor();

async function downloadOf(button: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const [download] = await Promise.all([
    page.waitForEvent('download') as Promise<Download>,
    page.getByRole('button', { name: button }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

describe('a payment of the history', () => {
  it('is opened by its line, with who, how much, when, and the numbers that name it', async () => {
    await goTo(page, '#/history');
    await see('3 payments');
    await page.getByRole('link', { name: /You paid Bob 12\.50\sUAH .*done/ }).click();
    await page.locator('h1:focus').getByText('Details', { exact: true }).waitFor();
    await see('Amount that is proven');
    await see('1 step');
    const { participant } = await bobClient.getId();
    await see(participant.pid);
    expect(await accessibilityFindings(page)).toEqual([]);
    await picture(page, 'payment-details');
  });

  it('is found by its address alone', async () => {
    await page.reload();
    await see('Amount that is proven');
    await goTo(page, '#/history?entry=nothing.payer.');
    await see('This payment is not in your history.');
  });

  it('gives a receipt that anybody can check', async () => {
    await goTo(page, '#/history');
    await page.getByRole('link', { name: /You paid Bob/ }).click();
    const { name, bytes } = await downloadOf('Save the receipt');
    expect(name).toMatch(/\.geo-receipt$|\.cbor$|receipt/);
    expect(bytes.toString('base64')).toBe(base64);
    expect((await bobClient.verifyReceipt({ base64: bytes.toString('base64') })).facts.total).toBe('12.5');
  });

  it('shows its receipt as a picture, which another page reads back', async () => {
    await page.getByRole('button', { name: 'Receipt as a picture' }).click();
    const image = page.getByRole('img', { name: 'The same link as a picture' });
    const png = await image.screenshot({ scale: 'css' });
    expect(await page.getByLabel('The receipt as text').inputValue()).toBe(base64);
    await picture(page, 'receipt-picture');
    await goTo(page, '#/history');
    await page.getByLabel('Scan from a picture').setInputFiles({ name: 'qr.png', mimeType: 'image/png', buffer: png });
    await see(/^This proves: Alice paid 12\.50\sUAH to Bob, /);
  });

  it('that was refused says why, and has no receipt', async () => {
    await goTo(page, '#/history');
    await page.getByRole('link', { name: /Payment to Bob/ }).click();
    await see('Bob lets you owe at most');
    expect(await page.getByRole('button', { name: 'Save the receipt' }).count()).toBe(0);
    await picture(page, 'payment-refused');
  });
});

describe('a receipt that somebody gives', () => {
  it.each(['pasted', 'as a file'])('is checked, %s', async (how) => {
    await goTo(page, '#/history');
    if (how === 'pasted') {
      await page.getByLabel('The receipt as text').fill(base64.replace(/.{60}/g, '$&\n'));
      await page.getByRole('button', { name: 'Check', exact: true }).click();
    } else {
      const buffer = Buffer.from(base64, 'base64');
      await page
        .getByLabel('Receipt from a file')
        .setInputFiles({ name: 'r', mimeType: 'application/octet-stream', buffer });
    }
    await see(/^This proves: Alice paid 12\.50\sUAH to Bob, /);
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('is refused when a byte of it was changed, or it is something else', async () => {
    const bytes = Buffer.from(base64, 'base64');
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    for (const text of [bytes.toString('base64'), 'abcd', 'not base64!']) {
      await page.getByLabel('The receipt as text').fill(text);
      await page.getByRole('button', { name: 'Check', exact: true }).click();
      await see('This proves nothing');
      expect(await page.getByText(/^This proves: /).count()).toBe(0);
      await page.getByLabel('The receipt as text').fill('');
    }
  });
});

describe('the history to take away', () => {
  it('is a table in which nothing of others runs as a formula', async () => {
    await goTo(page, '#/history');
    const { name, bytes } = await downloadOf('Save this list for a spreadsheet');
    expect(name).toBe('geo-history.csv');
    const lines = bytes.toString('utf8').split('\r\n');
    expect(lines).toHaveLength(5);
    expect(lines.find((line) => line.includes('2.25'))).toContain(`"'=HYPERLINK(""x"",""y""), ""tea"""`);
  });

  it('is a ledger that geo verifies', async () => {
    const { name, bytes } = await downloadOf('Save the whole ledger');
    expect(name).toBe('geo-ledger.ndjson');
    const ledger = bytes.toString('utf8');
    expect(ledger.split('\n').length).toBeGreaterThan(3);
    const path = `${folders.path}/ledger.ndjson`;
    await writeFile(path, bytes);
    expect((await alice.run(['verify', path])).code).toBe(0);
  });
});

describe('the statement of a month', () => {
  const month = new Date().toISOString().slice(0, 7);

  it('adds up what was paid and received', async () => {
    await goTo(page, '#/history');
    await page.getByLabel('A month on paper').fill(month);
    await page.getByRole('button', { name: 'Show the statement' }).click();
    await page
      .locator('h1:focus')
      .getByText(/^Statement, /)
      .waitFor();
    await see('2 payments');
    await page.getByRole('row', { name: /You paid Bob .*−12\.50\sUAH/ }).waitFor();
    await page.getByRole('row', { name: /Bob paid you .*2\.25\sUAH/ }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await picture(page, 'statement');
  });

  it('is printed without the menu and the buttons, and read back', async () => {
    const document = await getDocumentProxy(new Uint8Array(await page.pdf({ format: 'A4' })));
    const { text } = await extractText(document, { mergePages: true });
    const plain = text.replace(/\s+/g, ' ');
    expect(plain).toMatch(/Statement, \w+ \d{4}/);
    expect(plain).toContain('You paid Bob');
    expect(plain).toContain('−12.50 UAH');
    expect(plain).toContain('2.25 UAH');
    expect(plain).not.toContain('5,000');
    expect(plain).not.toMatch(/People|Language|Print|All payments/);
  });

  it('fits a narrow window, and a month that is none is said to be none', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await scrollsSideways(page)).toBe(false);
    await picture(page, 'statement-narrow');
    await goTo(page, '#/history?month=2026-13');
    await see('This is not a month');
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('and nothing went wrong in the page', () => {
    expect(watched.complaints).toEqual([]);
  });
});
