/** The form in which people get GEO: packed by npm, installed into an empty folder, used there. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GeoFolders, LOCAL, startPair } from '#test/support/geo.ts';
import packageJson from '../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '../..');

/** Without what an outer `npm test` sets: it would point the inner npm at this repository, and build the pages for a test. */
const ENVIRONMENT = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|NODE_ENV$)/i.test(name)),
);

let folder: string;
let folders: GeoFolders;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-pack-'));
  folders = await GeoFolders.create();
  await run(ROOT, 'npm', 'pack', '--silent', '--pack-destination', folder);
  const [tarball] = await readdir(folder);
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  await run(folder, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`);
}, 240_000);

afterAll(async () => {
  await folders.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the packed form, installed into an empty folder', () => {
  const geo = (): string => join(folder, 'node_modules/.bin/geo');

  it('holds bundled JavaScript and no TypeScript of ours', async () => {
    const installed = join(folder, 'node_modules', packageJson.name);
    const files = await readdir(installed, { recursive: true });
    expect(files).toEqual(
      expect.arrayContaining([
        'dist/geo.js',
        'dist/community.js',
        'dist/sim.js',
        'dist/hub.js',
        'LICENSE',
        'desktop/ui/dist/index.html',
      ]),
    );
    expect(files.filter((name) => name.endsWith('.ts'))).toEqual([]);
  });

  it('has a geo that runs', async () => {
    expect((await run(folder, geo(), '--version')).trim()).toBe(packageJson.version);
  });

  it('has a geo that runs through a symlink from elsewhere', async () => {
    const link = join(folder, 'geo');
    await symlink(geo(), link);
    expect((await run(tmpdir(), link, '--version')).trim()).toBe(packageJson.version);
  });

  it('has a geo that two people use: init, start, trust, pay, stop', async () => {
    const { alice, bob } = await startPair(folders, { command: geo(), argv: [] });
    expect(await alice.json(['pay', 'Bob', '12.5', 'UAH'])).toMatchObject({ payment: { state: 'COMMITTED' } });
    expect(await bob.json(['balance'])).toMatchObject({ net: [{ equivalent: 'UAH', net: '12.5' }] });
    expect(await alice.json(['receipt', 'show', await lastPayment(bob)])).toMatchObject({ facts: { total: '12.5' } });
    for (const who of [alice, bob]) expect(await who.json(['stop'])).toMatchObject({ stopped: true });
  });

  it('has the pages that a browser opens', async () => {
    const carol = folders.add('carol', { command: geo(), argv: [] });
    await carol.json(['init', '--name', 'Carol', ...LOCAL]);
    await carol.json(['start', '--background']);
    const { link } = await carol.json<{ link: string }>(['ui', '--print']);
    expect(await (await fetch(link)).text()).toContain('<script type="module"');
    expect(await carol.json(['stop'])).toMatchObject({ stopped: true });
  });

  it('has a hub', async () => {
    const hub = folders.add('hub', { command: geo(), argv: [] });
    await hub.json(['init', '--name', 'Hub', ...LOCAL]);
    const child = hub.spawn(['hub', 'start', '--http-port', '0', '--json']);
    const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string];
    const { http } = JSON.parse(line) as { http: string };
    expect(await (await fetch(`${http}/v1/index`)).json()).toMatchObject({ network: 'test', isReady: true });
    expect(await hub.json(['stop'])).toMatchObject({ stopped: true });
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(0);
  });

  it('has a simulator', async () => {
    const ran = await run(folder, geo(), 'sim', '--seeds', '1..2');
    expect(ran.trim().split('\n').at(-1)).toMatch(/^seeds=2 events=\d+ violations=0 digest=/);
  });
});

/** The transaction that somebody received last. */
async function lastPayment(who: { json(argv: readonly string[]): Promise<unknown> }): Promise<string> {
  const { entries } = (await who.json(['history', '--limit', '1'])) as { entries: { txId: string }[] };
  return entries[0]?.txId as string;
}

/** Runs a program to its end; what it printed. */
async function run(cwd: string, program: string, ...argv: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, argv, { cwd, env: ENVIRONMENT });
  return stdout;
}
