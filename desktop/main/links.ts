/**
 * `geo:` links that were opened somewhere on this computer. What they hold comes from strangers: here only their form is
 * looked at, the page shows what they say, and nothing is paid or added before somebody confirms it.
 */
import type { PlaceWanted } from '../preload/bridge.ts';

/** Longer than any document that a link carries. */
const MOST_CHARACTERS = 12_000;
const LINK = /^geo:(card|pay)\/([A-Za-z0-9_-]+)$/;

/** Where the link leads: a request is paid, a card is added. Null: it is none of ours, such as a place on the earth. */
export function placeOfLink(text: string): PlaceWanted | null {
  if (text.length > MOST_CHARACTERS) return null;
  // Some systems put a slash or two between the scheme and the rest.
  const link = text.trim().replace(/^geo:\/{1,3}/i, 'geo:');
  const kind = LINK.exec(link)?.[1];
  if (kind === undefined) return null;
  return kind === 'pay' ? { screen: 'pay', query: { to: link } } : { screen: 'people', query: { card: link } };
}

/** The link among the arguments of a program that was started to open it: the last of them, as systems do it. */
export function placeInArguments(argv: readonly string[]): PlaceWanted | null {
  const last = argv.at(-1);
  return last === undefined ? null : placeOfLink(last);
}
