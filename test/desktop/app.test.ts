/** The desktop program in Electron, as a person meets it: first start, the closed page, a link, the end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runningNode } from '#desktop/main/running-node.ts';
import { connectClient } from '#node/api/client.ts';
import { accessibilityFindings, picture } from '#test/support/browser.ts';
import { copyFrom, paperOf } from '#test/support/first-run.ts';
import { ENVIRONMENT } from '#test/support/geo.ts';

const APP = join(import.meta.dirname, '../../desktop/packaging');
const executable = process.env.GEO_TEST_ELECTRON ?? '';

let root: string;
let folder: string;
let app: ElectronApplication;
let page: Page;
let environment: Record<string, string>;
let args: string[];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'geo-electron-'));
  folder = join(root, 'data');
  environment = {
    ...(ENVIRONMENT as Record<string, string>),
    GEO_DATA_DIR: folder,
    GEO_NETWORK: 'test',
    GEO_LISTEN: '/ip4/127.0.0.1/tcp/0',
    GEO_API_PORT: '0',
    LANGUAGE: 'en',
    LC_ALL: 'en_GB.UTF-8',
  };
  args = [APP, `--user-data-dir=${join(root, 'electron')}`, '--lang=en-GB'];
  app = await _electron.launch({ executablePath: executable, args, env: environment });
  page = await app.firstWindow();
  page.setDefaultTimeout(30_000);
});

afterAll(async () => {
  await app.close();
  await rm(root, { recursive: true, force: true });
});

it('makes an identity and shows the empty house', async () => {
  await page.getByRole('heading', { name: 'Welcome' }).waitFor();
  expect(await accessibilityFindings(page)).toEqual([]);
  await picture(page, 'electron-welcome');
  await page.getByLabel('Your name').fill('Anna');
  // Where there is a keychain, it could keep one by itself.
  const own = page.getByLabel('Choose the passphrase of my key myself');
  if ((await own.count()) > 0) await own.check();
  for (const label of ['Passphrase', 'The same again']) {
    await page.getByLabel(label, { exact: true }).fill('four random words here');
  }
  await page.getByRole('button', { name: 'Next' }).click();
  await copyFrom(page, await paperOf(page));
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  expect((await (await connectClient(folder)).getStatus()).participant.name).toBe('Anna');
  await picture(page, 'electron-home');
});

it('keeps the page closed: no Node.js, no other address, no window', async () => {
  expect(page.url()).toMatch(/^geo-app:\/\/app\/ui\/index\.html/);
  expect(await page.evaluate('typeof require + typeof process + typeof module')).toBe('undefinedundefinedundefined');
  expect(await page.evaluate("fetch('https://example.org/').then(() => 'came', () => 'refused')")).toBe('refused');
  expect(await page.evaluate("window.open('https://example.org/') === null")).toBe(true);
  await page.evaluate("location.href = 'https://example.org/'");
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  expect(app.windows()).toHaveLength(1);
  const permissions = await page.evaluate(
    "Promise.all(['geolocation', 'microphone'].map((name) => navigator.permissions.query({ name }).then(({ state }) => state)))",
  );
  expect(permissions).toEqual(['denied', 'denied']);
});

it('is one program: a second start hands its link over and ends', async () => {
  const client = await connectClient(folder);
  const { link } = await client.makeRequest({ equivalent: 'UAH', amount: '3' });
  const second = spawn(executable, [...args, link], { env: environment, stdio: 'inherit' });
  const [code] = (await once(second, 'exit')) as [number | null];
  expect(code).toBe(0);
  await page.getByRole('heading', { name: 'Pay', level: 1 }).waitFor();
  expect(await page.getByLabel('To whom').inputValue()).toBe(link);
});

it('hides in the tray when its window is closed, and ends its node when it is quit', async () => {
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible())).toBe(false);
  expect(await runningNode(folder)).toBe('answers');
  await app.close();
  expect(await runningNode(folder)).toBe('none');
});
