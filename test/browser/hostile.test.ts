/** Names, memos, amounts and links of people who mean harm, or only have long names: shown as text, and nothing breaks. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCREENS } from '#desktop/ui/src/routes.ts';
import { type Client, connectClient } from '#node/api/client.ts';
import { MAX_AMOUNT } from '#protocol/amount.ts';
import { accessibilityFindings, picture, scrollsSideways, startBrowser, type Watched } from '#test/support/browser.ts';
import { type GeoFolder, GeoFolders, LOCAL } from '#test/support/geo.ts';
import { sealAnything } from '#test/support/hostile-memo.ts';
import { keyOfNeighbour, LAST_MS, openAt, transactionOf } from '#test/support/long-history.ts';
import { goTo, pageOf } from '#test/support/page.ts';
import { unreadableTexts } from '#test/support/page-text.ts';

const SCRIPT = '<img src=x onerror="hacked=1"><script>hacked=1</script>';
const NAMES = [
  SCRIPT,
  'W'.repeat(64),
  // As a store of another version might hold it: the address book itself refuses what acts on the text around.
  '\u202egnihton em sewo\u2066',
  'Пауl (Раyраl)',
  'שלום (עולם) 123',
  `Z${'\u0335\u0310'.repeat(31)}`,
  '{who} {money} %s {{7*7}}',
  '👩‍👩‍👧‍👦'.repeat(9),
];
const MEMOS = [
  `"'</bdi></main>${SCRIPT}`,
  'W'.repeat(207),
  '\u202ereversed\u202c',
  'javascript:hacked=1',
  'one\nline\tand another',
  'http://evil.example/?x=1&y=<b>',
  '{who}{money}',
  '',
];

let folders: GeoFolders;
let browser: Browser;
let anna: GeoFolder;
let annaClient: Client;
let watched: Watched;
let page: Page;

beforeAll(async () => {
  folders = await GeoFolders.create();
  anna = folders.add('anna');
  await anna.json(['init', '--name', 'Anna', ...LOCAL]);
  let nowMs = LAST_MS;
  const { store, self, addContact } = await openAt(anna.path, () => nowMs);
  for (const [number, name] of NAMES.entries()) {
    nowMs += 60_000;
    const key = keyOfNeighbour(number);
    await addContact(key, name);
    const sealedMemo = sealAnything(new TextEncoder().encode(MEMOS[number] ?? ''), self);
    const [total, equivalent] = number % 2 === 0 ? [MAX_AMOUNT, 'ABCDEFGHIJKLMNOP'] : [1n, 'UAH'];
    const id = `1${String(number).padStart(63, '0')}`;
    await store.write([transactionOf(id, [key, self], { total, equivalent, createdAtMs: nowMs, sealedMemo })], {
      sync: true,
    });
  }
  await store.close();
  await anna.json(['start', '--background']);
  annaClient = await connectClient(anna.path);
  for (const number of NAMES.keys()) {
    const who = keyOfNeighbour(number);
    await annaClient.setTrustLine({ who, equivalent: 'ABCDEFGHIJKLMNOP', limit: '92233720368.54', waitMs: 0 });
  }
  browser = await startBrowser();
  watched = await pageOf(anna, await browser.newContext({ locale: 'en-GB' }));
  page = watched.page;
  page.on('dialog', (dialog) => {
    watched.complaints.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
});

afterAll(async () => {
  await browser.close();
  await folders.close();
});

/** Texts of the page itself that run backwards, as they do when something turned the direction around. */
const BACKWARDS = `(() => {
  const found = [];
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.closest('bdi, select, textarea') !== null || node.data.trim().length < 4) continue;
    if (!node.parentElement.checkVisibility()) continue;
    const at = (index) => {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + 1);
      return range.getBoundingClientRect();
    };
    for (let index = 1; index < node.data.length; index += 1) {
      const [before, after] = [at(index - 1), at(index)];
      if (before.width > 0 && after.width > 0 && before.top === after.top && after.left < before.left - 1) {
        found.push(node.data);
        break;
      }
    }
  }
  return found;
})()`;

async function expectHarmless(place: string): Promise<void> {
  expect([place, await page.evaluate('typeof hacked')]).toEqual([place, 'undefined']);
  expect([place, await page.locator('main :is(img, script, iframe, b, object)').count()]).toEqual([place, 0]);
  expect([place, await page.locator('main a[href]:not([href^="#"])').count()]).toEqual([place, 0]);
  expect([place, await page.evaluate(BACKWARDS)]).toEqual([place, []]);
  expect([place, await unreadableTexts(page)]).toEqual([place, []]);
  expect([place, await scrollsSideways(page)]).toEqual([place, false]);
}

describe('what strangers wrote', () => {
  it.each([360, 1280])('stays text on every screen, and inside of the window, %i pixels wide', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    for (const screen of SCREENS) {
      await goTo(page, `#/${screen}`);
      await page.evaluate("for (const details of document.querySelectorAll('main details')) details.open = true");
      await expectHarmless(screen);
      await picture(page, `hostile-${width}-${screen}`);
    }
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('stays text in the details of each payment, and what would act on the text around it is not shown', async () => {
    await page.setViewportSize({ width: 360, height: 800 });
    const { entries } = await annaClient.getHistory({});
    expect(entries).toHaveLength(NAMES.length);
    for (const [index, { paymentId, role, txId, memo }] of entries.entries()) {
      const place = `#/history?entry=${paymentId}.${role}.${txId ?? ''}`;
      await goTo(page, place);
      await page.getByText('Number of the payment').waitFor();
      await expectHarmless(place);
      expect(memo ?? '').not.toMatch(/[\u202a-\u202e\n\t]/);
      if (memo !== null && memo !== '') await page.locator('dd bdi.name').getByText(memo, { exact: true }).waitFor();
      await picture(page, `hostile-entry-${index}`);
    }
  });

  it('stays text in a statement', async () => {
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await goTo(page, '#/history?month=2026-05');
      await page.getByRole('table').waitFor();
      await expectHarmless('statement');
      await picture(page, `hostile-statement-${width}`);
    }
  });
});

describe('an address of the page', () => {
  it.each([
    ['a script as a name', `#/pay?to=${encodeURIComponent(SCRIPT)}`],
    ['a script as an entry', `#/history?entry=${encodeURIComponent(SCRIPT)}`],
    ['a script as a month', `#/history?month=${encodeURIComponent(SCRIPT)}`],
    ['a script as a screen', '#javascript:hacked=1'],
    ['a key of objects', '#/people?__proto__[x]=1'],
    ['a long name', `#/pay?to=${'W'.repeat(5_000)}`],
  ])('made by somebody does nothing: %s', async (_what, hash) => {
    await goTo(page, hash);
    await expectHarmless(hash);
  });

  it('of a payment names somebody, and pays nothing', async () => {
    await goTo(page, `#/pay?to=${encodeURIComponent(NAMES[1] ?? '')}&amount=5&currency=UAH`);
    expect(await page.getByLabel('To whom').inputValue()).toBe(NAMES[1]);
    expect((await annaClient.getHistory({})).entries).toHaveLength(NAMES.length);
  });
});

describe('somebody whose name looks like that of another', () => {
  it('is added with a word of care', async () => {
    const mallory = folders.add('mallory');
    // All but the last letter are Cyrillic.
    await mallory.json(['init', '--name', 'Раураl', ...LOCAL]);
    await mallory.json(['start', '--background']);
    const { card } = await (await connectClient(mallory.path)).getId();
    await annaClient.putContact({ who: keyOfNeighbour(50), alias: 'Paypal' });
    await goTo(page, '#/people');
    await page.getByLabel('Their contact card').fill(card);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const alert = page.getByRole('main').getByRole('alert').filter({ hasText: 'Take care' });
    await alert.getByText('which looks like the name of somebody else you know').waitFor();
    await alert.getByText((await (await connectClient(mallory.path)).getId()).participant.pid).waitFor();
    await picture(page, 'look-alike');
  });

  it('and nothing ran or went wrong in the page', () => {
    expect(watched.complaints).toEqual([]);
  });
});
