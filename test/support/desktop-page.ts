/**
 * The window of the desktop program without Electron: its real pages and policy, its real preload script and the real
 * main process's side, in Chromium. What carries messages between them is Playwright.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { EVENTS_CHANNEL, PLACE_WANTED_CHANNEL } from '#desktop/main/channels.ts';
import { servePages } from '#desktop/main/pages.ts';
import { type IpcOfTest, portPair } from './desktop.ts';

const DESKTOP = join(import.meta.dirname, '../../desktop');
/** Chromium alone has no schemes of its own: an address as good as one. */
const ORIGIN = 'https://geo-app.test';
const PAGE = `${ORIGIN}/ui/index.html`;

/** What stands in the page for Electron's part of the sandbox, before the preload script runs. */
const SANDBOX = `
  const listeners = {};
  const ports = {};
  window.fromMain = (channel, message) => listeners[channel]?.({}, message);
  window.fromPort = (id, message) => ports[id]?.postMessage(message);
  const parts = {
    contextBridge: { exposeInMainWorld: (name, api) => { window[name] = api; } },
    ipcRenderer: {
      invoke: (channel, input) => window.mainInvoke(channel, input),
      on: (channel, listener) => { listeners[channel] = listener; },
      send: (channel) => void window.mainSend(channel),
      postMessage: (channel, message, [port]) => {
        const id = crypto.randomUUID();
        ports[id] = port;
        port.onmessage = ({ data }) => void window.mainSend(channel, 'said', id, data);
        void window.mainSend(channel, message, id);
      },
    },
  };
  const require = () => parts;
`;

/** Opens the window on this main process's side. */
export async function openDesktopPage(page: Page, ipc: IpcOfTest): Promise<void> {
  const answer = servePages(join(DESKTOP, 'ui/dist'));
  await page.route(`${ORIGIN}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    const response = await answer({ method: route.request().method(), url: `geo-app://app${pathname}` });
    const body = Buffer.from(await response.arrayBuffer());
    await route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body });
  });
  const ports = new Map<string, ReturnType<typeof portPair>['page']>();
  await page.exposeFunction('mainInvoke', (channel: string, input: unknown) => ipc.invoke(channel, input));
  await page.exposeFunction('mainSend', (channel: string, message: unknown, id?: string, said?: unknown) => {
    if (channel === PLACE_WANTED_CHANNEL) return ipc.send(channel, undefined, []);
    if (channel !== EVENTS_CHANNEL || id === undefined) throw new Error(`nobody sends on ${channel}`);
    if (message === 'said') return ports.get(id)?.postMessage(said);
    const { page: port, main } = portPair();
    ports.set(id, port);
    port.on('message', (news: unknown) => {
      // The page may be gone already.
      page.evaluate(`window.fromPort(${JSON.stringify(id)}, ${JSON.stringify(news)})`).catch(() => undefined);
    });
    ipc.send(channel, message, [main]);
  });
  const preload = await readFile(join(DESKTOP, 'preload/preload.cjs'), 'utf8');
  await page.addInitScript(`(() => { ${SANDBOX} ${preload} })()`);
  await page.goto(PAGE);
}

/** Sends to the page, as the main process does. */
export async function sendToPage(page: Page, channel: string, message: object): Promise<void> {
  await page.evaluate(`window.fromMain(${JSON.stringify(channel)}, ${JSON.stringify(message)})`);
}
