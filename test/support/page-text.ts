/** What of the text of a page would not do in another language: cut off, outside of the window, or not translated. */
import type { Page } from 'playwright-core';

/** What comes from people, or is the same in every language: names, amounts, times, numbers, languages in themselves. */
const NOT_OF_THE_PAGE = 'bdi, code, time, .money, .brand, option[lang], option.own, textarea, noscript, script, style';

/** In the page: every text with its place, and where it stands in the window. */
const READ = `(() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const text = node.data.trim();
    const element = node.parentElement;
    if (text === '' || element === null || !element.checkVisibility({ visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()];
    // A box that hides what does not fit, around the text; what is for screen readers alone hides everything.
    let cut = false;
    let reachable = false;
    for (let box = element; box !== null && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.clipPath !== 'none') { cut = false; break; }
      if (style.overflowX === 'visible') continue;
      // Whoever wants to read on can scroll it.
      if (style.overflowX === 'auto' || style.overflowX === 'scroll') { reachable = true; break; }
      const edge = box.getBoundingClientRect();
      if (boxes.some(({ left, right }) => left < edge.left - 1 || right > edge.right + 1)) cut = true;
    }
    const isSkip = element.closest('.skip, thead') !== null;
    const outside = !isSkip && !reachable && boxes.some(({ left, right }) => left < -1 || right > innerWidth + 1);
    found.push({ text, cut, outside, own: element.closest(OWN) === null });
  }
  for (const element of document.body.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
    if (element.closest(OWN) !== null) continue;
    for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
      const text = element.getAttribute(name);
      if (text !== null) found.push({ text, cut: false, outside: false, own: true });
    }
  }
  return found;
})()`.replaceAll('OWN', JSON.stringify(NOT_OF_THE_PAGE));

interface Found {
  readonly text: string;
  readonly cut: boolean;
  readonly outside: boolean;
  readonly own: boolean;
}

/** Texts that cannot be read whole. */
export async function unreadableTexts(page: Page): Promise<string[]> {
  const found = (await page.evaluate(READ)) as readonly Found[];
  return found.filter(({ cut, outside }) => cut || outside).map(({ text }) => text);
}

/** A letter that a rehearsal puts an accent on is without one only where a text does not come from the messages. */
const PLAIN = /[aceginosuyz]/;

/** Texts of the page itself that a rehearsed language left as they were. */
export async function untranslatedTexts(page: Page): Promise<string[]> {
  const found = (await page.evaluate(READ)) as readonly Found[];
  return found.filter(({ own, text }) => own && PLAIN.test(text)).map(({ text }) => text);
}
