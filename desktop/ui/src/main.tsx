/** The page of a node, in a browser on the same machine. */
import { render } from 'preact';
import { openSession } from './api.ts';
import { App } from './app.tsx';
import { goLive, stayFresh } from './live.ts';
import { followAddress } from './place.ts';
import { secretOf } from './routes.ts';
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

async function start(): Promise<void> {
  const entering = enter();
  followAddress();
  const root = document.getElementById('app');
  if (root !== null) render(<App />, root);
  await entering;
  addEventListener('hashchange', () => void enterAgain());
  await refresh();
  goLive();
  stayFresh();
}

async function enterAgain(): Promise<void> {
  const wasOpen = connection.value !== 'signed-out';
  if (!(await enter()) || wasOpen) return;
  connection.value = 'connecting';
  await refresh();
  goLive();
}

void start();
