/** The page of a member, which its hub serves: the same screens, and a key that never leaves this browser. */
import { render } from 'preact';
import { App } from '../app.tsx';
import { lazily } from '../lazily.tsx';
import { setOwn } from '../own.ts';
import { followAddress } from '../place.ts';
import { noteTrouble } from '../state.ts';
import '../style.css';
import '../own-node.css';
import { AlarmBanner, AtHome, WhileAway } from './at-home.tsx';
import { before } from './before.tsx';
import { start } from './stage.ts';

const settings = lazily(async () => (await import('./settings.tsx')).MemberSettings);
setOwn({ screens: { settings }, before, banner: AlarmBanner, atHome: AtHome, atHomeLast: WhileAway });
followAddress();
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
void start().catch(noteTrouble);
// It opens without a connection from the second time on.
if ('serviceWorker' in navigator) void navigator.serviceWorker.register('/sw.js').catch(() => undefined);
