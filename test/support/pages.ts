/** The pages of a node in a browser, opened by its link as people do. */
import type { Browser, Page } from 'playwright-core';
import type { Client } from '#node/api/client.ts';
import { accessibilityFindings, picture, scrollsSideways, watchedPage } from './browser.ts';

/** One page, and what people do with it. */
export class NodePage {
  readonly page: Page;
  /** Errors of its scripts and of its policy. */
  readonly complaints: readonly string[];

  private constructor(page: Page, complaints: readonly string[]) {
    this.page = page;
    this.complaints = complaints;
  }

  /** One that is open already. */
  static around({ page, complaints }: Readonly<Pick<NodePage, 'page' | 'complaints'>>): NodePage {
    return new NodePage(page, complaints);
  }

  /** A browser of its own, let into this node. */
  static async open(browser: Browser, node: { readonly client: Client; readonly url: string }): Promise<NodePage> {
    const context = await browser.newContext({ locale: 'en-GB', acceptDownloads: true, reducedMotion: 'reduce' });
    const { page, complaints } = await watchedPage(context);
    page.setDefaultTimeout(20_000);
    const opened = new NodePage(page, complaints);
    await opened.enter(node);
    return opened;
  }

  /** Opens a new link. */
  async enter({ client, url }: { readonly client: Client; readonly url: string }): Promise<void> {
    const { path } = await client.makeUiLink();
    await this.page.goto(new URL(path, url).href);
    await this.page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  }

  /** Follows the menu, as people do. */
  async go(name: string): Promise<void> {
    await this.page.getByRole('navigation').getByRole('link', { name }).click();
    await this.page.getByRole('heading', { name, level: 1, exact: true }).waitFor();
  }

  see(text: string | RegExp): Promise<void> {
    return this.page.getByText(text).first().waitFor();
  }

  press(name: string | RegExp): Promise<void> {
    return this.page
      .getByRole('button', { name, exact: typeof name === 'string' })
      .first()
      .click();
  }

  /** What is wrong with the page as it is now, on a wide and on a narrow screen; leaves pictures of both. */
  async flaws(name: string): Promise<string[]> {
    const flaws: string[] = [];
    for (const width of [1280, 360]) {
      await this.page.setViewportSize({ width, height: 800 });
      flaws.push(...(await accessibilityFindings(this.page)));
      if (await scrollsSideways(this.page)) flaws.push(`${name} is wider than ${width}`);
      await picture(this.page, `${name}-${width}`);
    }
    return flaws;
  }
}
