/** What the operator of a hub with members does on the command line. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { type Document, type GeoFolder, GeoFolders } from '#test/support/geo.ts';

interface Invitation {
  readonly invitation: string;
  readonly link: string;
  readonly uses: number;
}

const children: ChildProcess[] = [];
let folders: GeoFolders | null = null;
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await folders?.close();
  folders = null;
});

async function newHub(): Promise<GeoFolder> {
  folders ??= await GeoFolders.create();
  const hub = folders.add('hub');
  await hub.json(['init', '--name', 'Hub', '--listen', '/ip4/127.0.0.1/tcp/0', '--api-port', '0']);
  return hub;
}

async function start(hub: GeoFolder): Promise<{ child: ChildProcess; url: string }> {
  const ports = ['--http-port', '0', '--members-port', '0'];
  const child = hub.spawn(['hub', 'start', '--json', '--members', 'invitation', ...ports]);
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string];
  return { child, url: (JSON.parse(line) as { members: string }).members };
}

async function read(url: string, invitation: string): Promise<unknown> {
  const response = await fetch(`${url}/api/v1/invitations/read`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ invitation }),
  });
  return response.json();
}

it('the operator invites while the hub runs', async () => {
  const hub = await newHub();
  const { child, url } = await start(hub);
  const made = (await hub.json([
    ...['hub', 'invite', '--uses', '3', '--days', '2', '--url', 'https://hub.example.org'],
  ])) as Document<Invitation>;
  expect(made.link).toBe(`https://hub.example.org/#join=${made.invitation}`);
  expect(await read(url, made.invitation)).toMatchObject({
    ...{ by: null, usesLeft: 3, suggestedLimit: null },
  });
  const shown = await hub.run(['hub', 'invite']);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toContain(`${url}/#join=`);
  expect(shown.stdout).toMatch(/[▀▄█]/);
  const wrong = await hub.run(['hub', 'invite', '--uses', '0']);
  expect([wrong.code, wrong.stderr]).toEqual([3, expect.stringContaining('from 1 to')]);
  child.kill('SIGTERM');
  await once(child, 'exit');
  expect(existsSync(join(hub.path, 'operator.json'))).toBe(false);
  const late = await hub.run(['hub', 'invite']);
  expect([late.code, late.stderr]).toEqual([2, expect.stringContaining('No hub that hosts members runs')]);
});

it('nobody invites without the secret of the folder', async () => {
  const { url } = await start(await newHub());
  const ask = (headers: Record<string, string>) =>
    fetch(`${url}/api/v1/operator/invitations`, {
      ...{ method: 'POST', body: '{}', headers: { 'content-type': 'application/json', ...headers } },
    });
  expect((await ask({})).status).toBe(401);
  expect((await ask({ authorization: `Bearer ${'A'.repeat(43)}` })).status).toBe(401);
});

it('prints the document of what members use, without a hub', async () => {
  folders ??= await GeoFolders.create();
  const { code, stdout } = await folders.add('nobody').run(['hub', 'openapi']);
  expect(code).toBe(0);
  const { openapi, paths } = JSON.parse(stdout) as { openapi: string; paths: Record<string, unknown> };
  expect(openapi).toBe('3.1.0');
  expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/api/v1/participants', '/api/v1/payments']));
  expect(Object.keys(paths).filter((path) => path.includes('operator'))).toEqual([]);
});

it('how makers of browsers reach the operator has a form', async () => {
  const hub = await newHub();
  const wrong = await hub.run(['hub', 'start', '--members', 'open', '--push-contact', 'me@hub.example']);
  expect([wrong.code, wrong.stderr]).toEqual([3, expect.stringContaining('mailto:')]);
  expect(wrong.stderr).toContain('--push-contact is "me@hub.example"');
});
