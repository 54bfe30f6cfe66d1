/**
 * The desktop program: one window that shows the pages, and a node that goes on in the tray. Here the parts are put
 * together with Electron; what they decide is in the files beside, and knows nothing of Electron but its types.
 */
import { join } from 'node:path';
import { app, dialog, ipcMain, Menu, protocol, safeStorage, session, utilityProcess } from 'electron';
import { dataDirOf } from '#node/config.ts';
import packageJson from '../../package.json' with { type: 'json' };
import type { DesktopSettings } from '../preload/bridge.ts';
import { HIDDEN_ARGUMENT, setAutostart } from './autostart.ts';
import { type Ipc, receiveCalls } from './ipc.ts';
import { Keeper, type NodeProcess } from './keeper.ts';
import { Keychain } from './keychain.ts';
import { placeInArguments, placeOfLink } from './links.ts';
import type { FromNode } from './node-messages.ts';
import { noticeOf } from './notices.ts';
import { SCHEME, SCHEME_PRIVILEGES } from './origin.ts';
import { servePages } from './pages.ts';
import { receiversOf } from './receivers.ts';
import { keyOf, runningNode } from './running-node.ts';
import { closeContents, closeSession } from './security.ts';
import { readSettings } from './settings.ts';
import { Shell } from './shell.ts';
import { carryOut, squirrelTask } from './squirrel.ts';
import { supportBundle } from './support-bundle.ts';
import { watchNode } from './watch.ts';
import { wordsIn } from './words.ts';

/** As `desktop/packaging/build.ts` puts them: the rest beside this file, and the pages where a node looks for them, too. */
const HERE = import.meta.dirname;
const NODE_ENTRY = join(HERE, 'node.js');
const PAGES = join(HERE, '../desktop/ui/dist');

/** Windows shows notifications only of programs that say who they are, as their shortcut does. */
const WINDOWS_ID = 'com.squirrel.geo.geo-desktop';
const WATCH_RETRY_MS = 1_000;

const ipc: Ipc = {
  handle: (channel, listener) =>
    ipcMain.handle(channel, (event, ...args: unknown[]) => listener({ senderFrame: event.senderFrame }, ...args)),
  on: (channel, listener) =>
    ipcMain.on(channel, (event, ...args: unknown[]) =>
      listener({ senderFrame: event.senderFrame, ports: event.ports }, ...args),
    ),
};

/** The node's process. What it prints goes where this program's own output goes. */
function forkNode(): NodeProcess {
  const worker = utilityProcess.fork(NODE_ENTRY, [], { serviceName: 'GEO node', stdio: 'inherit' });
  return {
    send: (message) => worker.postMessage(message, []),
    onMessage: (listener) => void worker.on('message', (message: FromNode) => listener(message)),
    onExit: (listener) => void worker.once('exit', listener),
  };
}

async function apply({ startAtLogin }: DesktopSettings): Promise<void> {
  await setAutostart(
    {
      platform: process.platform,
      environment: process.env,
      executable: app.getPath('exe'),
      setLoginItemSettings: (settings) => app.setLoginItemSettings(settings),
    },
    startAtLogin,
  );
}

/** What can be seen of the program, and what it is called from. */
async function run(folder: string): Promise<void> {
  const words = wordsIn(app.getPreferredSystemLanguages());
  const quit = (): void => app.quit();
  const shell = new Shell({ preload: join(HERE, 'preload.cjs'), icons: join(HERE, 'icons') }, words, quit);
  const keychain = await Keychain.open(safeStorage, process.platform, folder);
  let watching = new AbortController();
  const keeper = new Keeper({
    folder,
    fork: forkNode,
    running: () => runningNode(folder),
    key: () => keyOf(folder),
    storedPassphrase: () => keychain.get(),
    keychain: () => keychain.why,
    nowMs: () => Date.now(),
    wake(afterMs, wake) {
      const timer = setTimeout(wake, afterMs);
      return () => clearTimeout(timer);
    },
    tell(situation) {
      shell.show({ situation, held: null });
      watching.abort();
      if (situation.state === 'running') void watch();
    },
  });

  async function watch(): Promise<void> {
    watching = new AbortController();
    const { signal } = watching;
    await watchNode(
      folder,
      {
        received: (payment) => void tellOf(noticeOf(payment, words)),
        held: (held) => shell.show({ held }),
      },
      signal,
    );
    if (!signal.aborted) await keeper.lost();
    // Our own node goes on, and only the stream broke off.
    if (!signal.aborted) setTimeout(() => !signal.aborted && void watch(), WATCH_RETRY_MS);
  }

  async function tellOf(notice: { title: string; body: string }): Promise<void> {
    if ((await readSettings(folder)).notifications) shell.notify(notice);
  }

  const versions = { geo: packageJson.version, ...process.versions };
  const bundle = () => supportBundle({ folder, versions, situation: keeper.situation, nowMs: Date.now() });
  const save = (name: string, makeText: () => Promise<string>) => shell.save(name, makeText);
  const receivers = receiversOf({ folder, keychain, keeper, apply, save, bundle });
  receiveCalls(ipc, { receivers, folder, onPlaceWanted: () => shell.pageReady() });
  followSystem(shell, keeper);
  open(shell, process.argv);
  await keeper.start();
}

/** Shows the window as this start of the program wants it. */
function open(shell: Shell, argv: readonly string[]): void {
  const place = placeInArguments(argv);
  if (place !== null) shell.goTo(place);
  else if (argv.includes(HIDDEN_ARGUMENT)) shell.prepare();
  else shell.open();
}

/** What the system and other starts of the program want of it. */
function followSystem(shell: Shell, keeper: Keeper): void {
  app.on('second-instance', (_event, argv) => open(shell, argv));
  app.on('open-url', (event, url) => {
    event.preventDefault();
    const place = placeOfLink(url);
    if (place !== null) shell.goTo(place);
  });
  app.on('activate', () => shell.open());
  // The node goes on in the tray.
  app.on('window-all-closed', () => undefined);
  let isStopped = false;
  app.on('before-quit', (event) => {
    shell.isQuitting = true;
    if (isStopped) return;
    // First the node, cleanly; then the program.
    event.preventDefault();
    void keeper.stop().then(() => {
      isStopped = true;
      app.quit();
    });
  });
}

/** What has to be said before Electron is ready, and the one program that runs for this user. */
async function main(): Promise<void> {
  const task = squirrelTask(process.platform, process.argv, process.execPath);
  if (task !== null) return carryOut(task).then(() => app.quit());
  app.enableSandbox();
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: SCHEME_PRIVILEGES }]);
  // Who comes second hands over what it was started with, and goes.
  if (!app.requestSingleInstanceLock()) return app.quit();
  app.on('web-contents-created', (_event, contents) => closeContents(contents));
  await app.whenReady();
  app.setAsDefaultProtocolClient('geo');
  if (process.platform === 'win32') app.setAppUserModelId(WINDOWS_ID);
  Menu.setApplicationMenu(
    process.platform === 'darwin'
      ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
      : null,
  );
  closeSession(session.defaultSession);
  session.defaultSession.protocol.handle(SCHEME, servePages(PAGES));
  await run(dataDirOf({ flags: {}, environment: process.env }));
}

// Not awaited: Electron is not ready before this module has been loaded, and would wait for it for ever.
main().catch((error: unknown) => {
  dialog.showErrorBox('GEO', error instanceof Error ? error.message : String(error));
  app.exit(1);
});
