/**
 * A member who wants to be asked before debts are evened out is asked in her page, and it is done, or not done, as she says.
 * The two others of the circle want no such thing.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { identityOf } from '#node/identity/key-file.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { seedFromWords } from '#protocol/words.ts';
import { startBrowser } from '#test/support/browser.ts';
import { addCard, letOwe, person as partOf, pay, seeBalances } from '#test/support/hands.ts';
import { MemberPage } from '#test/support/member-page.ts';
import {
  balances,
  cardOfMember,
  openMember,
  order,
  startMembersHub,
  type TestHub,
  type TestMember,
} from '#test/support/members.ts';
import { person } from '#test/support/people.ts';

const UNIT = 100_000_000n;
const WAIT_MS = 45_000;
const [borissKey, clarasKey] = [person(94), person(95)];

let browser: Browser;
let hub: TestHub;
let page: MemberPage;
let boris: TestMember;
let clara: TestMember;
/** Anna's key, and what her hub says of her to another device of hers. */
let annasKey: PublicKey;
let anna: TestMember;

beforeAll(async () => {
  [browser, hub] = await Promise.all([startBrowser(), startMembersHub()]);
  boris = await openMember(hub.url, borissKey, 'Boris');
  clara = await openMember(hub.url, clarasKey, 'Clara');
  page = await MemberPage.open(browser, hub.url);
  const seed = seedFromWords((await page.join('Anna')).join(' ')) as Uint8Array;
  annasKey = identityOf(seed).publicKey;
  await page.heading('Home');
  anna = await openMember(hub.url, { seed, key: annasKey }, 'Anna');
  await boris.trust(annasKey, 'UAH', 100n * UNIT);
  await clara.trust(boris.key, 'UAH', 100n * UNIT);
  await addCard(page, 'Clara', await cardOfMember(clara, clarasKey, 'Clara'));
});
afterAll(() => browser.close());

/** What each owes (below 0) or is owed. */
async function books(): Promise<Record<string, Record<string, string>>> {
  const names = new Map<string, string>([
    [annasKey, 'Anna'],
    [boris.key, 'Boris'],
    [clara.key, 'Clara'],
  ]);
  const of = async (member: TestMember): Promise<Record<string, string>> =>
    Object.fromEntries(
      Object.entries(await balances(member)).map(([key, balance]) => [names.get(key) ?? key, balance]),
    );
  return { Anna: await of(anna), Boris: await of(boris), Clara: await of(clara) };
}

/** Boris pays Clara, who pays Anna: with what Anna owes Boris it is a circle. */
async function circle(amount: bigint): Promise<void> {
  await Promise.all([boris.renewMandate(), clara.renewMandate()]);
  expect((await boris.pay(order(clara.key, amount))).state).toBe('paid');
  expect((await clara.pay(order(annasKey, amount))).state).toBe('paid');
}

it('she says that she wants to be asked', async () => {
  await letOwe(page, 'Clara', '50');
  const part = partOf(page, 'Clara');
  await part.getByText('More about Clara').click();
  await part.getByLabel('Even out debts with Clara without asking me').uncheck();
  const line = part.getByRole('region', { name: 'What Clara may owe you in UAH' });
  await line.getByRole('button', { name: 'Save' }).click();
  await line.getByText('Kept. Clara knows it.').waitFor();
  await pay(page, 'Boris', '10.37');
  await seeBalances(page, ['You owe Boris 10.37 UAH']);
});

it('is asked in plain words, wherever she looks, and nothing is done before she answers', async () => {
  await circle(7n * UNIT);
  await page.page.getByRole('navigation').getByText('1 waiting for your word').waitFor({ timeout: WAIT_MS });
  await page.go('Home');
  await page.see(/^Circles of debt that wait for your word: 1\./);
  expect(await page.flaws('member-asked-home')).toEqual([]);
  await page.page.getByRole('main').getByRole('link', { name: 'Clearing' }).click();
  await page.heading('Clearing');
  await page.see(/^Clara would owe you 7\.00\sUAH less, and you would owe Boris 7\.00\sUAH less\.$/);
  await page.see(/^The circle: you owe Boris, Boris owes Clara, Clara owes you\.$/);
  expect(await page.flaws('member-asked')).toEqual([]);
  for (const language of ['Українська', 'Русский', 'English']) {
    await page.page.locator('footer select').selectOption({ label: language });
    await page.see(/7[.,]00\sUAH/);
    expect(await page.flaws(`member-asked-${language}`)).toEqual([]);
  }
  expect(await books()).toEqual({
    Anna: { Boris: '-10.37', Clara: '7' },
    Boris: { Anna: '10.37', Clara: '-7' },
    Clara: { Anna: '-7', Boris: '7' },
  });
});

it('agrees, and all three owe less, to the unit', async () => {
  await page.press('Agree: let all of us owe less');
  await page.page.getByText(/^Done: each debt of the circle became 7\.00\sUAH less/).waitFor({ timeout: WAIT_MS });
  await page.page.getByRole('region', { name: 'What was evened out' }).getByText('A circle of debts').waitFor();
  expect(await page.flaws('member-agreed')).toEqual([]);
  await seeBalances(page, ['You owe Boris 3.37 UAH']);
  await expect.poll(books, { timeout: WAIT_MS }).toEqual({
    Anna: { Boris: '-3.37', Clara: '0' },
    Boris: { Anna: '3.37', Clara: '0' },
    Clara: { Anna: '0', Boris: '0' },
  });
});

it('declines another time, and nothing changes', async () => {
  await circle(2n * UNIT);
  const before = {
    Anna: { Boris: '-3.37', Clara: '2' },
    Boris: { Anna: '3.37', Clara: '-2' },
    Clara: { Anna: '-2', Boris: '2' },
  };
  await page.page.getByRole('navigation').getByText('1 waiting for your word').waitFor({ timeout: WAIT_MS });
  await page.go('Clearing');
  await page.see(/^Clara would owe you 2\.00\sUAH less, and you would owe Boris 2\.00\sUAH less\.$/);
  await page.press('No, leave it as it is');
  await page.see(/^Not done: somebody said no/);
  await page.see('Nothing waits for your word.');
  expect(await page.flaws('member-declined')).toEqual([]);
  expect(await books()).toEqual(before);
  const { parts } = await anna.state();
  expect(parts.getHistory.entries.filter(({ kind }) => kind === 'clear')).toHaveLength(1);
  expect(parts.listHeld.held).toEqual([]);
  await seeBalances(page, ['You owe Boris 3.37 UAH', 'Clara owes you 2.00 UAH']);
  expect(page.complaints).toEqual([]);
});
