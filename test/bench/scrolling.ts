/** Scrolling to the end of the longest lists there are: the longest task of the page's main thread meanwhile, which is what people see as a jerk. */
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '#test/support/browser.ts';
import { setup as buildPages } from '#test/support/build-ui.ts';
import { GeoFolders, LOCAL } from '#test/support/geo.ts';
import { writeLongHistory } from '#test/support/long-history.ts';
import { goTo, pageOf } from '#test/support/page.ts';
import { scrollToTheEnd } from '#test/support/scrolling.ts';
import { type Bench, cost, type Figure, quantile } from './figure.ts';
import { tasksDuring } from './trace.ts';

const HISTORY = 'scrolling 10,000 payments, longest task';
const PEOPLE = 'scrolling 1,000 people, longest task';
const ENTRIES = 10_000;
const NEIGHBOURS = 1_000;
const ROUNDS = 3;
/** As high as the list of payments, in as few parts as can be. */
const FLOOR_TURNS = 200;

/** The median over rounds of the longest task, in ms of processor time. */
async function longestMs(browser: Browser, page: Page, scroll: () => Promise<void>): Promise<number> {
  const longest: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await page.evaluate('scrollTo(0, 0)');
    longest.push((await tasksDuring(browser, page, scroll)).longestMs[0] ?? Number.NaN);
  }
  return quantile(longest, 0.5);
}

/** The floor: a page that is as high and has nothing in it. */
async function floorMs(browser: Browser): Promise<number> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.setContent('<main style="height: 1000000px"></main>');
  await page.mouse.move(640, 500);
  const floor = await longestMs(browser, page, async () => {
    for (let turn = 0; turn < FLOOR_TURNS; turn++) {
      await page.mouse.wheel(0, 4_000);
      await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
    }
  });
  await page.close();
  return floor;
}

async function measure(): Promise<readonly Figure[]> {
  await buildPages();
  const [folders, browser] = [await GeoFolders.create(), await startBrowser()];
  try {
    const anna = folders.add('anna');
    await anna.json(['init', '--name', 'Anna', ...LOCAL]);
    await writeLongHistory(anna.path, ENTRIES, NEIGHBOURS);
    await anna.json(['start', '--background']);
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 } });
    const { page } = await pageOf(anna, context);
    const floor = await floorMs(browser);
    await goTo(page, '#/history');
    await page.getByText('300 payments').waitFor();
    const history = await longestMs(browser, page, () => scrollToTheEnd(page, ENTRIES));
    await goTo(page, '#/people');
    await page
      .getByRole('heading', { name: /Neighbour/ })
      .first()
      .waitFor();
    const people = await longestMs(browser, page, () => scrollToTheEnd(page, NEIGHBOURS));
    return [cost(HISTORY, 'ms', history, floor), cost(PEOPLE, 'ms', people, floor)];
  } finally {
    await browser.close();
    await folders.close();
  }
}

export const scrolling: Bench = { word: 'scrolling', names: [HISTORY, PEOPLE], run: measure };
