/** The first run as people go through it: in a browser by `geo ui`, and in the window of the desktop program. */
import type { ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { watchedPage } from './browser.ts';
import type { GeoFolder } from './geo.ts';

/** Somebody with a browser of their own, and a folder without an identity. */
export interface Beginner {
  readonly folder: GeoFolder;
  readonly page: Page;
  readonly complaints: readonly string[];
  readonly geoUi: ChildProcess;
  /** What `geo ui` said when it ended. */
  readonly ended: Promise<number | null>;
}

/** Runs `geo ui` in a folder and opens what it shows. `settings`: the config.toml that is there; null: none. */
export async function begin(browser: Browser, folder: GeoFolder, settings: string | null): Promise<Beginner> {
  await mkdir(folder.path, { recursive: true });
  if (settings !== null) await writeFile(join(folder.path, 'config.toml'), settings);
  const geoUi = folder.spawn(['ui', '--print']);
  const ended = new Promise<number | null>((resolve) => geoUi.once('exit', resolve));
  const link = await firstLine(geoUi);
  const { page, complaints } = await watchedPage(await browser.newContext({ locale: 'en-GB' }));
  page.setDefaultTimeout(20_000);
  await page.goto(link);
  return { folder, page, complaints, geoUi, ended };
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of stdout ?? []) {
    text += String(chunk);
    const line = /http:\S+/.exec(text)?.[0];
    if (line !== undefined && text.includes('\n')) return line;
  }
  throw new Error(`geo ui showed no link: ${text}`);
}

/** Copies the words that are shown. */
export async function paperOf(page: Page): Promise<readonly string[]> {
  return page.locator('.words li').allTextContents();
}

/** Says that the words are written down, and types the three that are asked for. */
export async function copyFrom(page: Page, paper: readonly string[]): Promise<void> {
  await page.getByRole('button', { name: 'I have written them down' }).click();
  for (const number of [3, 11, 20]) await page.getByLabel(`Word ${number}`).fill(paper[number - 1] ?? 'nothing');
  await page.getByRole('button', { name: 'Next' }).click();
}

/** Answers that one has words and a backup file, and hands both over. */
export async function bringBack(page: Page, words: string, path: string): Promise<void> {
  await page.getByLabel('No, I have my 24 words and a backup file').check();
  await page.getByLabel('Your 24 words, in order').fill(words);
  await page.getByLabel(/^Choose (the backup|another) file$/).setInputFiles(path);
  await page.getByRole('button', { name: 'Next', exact: true }).click();
}

/** Says that what came back is right, once neighbours have shown the same books. `owed`: a line of each. */
export async function confirmBooks(page: Page, owed: readonly RegExp[]): Promise<void> {
  const part = page.getByRole('region', { name: 'Your node has lost records' });
  await part
    .getByText('waits for you to confirm')
    .nth(owed.length - 1)
    .waitFor();
  for (const line of owed) await part.getByText(line).waitFor();
  await page.getByRole('button', { name: 'This is right: use it', exact: true }).click();
  await page.getByText('Confirmed. Your node is in use again.').first().waitFor();
}
