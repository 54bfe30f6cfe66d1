/**
 * `npm run test:desktop`: the real desktop program in the real Electron. Its binary comes from outside of the package
 * registry and cannot be had everywhere. Where it cannot, this says so and fails: what did not run has not passed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const ELECTRON = join(ROOT, 'node_modules/electron');
/** Apart from 1, with which tests end that have failed. */
const DID_NOT_RUN = 3;

/** The binary, or null. */
function binary(): string | null {
  const elsewhere = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const path = join(ELECTRON, 'path.txt');
  const name = existsSync(path) ? readFileSync(path, 'utf8') : 'electron';
  const found = elsewhere === undefined ? join(ELECTRON, 'dist', name) : join(elsewhere, name);
  return existsSync(found) ? found : null;
}

function didNotRun(why: string): never {
  console.error(`test:desktop DID NOT RUN: ${why}`);
  console.error('0 passed, 0 failed: nothing is known about the program in Electron.');
  process.exit(DID_NOT_RUN);
}

if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
  didNotRun('there is no display; try `xvfb-run npm run test:desktop`.');
}
if (process.platform === 'linux' && process.getuid?.() === 0) {
  didNotRun('Electron keeps no sandbox for root; run it as somebody else.');
}
if (binary() === null) {
  console.error('Fetching the binary of Electron…');
  spawnSync(process.execPath, [join(ELECTRON, 'install.js')], { stdio: 'inherit', timeout: 300_000 });
}
const executable = binary();
if (executable === null) didNotRun('the binary of Electron is not here and could not be fetched.');
const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
const ran = spawnSync(process.execPath, [vitest, 'run', '--config', join(import.meta.dirname, 'vitest.config.ts')], {
  cwd: ROOT,
  env: { ...process.env, GEO_TEST_ELECTRON: executable },
  stdio: 'inherit',
});
process.exit(ran.status ?? 1);
