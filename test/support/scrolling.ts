/** Scrolling through a long list of a page, as by a wheel that is turned fast. */
import type { Page } from 'playwright-core';

const MOST_TURNS = 2_000;

/** Turns the wheel until row number `of` of the list is in the page. */
export async function scrollToTheEnd(page: Page, of: number): Promise<void> {
  const last = page.locator('main ul.windowed > li').last();
  await page.mouse.move(640, 500);
  for (let turn = 0; (await last.getAttribute('aria-posinset')) !== String(of); turn += 1) {
    if (turn > MOST_TURNS) throw new Error(`after ${turn} turns of the wheel row ${of} is not there`);
    await page.mouse.wheel(0, 4_000);
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
  }
}
