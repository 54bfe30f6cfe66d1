/** The first run in a browser: from nothing to a node that runs. */
import { render } from 'preact';
import { secretOf } from '../routes.ts';
import '../style.css';
import '../own-node.css';
import { enter } from './api.ts';
import { FirstRun } from './steps.tsx';

async function start(): Promise<void> {
  const secret = secretOf(location.hash);
  if (secret !== null) {
    history.replaceState(null, '', '#');
    // The page itself says that it was not opened by a good link.
    await enter(secret).catch(() => undefined);
  }
  const root = document.getElementById('app');
  if (root !== null) render(<FirstRun />, root);
}

void start();
