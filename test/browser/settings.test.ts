/** The settings in a real browser: kept by the node, in force at once, and who may change them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCREENS } from '#desktop/ui/src/routes.ts';
import { readConfig } from '#node/config.ts';
import { startBrowser } from '#test/support/browser.ts';
import { cardOf, startParticipant, type TestNode } from '#test/support/nodes.ts';
import { NodePage } from '#test/support/pages.ts';

let folder: string;
let anna: TestNode;
let boris: TestNode;
let browser: Browser;
let page: NodePage;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-ui-settings-'));
  [anna, boris] = await Promise.all([
    startParticipant('Anna', join(folder, 'anna')),
    startParticipant('Boris', join(folder, 'boris')),
  ]);
  browser = await startBrowser();
  page = await NodePage.open(browser, anna);
});

afterAll(async () => {
  await browser.close();
  await Promise.all([anna, boris].map(({ node }) => node.stop('the test is over')));
  await rm(folder, { recursive: true, force: true });
});

const part = (name: string): Locator => page.page.getByRole('region', { name });
const stored = () => readConfig({ flags: { dataDir: anna.config.dataDir }, environment: {} });

describe('settings', () => {
  it('fit on the screen', async () => {
    await page.go('Settings');
    await part('Browsers that are let in')
      .getByText(/Let in/)
      .waitFor();
    expect(await page.flaws('settings')).toEqual([]);
  });

  it('change the name on the own card, and say what is wrong with one', async () => {
    const form = part('Your name');
    expect(await form.getByLabel('Your name').inputValue()).toBe('Anna');
    await form.getByLabel('Your name').fill('a'.repeat(65));
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByRole('alert').getByText('64').waitFor();
    expect(await page.flaws('settings-refused')).toEqual([]);
    await form.getByLabel('Your name').fill('Anna Petrenko');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('Kept.').waitFor();
    expect((await anna.client.getStatus()).participant.name).toBe('Anna Petrenko');
    const { contact } = await boris.client.putContact({ who: await cardOf(anna) });
    expect(contact.cardName).toBe('Anna Petrenko');
    expect(stored().name).toBe('Anna Petrenko');
  });

  it('change what goes on the map, when circles are looked for, and what is too small to wait for', async () => {
    await part('Finding ways to pay').getByLabel('Only those that I choose').check();
    await part('Finding ways to pay').getByText('Kept.').waitFor();
    expect(await anna.client.getSettings()).toMatchObject({ announce: 'ask' });
    await part('Clearing').getByLabel('Only when I say so').check();
    await part('Clearing').getByText('Kept.').waitFor();
    expect(stored()).toMatchObject({ announce: 'ask', clearing: 'asked' });
    await part('Small change').getByLabel('Pass on no payments smaller than').fill('0,05');
    await part('Small change').getByRole('button', { name: 'Save' }).click();
    await part('Small change').getByText('Kept.').waitFor();
    expect((await anna.client.getDust()).smallest).toBe('0.05');
  });

  it('change the language', async () => {
    await part('Language').getByRole('combobox').selectOption('uk');
    await page.page.getByRole('heading', { name: 'Налаштування', level: 1 }).waitFor();
    await part('Мова').getByRole('combobox').selectOption('en');
  });

  it.each(['uk', 'ru'])('leave every screen as it should be in %s', async (language) => {
    await anna.client.putContact({ who: await cardOf(boris) });
    await page.page.getByRole('contentinfo').getByRole('combobox').selectOption(language);
    for (const screen of SCREENS) {
      await page.page.evaluate(`location.hash = '#/${screen}'`);
      await page.page.locator(`nav a[aria-current][href="#/${screen}"]`).waitFor();
      if (screen === 'people') await page.page.getByRole('heading', { name: 'Boris', level: 2 }).waitFor();
      await page.page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true");
      expect([screen, await page.flaws(`${screen}-${language}`)]).toEqual([screen, []]);
    }
    await page.page.getByRole('contentinfo').getByRole('combobox').selectOption('en');
    await page.go('Settings');
  });
});

describe('browsers that are let in', () => {
  it('are signed out from another one, which says what to do', async () => {
    const other = await NodePage.open(browser, anna);
    await page.page.reload();
    await expect.poll(() => part('Browsers that are let in').getByRole('listitem').count()).toBe(2);
    await part('Browsers that are let in').getByText('Chrome, Linux (this one)').waitFor();
    await part('Browsers that are let in').getByRole('button', { name: 'Sign it out' }).click();
    await other.page.getByRole('heading', { name: 'This page is closed' }).waitFor();
    await other.see(/run “geo ui” on this computer/);
    await expect.poll(() => part('Browsers that are let in').getByRole('listitem').count()).toBe(1);
    await other.page.reload();
    await other.page.getByRole('heading', { name: 'This page is closed' }).waitFor();
    await other.page.context().close();
  });

  it('sign themselves out when their person says so, in all tabs, and come back by a new link', async () => {
    const tab = await page.page.context().newPage();
    await tab.goto(`${anna.url}/ui/`);
    await tab.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
    await page.press('Sign out this browser');
    const dialog = page.page.getByRole('dialog', { name: 'Sign out this browser' });
    await dialog.getByText('To come back, you need “geo ui”').waitFor();
    expect(await page.flaws('settings-sign-out')).toEqual([]);
    await dialog.getByRole('button', { name: 'Sign out', exact: true }).click();
    for (const one of [page.page, tab]) await one.getByRole('heading', { name: 'This page is closed' }).waitFor();
    expect((await anna.client.listPageSessions()).sessions).toEqual([]);
    await page.enter(anna);
    expect((await anna.client.listPageSessions()).sessions).toHaveLength(1);
  });

  it('and nothing else went wrong in the page', () => {
    expect(page.complaints).toEqual([]);
  });
});
