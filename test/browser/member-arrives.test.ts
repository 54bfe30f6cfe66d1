/** A member goes from one hub to another with the words and a file: in two browsers, on a screen as of a phone. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startBrowser } from '#test/support/browser.ts';
import { MemberPage } from '#test/support/member-page.ts';
import { balances, openMember, startMembersHub, type TestHub, type TestMember } from '#test/support/members.ts';
import { person } from '#test/support/people.ts';

const UNIT = 100_000_000n;
let browser: Browser;
let first: TestHub;
let second: TestHub;
let boris: TestMember;
let words: readonly string[];
const file = join(mkdtempSync(join(tmpdir(), 'geo-arrives-')), 'anna.backup');

beforeAll(async () => {
  browser = await startBrowser();
  [first, second] = [await startMembersHub(), await startMembersHub()];
  boris = await openMember(first.url, person(98), 'Boris');
});
afterAll(() => browser.close());

it('takes all there is along in a file', async () => {
  const anna = await MemberPage.open(browser, first.url);
  words = await anna.join('Anna');
  await anna.heading('Home');
  const { members } = await boris.connection.read<{ members: { publicKey: never }[] }>(
    'GET',
    '/participants?query=Anna',
  );
  const [{ publicKey: annasKey }] = members as [{ publicKey: never }];
  await boris.trust(annasKey, 'UAH', 50n * UNIT);
  await anna.go('People');
  await anna.see('Boris');
  await anna.go('Pay');
  await anna.pay('Boris', '12.34');
  await anna.see('Paid');
  await anna.go('Settings');
  const download = anna.page.waitForEvent('download');
  await anna.page.getByRole('region', { name: 'Go on elsewhere' }).getByRole('button', { name: 'Save' }).click();
  await (await download).saveAs(file);
  await anna.press('End at this hub');
  await anna.press('Yes, end here');
  await anna.heading('Welcome');
  expect(anna.complaints).toEqual([]);
  await anna.context.close();
}, 120_000);

it('and goes on at another hub, once those who know it have shown the same', async () => {
  const anna = await MemberPage.open(browser, second.url);
  await anna.page.getByLabel('No, I have my 24 words').check();
  await anna.fill('Your 24 words, in order', words.join(' '));
  await anna.press('Next');
  await anna.fill('Your name', 'Anna');
  await anna.press('Join');
  await anna.see('Before you go on here');
  await anna.see(/^Nothing has come back yet/);
  expect(await anna.flaws('member-arrives')).toEqual([]);

  const input = anna.page.getByLabel('Choose the file');
  const chosen = (name: string, bytes: Buffer) => input.setInputFiles({ name, mimeType: '', buffer: bytes });
  await chosen('photo.backup', Buffer.alloc(300, 7));
  await anna.see('This is no backup file of GEO.');
  await input.setInputFiles(file);
  await anna.see('All of it was taken. Your neighbours are asked now.');
  await anna.see('they have the same books; waits for you to confirm');
  expect(await anna.flaws('member-arrives-agreed')).toEqual([]);
  await anna.go('People');
  await anna.see('You cannot pay or be paid yet');
  await anna.page.getByRole('link', { name: 'Look at what came back' }).click();
  await anna.press('This is right: use it');
  await anna.see(/^Confirmed: you can pay and be paid here/);
  await anna.see(/^You paid/);
  await vi.waitFor(async () => expect(Object.values(await balances(boris))).toEqual(['12.34']), 20_000);
  expect(await anna.flaws('member-arrived')).toEqual([]);

  await anna.go('Pay');
  await anna.pay('Boris', '1');
  await anna.see('Paid');
  await vi.waitFor(async () => expect(Object.values(await balances(boris))).toEqual(['13.34']), 20_000);
  expect(anna.complaints).toEqual([]);
}, 120_000);
