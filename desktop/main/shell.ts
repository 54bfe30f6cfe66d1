/** What people see of the program outside of its page: the window, the picture in the tray, notifications of the system. */
import { join } from 'node:path';
import { BrowserWindow, dialog, Menu, Notification, Tray } from 'electron';
import { writePrivateFile } from '#node/private-file.ts';
import type { PlaceWanted, Situation } from '../preload/bridge.ts';
import { PLACE_CHANNEL, SITUATION_CHANNEL } from './channels.ts';
import type { Notice } from './notices.ts';
import { PAGE_URL } from './origin.ts';
import { windowOptions } from './security.ts';
import { type TrayView, trayMenu, trayTip } from './tray.ts';
import type { wordsIn } from './words.ts';

/** Where the files of the program are. */
export interface Files {
  readonly preload: string;
  readonly icons: string;
}

export class Shell {
  readonly #files: Files;
  readonly #words: ReturnType<typeof wordsIn>;
  readonly #quit: () => void;
  readonly #tray: Tray;
  #view: TrayView = { situation: { state: 'starting' }, held: null };
  #window: BrowserWindow | null = null;
  /** Where the page is to go as soon as it can be told. */
  #place: PlaceWanted | null = null;
  #isPageReady = false;
  /** Set when the program ends: the window then closes instead of hiding. */
  isQuitting = false;

  constructor(files: Files, words: ReturnType<typeof wordsIn>, quit: () => void) {
    this.#files = files;
    this.#words = words;
    this.#quit = quit;
    this.#tray = new Tray(join(files.icons, 'tray.png'));
    this.#tray.on('click', () => this.open());
    this.#showTray();
  }

  /** Shows the window. */
  open(): void {
    this.#window ??= this.#makeWindow();
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.show();
    this.#window.focus();
  }

  /** Makes the window without showing it: a start at login disturbs nobody. */
  prepare(): void {
    this.#window ??= this.#makeWindow();
  }

  /** Shows the window, and in it this place. */
  goTo(place: PlaceWanted): void {
    this.#place = place;
    this.open();
    if (this.#isPageReady) this.sendPlace();
  }

  /** The page listens from now on. */
  pageReady(): void {
    this.#isPageReady = true;
    this.sendPlace();
  }

  sendPlace(): void {
    if (this.#place !== null) this.#window?.webContents.send(PLACE_CHANNEL, this.#place);
    this.#place = null;
  }

  /** Shows how things stand, everywhere. */
  show(view: Partial<TrayView>): void {
    this.#view = { ...this.#view, ...view };
    this.#showTray();
    if (view.situation !== undefined) this.#tellPage(view.situation);
  }

  notify({ title, body }: Notice): void {
    if (!Notification.isSupported()) return;
    const notification = new Notification({ title, body });
    notification.on('click', () => this.open());
    notification.show();
  }

  /** Asks where a file is to go, and writes it. */
  async save(name: string, makeText: () => Promise<string>): Promise<string | null> {
    const options = { title: this.#words.say('saveBundle'), defaultPath: name };
    const { canceled, filePath } =
      this.#window === null ? await dialog.showSaveDialog(options) : await dialog.showSaveDialog(this.#window, options);
    if (canceled || filePath === '') return null;
    await writePrivateFile(filePath, await makeText());
    return filePath;
  }

  #tellPage(situation: Situation): void {
    this.#window?.webContents.send(SITUATION_CHANNEL, situation);
  }

  #showTray(): void {
    const menu = trayMenu(this.#view, this.#words, { open: () => this.open(), quit: this.#quit });
    this.#tray.setContextMenu(Menu.buildFromTemplate(menu));
    this.#tray.setToolTip(trayTip(this.#view, this.#words));
  }

  #makeWindow(): BrowserWindow {
    const window = new BrowserWindow(windowOptions(this.#files.preload, join(this.#files.icons, 'icon.png')));
    // The node goes on in the tray; quitting is in its menu.
    window.on('close', (event) => {
      if (this.isQuitting) return;
      event.preventDefault();
      window.hide();
    });
    window.on('closed', () => {
      this.#window = null;
      this.#isPageReady = false;
    });
    window.webContents.on('did-start-loading', () => {
      this.#isPageReady = false;
    });
    void window.loadURL(PAGE_URL);
    return window;
  }
}
