/**
 * What pages may do, which is as good as nothing: no Node.js, no way to another address, no second window, no rights but
 * the camera when a code is scanned. Everything that Electron is told about it is here; the tests go through Electron's
 * security checklist on it.
 */
import type { BrowserWindowConstructorOptions, WebPreferences } from 'electron';
import { isOwnUrl } from './origin.ts';

/** What the page runs with. Electron's defaults are said too, so that no later version loosens them. */
function webPreferences(preload: string): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    spellcheck: false,
    // Nothing is drawn from afar, and a page in the background still hears of events.
    backgroundThrottling: false,
  };
}

/** The window. */
export function windowOptions(preload: string, icon: string): BrowserWindowConstructorOptions {
  return {
    title: 'GEO',
    icon,
    width: 1000,
    height: 760,
    // Narrow enough to stand beside something else; the pages fit from 320 pixels on.
    minWidth: 360,
    minHeight: 480,
    show: false,
    autoHideMenuBar: true,
    webPreferences: webPreferences(preload),
  };
}

/** What a page asks for, as Electron tells it. */
interface Wanted {
  readonly permission: string;
  /** Address of the frame that asks. */
  readonly from: string;
  readonly isMainFrame: boolean;
  /** Of `media`: `video`, `audio`. */
  readonly media: readonly string[];
}

/**
 * May it? The camera, asked for by the own page, for pictures without sound; and putting a link into the clipboard when
 * somebody presses the button for it. Nothing else.
 */
function isAllowed({ permission, from, isMainFrame, media }: Wanted): boolean {
  if (!isMainFrame || !isOwnUrl(from)) return false;
  if (permission === 'clipboard-sanitized-write') return true;
  return permission === 'media' && media.length > 0 && media.every((kind) => kind === 'video');
}

/** May the window go there? Within its one page it goes by fragment, which is no navigation. */
function mayNavigate(url: string): boolean {
  return isOwnUrl(url) && new URL(url).pathname === '/ui/index.html';
}

/** The parts of a session that are closed off. */
export interface SessionToClose {
  setPermissionRequestHandler(
    handler: (
      contents: unknown,
      permission: string,
      callback: (granted: boolean) => void,
      details: { requestingUrl: string; isMainFrame: boolean; mediaTypes?: string[] },
    ) => void,
  ): void;
  setPermissionCheckHandler(
    handler: (
      contents: unknown,
      permission: string,
      origin: string,
      details: { requestingUrl?: string; isMainFrame: boolean; mediaType?: string },
    ) => boolean,
  ): void;
  setDevicePermissionHandler(handler: () => boolean): void;
  setDisplayMediaRequestHandler(handler: (request: unknown, callback: (streams: null) => void) => void): void;
}

/** Denies what pages of a session ask for, but what `isAllowed` names. */
export function closeSession(session: SessionToClose): void {
  session.setPermissionRequestHandler((_contents, permission, callback, details) => {
    const { requestingUrl: from, isMainFrame, mediaTypes: media = [] } = details;
    callback(isAllowed({ permission, from, isMainFrame, media }));
  });
  session.setPermissionCheckHandler((_contents, permission, origin, { requestingUrl, isMainFrame, mediaType }) => {
    const media = mediaType === undefined ? [] : [mediaType];
    return isAllowed({ permission, from: requestingUrl ?? origin, isMainFrame, media });
  });
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, callback) => callback(null));
}

/** The parts of a page's contents that are closed off. */
export interface ContentsToClose {
  setWindowOpenHandler(handler: (details: { url: string }) => { action: 'deny' }): void;
  on(event: 'will-navigate' | 'will-redirect', listener: (event: Navigation) => void): unknown;
  on(event: 'will-frame-navigate', listener: (event: Navigation) => void): unknown;
  on(event: 'will-attach-webview', listener: (event: { preventDefault(): void }) => void): unknown;
}

interface Navigation {
  readonly url: string;
  readonly isMainFrame?: boolean;
  preventDefault(): void;
}

/** Keeps contents where they are: on their page, without windows of their own, without pages inside. */
export function closeContents(contents: ContentsToClose): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  const stay = (event: Navigation): void => {
    if (!mayNavigate(event.url)) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-frame-navigate', (event) => {
    if (event.isMainFrame !== true || !mayNavigate(event.url)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
}
