/** What a member takes from its page: the receipt of a payment, a month on paper, the history as a table, and the ledger. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { extractText, getDocumentProxy } from 'unpdf';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { identityOf } from '#node/identity/key-file.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { verifyReceipt } from '#protocol/receipt.ts';
import { seedFromWords } from '#protocol/words.ts';
import { startBrowser } from '#test/support/browser.ts';
import { GeoFolders } from '#test/support/geo.ts';
import { letOwe, pay } from '#test/support/hands.ts';
import { MemberPage } from '#test/support/member-page.ts';
import { openMember, order, startMembersHub, type TestHub, type TestMember } from '#test/support/members.ts';
import { person, verify } from '#test/support/people.ts';

const UNIT = 100_000_000n;
const LANGUAGES = ['Українська', 'Русский', 'English'];

let browser: Browser;
let folders: GeoFolders;
let hub: TestHub;
let boris: TestMember;
let page: MemberPage;
let annasKey: PublicKey;
let receipt: Buffer;

beforeAll(async () => {
  [browser, folders, hub] = await Promise.all([startBrowser(), GeoFolders.create(), startMembersHub()]);
  boris = await openMember(hub.url, person(97), 'Boris');
  page = await MemberPage.open(browser, hub.url);
  annasKey = identityOf(seedFromWords((await page.join('Anna')).join(' ')) as Uint8Array).publicKey;
  await page.heading('Home');
  await boris.trust(annasKey, 'UAH', 100n * UNIT);
  await page.go('People');
  await page.see('Boris');
  await letOwe(page, 'Boris', '50');
  await pay(page, 'Boris', '12.51', '=SUM(A1), "bread"');
  await pay(page, 'Boris', '0.07', 'a bag');
  expect((await boris.pay(order(annasKey, 225_000_001n))).state).toBe('paid');
  // What is not paid is on no paper.
  await page.tap('Pay');
  await page.pay('Boris', '5000');
  await page.see('Not paid');
}, 60_000);
afterAll(async () => {
  await browser.close();
  await folders.close();
});

async function saved(button: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const saving = page.page.waitForEvent('download');
  await page.press(button);
  const download = await saving;
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

it('a payment of the history says whom, how much and what for, and gives a receipt that proves itself', async () => {
  await page.go('History');
  await page.page.getByRole('link', { name: /You paid Boris 12\.51\sUAH/ }).click();
  await page.heading('Details');
  await page.see('bread');
  await page.see('Amount that is proven');
  for (const language of LANGUAGES) {
    await page.page.locator('footer select').selectOption({ label: language });
    expect(await page.flaws(`member-payment-${language}`)).toEqual([]);
  }
  const { name, bytes } = await saved('Save the receipt');
  receipt = bytes;
  expect(name).toMatch(/receipt/);
  expect(verifyReceipt(bytes, verify)).toMatchObject({
    ...{ payer: annasKey, receiver: boris.key, total: 1_251_000_000n, equivalent: 'UAH' },
  });
});

it('which anybody checks off line, and which is nothing once a byte of it is another', async () => {
  const [good, bad] = [join(folders.path, 'good.receipt'), join(folders.path, 'bad.receipt')];
  await writeFile(good, receipt);
  const changed = Buffer.from(receipt);
  changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 1;
  await writeFile(bad, changed);
  const somebody = folders.add('somebody');
  expect((await somebody.run(['verify', good])).code).toBe(0);
  expect((await somebody.run(['verify', bad])).code).not.toBe(0);
  await page.go('History');
  const input = page.page.getByLabel('Receipt from a file');
  await input.setInputFiles({ name: 'r', mimeType: 'application/octet-stream', buffer: receipt });
  await page.see(/^This proves: Anna paid 12\.51\sUAH to Boris, /);
  expect(await page.flaws('member-receipt-checked')).toEqual([]);
  await input.setInputFiles({ name: 'r', mimeType: 'application/octet-stream', buffer: changed });
  await page.see('This proves nothing');
});

it('a month on paper has what was paid, what came in, and their sums', async () => {
  await page.go('History');
  await page.page.getByLabel('A month on paper').fill(monthOf(Date.now()));
  await page.press('Show the statement');
  await page.page
    .locator('h1:focus')
    .getByText(/^Statement, /)
    .waitFor();
  await page.see('3 payments');
  const sums = page.page.locator('dl.sums-of-month');
  const shown = (await sums.innerText()).replaceAll(/\s+/g, ' ');
  expect(shown).toMatch(/12\.58 UAH.*2\.25000001 UAH.*0\.00 UAH/);
  for (const language of LANGUAGES) {
    await page.page.locator('footer select').selectOption({ label: language });
    expect(await page.flaws(`member-statement-${language}`)).toEqual([]);
  }
});

it('and is printed without the menu and the buttons', async () => {
  const document = await getDocumentProxy(new Uint8Array(await page.page.pdf({ format: 'A4' })));
  const { text } = await extractText(document, { mergePages: true });
  const plain = text.replaceAll(/\s+/g, ' ');
  expect(plain).toMatch(/Statement, \w+ \d{4}/);
  for (const said of [
    'You paid Boris',
    '−12.51 UAH',
    '−0.07 UAH',
    '12.58 UAH',
    'Boris paid you',
    '2.25000001 UAH',
    'Anna',
  ])
    expect(plain).toContain(said);
  expect(plain).not.toMatch(/5,000|Your node|People|Language|Print|All payments/);
});

it('the history is a table in which nothing of others runs as a formula', async () => {
  await page.go('History');
  const { name, bytes } = await saved('Save this list for a spreadsheet');
  expect(name).toBe('geo-history.csv');
  const lines = bytes.toString('utf8').split('\r\n');
  // A heading, three payments, and the end of the last line: what was never begun is none.
  expect(lines).toHaveLength(5);
  expect(lines[0]).toMatch(/^time,kind,direction,payer,/);
  const bread = lines.find((line) => line.includes('12.51')) ?? '';
  expect(bread).toContain(`"'=SUM(A1), ""bread"""`);
  expect(bread).toMatch(/^\d{4}-\d\d-\d\dT.*,out,Anna,/);
  expect(lines.find((line) => line.includes('2.25000001'))).toMatch(/,in,Boris,/);
});

it('the ledger is one that geo verifies', async () => {
  const { name, bytes } = await saved('Save the whole ledger');
  expect(name).toBe('geo-ledger.ndjson');
  const path = join(folders.path, name);
  await writeFile(path, bytes);
  expect((await folders.add('checker').run(['verify', path])).code).toBe(0);
  expect(page.complaints).toEqual([]);
});

/** In local time, as the page counts it. */
function monthOf(atMs: number): string {
  const date = new Date(atMs);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}`;
}
