/** The page's own address: a scheme of the program, so that no page has the rights of files and none comes from a network. */

export const SCHEME = 'geo-app';
const HOST = 'app';

/** The first page. Vite builds the pages to stand below `/ui/`, where a node serves them too. */
export const PAGE_URL = `${SCHEME}://${HOST}/ui/index.html`;

/** What the scheme may do: it has an origin and a storage like https, and is fetched from by its own pages alone. */
export const SCHEME_PRIVILEGES = {
  standard: true,
  secure: true,
  supportFetchAPI: true,
  codeCache: true,
} as const;

/** Is this address one of the program's own pages? */
export function isOwnUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host } = new URL(url);
  return protocol === `${SCHEME}:` && host === HOST;
}

/** As much of a frame of Electron's as says who is calling. */
export interface CallingFrame {
  readonly url: string;
  /** Null: it is the page itself, nothing inside of it. */
  readonly parent: object | null;
}

/** May this frame call the main process? Only the program's own page may, and no frame within it. */
export function isOwnFrame(frame: CallingFrame | null): boolean {
  // Null: the frame has gone to another address, or away, since it called.
  return frame !== null && frame.parent === null && isOwnUrl(frame.url);
}
