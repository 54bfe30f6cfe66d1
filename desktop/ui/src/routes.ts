/** Which screen the address names: `#/pay?to=Bob`. */

/** What people come for, and what they look after now and then: two parts of the menu. */
export const MENU = [
  ['home', 'pay', 'ask', 'people', 'clearing', 'history'],
  ['network', 'node', 'settings', 'about'],
] as const;

export type Screen = (typeof MENU)[number][number];

export const SCREENS: readonly Screen[] = MENU.flat();

/** The screens that every page has, whoever answers it; the others are of a node, or of a member of a hub. */
export const COMMON = ['home', 'pay', 'ask', 'people', 'clearing', 'history', 'network'] as const;

export interface Place {
  readonly screen: Screen;
  readonly query: URLSearchParams;
}

/** The place that a fragment names; what is none is the first screen. */
export function placeOf(hash: string): Place {
  const [name = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return { screen: SCREENS.find((screen) => screen === name) ?? 'home', query: new URLSearchParams(query) };
}

/** The address of a screen. */
export function linkTo(screen: Screen, query: Readonly<Record<string, string>> = {}): string {
  const text = new URLSearchParams(query).toString();
  return `#/${screen}${text === '' ? '' : `?${text}`}`;
}

/** The secret of a one-time link, if the fragment is that of one. */
export function secretOf(hash: string): string | null {
  return /^#\/open\/([\w-]+)$/.exec(hash)?.[1] ?? null;
}
