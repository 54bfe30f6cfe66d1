/** A browser as people have one: Chromium of the system, without a window. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const RESULTS = join(import.meta.dirname, '../../test-results');

const FLAGS = ['--no-sandbox', '--disable-dev-shm-usage'];

/** Fails where there is no browser: a test that did not run has not passed. */
export async function startBrowser(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...args] });
}

/** A browser that keeps what pages store in a folder: closed and started again there, it has all of it. */
export async function startProfile(folder: string, options: BrowserContextOptions): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, { ...options, executablePath: CHROMIUM, args: FLAGS });
}

/** A page, and everything that went wrong in it. */
export interface Watched {
  readonly page: Page;
  readonly complaints: string[];
}

/** Opens an empty page; errors of its scripts and of its policy are kept. */
export async function watchedPage(context: BrowserContext): Promise<Watched> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    // What the network refuses is looked at where it matters; a browser also complains of each try to come back.
    if (message.type() === 'error' && !/Failed to load resource|WebSocket/.test(message.text())) {
      complaints.push(message.text());
    }
  });
  return { page, complaints };
}

interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** What axe-core finds on the page as it is now, one line a finding. */
export async function accessibilityFindings(page: Page): Promise<string[]> {
  // The page's own policy keeps foreign scripts out; this way the browser itself runs it. Once there, it stays until the page is left.
  if (!(await page.evaluate('typeof axe === "object"'))) await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run(document)')) as AxeResults;
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** Is there anything that can only be seen by moving the page sideways? */
export async function scrollsSideways(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
}

/** Keeps a picture for people to look at, where `GEO_PICTURES` says so: of the whole page, or of what the window shows where that is too long for one. */
export async function picture(page: Page, name: string, what: 'page' | 'window' = 'page'): Promise<void> {
  if (process.env.GEO_PICTURES === undefined) return;
  await mkdir(RESULTS, { recursive: true });
  await page.screenshot({ path: join(RESULTS, `${name}.png`), fullPage: what === 'page', animations: 'disabled' });
}
