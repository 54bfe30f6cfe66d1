/**
 * Years of payments and a thousand people: little of it is in the page at once, and everything can be found. How long the
 * page is busy meanwhile is measured by `npm run bench -- --only scrolling`.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, picture, scrollsSideways, startBrowser, type Watched } from '#test/support/browser.ts';
import { GeoFolders, LOCAL } from '#test/support/geo.ts';
import { nameOfNeighbour, writeLongHistory } from '#test/support/long-history.ts';
import { goTo, pageOf } from '#test/support/page.ts';
import { scrollToTheEnd } from '#test/support/scrolling.ts';

const ENTRIES = 10_000;
const PEOPLE = 1_000;
/** Rows of a window of 800 pixels, and some beyond its edges. */
const MOST_ROWS = 100;

let folders: GeoFolders;
let browser: Browser;
let watched: Watched;
let page: Page;

beforeAll(async () => {
  folders = await GeoFolders.create();
  const anna = folders.add('anna');
  await anna.json(['init', '--name', 'Anna', ...LOCAL]);
  await writeLongHistory(anna.path, ENTRIES, PEOPLE);
  await anna.json(['start', '--background']);
  browser = await startBrowser();
  const context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'UTC',
    viewport: { width: 1280, height: 800 },
  });
  watched = await pageOf(anna, context);
  page = watched.page;
});

afterAll(async () => {
  await browser.close();
  await folders.close();
});

const lastRow = (): Promise<string | null> =>
  page.locator('main ul.windowed > li').last().getAttribute('aria-posinset');

/** The most rows that were in the page at once, until the last of the list is there. */
async function mostRowsToTheEnd(of: number): Promise<number> {
  await page.evaluate(`{
    const list = document.querySelector('main ul.windowed');
    window.mostRows = list.children.length;
    new MutationObserver(() => { window.mostRows = Math.max(window.mostRows, list.children.length); })
      .observe(list, { childList: true });
  }`);
  await scrollToTheEnd(page, of);
  expect(await lastRow()).toBe(String(of));
  return page.evaluate<number>('window.mostRows');
}

describe('ten thousand entries of history', () => {
  it('scroll to the last, never with many rows in the page', async () => {
    await goTo(page, '#/history');
    await page.getByText('300 payments').waitFor();
    await page.locator('main ul').getByText('Neighbour 998').first().waitFor();
    expect(await mostRowsToTheEnd(ENTRIES)).toBeLessThan(MOST_ROWS);
    await page.getByText('10,000 payments').waitFor();
    await picture(page, 'history-end', 'window');
  }, 120_000);

  it('are all of one list for a screen reader, and a focus is not lost while they scroll', async () => {
    await page.evaluate('scrollTo(0, 0)');
    const first = page.locator('main ul.windowed > li[aria-posinset="1"]');
    await first.waitFor();
    expect(await first.getAttribute('aria-setsize')).toBe(String(ENTRIES));
    expect(await accessibilityFindings(page)).toEqual([]);
    await first.locator('a').focus();
    await page.evaluate('scrollTo(0, 100_000)');
    await expect.poll(async () => Number(await lastRow())).toBeGreaterThan(1_000);
    expect(await page.locator('a:focus').getAttribute('href')).toBe(await first.locator('a').getAttribute('href'));
    await page.evaluate('scrollTo(0, 0)');
  });

  it('have more conditions than a text', async () => {
    await page.getByText('More to choose').click();
    await page.getByLabel('With whom').waitFor();
  });

  it.each([
    ['Look for', nameOfNeighbour(437), '10 of 10,000 payments fit', 'Neighbour 437'],
    ['With whom', nameOfNeighbour(5), '10 of 10,000 payments fit', 'Neighbour 5'],
    ['Currency', 'EUR', '3,333 of 10,000 payments fit', 'EUR'],
    ['What happened', 'Not paid', '2,000 of 10,000 payments fit', 'Payment to'],
    ['Which way', 'You were paid', '4,000 of 10,000 payments fit', 'paid you'],
    ['From this day on', '2026-05-31', '37 of 10,000 payments fit', '31 May 2026'],
    ['Up to this day', '2025-11-05', '75 of 10,000 payments fit', '5 Nov 2025'],
  ])('are found by %s', async (label, value, found, shown) => {
    const field = page.getByLabel(label, { exact: true });
    if ((await field.and(page.locator('select')).count()) === 1) await field.selectOption({ label: value });
    else await field.fill(value);
    await page.getByRole('status').getByText(found).waitFor();
    await page.locator('main li .entry').getByText(shown).first().waitFor();
    await page.getByRole('button', { name: 'Show all again' }).click();
    await page.getByText('10,000 payments').waitFor();
  });

  it('say so when nothing fits', async () => {
    await page.getByLabel('Look for').fill('nobody at all');
    await page.getByText('Nothing fits.').waitFor();
    await page.getByRole('button', { name: 'Show all again' }).click();
  });
});

describe('a thousand people', () => {
  it('scroll to the last, never with many rows in the page', async () => {
    await goTo(page, '#/people');
    await page
      .getByRole('heading', { name: /Neighbour/ })
      .first()
      .waitFor();
    expect(await mostRowsToTheEnd(PEOPLE)).toBeLessThan(MOST_ROWS);
  }, 120_000);

  it('are found by name, and somebody new is added without scrolling past them', async () => {
    await page.evaluate('scrollTo(0, 0)');
    await page.getByLabel('Find somebody').fill('neighbour 77');
    await page.getByRole('heading', { name: 'Neighbour 775', level: 2 }).waitFor();
    expect(await page.getByRole('heading', { name: /^Neighbour/, level: 2 }).count()).toBe(11);
    await page.getByLabel('Find somebody').fill('');
    await page.getByRole('button', { name: 'To “Add somebody”' }).click();
    await page.locator('input[name="card"]:focus').waitFor();
    expect(await scrollsSideways(page)).toBe(false);
    await picture(page, 'people-many', 'window');
  });

  it('and nothing went wrong in the page', () => {
    expect(watched.complaints).toEqual([]);
  });
});
