import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Client } from '../../api/client.ts';
import type { AddVerb, Cli } from '../cli.ts';
import { problemOf, typed } from '../problem.ts';
import { count } from '../show.ts';
import { bold, line } from '../text.ts';

/** What the browser is given to open. Arguments of programs can be read by everybody on the machine; this file cannot. */
const PAGE_FILE = 'open-ui.html';
/** How long a first run waits for somebody to go through it. */
const FIRST_RUN_MS = 3_600_000;

export const addUi: AddVerb = (program, run) => {
  program
    .command('ui')
    .description('Open your node in a browser, with a link that works once; begins a new one where there is none')
    .option('--print', 'Only show the link')
    .option('--sign-out', 'Sign out all browsers that were let in, instead')
    .action(
      run(async (cli, { print = false, signOut = false }: { print?: boolean; signOut?: boolean }) => {
        if (signOut) return signOutAll(await cli.client());
        const folder = await cli.folder();
        const { hasKeyFile } = await import('../../identity/key-file.ts');
        if (!hasKeyFile(folder)) return firstRun(cli, folder, print);
        await startIfStopped(cli, folder);
        const { link, expiresAtMs } = await nodeLink(folder);
        if (!print && !cli.json) await openBrowser(folder, link);
        cli.say('Whoever opens this link within a minute can use your node from that browser; it works once.');
        return { document: { link, expiresAtMs }, text: line`${bold(link)}` };
      }),
    );
};

/** A link that opens the page of the node that runs. */
async function nodeLink(folder: string): Promise<{ readonly link: string; readonly expiresAtMs: number }> {
  const { connectClient } = await import('../../api/client.ts');
  const { path, expiresAtMs } = await (await connectClient(folder)).makeUiLink();
  const { readApiFiles } = await import('../../api/address.ts');
  const { url } = await readApiFiles(folder);
  return { link: new URL(path, url).href, expiresAtMs };
}

/** A window is what people open to use GEO: it does not ask them to start something else first. */
async function startIfStopped(cli: Cli, folder: string): Promise<void> {
  try {
    await (await cli.client()).getId();
  } catch (error) {
    if (problemOf(error).code !== 'node-unreachable') throw error;
    const { passphraseSource } = await import('../passphrase.ts');
    cli.say('Starting your node…');
    await startNode(folder, passphraseSource(cli, undefined));
  }
}

async function startNode(folder: string, passphrase: () => Promise<string | null>): Promise<void> {
  const { startInBackground } = await import('../background.ts');
  await startInBackground(folder, ['start', '--data-dir', folder], passphrase);
}

/** Serves the first run until the node is up, somebody stops it, or nobody comes. */
async function firstRun(cli: Cli, folder: string, print: boolean): Promise<undefined> {
  const [{ areUiFilesThere }, { refuseHere }] = await Promise.all([
    import('../../api/ui-files.ts'),
    import('../../refusals.ts'),
  ]);
  if (!areUiFilesThere()) typed(refuseHere('ui-not-built', {}));
  const config = await cli.config();
  const { startFirstRun } = await import('../first-run/server.ts');
  const server = await startFirstRun({
    config,
    startNode: async (passphrase) => {
      await startNode(folder, async () => passphrase);
      return (await nodeLink(folder)).link;
    },
  });
  if (!print && !cli.json) await openBrowser(folder, server.link);
  cli.show({ document: { link: server.link, firstRun: true }, text: line`${bold(server.link)}` });
  cli.say('There is no identity yet: this page makes one and starts your node. Ctrl-C stops here.');
  const patience = AbortSignal.timeout(FIRST_RUN_MS);
  const ended = await Promise.race([
    server.finished.then(() => true),
    new Promise<false>((resolve) => patience.addEventListener('abort', () => resolve(false))),
  ]);
  await server.stop();
  cli.say(ended ? 'Your node runs in the background; `geo stop` ends it.' : 'Nobody came; run `geo ui` again.');
}

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
