import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const LAUNCHER = join(import.meta.dirname, '../../bin/geo.js');

/** Stands for `geo`: says how it was started, then ends the way its first argument tells. */
const SCRIPT = `
  const [how] = process.argv.slice(2);
  if (how === 'wait') {
    process.on('SIGTERM', () => process.exit(5));
    setInterval(() => {}, 1000);
  }
  console.log(JSON.stringify({ form: FORM, arguments: process.argv.slice(2), version: process.versions.node }));
  if (how === 'fail') process.exit(4);
  if (how === 'die') process.kill(process.pid, 'SIGKILL');
`;

/** Makes the launcher believe that it was started on an old Node.js. */
const ON_NODE_20 = [
  '--import',
  `data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.0.0' } })`,
];

let folder: string;
let geo: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-launcher-'));
  geo = join(folder, 'package/bin/geo.js');
  await mkdir(dirname(geo), { recursive: true });
  await copyFile(LAUNCHER, geo);
  await writeFile(join(folder, 'package/package.json'), '{ "type": "module" }');
  await writeScript('packed', 'dist/geo.js');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('on a Node.js that can run it, geo', () => {
  it('runs in the same process', async () => {
    const { started, code } = await run([geo, 'pay', '--json']);
    expect(started).toEqual({ form: 'packed', arguments: ['pay', '--json'], version: process.versions.node });
    expect(code).toBe(0);
  });

  it('runs the source where there is one, not what was packed before', async () => {
    await writeScript('source', 'node/main.ts');
    const { started } = await run([geo]);
    expect(started).toMatchObject({ form: 'source' });
  });

  it('starts through a symlink', async () => {
    await symlink(geo, join(folder, 'geo'));
    const { started } = await run([join(folder, 'geo'), 'id']);
    expect(started).toMatchObject({ form: 'packed', arguments: ['id'] });
  });
});

describe('on an older Node.js, geo', () => {
  it('runs on the copy that came with it, with the same arguments, and ends with the same code', async () => {
    await installBundledNode();
    const { started, code } = await run([...ON_NODE_20, geo, 'fail', 'a b', '']);
    expect(started).toEqual({ form: 'packed', arguments: ['fail', 'a b', ''], version: process.versions.node });
    expect(code).toBe(4);
  });

  it('starts through a symlink', async () => {
    await installBundledNode();
    await symlink(geo, join(folder, 'geo'));
    const { started } = await run([...ON_NODE_20, join(folder, 'geo')]);
    expect(started).toMatchObject({ version: process.versions.node });
  });

  it('passes a signal on', async () => {
    await installBundledNode();
    const child = spawn(process.execPath, [...ON_NODE_20, geo, 'wait'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await ended).toEqual([5, null]);
  });

  it('ends by the signal that ended the copy', async () => {
    await installBundledNode();
    const { code, signal } = await run([...ON_NODE_20, geo, 'die']);
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('says what is missing and how to get it when there is no copy', async () => {
    const { started, code, errors } = await run([...ON_NODE_20, geo]);
    expect(started).toBeUndefined();
    expect(code).toBe(1);
    expect(errors).toMatch(/needs Node.js 22\.18 or newer; this is 20\.0\.0.*\n.*install Node\.js 24/);
  });
});

async function writeScript(form: string, path: string): Promise<void> {
  const file = join(folder, 'package', path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, SCRIPT.replace('FORM', JSON.stringify(form)));
}

/** Puts this very Node.js where npm puts the bundled one: beside the package, in the outer node_modules. */
async function installBundledNode(): Promise<void> {
  const windows = process.platform === 'win32';
  const home = join(folder, 'node_modules', `node-${windows ? 'win' : process.platform}-${process.arch}`);
  await mkdir(join(home, 'bin'), { recursive: true });
  await writeFile(join(home, 'package.json'), '{}');
  await symlink(process.execPath, join(home, 'bin', windows ? 'node.exe' : 'node'));
}

async function run(argv: string[]): Promise<{
  started: unknown;
  errors: string;
  code: number | null;
  signal: NodeJS.Signals | null;
}> {
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  const started: unknown = output === '' ? undefined : JSON.parse(output);
  return { started, errors, code: child.exitCode, signal: child.signalCode };
}
