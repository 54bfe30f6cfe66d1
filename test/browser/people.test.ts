/** What one does with people, in a real browser: another name, comparing, the finer points of trust, asking, removing. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser } from '#test/support/browser.ts';
import { cardOf, startParticipant, type TestNode } from '#test/support/nodes.ts';
import { NodePage } from '#test/support/pages.ts';
import { person } from '#test/support/people.ts';

const WAIT_MS = 20_000;

let folder: string;
let anna: TestNode;
let boris: TestNode;
let browser: Browser;
let annas: NodePage;
let boriss: NodePage;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-ui-people-'));
  [anna, boris] = await Promise.all([
    startParticipant('Anna', join(folder, 'anna')),
    startParticipant('Boris', join(folder, 'boris')),
  ]);
  await anna.client.putContact({ who: await cardOf(boris) });
  await boris.client.connectPeer({ who: await cardOf(anna), waitMs: WAIT_MS });
  await anna.client.setTrustLine({ who: 'Boris', equivalent: 'UAH', limit: '50', waitMs: WAIT_MS });
  await anna.client.putContact({ who: person(1).key, alias: 'Zoe' });
  browser = await startBrowser();
  [annas, boriss] = await Promise.all([NodePage.open(browser, anna), NodePage.open(browser, boris)]);
});

afterAll(async () => {
  await browser.close();
  await Promise.all([anna, boris].map(({ node }) => node.stop('the test is over')));
  await rm(folder, { recursive: true, force: true });
});

const card = (name: string): Locator => annas.page.getByRole('region', { name, exact: true });
const given = async () => (await anna.client.listTrustLines({})).trustLines[0]?.given;

describe('a person', () => {
  it('is called otherwise, and by the name of nobody else unless one is sure', async () => {
    await annas.go('People');
    await card('Boris').getByText('More about Boris').click();
    await card('Boris').getByText('They call themselves Boris.').waitFor();
    expect(await annas.flaws('people-more')).toEqual([]);
    await card('Boris').getByLabel('What you call them').fill('Z0e');
    await card('Boris').getByLabel('What you call them').press('Enter');
    await card('Boris').getByRole('alert').getByText('looks like “Zoe”').waitFor();
    await card('Boris').getByRole('button', { name: 'Use it all the same' }).click();
    await card('Z0e').getByText('Kept.').waitFor();
    await card('Z0e').getByLabel('What you call them').fill('Borya');
    await card('Z0e').getByLabel('What you call them').press('Enter');
    await card('Borya').getByText('Kept.').waitFor();
    expect((await anna.client.listContacts()).contacts.map(({ alias }) => alias)).toContain('Borya');
  });

  it('is compared, sign by sign, and remembered as that', async () => {
    const compare = card('Borya').getByRole('region', { name: 'Are they who you think?' });
    const { pid } = (await boris.client.getId()).participant;
    expect((await compare.locator('.signs').textContent())?.trim()).toBe(pid);
    await compare.getByRole('button', { name: 'It is the same: remember that' }).click();
    await card('Borya').getByText('compared in person').first().waitFor();
    expect((await anna.client.listContacts()).contacts.filter(({ verified }) => verified)).toHaveLength(1);
    await compare.getByRole('button', { name: 'I am not sure any more' }).click();
    await compare.getByRole('button', { name: 'It is the same: remember that' }).waitFor();
    await boriss.go('About');
    expect(await boriss.page.locator('.signs').textContent()).toBe(pid);
  });
});

describe('what somebody may owe', () => {
  const line = (): Locator => card('Borya').getByRole('region', { name: 'What Borya may owe you in UAH' });

  it('has bounds and conditions', async () => {
    await line().getByLabel('Most that the debt may grow in a day').fill('7,5');
    await line().getByLabel('Even out debts with Borya without asking me').uncheck();
    await line().getByLabel('Show on the public map').check();
    await line().getByRole('button', { name: 'Save' }).click();
    await line().getByText('Kept. Borya knows it.').waitFor();
    expect(await given()).toMatchObject({
      ...{ limit: '50', status: 'active', acked: true },
      policy: { dailyLimit: '7.5', autoClearing: false, announce: true, canBeIntermediate: true },
    });
    await expect.poll(() => line().getByLabel('Most that the debt may grow in a day').inputValue()).toBe('7.5');
    await line().getByLabel('Most that the debt may grow in a day').fill('much');
    await line().getByRole('button', { name: 'Save' }).click();
    await line().getByRole('alert').getByText('“much” is not an amount').waitFor();
  });

  it('is paused, which both sides see, and allowed again', async () => {
    await boriss.go('People');
    await line().getByRole('button', { name: 'Allow no new debt for now' }).click();
    await card('Borya').getByText('Paused: no new debt can arise').first().waitFor();
    await boriss.see(/Anna allows no new debt for now\./);
    expect(await given()).toMatchObject({ status: 'frozen', policy: { dailyLimit: '7.5' } });
    expect(await annas.flaws('people-paused')).toEqual([]);
    await line().getByRole('button', { name: 'Allow new debt again' }).click();
    await line().getByRole('button', { name: 'Allow no new debt for now' }).waitFor();
    await expect.poll(given).toMatchObject({ status: 'active', limit: '50', policy: { dailyLimit: '7.5' } });
  });
});

describe('a higher limit', () => {
  it('is asked for with a message, and given with one click', async () => {
    await boriss.page.getByText('Ask Anna for a higher limit').click();
    const asking = boriss.page.getByRole('region', { name: 'Anna', exact: true });
    await asking.getByRole('button', { name: 'Make the message' }).waitFor();
    await asking.getByLabel('Amount').last().fill('120');
    await asking.getByRole('button', { name: 'Make the message' }).click();
    const message = await asking.getByLabel('The message for Anna').inputValue();
    expect(message).toMatch(/^Could you let me owe you up to 120\.00\sUAH in GEO\? .*: geo:/);
    expect(await boriss.flaws('people-raise')).toEqual([]);
    await annas.page.getByLabel('Their contact card').fill(message.replace(/^.*(?=geo:)/, ''));
    await annas.press('Add');
    await annas.see(/^Borya suggests that you let them owe you up to 120\.00\sUAH\.$/);
    expect(await annas.flaws('people-suggested')).toEqual([]);
    await annas.press(/^Let Borya owe you up to 120\.00\sUAH$/);
    await annas.see(/^Saved: Borya may owe you up to 120\.00\sUAH\.$/);
    await boriss.see(/^You may owe Anna up to 120\.00\sUAH\.$/);
  });
});

describe('a payment that is more than somebody lets one owe', () => {
  it('leads to the message that asks them for enough', async () => {
    await boriss.go('Pay');
    await boriss.page.getByLabel('To whom').fill('Anna');
    await boriss.page.getByLabel('How much').fill('150');
    await boriss.page.getByLabel('Currency').fill('UAH');
    await boriss.press('Continue');
    await boriss.press('Pay now');
    await boriss.page.getByRole('link', { name: 'Ask Anna for a higher limit' }).click();
    await boriss.page.locator('summary:focus').getByText('Ask Anna for a higher limit').waitFor();
    await boriss.press('Make the message');
    const message = await boriss.page.getByLabel('The message for Anna').inputValue();
    expect(message).toMatch(/^Could you let me owe you up to 150\.00\sUAH in GEO\?/);
  });
});

describe('a person who is to be removed', () => {
  const remove = async (name: string): Promise<void> => {
    await card(name)
      .getByRole('button', { name: `Remove ${name}…` })
      .click();
    const dialog = annas.page.getByRole('dialog', { name: `Remove ${name}?` });
    await dialog.getByText('That works only where nothing is owed').waitFor();
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  };

  it('stays while there is an account, and the reason is said', async () => {
    await remove('Borya');
    await card('Borya')
      .getByRole('alert')
      .getByText('There is still a limit or a debt between you in UAH. Settle that first.')
      .waitFor();
    await card('Borya').getByRole('button', { name: 'Close for good…' }).click();
    const dialog = annas.page.getByRole('dialog', { name: 'Let Borya owe you nothing new in UAH?' });
    expect(await annas.flaws('people-close')).toEqual([]);
    await dialog.getByRole('button', { name: 'Close it' }).click();
    await card('Borya').getByText('More about Borya').waitFor();
    await expect.poll(given).toMatchObject({ status: 'closed' });
  });

  it('goes where there is none', async () => {
    await card('Zoe').getByText('More about Zoe').click();
    await remove('Zoe');
    await card('Zoe').waitFor({ state: 'detached' });
    expect((await anna.client.listContacts()).contacts.map(({ name }) => name)).toEqual(['Borya']);
    await card('Borya').getByText('Borya may not owe you anything yet.').waitFor();
    await remove('Borya');
    await annas.see('You have added nobody yet.');
  });

  it('and nothing else went wrong in the pages', () => {
    expect([...annas.complaints, ...boriss.complaints]).toEqual([]);
  });
});
