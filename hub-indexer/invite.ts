/** `geo hub invite`: an invitation by the operator, made by the hub that runs on the data folder. */
import { wholeNumber } from '#node/cli/parse.ts';
import { usage } from '#node/cli/problem.ts';
import { qrCode } from '#node/cli/qr.ts';
import { bold, line, safeJson } from '#node/cli/text.ts';
import { readConfig } from '#node/config.ts';
import { invitationLink } from '#protocol/join-request.ts';
import { MAX_INVITATION_LIFETIME_MS, MAX_INVITATION_USES } from './limits.ts';
import { askHub } from './operator/ask.ts';
import { INVITATIONS_PATH, readOperatorDoor } from './web/operator.ts';

const DAY_MS = 86_400_000;

export interface InviteOptions {
  readonly uses: string;
  readonly days: string;
  readonly by: string;
  readonly url?: string;
  readonly dataDir?: string;
  readonly json?: true;
}

export async function invite(options: InviteOptions): Promise<void> {
  const uses = wholeNumber('how often it may be used', 1, MAX_INVITATION_USES)(options.uses);
  const days = wholeNumber('how many days it counts', 1, MAX_INVITATION_LIFETIME_MS / DAY_MS)(options.days);
  const { dataDir } = readConfig({ flags: { dataDir: options.dataDir }, environment: process.env });
  const { url } = readOperatorDoor(dataDir);
  const wish = { uses, lifetimeMs: days * DAY_MS, by: options.by };
  const { invitation: token } = await askHub<{ invitation: string }>(dataDir, 'POST', INVITATIONS_PATH, wish);
  const link = linkOf(options.url ?? url, token);
  const untilMs = Date.now() + days * DAY_MS;
  if (options.json === true) {
    process.stdout.write(`${safeJson({ schema: 1, invitation: token, link, uses, expiresAtMs: untilMs })}\n`);
    return;
  }
  const times = uses === 1 ? 'once' : `${uses} times`;
  const until = new Date(untilMs).toISOString().slice(0, 10);
  const about = line`Whoever opens this link may join the hub: ${times}, until ${until}.`;
  process.stdout.write(`${line`${{ trusted: await qrCode(link) }}\n${bold(link)}`}\n${about}\n`);
}

/** Behind `#`, so that it is in no log of a server. */
function linkOf(url: string, token: string): string {
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw usage(`--url is "${url}"; allowed: where members find the hub, such as https://hub.example.org.`);
  }
  return invitationLink(new URL(url).href, { token, from: null });
}
