/** A member decides in its settings whether people elsewhere find it. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBrowser } from '#test/support/browser.ts';
import { MemberPage } from '#test/support/member-page.ts';
import { startMembersHub, type TestHub } from '#test/support/members.ts';

let browser: Browser;
let hub: TestHub;
beforeAll(async () => {
  browser = await startBrowser();
  hub = await startMembersHub();
});
afterAll(() => browser.close());

it('is found from the first visit on, can hide, stays hidden, and can be found again', async () => {
  const anna = await MemberPage.open(browser, hub.url);
  const signed: string[] = [];
  anna.page.on('request', (request) => {
    if (request.url().endsWith('/participants/me/record')) signed.push(request.method());
  });
  const isSigned = anna.page.waitForResponse(
    (response) => response.url().endsWith('/record') && response.request().method() === 'PUT',
  );
  await anna.join('Anna');
  await anna.heading('Home');
  expect((await isSigned).status()).toBe(200);
  await anna.go('Settings');
  await anna.see(/^You can be found/);
  expect(await anna.flaws('member-found')).toEqual([]);
  await anna.press('Hide me');
  await anna.see(/^Nobody is told where you are/);
  signed.length = 0;
  const isRead = anna.page.waitForResponse((response) => response.url().endsWith('/record'));
  await anna.page.reload();
  await isRead;
  await anna.see(/^Nobody is told where you are/);
  expect(signed).not.toContain('PUT');
  await anna.press('Let me be found');
  await anna.see(/^You can be found/);
  expect(signed).toContain('PUT');
  expect(anna.complaints).toEqual([]);
}, 60_000);
