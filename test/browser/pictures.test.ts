/**
 * The pictures of the README: of real nodes and of the designer as it runs. Each run makes them anew under test-results/;
 * `npm run pictures` also puts them where the README shows them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RESULTS, startBrowser, watchedPage } from '#test/support/browser.ts';
import { canPay, cardOf, startParticipant, type TestNode } from '#test/support/nodes.ts';
import { NodePage } from '#test/support/pages.ts';

const ROOT = join(import.meta.dirname, '../..');
const PICTURES = join(ROOT, 'desktop/pictures');
const PHONE = { width: 400, height: 780 };
const WAIT_MS = 20_000;

const made = new Set<string>();
let folder: string;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-pictures-'));
  browser = await startBrowser();
});

afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

async function keep(of: Page | Locator, name: string): Promise<void> {
  const png = await of.screenshot({ animations: 'disabled' });
  await mkdir(RESULTS, { recursive: true });
  await writeFile(join(RESULTS, `readme-${name}.png`), png);
  if (process.env.GEO_PICTURES === 'write') {
    await mkdir(PICTURES, { recursive: true });
    await writeFile(join(PICTURES, `${name}.png`), png);
  }
  made.add(name);
}

describe('the pictures of the pages', () => {
  let nodes: Readonly<Record<'anna' | 'boris' | 'carol' | 'olena' | 'taras', TestNode>>;
  let anna: NodePage;

  beforeAll(async () => {
    const start = (name: string): Promise<TestNode> => startParticipant(name, join(folder, name));
    const [first, boris, carol, olena, taras] = await Promise.all([
      start('Anna'),
      start('Boris'),
      start('Carol'),
      start('Olena'),
      start('Taras'),
    ]);
    nodes = { anna: first, boris, carol, olena, taras };
    await trust(boris, first, '500');
    await trust(carol, boris, '320');
    await trust(first, taras, '200');
    await trust(taras, olena, '150');
    // Who is asked before a circle with this line is cleared is Carol, and so everybody on it.
    await trust(first, carol, '300', false);
    await first.client.putContact({ who: await cardOf(olena) });
    anna = await NodePage.open(browser, first);
    await anna.page.setViewportSize(PHONE);
  }, 60_000);

  afterAll(async () => {
    await Promise.all(Object.values(nodes).map(({ node }) => node.stop('the test is over')));
  });

  async function trust(from: TestNode, to: TestNode, limit: string, autoClearing = true): Promise<void> {
    await from.client.putContact({ who: await cardOf(to) });
    await to.client.connectPeer({ who: await cardOf(from), waitMs: WAIT_MS });
    const line = { equivalent: 'UAH', limit, policy: { autoClearing }, waitMs: WAIT_MS };
    await from.client.setTrustLine({ who: to.node.publicKey, ...line });
  }

  async function pay(from: TestNode, to: TestNode, amount: string, memo: string): Promise<void> {
    await canPay(from, to.node.publicKey);
    const order = { to: to.node.publicKey, equivalent: 'UAH', amount, memo, waitMs: WAIT_MS };
    expect(await from.client.pay(order)).toMatchObject({ state: 'COMMITTED' });
  }

  it('home: who owes whom, and the latest payments', async () => {
    const { anna: payer, boris, carol, taras } = nodes;
    await pay(payer, boris, '180', 'honey');
    await pay(taras, payer, '75', 'a ride to town');
    await pay(payer, carol, '40', 'repair of a bicycle');
    await anna.press('Close this message');
    await keep(anna.page, 'home');
  });

  it('pay: over whom, and whose limit stops more', async () => {
    await anna.go('Pay');
    await anna.page.getByLabel('To whom').fill('Carol');
    await anna.page.getByLabel('How much').fill('400');
    await anna.page.getByLabel('Currency').fill('UAH');
    await anna.see(/^You can pay Carol/);
    await keep(anna.page, 'pay');
  });

  it('clearing: a circle of debt waits for a word', async () => {
    // Anna owes Boris, he owes Carol, and now Carol owes Anna.
    await pay(nodes.carol, nodes.anna, '35', 'eggs');
    await expect
      .poll(
        async () => {
          for (const { client } of Object.values(nodes)) {
            const { proposals } = await client.getClearing();
            const [first] = proposals.filter(({ state }) => state === 'PROPOSED');
            if (first !== undefined && client !== nodes.anna.client) {
              await client.answerProposal({ id: first.id, agrees: true });
            }
          }
          const { proposals } = await nodes.anna.client.getClearing();
          return proposals.some(({ state }) => state === 'PROPOSED');
        },
        { timeout: 30_000 },
      )
      .toBe(true);
    await anna.press('Close this message');
    await anna.go('Clearing');
    await anna.see(/^The circle: you owe/);
    await keep(anna.page, 'clearing');
  });

  it('network: the people around', async () => {
    await anna.page.setViewportSize({ width: 800, height: 900 });
    await anna.go('Network');
    await anna.page.getByRole('table', { name: 'People around you' }).getByText('Olena').first().waitFor();
    const drawing = anna.page.getByRole('img', { name: /^A drawing of the people around you/ });
    await drawing.locator('canvas').first().waitFor();
    await keep(drawing, 'network');
    expect(anna.complaints).toEqual([]);
  });
});

describe('the picture of the designer', () => {
  let designer: ChildProcess;
  let page: Page;

  beforeAll(async () => {
    const study = join(folder, 'village.yaml');
    await writeFile(study, VILLAGE);
    designer = spawn(process.execPath, ['node/main.ts', 'sim', 'design', study, '--print'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: designer.stdout as NonNullable<ChildProcess['stdout']> });
    const [link] = (await once(lines, 'line')) as [string];
    const viewport = { width: 800, height: 900 };
    ({ page } = await watchedPage(await browser.newContext({ locale: 'en-GB', viewport })));
    page.setDefaultTimeout(10_000);
    await page.goto(link);
  });

  afterAll(async () => {
    if (designer.exitCode === null && designer.kill('SIGTERM')) await once(designer, 'exit');
  });

  it('a payment under way, hop by hop', async () => {
    const click = (name: string) => page.getByRole('button', { name, exact: true }).click();
    await click('Run this network');
    await page.getByLabel('Who pays').selectOption('Anna');
    await page.getByLabel('Who is paid').selectOption('Olena');
    await page.getByLabel('Amount', { exact: true }).fill('50');
    await click('Pay now');
    for (let step = 0; step < 6; step++) await click('Next step');
    await page.getByRole('table', { name: 'Messages' }).getByText('COMMIT').first().waitFor();
    await keep(page.getByRole('img', { name: /^A drawing of the network/ }), 'designer');
  });
});

it('all pictures of the README are made here, and are there', async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const shown = [...readme.matchAll(/desktop\/pictures\/([\w-]+)\.png/g)].map(([, name]) => name as string);
  expect(new Set(shown)).toEqual(made);
  for (const name of shown) {
    const png = await readFile(join(PICTURES, `${name}.png`));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
  }
});

const VILLAGE = `study: village
network:
  participants:
    - { name: Anna, x: 60, y: 60 }
    - { name: Boris, x: 260, y: 40 }
    - { name: Carol, x: 440, y: 120 }
    - { name: Olena, x: 400, y: 300 }
    - { name: Taras, x: 140, y: 260 }
  lines:
    - { from: Boris, to: Anna, limit: 120 }
    - { from: Carol, to: Boris, limit: 90 }
    - { from: Olena, to: Carol, limit: 100 }
    - { from: Taras, to: Anna, limit: 30 }
    - { from: Olena, to: Taras, limit: 60 }
demand: { kind: list, list: [{ at: 0, from: Anna, to: Olena, amount: 5 }] }
`;
