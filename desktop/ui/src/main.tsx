/** The page of a node: in a browser on the same machine, or in the window of the desktop program. */
import { render } from 'preact';
import { openSession } from './api.ts';
import { App } from './app.tsx';
import { bridge } from './bridge.ts';
import { goLive, stayFresh } from './live.ts';
import { setOwn } from './own.ts';
import { followAddress } from './place.ts';
import { comesFirst, followProgram, situation } from './program.ts';
import { secretOf } from './routes.ts';
import { AboutScreen } from './screens/about.tsx';
import { BeforeScreen } from './screens/before.tsx';
import { NodeScreen } from './screens/node.tsx';
import { SettingsScreen } from './screens/settings.tsx';
import { connection, noteTrouble, refresh } from './state.ts';
import './style.css';
import './own-node.css';

/** Lets the page in if its address is a one-time link, also one that is opened where the page is already. */
async function enter(): Promise<boolean> {
  const secret = secretOf(location.hash);
  if (secret === null) return false;
  // Before anything else can see it, and so that the way back does not lead to a used link.
  history.replaceState(null, '', '#/home');
  await openSession(secret).catch(noteTrouble);
  return true;
}

/** What comes before the screens: in the desktop program there may be no node yet. */
function before() {
  if (bridge === null || !comesFirst(situation.value)) return null;
  return <BeforeScreen program={bridge} now={situation.value} />;
}

async function start(): Promise<void> {
  setOwn({ screens: { node: NodeScreen, settings: SettingsScreen, about: AboutScreen }, before });
  const entering = enter();
  followAddress();
  const root = document.getElementById('app');
  if (root !== null) render(<App />, root);
  // In the desktop program there is nothing to sign in to, but perhaps no node yet.
  if (bridge !== null) return followProgram(bridge, begin);
  await entering;
  addEventListener('hashchange', () => void enterAgain());
  await begin();
}

async function begin(): Promise<void> {
  await refresh();
  goLive();
  stayFresh();
}

async function enterAgain(): Promise<void> {
  const wasOpen = connection.value !== 'signed-out';
  if (!(await enter()) || wasOpen) return;
  connection.value = 'connecting';
  await begin();
}

void start();
