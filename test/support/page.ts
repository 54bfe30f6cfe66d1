/** The page of a running node in a browser. */
import type { BrowserContext, Page } from 'playwright-core';
import { type Watched, watchedPage } from './browser.ts';
import type { GeoFolder } from './geo.ts';

/** Opens the page of the node as its owner does. */
export async function pageOf(folder: GeoFolder, context: BrowserContext): Promise<Watched> {
  const watched = await watchedPage(context);
  watched.page.setDefaultTimeout(10_000);
  const { link } = await folder.json<{ link: string }>(['ui', '--print']);
  await watched.page.goto(link);
  await watched.page.locator('nav a[aria-current]').waitFor();
  return watched;
}

/** Goes to an address within the page, and waits until its heading has the focus. */
export async function goTo(page: Page, hash: string): Promise<void> {
  // Away first: an address that is there already would change nothing.
  await page.evaluate(`location.hash = '#/nowhere'`);
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await page.locator('h1:focus').waitFor();
}
