/** A browser that closes what it keeps, or keeps nothing for a while: that is not taken for a hub that is away. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBrowser } from '#test/support/browser.ts';
import { MemberPage } from '#test/support/member-page.ts';
import { startMembersHub, type TestHub } from '#test/support/members.ts';

let browser: Browser;
let hub: TestHub;
let anna: MemberPage;
beforeAll(async () => {
  browser = await startBrowser();
  hub = await startMembersHub();
  anna = await MemberPage.open(browser, 'about:blank');
  await anna.page.addInitScript({ content: WATCHED });
  await anna.page.goto(hub.url);
  await anna.join('Anna');
  await anna.heading('Home');
}, 60_000);
afterAll(() => browser.close());

/** Databases that the page has open, and a browser that opens none while it is told so. */
const WATCHED = `
  const real = IDBFactory.prototype.open;
  window.opened = [];
  IDBFactory.prototype.open = function (name, version) {
    if (sessionStorage.getItem('keeps-nothing') !== null) return real.call(this, name, -1);
    const asked = real.call(this, name, version);
    asked.addEventListener('success', () => window.opened.push(asked.result));
    return asked;
  };`;
const closeAll = (page: Page): Promise<unknown> => page.evaluate('window.opened.forEach((db) => db.close())');
const keepNothing = (page: Page): Promise<unknown> => page.evaluate("sessionStorage.setItem('keeps-nothing', '')");
const keepAgain = (page: Page): Promise<unknown> => page.evaluate("sessionStorage.removeItem('keeps-nothing')");
const said = (page: Page, text: string): Promise<number> => page.getByText(text).count();

it('what the browser has closed is opened again', async () => {
  await anna.go('Settings');
  await closeAll(anna.page);
  await anna.fill('Your name', 'Hanna');
  await anna.press('Save');
  await anna.see(/^Kept\.$/);
  expect(await said(anna.page, 'Your hub cannot be reached')).toBe(0);
  expect(await said(anna.page, 'This browser keeps nothing')).toBe(0);
  // What is kept for good.
  await closeAll(anna.page);
  await anna.page.getByText('Set a passphrase').click();
  await anna.fill('Passphrase', 'correct horse');
  await anna.fill('The same again', 'correct horse');
  await anna.page.getByRole('region', { name: 'Passphrase of this' }).getByRole('button', { name: 'Save' }).click();
  await anna.see('Asked whenever the page is opened here.');
  await anna.press('Ask for none any more');
  await anna.see(/^There is none: whoever opens/);
});

it('a browser that keeps nothing is named, and the hub is not said to be away, until it keeps again', async () => {
  await keepNothing(anna.page);
  await closeAll(anna.page);
  await anna.go('Home');
  await anna.see(/^This browser keeps nothing just now/);
  expect(await said(anna.page, 'Your hub cannot be reached')).toBe(0);
  expect(await anna.flaws('member-keeps-nothing')).toEqual([]);
  await keepAgain(anna.page);
  await anna.press('Reload');
  await anna.heading('Home');
  await anna.page.getByText('This browser keeps nothing just now').waitFor({ state: 'detached' });
});

it('the page that cannot open says why, and opens once it can', async () => {
  await keepNothing(anna.page);
  await anna.page.reload();
  await anna.heading('This page does not open just now');
  await anna.see(/^This browser keeps nothing just now/);
  expect(await said(anna.page, 'Reading from your hub')).toBe(0);
  expect(await anna.flaws('member-does-not-open')).toEqual([]);
  await keepAgain(anna.page);
  await anna.press('Reload');
  await anna.heading('Home');
  await anna.go('Settings');
  expect(await anna.page.getByLabel('Your name').inputValue()).toBe('Hanna');
  expect(anna.complaints).toEqual([]);
});

it('what one window forgets, another does not keep', async () => {
  const other = await MemberPage.openIn(anna.context, hub.url);
  await other.go('Settings');
  await other.press('Forget me here');
  await other.press('Yes, forget me here');
  await other.heading('Welcome');
  await anna.heading('Welcome');
  const kept = `new Promise((resolve) => {
    const asked = indexedDB.open('geo-member');
    asked.onsuccess = () => {
      const counted = asked.result.transaction('texts').objectStore('texts').count();
      counted.onsuccess = () => resolve(counted.result);
    };
  })`;
  expect(await other.page.evaluate(kept)).toBe(0);
});

it('a passphrase that one window sets is not undone by another that is still at the beginning', async () => {
  const first = await MemberPage.open(browser, hub.url);
  await first.press('Next');
  await first.heading('Your 24 words');
  const second = await MemberPage.openIn(first.context, hub.url);
  await second.heading('Your 24 words');
  await first.writeDown();
  await first.fill('Your name', 'Maria');
  await first.press('Join');
  await first.heading('Home');
  await first.go('Settings');
  await first.page.getByText('Set a passphrase').click();
  await first.fill('Passphrase', 'correct horse');
  await first.fill('The same again', 'correct horse');
  await first.page.getByRole('region', { name: 'Passphrase of this' }).getByRole('button', { name: 'Save' }).click();
  await first.see('Asked whenever the page is opened here.');

  await second.writeDown();
  await second.heading('What are you called?');
  await second.page.reload();
  await second.fill('Passphrase', 'correct horse');
  await second.press('Open');
  await second.heading('Home');
}, 60_000);
