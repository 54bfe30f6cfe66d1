/**
 * A member whose phone has no connection, switched off in the browser itself: the page opens from what the browser keeps,
 * says how old it is, and sends each thing that was done meanwhile once.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBrowser } from '#test/support/browser.ts';
import { fillIn, person as partOf } from '#test/support/hands.ts';
import { MemberPage } from '#test/support/member-page.ts';
import {
  balances,
  cardOfMember,
  openMember,
  startMembersHub,
  type TestHub,
  type TestMember,
} from '#test/support/members.ts';
import { person } from '#test/support/people.ts';

const UNIT = 100_000_000n;
const [borissKey, dorasKey, evesKey] = [person(91), person(92), person(93)];

let browser: Browser;
let hub: TestHub;
let anna: MemberPage;
let boris: TestMember;
let dorasCard: string;
let words: readonly string[];
/** What was asked of the hub that changes something: method and path. */
const acted: string[] = [];

beforeAll(async () => {
  [browser, hub] = await Promise.all([startBrowser(), startMembersHub()]);
  boris = await openMember(hub.url, borissKey, 'Boris');
  const doras = await openMember(hub.url, dorasKey, 'Dora');
  dorasCard = await cardOfMember(doras, dorasKey, 'Dora');
});
afterAll(() => browser.close());

/** All that the browser has written down of the member, as bytes and as it is. */
const LYING = `new Promise((resolve) => {
  const asked = indexedDB.open('geo-member');
  asked.onsuccess = () => {
    const store = asked.result.transaction('texts').objectStore('texts');
    const [keys, values] = [store.getAllKeys(), store.getAll()];
    values.onsuccess = () => resolve(keys.result.map((key, at) => {
      const value = values.result[at];
      const bytes = typeof value === 'string' ? null : new Uint8Array(value.bytes);
      return [key, bytes === null ? value : String.fromCharCode(...bytes), bytes !== null];
    }));
  };
})`;

const textOf = ({ page }: MemberPage): Promise<string> => page.locator('body').innerText();

/** Lets somebody owe, whom the hub cannot be told of now. */
async function limit(name: string, amount: string): Promise<void> {
  const part = partOf(anna, name);
  await part.getByText(`How much may ${name} owe you?`).click();
  const form = part.locator('details[open]');
  await form.getByLabel('Amount').fill(amount);
  await form.getByRole('button', { name: 'Save', exact: true }).click();
  await form.getByText(`Saved. ${name} is not connected now`).waitFor();
  await part.getByText(`How much may ${name} owe you?`).click();
}

it('a payment takes three taps, and typing', async () => {
  anna = await MemberPage.open(browser, hub.url);
  words = await anna.join('Anna');
  await anna.heading('Home');
  await anna.page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  const key = await anna.page.evaluate<string>(
    `new Promise((resolve) => {
      const asked = indexedDB.open('geo-member');
      asked.onsuccess = () => {
        const got = asked.result.transaction('values').objectStore('values').get('identity');
        got.onsuccess = () => resolve(got.result.locked.publicKey);
      };
    })`,
  );
  await boris.trust(key as never, 'UAH', 100n * UNIT);
  await anna.go('People');
  await partOf(anna, 'Boris').waitFor();
  await anna.go('Home');
  const taps = await anna.countTaps();
  await anna.tap('Pay');
  await anna.pay('Boris', '12.51');
  await anna.see(/^Paid: 12\.51\sUAH to Boris/);
  expect(await taps()).toBe(3);
  await anna.go('People');
  await anna.fill('Their contact card', evesKey.key);
  await anna.fill('What you call them', 'Eve');
  await anna.press('Add');
  await anna.see('Eve was added.');
});

it('what the browser writes down cannot be read from its files', async () => {
  await anna.go('Home');
  await anna.see('12.51 UAH');
  await expect
    .poll(async () => (await anna.page.evaluate<[string, string, boolean][]>(LYING)).map(([name]) => name))
    .toEqual(expect.arrayContaining(['geo-state', 'geo-hub-refresh']));
  const lying = await anna.page.evaluate<[string, string, boolean][]>(LYING);
  expect(lying.filter(([, , isSealed]) => !isSealed)).toEqual([]);
  for (const [name, text] of lying) expect([name, text]).not.toEqual([name, expect.stringMatching(/Boris|Eve|12\.51/)]);
});

it('without a connection it opens all the same, says from when it is, and nothing of it before the passphrase', async () => {
  await anna.go('Settings');
  await anna.page.getByText('Set a passphrase').click();
  await anna.fill('Passphrase', 'correct horse');
  await anna.fill('The same again', 'correct horse');
  await anna.page.getByRole('region', { name: 'Passphrase of this browser' }).getByRole('button').click();
  await anna.see('Asked whenever the page is opened here.');
  await anna.go('Home');
  await anna.page.waitForLoadState('networkidle');

  await anna.context.setOffline(true);
  await anna.page.reload();
  await anna.heading('Your passphrase, please');
  expect(await textOf(anna)).not.toMatch(/Boris|12\.51/);
  await anna.fill('Passphrase', 'correct horse');
  await anna.press('Open');
  await anna.heading('Home');
  await anna.see('You owe Boris 12.51 UAH');
  const year = String(new Date().getFullYear());
  await anna.see(new RegExp(`Your hub cannot be reached.*What you see is from .*${year}`));
  expect(await anna.flaws('member-offline-home')).toEqual([]);
  for (const screen of ['Pay', 'Ask', 'People', 'Clearing', 'History', 'Network', 'Settings']) {
    await anna.go(screen);
    expect(await anna.flaws(`member-offline-${screen.toLowerCase()}`)).toEqual([]);
  }
});

it('what is done without a connection is kept, also when the page is closed', async () => {
  await anna.tap('Pay');
  await fillIn(anna, 'Boris', '2');
  await anna.press('Pay now');
  await anna.see('Not sent: the hub cannot be reached');
  await anna.go('People');
  const boriss = partOf(anna, 'Boris');
  await limit('Boris', '70');
  await boriss.getByText('More about Boris').click();
  await boriss.getByLabel('What you call them').fill('Uncle Boris');
  await boriss.locator('form', { hasText: 'What you call them' }).getByRole('button', { name: 'Save' }).click();
  await partOf(anna, 'Uncle Boris').waitFor();
  await anna.fill('Their contact card', dorasCard);
  await anna.press('Add');
  await anna.see('Dora was added.');
  await partOf(anna, 'Eve').getByText('More about Eve').click();
  await partOf(anna, 'Eve')
    .getByRole('button', { name: /^Remove/ })
    .click();
  await anna.press('Remove');
  await partOf(anna, 'Eve').waitFor({ state: 'detached' });

  await anna.page.reload();
  await anna.fill('Passphrase', 'correct horse');
  await anna.press('Open');
  await anna.heading('People');
  const names = await anna.page.locator('section.card h2').allInnerTexts();
  expect(names.filter((name) => /Boris|Dora|Eve/.test(name)).toSorted()).toEqual(['Dora', 'Uncle Boris']);
  await anna.go('Home');
  await anna.see('You owe Uncle Boris 12.51 UAH');
  const waits = anna.page.getByRole('region', { name: 'Not sent yet' });
  await waits.getByText('You wanted to pay 2.00 UAH to').waitFor();
  await waits.getByText('may owe you up to 70.00 UAH: signed').waitFor();
  await waits.getByText('What you have changed about Uncle Boris is sent').waitFor();
  await waits.getByText('What you have changed about Dora is sent').waitFor();
  await waits.getByText('Eve is taken off your people').waitFor();
  expect(await anna.flaws('member-offline-waits')).toEqual([]);
  await anna.page.locator('footer select').selectOption({ label: 'Українська' });
  expect(await anna.flaws('member-offline-waits-uk')).toEqual([]);
  await anna.page.locator('footer select').selectOption({ label: 'Русский' });
  expect(await anna.flaws('member-offline-waits-ru')).toEqual([]);
  await anna.page.locator('footer select').selectOption({ label: 'English' });
  expect(Object.values(await balances(boris))).toEqual(['12.51']);
});

it('and is sent once when it is back, the payment when it is confirmed again', async () => {
  anna.page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (/\/(payments|trustlines|contacts(\/.*)?)$/.test(pathname) && request.method() !== 'GET')
      acted.push(`${request.method()} ${pathname.replace('/api/v1', '').replace(/[0-9a-f]{64}/, 'KEY')}`);
  });
  await anna.context.setOffline(false);
  await anna.page.getByText('is sent as soon as the hub').first().waitFor({ state: 'detached', timeout: 30_000 });
  await anna.page.getByText('signed, and sent as soon as').waitFor({ state: 'detached', timeout: 30_000 });
  await anna.press('Pay 2.00 UAH now');
  await anna.see('You owe Uncle Boris 14.51 UAH');
  await anna.page.getByText('Not sent yet').waitFor({ state: 'detached' });
  // Opened anew, it has nothing left to send.
  await anna.page.reload();
  await anna.fill('Passphrase', 'correct horse');
  await anna.press('Open');
  await anna.see('You owe Uncle Boris 14.51 UAH');
  await anna.page.waitForLoadState('networkidle');
  expect(acted.toSorted()).toEqual([
    ...['DELETE /participants/me/contacts/KEY', 'POST /participants/me/contacts', 'POST /participants/me/contacts'],
    ...['POST /payments', 'POST /trustlines'],
  ]);
  expect(Object.values(await balances(boris))).toEqual(['14.51']);
  const given = (await boris.state()).parts.listTrustLines.trustLines[0]?.received;
  expect(given?.limit).toBe('70');
});

it.each([
  ['altogether', '71', () => anna.context.setOffline(true), () => anna.context.setOffline(false)],
  // As where a phone goes from one network to another: nothing is heard of it by the stream of events.
  [
    'but for the stream',
    '72',
    () => anna.page.route('**/api/**', (route) => route.abort()),
    () => anna.page.unrouteAll(),
  ],
] as const)(
  'a connection lost for a moment, %s, with the page open, is noticed and made up for',
  async (_how, amount, lose, mend) => {
    await lose();
    await anna.go('People');
    await limit('Uncle Boris', amount);
    await anna.go('Home');
    await anna.see(/Your hub cannot be reached/);
    await anna.see(`may owe you up to ${amount}.00 UAH: signed`);
    await mend();
    await anna.page.getByText('Your hub cannot be reached').waitFor({ state: 'detached', timeout: 30_000 });
    await anna.page.getByText('signed, and sent as soon as').waitFor({ state: 'detached', timeout: 30_000 });
    expect((await boris.state()).parts.listTrustLines.trustLines[0]?.received?.limit).toBe(amount);
  },
);

it('another browser of the same member has what was changed', async () => {
  const other = await MemberPage.open(browser, hub.url);
  await other.page.getByText('No, I have my 24 words').click();
  await other.fill('Your 24 words, in order', words.join(' '));
  await other.press('Next');
  await other.see('You owe Uncle Boris 14.51 UAH');
  expect([anna.complaints, other.complaints]).toEqual([[], []]);
});
