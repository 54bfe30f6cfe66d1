/** What `main.ts` does when the system calls on it; Electron's stand-in writes down what it is told. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as electron from '#test/support/electron.ts';

vi.mock('electron', () => import('#test/support/electron.ts'));

/** What is said before Electron is ready. */
const EARLY = ['registerSchemesAsPrivileged', 'requestSingleInstanceLock'];

let folder: string;
let window: electron.BrowserWindow;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-program-'));
  process.env.GEO_DATA_DIR = join(folder, 'data');
  await import('#desktop/main/main.ts');
  electron.app.ready.resolve();
  window = await vi.waitUntil(() => electron.BrowserWindow.all[0]);
  await vi.waitUntil(() => situations().includes('no-identity'));
});

afterAll(async () => {
  delete process.env.GEO_DATA_DIR;
  await rm(folder, { recursive: true, force: true });
});

const sentOn = (channel: string): unknown[] =>
  window.webContents.sent.filter(([sent]) => sent === channel).map(([, message]) => message);
const situations = (): string[] => (sentOn('geo:situation') as { state: string }[]).map(({ state }) => state);
const pageIsReady = (): void => electron.ipcMain.send('geo:place-wanted', undefined, []);

describe('the program', () => {
  it('makes sure that it is the only one before anything else is there', () => {
    const { calls } = electron.app;
    expect(calls.indexOf('requestSingleInstanceLock')).toBeLessThan(calls.indexOf('ready'));
    expect(calls.indexOf('registerSchemesAsPrivileged')).toBeLessThan(calls.indexOf('ready'));
    expect(calls).toContain('client of geo');
  });

  it('says in the tray how things stand, in the language of the system', () => {
    expect(electron.Tray.last?.tip).toBe('GEO – Ще не налаштовано');
    expect(electron.Tray.last?.menu.map(({ label }) => label)).toEqual([
      'Ще не налаштовано',
      undefined,
      'Відкрити GEO',
      'Вийти з GEO',
    ]);
  });

  it('leads to what a link says when the page can hear it, and once', () => {
    window.hide();
    electron.app.emit('second-instance', {}, ['/opt/GEO/geo', 'geo:pay/AAAA']);
    expect(window.isShown).toBe(true);
    expect(sentOn('geo:place')).toEqual([]);
    pageIsReady();
    pageIsReady();
    const first = { screen: 'pay', query: { to: 'geo:pay/AAAA' } };
    expect(sentOn('geo:place')).toEqual([first]);
    let isTaken = false;
    electron.app.emit('open-url', { preventDefault: () => (isTaken = true) }, 'geo:card/BBBB');
    electron.app.emit('open-url', { preventDefault: () => undefined }, 'geo:50.45,30.52');
    expect(isTaken).toBe(true);
    expect(sentOn('geo:place')).toEqual([first, { screen: 'people', query: { card: 'geo:card/BBBB' } }]);
    // A page that is loaded anew has to say again that it hears.
    window.webContents.emit('did-start-loading');
    electron.app.emit('open-url', { preventDefault: () => undefined }, 'geo:card/CCCC');
    expect(sentOn('geo:place')).toHaveLength(2);
    pageIsReady();
    expect(sentOn('geo:place')).toHaveLength(3);
  });

  it('shows its window to whoever starts it again, but not at login', () => {
    window.hide();
    electron.app.emit('second-instance', {}, ['/opt/GEO/geo', '--hidden']);
    expect(window.isShown).toBe(false);
    electron.app.emit('second-instance', {}, ['/opt/GEO/geo']);
    expect(window.isShown).toBe(true);
    expect(electron.BrowserWindow.all).toHaveLength(1);
  });

  it('goes on in the tray when its window is closed, and ends when it is quit: first the node, then itself', async () => {
    const close = (): boolean => {
      let isPrevented = false;
      window.emit('close', { preventDefault: () => (isPrevented = true) });
      return isPrevented;
    };
    expect(close()).toBe(true);
    expect(window.isShown).toBe(false);
    const quits = (): number => electron.app.calls.filter((call) => call === 'quit').length;
    const before = quits();
    let isPrevented = false;
    electron.app.emit('before-quit', { preventDefault: () => (isPrevented = true) });
    expect(isPrevented).toBe(true);
    await vi.waitUntil(() => quits() === before + 1);
    isPrevented = false;
    electron.app.emit('before-quit', { preventDefault: () => (isPrevented = true) });
    expect(isPrevented).toBe(false);
    expect(close()).toBe(false);
  });

  it('that is not the first ends at once, without a window', async () => {
    electron.app.isFirst = false;
    const before = electron.app.calls.length;
    vi.resetModules();
    await import('#desktop/main/main.ts');
    expect(electron.app.calls.slice(before)).toEqual(['enableSandbox', ...EARLY, 'quit']);
    expect(electron.BrowserWindow.all).toHaveLength(1);
  });
});
