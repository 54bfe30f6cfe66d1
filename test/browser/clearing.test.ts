/** Circles of debt in the browser of somebody who is asked first, with three real nodes. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBrowser } from '#test/support/browser.ts';
import { startParticipant, type TestNode } from '#test/support/nodes.ts';
import { NodePage } from '#test/support/pages.ts';

const NAMES = ['Anna', 'Boris', 'Carol'] as const;
const WAIT_MS = 30_000;

let folder: string;
let nodes: readonly TestNode[];
let browser: Browser;
let pages: readonly NodePage[];
const at = (index: number): TestNode => nodes[index % NAMES.length] as TestNode;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-ui-clearing-'));
  nodes = await Promise.all(NAMES.map((name) => startParticipant(name, join(folder, name))));
  browser = await startBrowser();
  for (const [index, { client }] of nodes.entries()) {
    const next = at(index + 1);
    const { linked } = await client.connectPeer({ who: (await next.client.getId()).card, waitMs: WAIT_MS });
    expect(linked).toBe(true);
    await next.client.putContact({ who: (await client.getId()).card });
  }
  pages = await Promise.all(nodes.map((node) => NodePage.open(browser, node)));
}, 60_000);

afterAll(async () => {
  await browser.close();
  await Promise.all(nodes.map(({ node }) => node.stop('the test is over')));
  await rm(folder, { recursive: true, force: true });
});

/** Each owes the next; `autoClearing` false: the owners of the lines want to be asked. */
async function circle(equivalent: string, autoClearing: boolean): Promise<void> {
  for (const index of NAMES.keys()) {
    const [debtor, creditor] = [at(index), at(index + 1)];
    const line = { equivalent, limit: '100', policy: { autoClearing }, waitMs: WAIT_MS };
    await creditor.client.setTrustLine({ who: debtor.node.publicKey, ...line });
    const order = { to: creditor.node.publicKey, equivalent, amount: String(5 + index), id: `${equivalent} ${index}` };
    expect(await debtor.client.pay({ ...order, waitMs: WAIT_MS })).toMatchObject({ state: 'COMMITTED' });
  }
}

/** The page of whoever is asked next. */
async function whoIsAsked(): Promise<NodePage> {
  let asked = -1;
  await expect
    .poll(
      async () => {
        const all = await Promise.all(nodes.map(({ client }) => client.getClearing()));
        asked = all.findIndex(({ proposals }) => proposals.some(({ state }) => state === 'PROPOSED'));
        return asked;
      },
      { timeout: WAIT_MS },
    )
    .toBeGreaterThanOrEqual(0);
  return pages[asked] as NodePage;
}

it('says what it is about, and that there is nothing yet', async () => {
  const [page] = pages as [NodePage];
  await page.go('Clearing');
  await page.see('Nothing waits for your word.');
  await page.see(/^There is nothing to even out now/);
  await page.see('Nothing was evened out yet.');
  expect(await page.flaws('clearing-empty')).toEqual([]);
});

it('asks in words, at home and in the menu, and evens out what all agree to', async () => {
  await circle('UAH', false);
  for (const [agreed] of NAMES.entries()) {
    const asked = await whoIsAsked();
    await asked.page.getByRole('navigation').getByText('1 waiting for your word').waitFor();
    await asked.go('Home');
    await asked.see(/^Circles of debt that wait for your word: 1\./);
    if (agreed === 0) expect(await asked.flaws('clearing-home')).toEqual([]);
    await asked.go('Clearing');
    await asked.see(/would owe you 5\.00\sUAH less, and you would owe (Anna|Boris|Carol) 5\.00\sUAH less\.$/);
    await asked.see(/^The circle: you owe (Anna|Boris|Carol), .* owes you\.$/);
    if (agreed === 0) expect(await asked.flaws('clearing-asked')).toEqual([]);
    await asked.press('Agree: let all of us owe less');
    await asked.see(/^(You agreed, 5\.00\sUAH each\.|Done: each debt of the circle became 5\.00\sUAH less\.)/);
  }
  for (const page of pages) {
    await page.go('Clearing');
    await page.see('Done: each debt of the circle became');
    await page.page.getByRole('region', { name: 'What was evened out' }).getByText('A circle of debts').waitFor();
  }
  const { accounts } = await at(0).client.getBalance({ equivalent: 'UAH' });
  expect(accounts.map(({ balance }) => balance).sort()).toEqual(['0', '2']);
  expect(await pages[0]?.flaws('clearing-done')).toEqual([]);
});

it('takes a no for a no', async () => {
  await circle('EUR', false);
  const asked = await whoIsAsked();
  await asked.go('Clearing');
  await asked.press('No, leave it as it is');
  await asked.see(/^Not done: somebody said no/);
  const { accounts } = await at(0).client.getBalance({ equivalent: 'EUR' });
  expect(accounts.map(({ balance }) => balance).sort()).toEqual(['-5', '7']);
});

it('looks only when it is told to, and keeps to that', async () => {
  for (const [index, page] of pages.entries()) {
    await page.go('Clearing');
    await page.page.getByLabel('Only when I say so').check();
    await page.see('Kept.');
    await expect.poll(async () => (await at(index).client.getClearing()).sought).toBe('asked');
    expect(await readFile(join(at(index).config.dataDir, 'config.toml'), 'utf8')).toBe('clearing = "asked"\n');
  }
  await circle('hour', true);
  const [page] = pages as [NodePage];
  await page.see(/^5\.00\shour could be evened out at most: you owe 5\.00\shour, and are owed 7\.00\shour\.$/);
  await page.press('Look for circles now');
  await page.see(/^Found: each debt became 5\.00\shour less\. The circle was: /);
  expect(await page.flaws('clearing-found')).toEqual([]);
  await page.page.getByLabel('Never, and not for others either').check();
  await page.see('Your node takes no part in this: change it below.');
});

it('and nothing else went wrong in the pages', () => {
  expect(pages.flatMap(({ complaints }) => complaints)).toEqual([]);
});
