/** The page of a node with years of payments and a thousand people: from opening it until people can read who owes whom. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '#test/support/browser.ts';
import { setup as buildPages } from '#test/support/build-ui.ts';
import { GeoFolders, LOCAL } from '#test/support/geo.ts';
import { writeLongHistory } from '#test/support/long-history.ts';
import { pageOf } from '#test/support/page.ts';
import { type Bench, cost, type Figure, quantile } from './figure.ts';

const MEDIAN = 'page, until who owes whom is painted';
const P90 = 'page, until who owes whom is painted, 9 of 10';
const ENTRIES = 10_000;
const PEOPLE = 1_000;
const LOADS = 15;

/** Runs in the page before its scripts: notes when what was asked for is painted, and so in the frame after it is there. */
const noteWhenPainted = (selector: string): string => `
  window.paintedMs = new Promise((resolve) => {
    new MutationObserver((_, observer) => {
      if (document.querySelector(${JSON.stringify(selector)}) === null) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
    }).observe(document, { childList: true, subtree: true });
  });`;

/** From the beginning of the load to the paint, of each of so many loads. */
async function paintsMs(page: Page, load: () => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < LOADS; round++) {
    await load();
    times.push(await page.evaluate<number>('window.paintedMs'));
  }
  return times;
}

/** The floor: a page of one line, from a server that does nothing else. */
async function floorMs(browser: Browser): Promise<readonly number[]> {
  const server = createServer((_, response) =>
    response.end('<!doctype html><title>GEO</title><main><h2>Who</h2></main>'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const page = await browser.newPage();
  await page.addInitScript(noteWhenPainted('h2'));
  const { port } = server.address() as AddressInfo;
  const times = await paintsMs(page, () => page.goto(`http://127.0.0.1:${port}`));
  await page.close();
  server.close();
  return times;
}

async function measure(): Promise<readonly Figure[]> {
  await buildPages();
  const [folders, browser] = [await GeoFolders.create(), await startBrowser()];
  try {
    const anna = folders.add('anna');
    await anna.json(['init', '--name', 'Anna', ...LOCAL]);
    await writeLongHistory(anna.path, ENTRIES, PEOPLE);
    await anna.json(['start', '--background']);
    const { page } = await pageOf(anna, await browser.newContext({ locale: 'en-GB' }));
    await page.addInitScript(noteWhenPainted('#balances'));
    const [floor, times] = [await floorMs(browser), await paintsMs(page, () => page.reload())];
    return [
      cost(MEDIAN, 'ms', quantile(times, 0.5), quantile(floor, 0.5)),
      cost(P90, 'ms', quantile(times, 0.9), quantile(floor, 0.9)),
    ];
  } finally {
    await browser.close();
    await folders.close();
  }
}

export const page: Bench = { word: 'page', names: [MEDIAN, P90], run: measure };
