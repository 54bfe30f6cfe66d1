/** `geo sim design [FILE]`: the network designer in a browser. Runs until it is interrupted; exit 3 for a wrong call. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { called, whole } from '../call.ts';
import { BadFile } from '../graphs/lines.ts';
import { BadStudy } from '../study/file.ts';
import { openDesign } from './file.ts';
import { pagesFolder, serveDesigner } from './serve.ts';

const WRONG = 3;
const FIRST_FILE = 'network.yaml';
const LAST_PORT = 65_535;

const USAGE = `Usage: npm run sim -- design [FILE] [--print] [--port N]

Draws a network of people and their trust lines, runs it step by step, and saves it as a study file for
“geo sim run”. Opens a page in the browser, for as long as this command runs.

  FILE        a study file with a drawn network; made when it is saved (default ${FIRST_FILE})
  --print     only show the link, which works once
  --port N    where to serve the page (default any that is free)`;

interface Call {
  readonly path: string;
  readonly port: number;
  readonly print: boolean;
}

function readCall(args: readonly string[]): Call | string {
  return called(USAGE, () => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        port: { type: 'string', default: '0' },
        print: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return null;
    if (positionals.length > 1) throw new Error(`there are ${positionals.length} files: name one`);
    const path = resolve(positionals[0] ?? FIRST_FILE);
    return { path, port: whole(values.port, '--port', 0, LAST_PORT), print: values.print };
  });
}

/** `geo sim design`. */
export async function runDesign(args: readonly string[]): Promise<number> {
  const call = readCall(args);
  if (typeof call === 'string') {
    console.error(call);
    return call === USAGE ? 0 : WRONG;
  }
  if (!existsSync(join(pagesFolder(), 'designer.html'))) {
    console.error('The pages are not built yet: run “npm run build:ui” once.');
    return 1;
  }
  try {
    // What cannot be opened is told here, where somebody looks.
    await openDesign(call.path);
  } catch (error) {
    if (!(error instanceof BadStudy || error instanceof BadFile)) throw error;
    console.error(error.message);
    return WRONG;
  }
  const designer = await serveDesigner(call.path, call.port);
  console.error(`Designing ${call.path}. The link works once; Ctrl-C ends.`);
  console.log(designer.link);
  const forget = call.print ? async () => undefined : await openBrowser(designer.link);
  await new Promise<void>((stop) => {
    process.once('SIGINT', () => stop());
    process.once('SIGTERM', () => stop());
  });
  await designer.close();
  await forget();
  return 0;
}

/** Each system's own way to open a file with the program that is chosen for it. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  // `start` takes its first quoted argument for a title.
  win32: ['cmd', '/c', 'start', '""'],
};

/** Opens the link by way of a file: arguments of programs can be read by everybody on the machine. What removes the file. */
async function openBrowser(link: string): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'geo-design-'));
  const file = join(folder, 'open.html');
  await writeFile(file, `<!doctype html><meta http-equiv="refresh" content="0; url=${link}"><title>GEO</title>\n`, {
    mode: 0o600,
  });
  const [command, ...before] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...before, file], { stdio: 'ignore', detached: true });
  await new Promise<void>((done) => {
    child.once('spawn', done);
    child.once('error', () => done());
  });
  child.unref();
  return () => rm(folder, { recursive: true, force: true });
}
