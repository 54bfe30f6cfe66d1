import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Client } from '../../api/client.ts';
import type { AddVerb } from '../cli.ts';
import { count } from '../show.ts';
import { bold, line } from '../text.ts';

/** What the browser is given to open. Arguments of programs can be read by everybody on the machine; this file cannot. */
const PAGE_FILE = 'open-ui.html';

export const addUi: AddVerb = (program, run) => {
  program
    .command('ui')
    .description('Open your node in a browser, with a link that works once')
    .option('--print', 'Only show the link')
    .option('--sign-out', 'Sign out all browsers that were let in, instead')
    .action(
      run(async (cli, { print = false, signOut = false }: { print?: boolean; signOut?: boolean }) => {
        const client = await cli.client();
        if (signOut) return signOutAll(client);
        const { path, expiresAtMs } = await client.makeUiLink();
        const [folder, { readApiFiles }] = [await cli.folder(), await import('../../api/address.ts')];
        const { url } = await readApiFiles(folder);
        const link = new URL(path, url).href;
        if (!print && !cli.json) await openBrowser(folder, link);
        cli.say('Whoever opens this link within a minute can use your node from that browser; it works once.');
        return { document: { link, expiresAtMs }, text: line`${bold(link)}` };
      }),
    );
};

/** Nobody is let in any more, until somebody opens a new link. */
async function signOutAll(client: Client) {
  const { sessions } = await client.listPageSessions();
  for (const { id } of sessions) {
    await client.endPageSession({ id }).catch((error: unknown) => {
      // It signed itself out in the meantime.
      if ((error as { code?: string }).code !== 'unknown-session') throw error;
    });
  }
  const text = sessions.length === 0 ? 'No browser was let in.' : `${count(sessions.length, 'browser')} signed out.`;
  return { document: { signedOut: sessions }, text };
}

/** Each system's own way to open a file with the program that is chosen for it. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  // `start` takes its first quoted argument for a title.
  win32: ['cmd', '/c', 'start', '""'],
};

/** Resolves when the system's opener has begun, or there is none: the link is shown anyway. */
async function openBrowser(folder: string, link: string): Promise<void> {
  const { writePrivateFile } = await import('../../private-file.ts');
  const file = join(folder, PAGE_FILE);
  // The link is made of our own address and a secret in base64url: nothing in it needs to be escaped.
  await writePrivateFile(
    file,
    `<!doctype html><meta http-equiv="refresh" content="0; url=${link}"><title>GEO</title>\n`,
  );
  const [command, ...before] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...before, file], { stdio: 'ignore', detached: true });
  await new Promise<void>((resolve) => {
    child.once('spawn', resolve);
    child.once('error', () => resolve());
  });
  child.unref();
}
