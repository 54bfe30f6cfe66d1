/** The page of the network designer. */
import { render } from 'preact';
import { secretOf } from '../routes.ts';
import { AskError, openSession } from './api.ts';
import { DesignerApp } from './app.tsx';
import { open, phase } from './state.ts';
import '../style.css';

async function start(): Promise<void> {
  const secret = secretOf(location.hash);
  // Before anything else can see it, and so that the way back does not lead to a used link.
  if (secret !== null) history.replaceState(null, '', location.pathname);
  const root = document.getElementById('app');
  if (root !== null) render(<DesignerApp />, root);
  if (secret !== null) {
    await openSession(secret).catch((error: unknown) => {
      if (error instanceof AskError) phase.value = 'closed';
    });
  }
  await open();
}

void start();
