/** Members of a hub in their browsers: from an invitation to a payment, with one of them away, and without a connection. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser } from '#test/support/browser.ts';
import { MemberPage } from '#test/support/member-page.ts';
import { startMembersHub, type TestHub } from '#test/support/members.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

describe('two members in two browsers', () => {
  let hub: TestHub;
  let anna: MemberPage;
  let boris: MemberPage;

  beforeAll(async () => {
    hub = await startMembersHub();
  });

  it('the first comes in with a new key', async () => {
    anna = await MemberPage.open(browser, hub.url);
    await anna.heading('Welcome');
    expect(await anna.flaws('member-welcome')).toEqual([]);
    await anna.join('Anna');
    await anna.heading('Home');
    expect(await anna.flaws('member-home-empty')).toEqual([]);
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

  it('pays him in three taps', async () => {
    await anna.go('Home');
    await anna.page.getByRole('navigation').getByRole('link', { name: 'Pay', exact: true }).click();
    await anna.fill('To whom', 'Boris');
    await anna.fill('How much', '12.50');
    await anna.fill('Currency', 'UAH');
    await anna.fill('What for', 'bread');
    await anna.press('Review');
    await anna.press('Pay now');
    await anna.see(/^Paid/);
    expect(await anna.flaws('member-paid')).toEqual([]);
    await boris.go('History');
    await boris.see('bread');
    expect(await boris.flaws('member-history')).toEqual([]);
    expect([anna.complaints, boris.complaints]).toEqual([[], []]);
  });
});
