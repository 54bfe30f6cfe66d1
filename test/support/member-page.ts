/** The page of a member in a browser of its own, and what people do with it. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { accessibilityFindings, picture, scrollsSideways, startProfile, watchedPage } from './browser.ts';
import { fillIn } from './hands.ts';

/** A phone, and others: nothing of the page may be beside the screen on any of them. */
const NARROW = { width: 360, height: 740 };
const OTHERS = [
  { width: 320, height: 568 },
  { width: 412, height: 915 },
];
const OPTIONS = { locale: 'en-GB', reducedMotion: 'reduce', viewport: NARROW } as const;

export class MemberPage {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors of its scripts and of its policy. */
  readonly complaints: readonly string[];

  private constructor(context: BrowserContext, page: Page, complaints: readonly string[]) {
    this.context = context;
    this.page = page;
    this.complaints = complaints;
  }

  /** A browser that was never here. */
  static async open(browser: Browser, address: string): Promise<MemberPage> {
    return MemberPage.openIn(await browser.newContext(OPTIONS), address);
  }

  /** A browser whose folder outlasts it; it ends with the context. */
  static async openProfile(folder: string, address: string): Promise<MemberPage> {
    return MemberPage.openIn(await startProfile(folder, OPTIONS), address);
  }

  /** Another window of a browser. */
  static async openIn(context: BrowserContext, address: string): Promise<MemberPage> {
    const { page, complaints } = await watchedPage(context);
    page.setDefaultTimeout(15_000);
    await page.goto(address);
    return new MemberPage(context, page, complaints);
  }

  /** From nothing to the first screen after joining. */
  async join(name: string): Promise<readonly string[]> {
    const words = await this.words();
    await this.fill('Your name', name);
    await this.press('Join');
    return words;
  }

  /** From nothing to what one is called, with the words typed from the paper. */
  async words(): Promise<readonly string[]> {
    await this.press('Next');
    return this.writeDown();
  }

  /** From the words, as they are shown, to what one is called. */
  async writeDown(): Promise<readonly string[]> {
    const shown = this.page.locator('ol.words li');
    await shown.nth(23).waitFor();
    const words = await shown.allInnerTexts();
    await this.press('I have written them down');
    for (const at of [3, 11, 20]) await this.page.getByLabel(`Word ${at}`).fill(words[at - 1] ?? '');
    await this.press('Next');
    return words;
  }

  heading(name: string): Promise<void> {
    return this.page.getByRole('heading', { name, level: 1, exact: true }).waitFor();
  }

  /** Follows the menu, as people do. */
  async go(name: string): Promise<void> {
    await this.page.getByRole('navigation').getByRole('link', { name }).click();
    await this.heading(name);
  }

  /** Follows the menu to a screen whose heading may not be its name. */
  async tap(name: string): Promise<void> {
    await this.page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  }

  /** Counts what a finger presses from now on; typing is none of it. Says how many it was. */
  async countTaps(): Promise<() => Promise<number>> {
    await this.page.evaluate(`{
      globalThis.taps = 0;
      addEventListener('click', ({ isTrusted, detail }) => {
        if (isTrusted && detail > 0) globalThis.taps += 1;
      }, true);
    }`);
    return () => this.page.evaluate('globalThis.taps');
  }

  /** Fills in the form, and confirms. */
  async pay(whom: string, amount: string, memo = ''): Promise<void> {
    await fillIn(this, whom, amount, memo);
    await this.press('Pay now');
  }

  see(text: string | RegExp): Promise<void> {
    return this.page.getByText(text).first().waitFor();
  }

  fill(label: string, text: string): Promise<void> {
    // Sections have labels, too.
    return this.page.locator('input, textarea').and(this.page.getByLabel(label)).first().fill(text);
  }

  press(name: string | RegExp): Promise<void> {
    return this.page
      .getByRole('button', { name, exact: typeof name === 'string' })
      .first()
      .click();
  }

  /** What is wrong with the page as it is now, on a wide and on narrow screens; leaves pictures of a wide and a narrow one. */
  async flaws(name: string): Promise<string[]> {
    const flaws: string[] = [];
    for (const viewport of OTHERS) {
      await this.page.setViewportSize(viewport);
      if (await scrollsSideways(this.page)) flaws.push(`${name} is wider than ${viewport.width}`);
    }
    for (const viewport of [{ width: 1280, height: 800 }, NARROW]) {
      await this.page.setViewportSize(viewport);
      flaws.push(...(await accessibilityFindings(this.page)));
      if (await scrollsSideways(this.page)) flaws.push(`${name} is wider than ${viewport.width}`);
      await picture(this.page, `${name}-${viewport.width}`);
    }
    return flaws;
  }
}
