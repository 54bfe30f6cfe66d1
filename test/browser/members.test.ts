/** Members of a hub in their browsers: from an invitation to a payment, with one of them away, and without a connection. */
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedFromWords } from '#protocol/words.ts';
import { startBrowser } from '#test/support/browser.ts';
import { MemberPage } from '#test/support/member-page.ts';
import { startMembersHub, startOwnNode, type TestHub } from '#test/support/members.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

/** Reads what IndexedDB holds, as any script of the page could. */
const WHAT_IS_KEPT = `new Promise((resolve) => {
  const asked = indexedDB.open('geo-member');
  asked.onsuccess = () => {
    const got = asked.result.transaction('values').objectStore('values').get('identity');
    got.onsuccess = () => resolve({
      isExtractable: got.result.locked.deviceKey.extractable,
      bytes: got.result.locked.sealed.bytes.length,
      stored: Object.keys(localStorage).join(),
    });
  };
})`;

/** How many accounts the page has proven. */
const PROVED = `new Promise((resolve) => {
  const asked = indexedDB.open('geo-member');
  asked.onsuccess = () => {
    const names = IDBKeyRange.bound('geo-proved-', 'geo-proved-z');
    const counted = asked.result.transaction('texts').objectStore('texts').count(names);
    counted.onsuccess = () => resolve(counted.result);
  };
})`;

describe('two members in two browsers', () => {
  let hub: TestHub;
  let anna: MemberPage;
  let boris: MemberPage;
  let words: readonly string[];

  beforeAll(async () => {
    hub = await startMembersHub();
  });

  it('the first comes in with a new key, which no script can read out', async () => {
    anna = await MemberPage.open(browser, hub.url);
    await anna.heading('Welcome');
    expect(await anna.flaws('member-welcome')).toEqual([]);
    words = await anna.join('Anna');
    await anna.heading('Home');
    expect(await anna.flaws('member-home-empty')).toEqual([]);
    expect(await anna.page.evaluate(WHAT_IS_KEPT)).toEqual({ isExtractable: false, bytes: 48, stored: '' });
  });

  it('and invites the second, who trusts her', async () => {
    await anna.go('People');
    await anna.fill('Ask them to let you owe up to', '100');
    await anna.page.getByRole('region', { name: 'Invite somebody' }).getByLabel('Currency').fill('UAH');
    await anna.press('Make an invitation');
    const link = await anna.page.getByLabel('Your invitation').inputValue();
    expect(link).toContain(`${hub.url}/#join=`);
    boris = await MemberPage.open(browser, link);
    await boris.see('Anna invites you.');
    expect(await boris.flaws('member-invited')).toEqual([]);
    await boris.join('Boris');
    await boris.heading('You are in');
    expect(await boris.flaws('member-joined')).toEqual([]);
    await boris.press(/^Let/);
    await boris.see(/may owe you up to/);
    await boris.press('Go on');
    await boris.heading('Home');
    await boris.see(/Until .* the hub may receive payments for you/);
    expect(await boris.flaws('member-home')).toEqual([]);
  });

  it('is paid in three taps, and reads what it was for', async () => {
    await anna.tap('Pay');
    await anna.pay('Boris', '12.50', 'bread');
    await anna.see(/^Paid: 12\.50\sUAH to Boris/);
    expect(await anna.flaws('member-paid')).toEqual([]);
    await boris.page.getByRole('status').getByText('Anna paid you 12.50').waitFor();
    await boris.go('History');
    expect(await boris.flaws('member-history')).toEqual([]);
    await boris.page.getByRole('link', { name: 'Anna paid you' }).click();
    await boris.see('bread');
  });

  it('is paid with the browser closed', async () => {
    const { context } = boris;
    await boris.page.close();
    await anna.tap('Pay');
    await anna.pay('Boris', '5');
    await anna.see(/^Paid/);
    boris = await MemberPage.openIn(context, hub.url);
    await boris.see('17.50 UAH');
  });

  it('proves what it is owed by itself, and says so where its hub shows something else', async () => {
    await expect.poll(() => boris.page.evaluate(PROVED)).toBe(1);
    expect(await boris.page.getByText('not as it should be').count()).toBe(0);
    const state = '**/api/v1/participants/me/state*';
    await boris.page.route(state, async (route) => {
      // All there is, and not what is new.
      const response = await route.fetch({ postData: '{}' });
      await route.fulfill({ response, body: (await response.text()).replaceAll('"17.5"', '"99"') });
    });
    await boris.page.reload();
    await boris.see('What your hub shows is not as it should be');
    await boris.see(/It shows 99\.00\sUAH between you and Anna, and does not prove it\./);
    expect(await boris.flaws('member-alarm')).toEqual([]);
    await boris.page.unroute(state);
    await boris.page.reload();
    await boris.see('17.50 UAH');
    await boris.page.waitForLoadState('networkidle');
    expect(await boris.page.getByText('does not prove it').count()).toBe(0);
  });

  it('has only the screens that a hub answers, each without flaws', async () => {
    const screens = ['Home', 'Pay', 'Ask', 'People', 'Clearing', 'History', 'Network', 'Settings'];
    const menu = await boris.page.getByRole('navigation').getByRole('link').allInnerTexts();
    expect(menu.map((entry) => entry.trim())).toEqual(screens);
    for (const screen of screens) {
      await boris.go(screen);
      await boris.page.waitForLoadState('networkidle');
      expect(await boris.flaws(`member-${screen.toLowerCase()}`)).toEqual([]);
    }
    await boris.page.goto(`${hub.url}/#/node`);
    await boris.heading('Home');
  });

  it.each(['Українська', 'Русский', 'English'])('speaks %s', async (language) => {
    await boris.page.goto(`${hub.url}/#/home`);
    await boris.page.locator('footer select').selectOption({ label: language });
    await boris.page.locator(`html[lang=${{ Українська: 'uk', Русский: 'ru', English: 'en' }[language]}]`).waitFor();
    for (const screen of ['home', 'pay', 'people', 'settings']) {
      await boris.page.goto(`${hub.url}/#/${screen}`);
      await boris.page.locator('h1:focus').waitFor();
      expect(await boris.flaws(`member-${screen}-${language}`)).toEqual([]);
    }
  });

  it('asks for a passphrase where somebody wants that', async () => {
    await boris.go('Settings');
    await boris.page.getByText('Set a passphrase').click();
    await boris.fill('Passphrase', 'correct horse');
    await boris.fill('The same again', 'correct horse');
    const lock = boris.page.getByRole('region', { name: 'Passphrase of this browser' });
    await lock.getByRole('button', { name: 'Save' }).click();
    await boris.see('Asked whenever the page is opened here.');
    await boris.page.reload();
    await boris.heading('Your passphrase, please');
    expect(await boris.flaws('member-locked')).toEqual([]);
    await boris.fill('Passphrase', 'wrong horse');
    await boris.press('Open');
    await boris.see('That is not the passphrase of this key');
    await boris.fill('Passphrase', 'correct horse');
    await boris.press('Open');
    await boris.heading('Settings');
  });

  it('is who they are in another browser by the words', async () => {
    const other = await MemberPage.open(browser, hub.url);
    await other.page.getByText('No, I have my 24 words').click();
    await other.fill('Your 24 words, in order', words.join(' '));
    await other.press('Next');
    await other.heading('Home');
    await other.see('17.50 UAH');
    expect(other.complaints).toEqual([]);
    await other.context.close();
  });

  it('sends a payment once, whose answer was lost', async () => {
    await anna.page.route('**/api/v1/payments', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await anna.tap('Pay');
    await anna.pay('Boris', '1');
    await anna.see('Not decided yet');
    await anna.page.unroute('**/api/v1/payments');
    await anna.go('Home');
    await anna.press('Look again');
    await anna.page.getByText('Not sent yet').waitFor({ state: 'detached' });
    await anna.see('18.50 UAH');
  });

  it('opens without the hub, and keeps what is done meanwhile', async () => {
    await anna.page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
    await hub.stop();
    await anna.page.reload();
    await anna.see('18.50 UAH');
    await anna.see(/Your hub cannot be reached.*What you see is from/);
    await anna.tap('Pay');
    await anna.pay('Boris', '2');
    await anna.see('Not sent: the hub cannot be reached');
    await anna.go('People');
    await anna.page.getByText('How much may Boris owe you').click();
    await anna.page.locator('details[open]').getByLabel('Amount').fill('70');
    await anna.page.locator('details[open]').getByLabel('Currency').fill('UAH');
    await anna.page.locator('details[open]').getByRole('button', { name: 'Save' }).click();
    await anna.see(/^Saved\. Boris/);
    await anna.go('Home');
    await anna.see('signed, and sent as soon as the hub can be reached');
    expect(await anna.flaws('member-offline')).toEqual([]);
  });

  it('is asked again when the hub is back, and sends what was signed', async () => {
    hub = await startMembersHub(hub);
    await anna.page.getByText('signed, and sent as soon as').waitFor({ state: 'detached', timeout: 30_000 });
    await anna.press('Pay 2.00 UAH now');
    await anna.see('20.50 UAH');
    await anna.page.getByText('Not sent yet').waitFor({ state: 'detached' });
    await anna.go('People');
    await anna.see(/Boris may owe you up to 70\.00\sUAH/);
    expect([anna.complaints, boris.complaints]).toEqual([[], []]);
  });

  it('goes on with a node of its own, with every balance as it was', async () => {
    await anna.go('Settings');
    const saving = anna.page.waitForEvent('download');
    await anna.page.getByRole('region', { name: 'Go on elsewhere' }).getByRole('button').click();
    const file = readFileSync(await (await saving).path());
    await anna.see('The file is saved.');
    expect(await anna.flaws('member-move')).toEqual([]);
    await anna.press('End at this hub');
    await anna.press('Yes, end here');
    await anna.heading('Welcome');

    const { client } = await startOwnNode(file, seedFromWords(words.join(' ')) as Uint8Array, 'Anna');
    const { accounts } = await client.getBalance({});
    expect(accounts.map(({ neighbour, balance }) => [neighbour.name, balance])).toEqual([['Boris', '-20.5']]);
    await boris.go('Home');
    await boris.see('20.50 UAH');
    await expect
      .poll(async () => (await client.pay({ to: 'Boris', equivalent: 'UAH', amount: '1' })).state, { timeout: 30_000 })
      .toBe('COMMITTED');
    await boris.see('21.50 UAH');
  }, 90_000);

  it('leaves nothing behind in a browser that is left', async () => {
    await boris.go('Settings');
    await boris.press('Forget me here');
    await boris.press('Yes, forget me here');
    await boris.heading('Welcome');
  });
});
