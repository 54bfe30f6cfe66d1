import { spawn } from 'node:child_process';
import type { AddVerb } from '../cli.ts';
import { bold, line } from '../text.ts';

export const addUi: AddVerb = (program, run) => {
  program
    .command('ui')
    .description('Open your node in a browser, with a link that works once')
    .option('--print', 'Only show the link')
    .action(
      run(async (cli, { print = false }: { print?: boolean }) => {
        const client = await cli.client();
        const { path, expiresAtMs } = await client.makeUiLink();
        const { readApiFiles } = await import('../../api/address.ts');
        const { url } = await readApiFiles(await cli.folder());
        const link = new URL(path, url).href;
        if (!print && !cli.json) await openBrowser(link);
        cli.say('Whoever opens this link within a minute can use your node from that browser; it works once.');
        return { document: { link, expiresAtMs }, text: line`${bold(link)}` };
      }),
    );
};

/** Each system's own way to open a link. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  // `start` takes its first quoted argument for a title.
  win32: ['cmd', '/c', 'start', '""'],
};

/** Resolves when the system's opener has begun, or there is none: the link is shown anyway. */
async function openBrowser(link: string): Promise<void> {
  const [command, ...before] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...before, link], { stdio: 'ignore', detached: true });
  await new Promise<void>((resolve) => {
    child.once('spawn', resolve);
    child.once('error', () => resolve());
  });
  child.unref();
}
