/** What a page has beside the screens that all pages have: of a node, or of a member of a hub. */
import type { VNode } from 'preact';
import type { COMMON, Screen } from './routes.ts';
import type { Known } from './state.ts';

/** A screen that not every page has. */
export type OwnScreen = Exclude<Screen, (typeof COMMON)[number]>;

export interface Own {
  readonly screens: Readonly<Partial<Record<OwnScreen, (props: { readonly all: Known }) => VNode>>>;
  /** What comes before the screens, if anything does now. */
  readonly before?: () => VNode | null;
  /** Shown where the page is let in no more, above what it knows still. */
  readonly shut?: (props: { readonly isKnown: boolean }) => VNode;
  /** What has to be seen on whatever screen, beside that itself. */
  readonly banner?: () => VNode | null;
  /** Shown at home: with what needs the person, and under all the rest. */
  readonly atHome?: (props: { readonly all: Known }) => VNode | null;
  readonly atHomeLast?: (props: { readonly all: Known }) => VNode | null;
}

let own: Own = { screens: {} };

/** Says what there is, before anything is shown. */
export function setOwn(what: Own): void {
  own = what;
}

/** What there is. */
export function ownOf(): Own {
  return own;
}

/** Is there a way to this screen? */
export function hasScreen(screen: OwnScreen): boolean {
  return own.screens[screen] !== undefined;
}
