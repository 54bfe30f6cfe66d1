/** The network designer in a real browser: three people are drawn, one pays over another who is stopped, and all is settled. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  accessibilityFindings,
  picture,
  scrollsSideways,
  startBrowser,
  type Watched,
  watchedPage,
} from '#test/support/browser.ts';
import { runProgram } from '#test/support/run-program.ts';

const ROOT = join(import.meta.dirname, '../..');

let folder: string;
let file: string;
let designer: ChildProcess;
let link: string;
let browser: Browser;
let watched: Watched;
let page: Page;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'geo-designer-'));
  file = join(folder, 'three.yaml');
  designer = spawn(process.execPath, ['node/main.ts', 'sim', 'design', file, '--print'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: designer.stdout as NonNullable<ChildProcess['stdout']> });
  [link] = (await once(lines, 'line')) as [string];
  browser = await startBrowser();
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
  watched = await watchedPage(context);
  page = watched.page;
  page.setDefaultTimeout(10_000);
  await page.goto(link);
  await page.getByRole('heading', { name: 'Network designer', level: 1 }).waitFor();
});

afterAll(async () => {
  await browser.close();
  if (designer.exitCode === null && designer.kill('SIGTERM')) await once(designer, 'exit');
  rmSync(folder, { recursive: true, force: true });
});

const drawing = () => page.getByRole('img', { name: /^A drawing of the network/ });
const table = (name: string) => page.getByRole('table', { name, exact: true });
const click = (name: string) => page.getByRole('button', { name, exact: true }).click();

/** So far from the middle of the drawing, which is brought into view. */
async function placeAt(x: number, y: number): Promise<readonly [number, number]> {
  await drawing().scrollIntoViewIfNeeded();
  const box = await drawing().boundingBox();
  if (box === null) throw new Error('the drawing has no place on the page');
  return [box.x + box.width / 2 + x, box.y + box.height / 2 + y];
}

async function clickAt(x: number, y: number): Promise<void> {
  await page.mouse.click(...(await placeAt(x, y)));
}

async function drawLine(from: string, to: string, limit: string): Promise<void> {
  await page.getByLabel('Who trusts', { exact: true }).selectOption(from);
  await page.getByLabel('Who may owe', { exact: true }).selectOption(to);
  await page.getByLabel('Up to', { exact: true }).fill(limit);
  await click('Draw this line');
  await page.getByLabel(`Most that ${to} may owe ${from}`).waitFor();
}

async function pay(from: string, to: string, amount: string): Promise<void> {
  await page.getByLabel('Who pays').selectOption(from);
  await page.getByLabel('Who is paid').selectOption(to);
  await page.getByLabel('Amount', { exact: true }).fill(amount);
  await click('Pay now');
}

describe('somebody who draws a network', () => {
  it('adds people by clicks and by name, and moves one', async () => {
    await drawing().locator('canvas').first().waitFor();
    await clickAt(-150, 0);
    await page.getByLabel('Name of Anna', { exact: true }).waitFor();
    await clickAt(150, 0);
    await page.getByLabel('Name of Boris', { exact: true }).waitFor();
    await page.getByLabel('Name of somebody new').fill('Zoe');
    await click('Add');
    await page.getByLabel('Name of Zoe', { exact: true }).waitFor();
    // A name can be written over.
    await page.getByLabel('Name of Zoe', { exact: true }).fill('Carol');
    await page.keyboard.press('Enter');
    const x = page.getByLabel('Place of Carol, x');
    await x.fill('300');
    await page.keyboard.press('Enter');
    await page.getByLabel('Place of Carol, y').fill('330');
    await page.keyboard.press('Enter');
    await page.getByLabel('Name of somebody new').fill('Anna');
    await click('Add');
    await page.getByRole('alert').getByText('Somebody is called so already').waitFor();
  });

  it('drags somebody elsewhere', async () => {
    const before = Number(await page.getByLabel('Place of Anna, y').inputValue());
    const [x, y] = await placeAt(-150, 0);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, y - 30, { steps: 5 });
    await page.mouse.move(x, y - 60, { steps: 5 });
    await page.mouse.up();
    const after = async () => Number(await page.getByLabel('Place of Anna, y').inputValue());
    await expect.poll(after).toBeLessThan(before - 20);
  });

  it('draws lines: by lists, and by clicks on two people', async () => {
    await drawLine('Boris', 'Anna', '10');
    await drawLine('Carol', 'Boris', '8,5');
    await clickAt(150, 0);
    await clickAt(-150, -60);
    expect(await page.getByLabel('Who trusts', { exact: true }).inputValue()).toBe('Boris');
    expect(await page.getByLabel('Who may owe', { exact: true }).inputValue()).toBe('Anna');
    await page.getByLabel('Up to', { exact: true }).fill('1,234');
    await click('Draw this line');
    await page.getByRole('alert').getByText('Write an amount such as 12.50').waitFor();
    expect(await page.getByLabel('Most that Anna may owe Boris').inputValue()).toBe('10');
    await picture(page, 'designer-drawn');
    expect(await accessibilityFindings(page)).toEqual([]);
  });
});

describe('somebody who runs it', () => {
  it('watches PREPARE and COMMIT hop by hop', async () => {
    await click('Run this network');
    // Whoever is clicked first pays the second.
    await clickAt(-150, -60);
    await clickAt(0, 130);
    expect(await page.getByLabel('Who pays').inputValue()).toBe('Anna');
    expect(await page.getByLabel('Who is paid').inputValue()).toBe('Carol');
    await page.getByLabel('Amount', { exact: true }).fill('5');
    await click('Pay now');
    const messages = table('Messages');
    await messages.getByRole('row', { name: /Anna → Boris PREPARE 5\.00 on its way/ }).waitFor();
    await click('Next step');
    await messages.getByRole('row', { name: /Boris → Carol PREPARE 5\.00 on its way/ }).waitFor();
    await table('Accounts')
      .getByRole('row', { name: /5\.00 on its way from Anna to Boris/ })
      .waitFor();
    await table('Not settled yet')
      .getByRole('row', { name: /^Boris 5\.00 a payment from Anna to Carol The amount was promised, .* Carol/ })
      .waitFor();
    await click('Next step');
    await messages.getByRole('row', { name: /Carol → Boris COMMIT 5\.00 on its way/ }).waitFor();
    await picture(page, 'designer-runs');
  });

  it('stops the one in the middle, and sees what is kept aside and why', async () => {
    await click('Stop Boris');
    await table('Messages')
      .getByRole('row', { name: /Carol → Boris COMMIT 5\.00 lost/ })
      .waitFor();
    await click('Go on until all is quiet');
    await page.getByText('Nothing is on its way, and nothing follows by itself.').waitFor();
    await table('Not settled yet')
      .getByRole('row', { name: /^Anna 5\.00 .* the answer of Boris, Carol is not there yet\. Stopped now: Boris\./ })
      .waitFor();
    await table('Payments')
      .getByRole('row', { name: /Anna Carol 5\.00 on its way, not decided yet/ })
      .waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await picture(page, 'designer-held');
  });

  it('starts it again, and sees everything settled', async () => {
    await click('Start again: Boris');
    await click('Play');
    await table('Payments')
      .getByRole('row', { name: /Anna Carol 5\.00 paid/ })
      .waitFor({ timeout: 30_000 });
    await page.getByText('Nothing: all is settled.').waitFor({ timeout: 30_000 });
    await table('Accounts')
      .getByRole('row', { name: /Anna owes Boris 5\.00/ })
      .waitFor();
    await page.getByText('Nothing is on its way, and nothing follows by itself.').waitFor({ timeout: 30_000 });
    await table('Accounts')
      .getByRole('row', { name: /Boris owes Carol 5\.00/ })
      .waitFor();
  });

  it('cuts a link, and joins it again', async () => {
    await click('Cut the link between Boris and Carol');
    await pay('Boris', 'Carol', '1');
    await click('Go on until all is quiet');
    await table('Payments')
      .getByRole('row', { name: /Boris Carol 1\.00 not paid/ })
      .waitFor();
    await click('Join again: Boris and Carol');
    await pay('Boris', 'Carol', '1');
    await click('Go on until all is quiet');
    await table('Payments')
      .getByRole('row', { name: /Boris Carol 1\.00 paid/ })
      .waitFor();
  });

  it('saves it as a study, which geo sim run runs', async () => {
    await click('Back to the drawing');
    await click('Save');
    await page.getByText('Saved.').waitFor();
    const study = parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    expect(study).toMatchObject({
      network: {
        participants: [{ name: 'Anna' }, { name: 'Boris' }, { name: 'Carol', x: 300, y: 330 }],
        lines: [
          { from: 'Boris', to: 'Anna', limit: 10 },
          { from: 'Carol', to: 'Boris', limit: 8.5 },
        ],
      },
      demand: { kind: 'list', list: [{ at: 0, from: 'Anna', to: 'Carol', amount: 5 }, { amount: 1 }, { amount: 1 }] },
    });
    const downloading = page.waitForEvent('download');
    await click('Download a copy');
    const copy = await downloading;
    expect(copy.suggestedFilename()).toBe('three.yaml');
    expect(parse(readFileSync(await copy.path(), 'utf8'))).toEqual(study);
    const ran = await runProgram(['node/main.ts', 'sim', 'run', file, '--out', join(folder, 'out')], { cwd: ROOT });
    expect(ran).toMatchObject({ exitCode: 0 });
    expect(ran.stdout).toContain('0 violations');
  });
});

describe('the page', () => {
  it('is opened by its link once, and stays open when it is loaded again', async () => {
    await page.reload();
    await page.getByLabel('Name of Carol', { exact: true }).waitFor();
    const second = await (await browser.newContext({ locale: 'en-GB' })).newPage();
    await second.goto(link);
    await second.getByText('This page is closed.').waitFor();
  });

  it('says what is wrong with a file that cannot be opened, and keeps what there is', async () => {
    const input = page.getByLabel('Open another study file');
    await input.setInputFiles({
      name: 'big.yaml',
      mimeType: 'text/yaml',
      buffer: Buffer.from('study: x\nnetwork: { graph: "ba:20,2" }\n'),
    });
    await page
      .getByRole('alert')
      .getByText(/is generated/)
      .waitFor();
    await page.getByLabel('Name of Carol', { exact: true }).waitFor();
    await input.setInputFiles(join(ROOT, 'simulations/studies/drawn.yaml'));
    await page.getByText('Opened.').waitFor();
    await page.getByRole('table').filter({ hasText: '20 s' }).waitFor();
  });

  it('shows a circle of debt that is evened out', async () => {
    await click('Run this network');
    // The payments of the study are made at their times.
    await table('Payments')
      .getByRole('row', { name: /Boris Anna 5\.00 not begun yet/ })
      .waitFor();
    await click('Go on until all is quiet');
    await table('Payments')
      .getByRole('row', { name: /Boris Anna 5\.00 paid/ })
      .waitFor();
    await page.getByText(/^Circles evened out: [1-9]/).waitFor();
    await picture(page, 'designer-circle');
  });

  it.each([
    { name: 'narrow', width: 360, height: 740, scheme: 'light' },
    { name: 'dark', width: 1280, height: 900, scheme: 'dark' },
  ] as const)('is accessible and fits: $name', async ({ name, width, height, scheme }) => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme });
    expect(await accessibilityFindings(page)).toEqual([]);
    expect(await scrollsSideways(page)).toBe(false);
    await picture(page, `designer-${name}`);
  });

  it('moves nothing by itself where people want that', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await click('Back to the drawing');
    await click('Run this network');
    await page.getByRole('button', { name: 'Next step' }).waitFor();
    expect(await page.getByRole('button', { name: 'Play' }).count()).toBe(0);
  });

  it('keeps what was drawn when the process behind it has ended', async () => {
    await click('Back to the drawing');
    designer.kill('SIGTERM');
    await once(designer, 'exit');
    await click('Save');
    await page.getByRole('alert').getByText('The process behind this page has ended').waitFor();
    await page.getByLabel('Name of Carol', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Download a copy' }).isEnabled()).toBe(true);
  });

  it('and nothing else went wrong in it', () => {
    expect(watched.complaints).toEqual([]);
  });
});
