/** The page of a member, which its hub serves: the same screens, and a key that never leaves this browser. */
import { render } from 'preact';
import { invitationIn } from '#protocol/join-request.ts';
import { App } from '../app.tsx';
import { lazily } from '../lazily.tsx';
import { setOwn } from '../own.ts';
import { followAddress } from '../place.ts';
import '../style.css';
import '../own-node.css';
import { AlarmBanner, AtHome, WhileAway } from './at-home.tsx';
import { before } from './before.tsx';
import { stage, start } from './stage.ts';

const settings = lazily(async () => (await import('./settings.tsx')).MemberSettings);
const shut = lazily(async () => (await import('./shut.tsx')).Shut);
setOwn({ screens: { settings }, before, shut, banner: AlarmBanner, atHome: AtHome, atHomeLast: WhileAway });
followAddress();
// An invitation that is opened where the page is open already is read as at the beginning.
addEventListener('hashchange', () => invitationIn(location.hash) !== null && location.reload());
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
void start().catch((by: unknown) => {
  stage.value = { name: 'stuck', by };
});
// It opens without a connection from the second time on.
if ('serviceWorker' in navigator) void navigator.serviceWorker.register('/sw.js').catch(() => undefined);
