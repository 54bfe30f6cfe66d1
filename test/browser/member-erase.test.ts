/** A member who wants to be deleted: told what it means and with whom to settle, refused while it cannot be, and then gone. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { identityOf } from '#node/identity/key-file.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { seedFromWords, wordsFromSeed } from '#protocol/words.ts';
import { startBrowser } from '#test/support/browser.ts';
import { letOwe, pay, seeBalances } from '#test/support/hands.ts';
import { type LyingNeighbour, startLyingNeighbour } from '#test/support/lying-neighbour.ts';
import { MemberPage } from '#test/support/member-page.ts';
import { openMember, order, startMembersHub, type TestHub, type TestMember } from '#test/support/members.ts';
import { type Person, person } from '#test/support/people.ts';

const UNIT = 100_000_000n;
const LANGUAGES = ['Українська', 'Русский', 'English'];

let browser: Browser;
let hub: TestHub;
let boris: TestMember;

beforeAll(async () => {
  [browser, hub] = await Promise.all([startBrowser(), startMembersHub()]);
  boris = await openMember(hub.url, person(96), 'Boris');
});
afterAll(() => browser.close());

interface Newcomer {
  readonly page: MemberPage;
  readonly key: PublicKey;
}

/** Somebody who joins in a browser. */
async function newcomer(name: string): Promise<Newcomer> {
  const page = await MemberPage.open(browser, hub.url);
  const words = await page.join(name);
  await page.heading('Home');
  return { page, key: identityOf(seedFromWords(words.join(' ')) as Uint8Array).publicKey };
}

const section = ({ page }: MemberPage) => page.getByRole('region', { name: 'Delete me from this hub' });

async function press(page: MemberPage): Promise<void> {
  await section(page).getByRole('button', { name: 'Delete me' }).click();
  await page.press('Yes, delete me');
}

/** Whom the hub finds under a name. */
async function found(name: string): Promise<number> {
  const { members } = await boris.connection.read<{ members: object[] }>('GET', `/participants?query=${name}`);
  return members.length;
}

describe('who owes, or is owed', () => {
  let anna: Newcomer;
  let page: MemberPage;

  it('is told before whom to settle with, and how', async () => {
    anna = await newcomer('Anna');
    ({ page } = anna);
    await boris.trust(anna.key, 'UAH', 100n * UNIT);
    await page.go('People');
    await page.see('Boris');
    await letOwe(page, 'Boris', '50');
    await pay(page, 'Boris', '12.51');
    await page.go('Settings');
    await page.see(/^The hub then deletes your accounts, your payments, your name/);
    await page.see(/^What stays: at the hub, that your key was used here once, without a name/);
    await section(page)
      .getByText(/^You owe Boris 12\.51\sUAH\. Give it back/)
      .waitFor();
    expect(await section(page).getByRole('button').count()).toBe(0);
    for (const language of LANGUAGES) {
      await page.page.locator('footer select').selectOption({ label: language });
      expect(await page.flaws(`member-erase-owed-${language}`)).toEqual([]);
    }
    await section(page).getByRole('link', { name: 'Ask' }).click();
    await page.heading('Ask');
  });

  it('in the other direction, too', async () => {
    expect((await boris.pay(order(anna.key, 1_451_000_000n))).state).toBe('paid');
    await seeBalances(page, ['Boris owes you 2.00 UAH']);
    await page.go('Settings');
    await section(page)
      .getByText(/^Boris owes you 2\.00\sUAH\. As soon as you have got it back/)
      .waitFor();
    await section(page).getByRole('link', { name: 'Pay' }).click();
    await page.heading('Pay');
    expect(await page.page.getByLabel('To whom').inputValue()).toBe('Boris');
    await page.pay('Boris', '2');
    await page.see(/^Paid/);
  });

  it('is refused by the hub where the page does not know it yet, and told then', async () => {
    await page.go('Settings');
    await section(page).getByRole('button', { name: 'Delete me' }).waitFor();
    await page.page.route('**/api/v1/participants/me/state*', (route) => route.abort());
    expect((await boris.pay(order(anna.key, 1n * UNIT))).state).toBe('paid');
    await press(page);
    await page.see(/^Settle first: you still owe, or are owed/);
    await page.page.unrouteAll();
    await section(page)
      .getByText(/^Boris owes you 1\.00\sUAH/)
      .waitFor();
    expect(await found('Anna')).toBe(1);
    await pay(page, 'Boris', '1');
  });

  it('is deleted once all are even, after being asked, and the browser forgets the key', async () => {
    await page.go('Settings');
    await section(page).getByRole('button', { name: 'Delete me' }).click();
    const dialog = page.page.getByRole('dialog', { name: 'Delete everything of you at this hub?' });
    await dialog.getByText(/^Nobody can take that back\. The history is deleted, too/).waitFor();
    expect(await page.flaws('member-erase-sure')).toEqual([]);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(await found('Anna')).toBe(1);
    await press(page);
    await page.heading('Welcome');
    await page.see('You were deleted from this hub, and this browser has forgotten your key.');
    expect(await page.flaws('member-erased')).toEqual([]);
    expect(await found('Anna')).toBe(0);
    await page.page.reload();
    await page.heading('Welcome');
    expect(await page.page.getByText('You were deleted').count()).toBe(0);
    const kept = await page.page.evaluate<number>(`new Promise((resolve) => {
      const asked = indexedDB.open('geo-member');
      asked.onsuccess = () => {
        const { objectStoreNames } = asked.result;
        if (objectStoreNames.length === 0) return resolve(0);
        const stores = asked.result.transaction([...objectStoreNames]);
        let sum = 0;
        for (const name of objectStoreNames) {
          const counted = stores.objectStore(name).count();
          counted.onsuccess = () => { sum += counted.result; };
        }
        stores.oncomplete = () => resolve(sum);
      };
    })`);
    expect(kept).toBe(0);
    expect(page.complaints).toEqual([]);
  });

  it('and is so even where the answer of the hub was lost', async () => {
    const { page: other } = await newcomer('Oksana');
    await other.go('Settings');
    await other.page.route('**/api/v1/participants/me', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await press(other);
    await other.see('Your hub cannot be reached');
    await other.page.unrouteAll();
    await press(other);
    await other.heading('Welcome');
    expect(await found('Oksana')).toBe(0);
    expect(other.complaints).toEqual([]);
  });
});

describe('whose affairs are not over', () => {
  let liars = 0;

  /** Somebody in a browser, who has a neighbour elsewhere that keeps no rule. */
  async function withLiar(name: string): Promise<Newcomer & { readonly liar: LyingNeighbour; readonly who: Person }> {
    const [who, host] = [person(110 + liars++), person(120 + liars)];
    const somebody = await newcomer(name);
    const { page, key } = somebody;
    await page.go('People');
    await page.fill('Their contact card', who.key);
    await page.fill('What you call them', 'Mallory');
    await page.press('Add');
    await page.see('Mallory was added.');
    const part = page.page.getByRole('region', { name: 'Mallory', exact: true });
    await part.getByText('How much may Mallory owe you?').click();
    const form = part.locator('details[open]');
    await form.getByLabel('Amount').fill('10');
    await form.getByLabel('Currency').fill('UAH');
    await form.getByRole('button', { name: 'Save', exact: true }).click();
    await form.getByText(/^Saved\./).waitFor();
    await page.go('Home');
    await page.see(/^Until .* the hub may receive payments for you/);
    const liar = await startLyingNeighbour(hub, key, { who, host });
    onTestFinished(() => liar.lying.peer.stop());
    await liar.takeLimit();
    return { ...somebody, liar, who };
  }

  it('a payment that is not decided: is told to wait', async () => {
    const { page, liar, who } = await withLiar('Olena');
    liar.letOwe(20n, Date.now());
    await page.go('People');
    await page.see(/^You may owe Mallory up to 20\.00\sUAH/);
    await page.tap('Pay');
    // Mallory never answers.
    void page.pay('Mallory', '3').catch(() => undefined);
    await expect.poll(() => liar.lying.heard(who.key).some(({ type }) => type === 'prepare')).toBe(true);
    await page.go('Settings');
    await press(page);
    await section(page).getByText('You were not deleted').waitFor();
    await section(page)
      .getByText(/^A payment of yours is not decided yet\./)
      .waitFor();
    expect(await page.flaws('member-erase-open')).toEqual([]);
    expect([await found('Olena'), page.complaints]).toEqual([1, []]);
  });

  it('a proof that somebody broke their word: is told to take it along', async () => {
    const { page, liar, who } = await withLiar('Danylo');
    const seq = Date.now();
    liar.letOwe(20n, seq);
    await page.go('People');
    await page.see(/^You may owe Mallory up to 20\.00\sUAH/);
    liar.letOwe(30n, seq);
    // It has been looked at when it is answered.
    for (const _one of ['first', 'second']) await liar.lying.next(who.key, 'trust-line-ack');
    await page.go('Settings');
    await press(page);
    await section(page)
      .getByText(/^There is proof that somebody broke their word to you/)
      .waitFor();
    for (const language of LANGUAGES) {
      await page.page.locator('footer select').selectOption({ label: language });
      expect(await page.flaws(`member-erase-disputed-${language}`)).toEqual([]);
    }
    expect([await found('Danylo'), page.complaints]).toEqual([1, []]);
  });

  it('what is owed is not known yet: is told to wait for the neighbours', async () => {
    const page = await MemberPage.open(browser, hub.url);
    await page.page.getByLabel('No, I have my 24 words').check();
    await page.fill('Your 24 words, in order', wordsFromSeed(person(130).seed));
    await page.press('Next');
    await page.fill('Your name', 'Petro');
    await page.press('Join');
    await page.see('Before you go on here');
    await page.go('Settings');
    await press(page);
    await section(page)
      .getByText(/^It is not known yet what you owe and are owed/)
      .waitFor();
    expect(await page.flaws('member-erase-unsure')).toEqual([]);
    expect([await found('Petro'), page.complaints]).toEqual([1, []]);
  });
});
