/** Ways out: of a wrong beginning, of a hub that lets one in no more, of a browser that keeps nothing. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invitationIn } from '#protocol/join-request.ts';
import { startBrowser } from '#test/support/browser.ts';
import { MemberPage } from '#test/support/member-page.ts';
import { startMembersHub, type TestHub } from '#test/support/members.ts';

let browser: Browser;
let hub: TestHub;
let anna: MemberPage;
let words: readonly string[];
beforeAll(async () => {
  browser = await startBrowser();
  hub = await startMembersHub();
  anna = await MemberPage.open(browser, hub.url);
  words = await anna.join('Anna');
  await anna.heading('Home');
}, 60_000);
afterAll(() => browser.close());

/** Comes in with the words of Anna. */
async function comeBack(page: MemberPage): Promise<void> {
  await page.page.getByLabel('No, I have my 24 words').check();
  await page.fill('Your 24 words, in order', words.join(' '));
  await page.press('Next');
  await page.heading('Home');
}

async function startOver(page: MemberPage): Promise<void> {
  await page.press('Start over');
  await page.press('Forget the key in this browser');
  await page.heading('Welcome');
}

describe('who is a member and said to be new', () => {
  it('starts over, and comes in with the words', async () => {
    const page = await MemberPage.open(browser, hub.url);
    await page.press('Next');
    await page.heading('Your 24 words');
    expect(await page.flaws('member-words')).toEqual([]);
    await startOver(page);
    await page.words();
    await page.heading('What are you called?');
    expect(await page.flaws('member-joining')).toEqual([]);
    await startOver(page);
    await comeBack(page);
    expect(page.complaints).toEqual([]);
    await page.context.close();
  }, 60_000);

  it('has the invitation still that it came by', async () => {
    await anna.go('People');
    await anna.fill('Ask them to let you owe up to', '100');
    await anna.page.getByRole('region', { name: 'Invite somebody' }).getByLabel('Currency').fill('UAH');
    await anna.press('Make an invitation');
    const link = await anna.page.getByLabel('Your invitation').inputValue();
    expect(invitationIn(link)?.from).not.toBe(null);
    const page = await MemberPage.open(browser, link);
    await page.press('Next');
    await startOver(page);
    await page.see('Anna invites you.');
    expect(await page.page.getByText('Only the hub says so').count()).toBe(0);
    await page.context.close();
  }, 60_000);
});

it('a key is made once, where two windows are open', async () => {
  const first = await MemberPage.open(browser, hub.url);
  const second = await MemberPage.openIn(first.context, hub.url);
  await second.heading('Welcome');
  await first.press('Next');
  const list = (page: MemberPage): Promise<string[]> => page.page.locator('ol.words li').allInnerTexts();
  await first.page.locator('ol.words li').nth(23).waitFor();
  await second.press('Next');
  await second.page.locator('ol.words li').nth(23).waitFor();
  expect(await list(second)).toEqual(await list(first));
  await first.context.close();
}, 60_000);

describe('the 24 words', () => {
  const shown = (): Promise<string[]> => anna.page.locator('ol.words li').allInnerTexts();

  it('are shown once more, until they are hidden or the screen is left', async () => {
    await anna.go('Settings');
    await anna.page.getByText('Show my 24 words').click();
    await anna.see(/^Whoever sees them can be you/);
    expect(await shown()).toEqual([]);
    await anna.press('Show them');
    await anna.page.locator('ol.words:focus').waitFor();
    expect(await shown()).toEqual(words);
    expect(await anna.flaws('member-own-words')).toEqual([]);
    await anna.press('Hide them');
    await anna.page.locator('summary:focus').getByText('Show my 24 words').waitFor();
    await expect.poll(shown).toEqual([]);

    await anna.page.getByText('Show my 24 words').click();
    await anna.press('Show them');
    await anna.page.locator('ol.words li').nth(23).waitFor();
    await anna.go('Home');
    await anna.go('Settings');
    expect(await shown()).toEqual([]);
  }, 60_000);

  it('are shown for the passphrase only, where there is one', async () => {
    await anna.page.getByText('Set a passphrase').click();
    await anna.fill('Passphrase', 'correct horse');
    await anna.fill('The same again', 'correct horse');
    await anna.page.getByRole('region', { name: 'Passphrase of this' }).getByRole('button', { name: 'Save' }).click();
    await anna.see('Asked whenever the page is opened here.');
    const region = anna.page.getByRole('region', { name: 'Your 24 words' });
    await region.getByText('Show my 24 words').click();
    await region.getByLabel('Passphrase').fill('wrong horse');
    await anna.press('Show them');
    await anna.see('That is not the passphrase of this key');
    expect(await shown()).toEqual([]);
    await region.getByLabel('Passphrase').fill('correct horse');
    await anna.press('Show them');
    await anna.page.locator('ol.words li').nth(23).waitFor();
    expect(await shown()).toEqual(words);
    await anna.press('Ask for none any more');
    await anna.see(/^There is none: whoever opens/);
  }, 60_000);
});

describe('who is let in no more', () => {
  const NO = { error: { code: 'member-suspended', message: 'The operator has suspended you.', facts: {} } };
  const mine = '**/api/v1/participants/me/*';

  it('reads what was known last, and is in again as soon as the hub says so', async () => {
    await anna.page.route(mine, (route) => route.fulfill({ status: 403, json: NO }));
    await anna.go('History');
    await anna.see('The hub does not let you in');
    await anna.see(/^Either you have ended here/);
    await anna.go('Home');
    expect(await anna.flaws('member-shut')).toEqual([]);
    await anna.press('Try again');
    await anna.see('The hub still does not let you in.');
    await anna.page.unroute(mine);
    await anna.press('Try again');
    await anna.page.getByText('The hub does not let you in').waitFor({ state: 'detached' });
    await anna.heading('Home');
  }, 60_000);

  it('is told of what happens again, also where the page was opened meanwhile', async () => {
    await anna.page.route(mine, (route) => route.fulfill({ status: 403, json: NO }));
    await anna.page.reload();
    await anna.see('The hub does not let you in');
    await anna.page.unroute(mine);
    const events = anna.page.waitForEvent('websocket');
    await anna.press('Try again');
    await events;
    await anna.page.getByText('The hub does not let you in').waitFor({ state: 'detached' });
  }, 60_000);

  it('has ended on another device, reads that after a reload too, and comes back with the words', async () => {
    const other = await MemberPage.open(browser, hub.url);
    await comeBack(other);
    await other.go('Settings');
    const saving = other.page.waitForEvent('download');
    await other.page.getByRole('region', { name: 'Go on elsewhere' }).getByRole('button').click();
    await saving;
    await other.press('End at this hub');
    await other.press('Yes, end here');
    await other.heading('Welcome');
    await other.context.close();

    await anna.go('People');
    await anna.see('The hub does not let you in');
    await anna.page.reload();
    await anna.see('The hub does not let you in');
    await anna.see(/you can read it, and change nothing.*What you see is from/);
    await anna.go('History');
    await anna.press('Come back with my 24 words');
    await anna.press('Yes, forget me here');
    await anna.heading('Welcome');
    await anna.fill('Your 24 words, in order', words.join(' '));
    await anna.press('Next');
    await anna.heading('What are you called?');
    expect(anna.complaints).toEqual([]);
  }, 60_000);
});
