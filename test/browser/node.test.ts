/** The screen of the own node in a real browser, with a neighbour who goes away, amounts in doubt, backups and a loss. */
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openBackup } from '#node/backup/file.ts';
import { identityOf } from '#node/identity/key-file.ts';
import { startBrowser } from '#test/support/browser.ts';
import { HostPark } from '#test/support/hosts.ts';
import { balanceOf, startAgain, startChain, type TestNode } from '#test/support/nodes.ts';
import { NodePage } from '#test/support/pages.ts';
import { ShiftedClock } from '#test/support/shifted-clock.ts';

/** Longer than any payment may take, and than the pause after which it is asked about. */
const LATE_MS = 70_000;

const clock = new ShiftedClock();
const park = new HostPark();
let folder: string;
let alice: TestNode;
let bob: TestNode;
let carol: TestNode;
let browser: Browser;
let bobs: NodePage;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-ui-node-'));
  [alice, bob, carol] = await startChain(folder, clock);
  browser = await startBrowser();
  bobs = await NodePage.open(browser, bob);
});

afterAll(async () => {
  await browser.close();
  await park.stopAll();
  await Promise.all([alice, bob, carol].map(({ node }) => node.stop('the test is over')));
  await rm(folder, { recursive: true, force: true });
});

const part = (name: string): Locator => bobs.page.getByRole('region', { name });

/** Carol's place is taken by a host with her key that hears all and says nothing. */
async function muteCarol(): Promise<void> {
  await carol.node.stop('to be mute');
  const mute = await park.start({ seed: carol.seed, network: carol.config.network });
  mute.host.keep(bob.node.publicKey, bob.node.addresses());
  await mute.until(() => mute.upCount(bob.node.publicKey) > 0);
}

async function carolIsBack(): Promise<void> {
  await park.stopAll();
  await startAgain(carol);
}

/** Alice pays Carol, who does not answer: Bob holds it. */
async function payIntoSilence(amount: string): Promise<void> {
  await vi.waitFor(async () => {
    const payment = await alice.client.pay({ to: 'Carol', equivalent: 'UAH', amount, waitMs: 100 });
    if (payment.state === 'ABORTED') throw new Error(payment.refusal?.text);
  }, 20_000);
}

describe('connections', () => {
  it('say who is there since when, and whether others can call', async () => {
    await bobs.go('Your node');
    await part('Connections')
      .getByText(/^Alice: connected since /)
      .waitFor();
    await part('Connections')
      .getByText(/^Carol: connected since /)
      .waitFor();
    await part('Connections').getByText('Addresses of your node').click();
    await part('Connections')
      .getByText(bob.node.addresses()[0] as string)
      .waitFor();
    expect(await bobs.flaws('node')).toEqual([]);
  });

  it('say why somebody is not there, and try again when they are told to', async () => {
    await carol.node.stop('to be away');
    await part('Connections').getByText('Carol: not connected').waitFor();
    await bobs.press('Try now');
    await expect
      .poll(async () => (await bob.client.listPeers()).peers)
      .toContainEqual(expect.objectContaining({ address: null, trouble: expect.any(Object) as object }));
    await part('Connections')
      .getByText(/^(No node|No address|Their node|The connection) .*\. /)
      .waitFor();
    expect(await bobs.flaws('node-away')).toEqual([]);
    await startAgain(carol);
    await part('Connections')
      .getByText(/^Carol: connected since /)
      .waitFor();
  });
});

describe('an amount in doubt', () => {
  it('is under way first, and shows whom it waits for when its time is over', async () => {
    await part('Amounts kept aside').getByText('Nothing is kept aside.').waitFor();
    await muteCarol();
    await payIntoSilence('12');
    await bobs.see(/^12\.00\sUAH: a payment from Alice to Carol is under way/);
    await bobs.see(/To be decided by/);
    clock.advance(LATE_MS);
    await bobs.see(/^12\.00\sUAH: the answer of Carol is missing for a payment from Alice to Carol/);
    await bobs.press('Ask again now');
    await bobs.see('Asked. As soon as the answer is there, it shows here.');
    expect(await bobs.flaws('node-held')).toEqual([]);
  });

  it('is given up only after it was said what that may cost', async () => {
    await bobs.press('Give it up…');
    const dialog = bobs.page.getByRole('dialog', { name: /Give up 12\.00\sUAH\?/ });
    await dialog.getByText(/If it goes through all the same, you still owe Carol 12\.00\sUAH, and nobody/).waitFor();
    expect(await bobs.flaws('node-let-go')).toEqual([]);
    await bobs.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await bobs.page.locator('button:focus').getByText('Give it up…').waitFor();
    expect((await bob.client.listHeld()).held).toMatchObject([{ stage: 'held' }]);
    await bobs.page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Give it up at my own risk' }).click();
    await bobs.see(/^12\.00\sUAH: you gave this up; a payment from Alice to Carol may still cost you this much/);
    await expect.poll(() => balanceOf(alice)).toEqual({ Bob: '0' });
    await carolIsBack();
    await part('Amounts kept aside').getByText('Nothing is kept aside.').waitFor();
  });
});

describe('backups', () => {
  it('are made now, checked, and copied elsewhere', async () => {
    await bobs.press('Make one now');
    await part('Backups')
      .getByText(/^Made: /)
      .waitFor();
    const [newest] = (await bob.client.listBackups()).backups;
    await bobs.press('Check it');
    await part('Backups').getByText('It is whole, and yours. In it: you owe 0.00 UAH').waitFor();
    const [download] = await Promise.all([bobs.page.waitForEvent('download'), bobs.press('Save a copy')]);
    expect(download.suggestedFilename()).toBe(newest?.name);
    const copy = await readFile(await download.path());
    expect(copy).toEqual(await readFile(newest?.path as string));
    expect((await openBackup(copy, identityOf(bob.seed))).contacts).toHaveLength(2);
    expect(await bobs.flaws('node-backups')).toEqual([]);
  });
});

describe('the check', () => {
  it('says what is well and what is not, and gives facts that tell nobody who is who', async () => {
    await bobs.press('Look now');
    await part('Is all well?')
      .getByText(/^All \d+ records were read, and none is damaged or missing\./)
      .waitFor();
    await part('Is all well?').getByText('Facts for somebody who helps you').first().click();
    const facts = await part('Is all well?').getByLabel('Facts for somebody who helps you').inputValue();
    expect(facts).toMatch(/^version: .*\nnetwork: geo\n/);
    expect(facts).toContain('check records: well');
    for (const secret of ['Alice', 'Carol', 'Bob', bob.node.publicKey, '127.0.0.1', 'UAH']) {
      expect(facts).not.toContain(secret);
    }
    expect(await bobs.flaws('node-check')).toEqual([]);
  });

  it('speaks the language of the page', async () => {
    const { page } = bobs;
    await page.evaluate("localStorage.setItem('geo-language', 'uk')");
    await page.reload();
    await bobs.press('Перевірити зараз');
    const found = part('Чи все гаразд?').getByRole('status');
    await found.getByText(/^Прочитано \d+ запис/).waitFor();
    await found.getByText('Ваш вузол на зв’язку з усіма, кого ви додали (2).').waitFor();
    expect(await bobs.flaws('node-check-uk')).toEqual([]);
    // Names, addresses and times stand apart from what is said.
    const said = await page.evaluate(`(() => {
      const copy = document.querySelector('[aria-labelledby="check-up"] [role="status"]').cloneNode(true);
      for (const one of copy.querySelectorAll('bdi, time')) one.remove();
      return copy.textContent;
    })()`);
    expect(said).toMatch(/Записів не втрачено\./);
    expect(said).not.toMatch(/[a-z]/i);
    expect(await found.locator('[lang]').count()).toBe(0);
    await page.evaluate("localStorage.removeItem('geo-language')");
    await page.reload();
    await part('Is all well?').waitFor();
  });
});

describe('a node that has lost its records', () => {
  it('says so on every screen, shows what came back, and is in use again when its owner confirms', async () => {
    await alice.client.pay({ to: 'Bob', equivalent: 'UAH', amount: '7' });
    await bob.node.stop('to lose its records');
    const store = join(bob.config.dataDir, 'store');
    await rename(store, join(folder, 'store-away'));
    await rename(`${store}.watermark`, join(folder, 'store-away.watermark'));
    await startAgain(bob);
    await bobs.enter(bob);
    await bobs.see('Your node has lost records and waits for you.');
    expect(await bobs.flaws('node-lost-banner')).toEqual([]);
    await bobs.page.getByRole('link', { name: 'Look at what came back' }).click();
    await bobs.see(/nobody can pay you or through you/);
    await bobs.see(/Alice owes you 7\.00\sUAH\. They may owe you 100\.00\sUAH, you may owe them 0\.00\sUAH\./);
    await expect
      .poll(async () => (await bob.client.getRestoration()).accounts.map(({ standing }) => standing), {
        timeout: 30_000,
      })
      .toEqual(['agreed', 'agreed']);
    await expect.poll(() => part('Your node has lost records').getByText('waits for you to confirm').count()).toBe(2);
    expect(await bobs.flaws('node-lost')).toEqual([]);
    await bobs.press('This is right: use it');
    await bobs.see('Confirmed. Your node is in use again.');
    expect((await bob.client.getStatus()).restored).toBeNull();
    expect(await bob.client.pay({ to: 'Alice', equivalent: 'UAH', amount: '1' })).toMatchObject({ state: 'COMMITTED' });
  });

  it('and nothing else went wrong in the page', () => {
    expect(bobs.complaints).toEqual([]);
  });
});
