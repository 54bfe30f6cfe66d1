#!/usr/bin/env node
// Starts `geo` on a Node.js that can run it: this one when it is new enough, else the one that came with the package.
// Plain JavaScript that Node.js 12 still parses: the advice below must reach the people who need it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as modules from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const EXIT_ERROR = 1;

// Node.js resolves the symlink that a global install makes, so this is where the package really is.
const root = dirname(dirname(fileURLToPath(import.meta.url)));
// A clone runs its source, whatever an earlier `npm pack` left in dist/; the packed form has no source.
const source = join(root, 'node', 'main.ts');
const script = existsSync(source) ? source : join(root, 'dist', 'geo.js');
const bundledPackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

if (isNewEnough(process.versions.node)) {
  keepCompiled();
  import(pathToFileURL(script).href).catch((error) => {
    console.error(error);
    process.exit(EXIT_ERROR);
  });
} else {
  runWith(findBundledNode());
}

/** A command starts a second sooner when what was compiled once is kept; also the processes that it starts. */
function keepCompiled() {
  const { directory } = modules.enableCompileCache();
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE = directory;
}

/** The first releases of each line that run TypeScript as it is: 22.18, 23.6, and all from 24 on. */
function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/** The path of the Node.js binary that npm installed with us, here or in an outer node_modules, or undefined. */
function findBundledNode() {
  const require = modules.createRequire(import.meta.url);
  try {
    const folder = dirname(require.resolve(`${bundledPackage}/package.json`));
    return join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  } catch {
    return undefined;
  }
}

function runWith(node) {
  if (node === undefined) return giveUp(`its own copy (${bundledPackage}) is not installed`);
  const child = spawn(node, [script].concat(process.argv.slice(2)), { stdio: 'inherit' });

  // A terminal sends Ctrl-C to both of us, and a second one would mean "stop at once" to the child.
  const terminalSendsIt = process.stdin.isTTY;
  process.on('SIGINT', () => terminalSendsIt || child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));

  child.on('error', (error) => giveUp(`its own copy does not start (${error.message})`));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    // End the way the child ended, so that whoever started us sees the same signal.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function giveUp(why) {
  const appleSilicon = process.platform === 'darwin' && process.arch === 'arm64';
  console.error(
    [
      `geo: needs Node.js 22.18 or newer; this is ${process.versions.node}, and ${why}.`,
      appleSilicon
        ? 'For Apple silicon no copy comes with the package: install Node.js 24 (`brew install node@24`, or https://nodejs.org) and run geo again.'
        : 'Install the package again without --omit=optional, or install Node.js 24 (https://nodejs.org), and run geo again.',
    ].join('\n'),
  );
  process.exit(EXIT_ERROR);
}
