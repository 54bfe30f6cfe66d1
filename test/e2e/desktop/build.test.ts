/** What the desktop program is packed from: it is whole, and its node runs where nothing of this repository is. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FromNode } from '#desktop/main/node-messages.ts';
import { buildDesktop } from '#desktop/packaging/build.ts';
import { readApiFiles } from '#node/api/address.ts';
import { createKeyFile, newSeed } from '#node/identity/key-file.ts';
import { ENVIRONMENT } from '#test/support/geo.ts';

let root: string;
let out: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'geo-desktop-build-'));
  out = join(root, 'dist');
  await buildDesktop(out);
});

afterAll(() => rm(root, { recursive: true, force: true }));

it('has all that the main process opens, and loads nothing that is not there', async () => {
  for (const file of ['main.js', 'node.js', 'preload.cjs', 'icons/tray.png', 'icons/icon.png']) {
    expect([file, existsSync(join(out, 'app', file))]).toEqual([file, true]);
  }
  expect(existsSync(join(out, 'desktop/ui/dist/index.html'))).toBe(true);
  const scripts = (await readdir(join(out, 'app'))).filter((name) => name.endsWith('.js'));
  const texts = await Promise.all(scripts.map((name) => readFile(join(out, 'app', name), 'utf8')));
  const imported = texts.flatMap((text) =>
    [...text.matchAll(/^(?:import|export)\b[^;'"]*?["']([^"']+)["'];$/gm)].map((match) => match[1] as string),
  );
  const foreign = imported.filter((name) => !name.startsWith('.') && !name.startsWith('node:'));
  const packages = new Set(foreign.filter((name) => !builtinModules.includes(name)));
  expect([...packages].sort()).toEqual(['@node-rs/crc32', 'electron']);
  // Called for by a package that is no ES module.
  expect(texts.join('')).toMatch(/require\w*\("classic-level"\)/);
  for (const name of ['@node-rs/crc32', 'classic-level']) {
    expect([name, existsSync(join(out, 'node_modules', name, 'package.json'))]).toEqual([name, true]);
  }
});

it('runs a node, with its pages, as the main process tells it to', async () => {
  const folder = join(root, 'anna');
  await createKeyFile(folder, newSeed(), null);
  const settings = { GEO_NETWORK: 'test', GEO_LISTEN: '/ip4/127.0.0.1/tcp/0', GEO_API_PORT: '0' };
  const child = fork(join(out, 'app/node.js'), {
    cwd: root,
    env: { ...ENVIRONMENT, ...settings },
    execArgv: ['--import', join(import.meta.dirname, '../../support/parent-port.js')],
  });
  const exited = once(child, 'exit');
  const said = async (): Promise<FromNode | 'ended'> => {
    const message = once(child, 'message').then(([said]: unknown[]) => said as FromNode);
    return Promise.race([message, exited.then(() => 'ended' as const)]);
  };
  child.send({ type: 'start', folder, passphrase: null });
  expect(await said()).toEqual({ type: 'up' });
  const { url } = await readApiFiles(folder);
  const page = await fetch(new URL('/ui/', url));
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<div id="app">') as string]);
  child.send({ type: 'stop' });
  expect(await said()).toEqual({ type: 'stopped', problem: null });
  child.send({ type: 'heard' });
  expect(await exited).toEqual([0, null]);
});
