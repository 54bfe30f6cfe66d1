/** Every screen in every language, in one that is longer and one from right to left, at every width, by keyboard alone. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCREENS } from '#desktop/ui/src/routes.ts';
import { type Client, connectClient } from '#node/api/client.ts';
import { accessibilityFindings, picture, scrollsSideways, startBrowser, type Watched } from '#test/support/browser.ts';
import { GeoFolders, startPair } from '#test/support/geo.ts';
import { goTo, pageOf } from '#test/support/page.ts';
import { unreadableTexts, untranslatedTexts } from '#test/support/page-text.ts';

let folders: GeoFolders;
let browser: Browser;
let context: BrowserContext;
let watched: Watched;
let page: Page;
let bobClient: Client;
/** All screens, and those that others lead to. */
let places: readonly string[];

beforeAll(async () => {
  folders = await GeoFolders.create();
  const { alice, bob } = await startPair(folders);
  bobClient = await connectClient(bob.path);
  const aliceClient = await connectClient(alice.path);
  await aliceClient.pay({ to: 'Bob', equivalent: 'UAH', amount: '12.5', memo: 'Bread' });
  await bobClient.pay({ to: 'Alice', equivalent: 'UAH', amount: '1234.5', memo: 'Too much' });
  await bobClient.pay({ to: 'Alice', equivalent: 'UAH', amount: '3', memo: 'Milk' });
  await aliceClient.pay({ to: 'Bob', equivalent: 'UAH', amount: '5000' });
  const entries = (await aliceClient.getHistory({})).entries.map(
    ({ paymentId, role, txId }) => `#/history?entry=${paymentId}.${role}.${txId ?? ''}`,
  );
  expect(entries).toHaveLength(3);
  places = [...SCREENS.map((screen) => `#/${screen}`), ...entries];
  browser = await startBrowser();
  context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC' });
  watched = await pageOf(alice, context);
  page = watched.page;
});

afterAll(async () => {
  await browser.close();
  await folders.close();
});

const see = (text: string | RegExp): Promise<void> => page.getByRole('main').getByText(text).first().waitFor();

/** Goes there, opens what can be opened, and waits until nothing is read any more. */
async function show(place: string): Promise<void> {
  await goTo(page, place);
  await page.evaluate("for (const details of document.querySelectorAll('main details')) details.open = true");
  await page.waitForLoadState('networkidle');
}

async function remember(key: string, value: string): Promise<void> {
  await page.evaluate(`localStorage.setItem(${JSON.stringify(key)}, ${JSON.stringify(value)})`);
  await page.reload();
  await page.locator('nav a[aria-current]').waitFor();
}

const nameOf = (place: string): string => place.replace('#/', '').replace(/\?.*/, '-entry');

describe.each(['long', 'rtl'])('in a language that is %s', (rehearsal) => {
  it('is there', async () => {
    await remember('geo-rehearsal', rehearsal);
    await page.getByRole('navigation').getByText('⟦Hømë').waitFor();
    expect(await page.locator('html').getAttribute('dir')).toBe(rehearsal === 'rtl' ? 'rtl' : 'ltr');
  });

  it.each([360, 1280])('every screen is whole and translated, %i pixels wide', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    for (const place of places) {
      await show(place);
      expect([place, await untranslatedTexts(page)]).toEqual([place, []]);
      expect([place, await unreadableTexts(page)]).toEqual([place, []]);
      expect([place, await scrollsSideways(page)]).toEqual([place, false]);
      await picture(page, `${rehearsal}-${width}-${nameOf(place)}`);
    }
  });

  it('what would be cut off, outside or not translated is noticed', async () => {
    await show('#/about');
    const change = (code: string) => page.evaluate(`{ const title = document.querySelector('h1'); ${code} }`);
    await change("title.style.cssText = 'inline-size: 2rem; overflow: hidden; white-space: nowrap'");
    expect(await unreadableTexts(page)).toHaveLength(1);
    await change("title.style.cssText = 'position: relative; inset-inline-start: 90vw; white-space: nowrap'");
    expect(await unreadableTexts(page)).toHaveLength(1);
    await change("title.style.cssText = ''; title.firstChild.data = 'As it was'");
    expect(await untranslatedTexts(page)).toEqual(['As it was']);
  });

  it('what the node refuses is translated too', async () => {
    await show('#/pay');
    await page.locator('input[name="to"]').fill('Nobody');
    await page.locator('input[name="amount"]').fill('x');
    await page.locator('main button[type="submit"]').click();
    await page.getByRole('main').getByRole('alert').getByText('⟦').first().waitFor();
    // The one place where the node's own English words are quoted, in English, is what was mistyped.
    expect(await untranslatedTexts(page)).toEqual([]);
    expect(await unreadableTexts(page)).toEqual([]);
  });
});

describe.each(['en', 'uk', 'ru'])('in %s', (code) => {
  it('every screen is accessible, and whole on a narrow window', async () => {
    await page.evaluate("localStorage.removeItem('geo-rehearsal')");
    await remember('geo-language', code);
    await page.setViewportSize({ width: 360, height: 740 });
    for (const place of places) {
      await show(place);
      expect([place, await accessibilityFindings(page)]).toEqual([place, []]);
      expect([place, await unreadableTexts(page)]).toEqual([place, []]);
      expect([place, await scrollsSideways(page)]).toEqual([place, false]);
      if (code === 'uk') await picture(page, `uk-360-${nameOf(place)}`);
    }
  });

  it('the refusals speak it', async () => {
    await goTo(page, '#/history');
    const refused = places.find((place) => place.endsWith('.payer.')) ?? places.at(-3);
    await goTo(page, refused ?? '');
    const said = await page.getByRole('main').getByRole('alert').innerText();
    expect(said).toMatch(/Bob.*100[.,]00\sUAH/);
    // Whatever is neither the name nor the currency is in the language of the page.
    const words = said.replaceAll(/Bob|UAH/g, '');
    expect(words).toMatch(code === 'en' ? /[a-z]/i : /\p{sc=Cyrillic}/u);
    expect(words).not.toMatch(code === 'en' ? /\p{sc=Cyrillic}/u : /[a-z]/i);
  });
});

describe('at 200 %', () => {
  it.each([
    ['of the whole page', 640, ''],
    ['of the texts alone', 360, '200%'],
  ])('every screen stays whole: %s', async (_what, width, fontSize) => {
    await remember('geo-language', 'en');
    await page.setViewportSize({ width, height: 450 });
    for (const place of places) {
      await show(place);
      await page.evaluate(`document.documentElement.style.fontSize = ${JSON.stringify(fontSize)}`);
      expect([place, await unreadableTexts(page)]).toEqual([place, []]);
      expect([place, await scrollsSideways(page)]).toEqual([place, false]);
      if (fontSize !== '') await picture(page, `text-200-${nameOf(place)}`);
    }
    await page.evaluate("document.documentElement.style.fontSize = ''");
    await page.setViewportSize({ width: 1280, height: 800 });
  });
});

describe('with a keyboard alone', () => {
  /** Presses Tab until this has the focus. */
  async function tabTo(selector: string): Promise<void> {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press('Tab');
      if ((await page.locator(`${selector}:focus`).count()) === 1) return;
    }
    throw new Error(`no way by Tab to ${selector}`);
  }

  it('somebody pays, from the menu to the outcome, and sees where the focus is', async () => {
    await goTo(page, '#/home');
    await page.reload();
    await page.locator('h1:focus').waitFor();
    await page.evaluate('document.activeElement.blur()');
    await tabTo('nav a[href="#/pay"]');
    const outline = 'getComputedStyle(document.activeElement).outlineStyle';
    expect(await page.evaluate(outline)).toBe('solid');
    await page.keyboard.press('Enter');
    await page.locator('h1:focus').getByText('Pay', { exact: true }).waitFor();
    for (const [name, text] of [
      ['to', 'Bob'],
      ['amount', '1.5'],
      ['currency', 'UAH'],
      ['memo', 'By hand'],
    ]) {
      await tabTo(`input[name="${name}"]`);
      await page.keyboard.press('Control+A');
      await page.keyboard.type(text ?? '');
    }
    await tabTo('main button[type="submit"]');
    await page.keyboard.press('Enter');
    await page.locator('h1:focus').getByText('Is this right?').waitFor();
    await tabTo('main button:not(.quiet)');
    await page.keyboard.press('Enter');
    await see(/^Paid: 1\.50\sUAH to Bob\.$/);
    await page.locator('h1:focus').waitFor();
  });
});

describe('what comes in by itself', () => {
  it('is announced in a region that was there before, and does not take the focus', async () => {
    await goTo(page, '#/pay');
    await page.getByLabel('To whom').focus();
    const region = page.locator('body [role="status"].announcement');
    expect(await region.innerText()).toBe('');
    await region.evaluate('globalThis.announcementBefore = document.querySelector(".announcement")');
    await bobClient.pay({ to: 'Alice', equivalent: 'UAH', amount: '0.75' });
    await region.getByText(/^Bob paid you 0\.75\sUAH\.$/).waitFor();
    expect(await page.evaluate('globalThis.announcementBefore === document.querySelector(".announcement")')).toBe(true);
    await page.locator('input[name="to"]:focus').waitFor();
  });

  it('moves only where people want movement', async () => {
    const animation = 'getComputedStyle(document.querySelector(".announcement .good")).animationName';
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await page.evaluate(animation)).toBe('appear');
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await page.evaluate(animation)).toBe('none');
    const moving = `document.getAnimations().length`;
    expect(await page.evaluate(moving)).toBe(0);
  });

  it('and nothing went wrong in the page', () => {
    expect(watched.complaints).toEqual([]);
  });
});
