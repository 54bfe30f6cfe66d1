/**
 * Stands in for Electron, which is not to be had everywhere: it does nothing but write down what the main process tells
 * it, so that tests can look at the settings that are really used. What the program does with them in Electron itself is
 * for `npm run test:desktop`.
 */
import { EventEmitter } from 'node:events';
import type { BrowserWindowConstructorOptions, MenuItemConstructorOptions } from 'electron';
import type { ContentsToClose, SessionToClose } from '#desktop/main/security.ts';
import { IpcOfTest, StorageOfTest } from './desktop.ts';

type FirstArgument<M extends keyof SessionToClose> = Parameters<SessionToClose[M]>[0];

/** A session, with the handlers that it was given. */
export class SessionStandIn implements SessionToClose {
  request: FirstArgument<'setPermissionRequestHandler'> | null = null;
  check: FirstArgument<'setPermissionCheckHandler'> | null = null;
  device: FirstArgument<'setDevicePermissionHandler'> | null = null;
  display: FirstArgument<'setDisplayMediaRequestHandler'> | null = null;
  readonly schemes = new Map<string, (request: { method: string; url: string }) => Promise<Response>>();
  readonly protocol = {
    handle: (scheme: string, handler: (request: { method: string; url: string }) => Promise<Response>): void => {
      this.schemes.set(scheme, handler);
    },
  };

  setPermissionRequestHandler(handler: FirstArgument<'setPermissionRequestHandler'>): void {
    this.request = handler;
  }

  setPermissionCheckHandler(handler: FirstArgument<'setPermissionCheckHandler'>): void {
    this.check = handler;
  }

  setDevicePermissionHandler(handler: FirstArgument<'setDevicePermissionHandler'>): void {
    this.device = handler;
  }

  setDisplayMediaRequestHandler(handler: FirstArgument<'setDisplayMediaRequestHandler'>): void {
    this.display = handler;
  }
}

/** The contents of a window. */
export class ContentsStandIn extends EventEmitter implements ContentsToClose {
  readonly sent: (readonly [string, unknown])[] = [];
  openWindow: ((details: { url: string }) => { action: 'deny' }) | null = null;

  setWindowOpenHandler(handler: (details: { url: string }) => { action: 'deny' }): void {
    this.openWindow = handler;
  }

  send(channel: string, message: unknown): void {
    this.sent.push([channel, structuredClone(message)]);
  }
}

export class BrowserWindow extends EventEmitter {
  static readonly all: BrowserWindow[] = [];
  readonly options: BrowserWindowConstructorOptions;
  readonly webContents = new ContentsStandIn();
  readonly urls: string[] = [];
  isShown = false;

  constructor(options: BrowserWindowConstructorOptions) {
    super();
    this.options = options;
    BrowserWindow.all.push(this);
    app.emit('web-contents-created', {}, this.webContents);
  }

  async loadURL(url: string): Promise<void> {
    this.urls.push(url);
  }

  isMinimized(): boolean {
    return false;
  }

  show(): void {
    this.isShown = true;
  }

  hide(): void {
    this.isShown = false;
  }

  focus(): void {
    app.calls.push('focus');
  }
}

class AppStandIn extends EventEmitter {
  /** In order. */
  readonly calls: string[] = [];
  readonly ready = Promise.withResolvers<void>();
  loginItem: object | null = null;
  isFirst = true;

  enableSandbox(): void {
    this.calls.push('enableSandbox');
  }

  requestSingleInstanceLock(): boolean {
    this.calls.push('requestSingleInstanceLock');
    return this.isFirst;
  }

  async whenReady(): Promise<void> {
    this.calls.push('whenReady');
    await this.ready.promise;
    this.calls.push('ready');
  }

  setAsDefaultProtocolClient(scheme: string): boolean {
    this.calls.push(`client of ${scheme}`);
    return true;
  }

  setLoginItemSettings(settings: object): void {
    this.loginItem = settings;
  }

  getPreferredSystemLanguages(): string[] {
    return ['uk-UA', 'en'];
  }

  getPath(): string {
    return '/opt/GEO/geo';
  }

  quit(): void {
    this.calls.push('quit');
  }

  exit(): void {
    this.calls.push('exit');
  }
}

export const app = new AppStandIn();
export const ipcMain = new IpcOfTest();
export const safeStorage = new StorageOfTest();
export const session = { defaultSession: new SessionStandIn() };

/** Schemes with privileges. */
export const privileged: { scheme: string; privileges: object }[] = [];
export const protocol = {
  registerSchemesAsPrivileged: (schemes: { scheme: string; privileges: object }[]): void => {
    app.calls.push('registerSchemesAsPrivileged');
    privileged.push(...schemes);
  },
};

export const Menu = {
  application: undefined as MenuItemConstructorOptions[] | null | undefined,
  buildFromTemplate: (template: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] => template,
  setApplicationMenu: (menu: MenuItemConstructorOptions[] | null): void => {
    Menu.application = menu;
  },
};

export class Tray extends EventEmitter {
  static last: Tray | null = null;
  menu: MenuItemConstructorOptions[] = [];
  tip = '';

  constructor() {
    super();
    Tray.last = this;
  }

  setContextMenu(menu: MenuItemConstructorOptions[]): void {
    this.menu = menu;
  }

  setToolTip(tip: string): void {
    this.tip = tip;
  }
}

export class Notification extends EventEmitter {
  static readonly shown: { title: string; body: string }[] = [];
  readonly #options: { title: string; body: string };

  static isSupported(): boolean {
    return true;
  }

  constructor(options: { title: string; body: string }) {
    super();
    this.#options = options;
  }

  show(): void {
    Notification.shown.push(this.#options);
  }
}

export const dialog = {
  path: '',
  showSaveDialog: async (): Promise<{ canceled: boolean; filePath: string }> => ({
    canceled: dialog.path === '',
    filePath: dialog.path,
  }),
  showErrorBox: (title: string, text: string): void => {
    throw new Error(`${title}: ${text}`);
  },
};

/** What was forked. */
export const forked: unknown[][] = [];
export const utilityProcess = {
  fork: (...args: unknown[]): never => {
    forked.push(args);
    throw new Error('no process is forked here');
  },
};
