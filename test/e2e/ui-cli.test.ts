import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { finish, type GeoFolder, GeoFolders, LOCAL } from '#test/support/geo.ts';

let folders: GeoFolders;
let anna: GeoFolder;

beforeAll(async () => {
  folders = await GeoFolders.create();
  anna = folders.add('anna');
  await anna.json(['init', '--name', 'Anna', ...LOCAL]);
});

afterAll(() => folders.close());

it('geo ui starts a node that does not run', async () => {
  const { code, stdout, stderr } = await anna.run(['ui', '--print']);
  expect([code, stderr]).toEqual([0, expect.stringContaining('Starting your node…')]);
  expect(stdout).toContain('/ui/#/open/');
  expect(await anna.json(['stop'])).toMatchObject({ schema: 1 });
});

it('geo ui shows a link that works once, and has the browser open it without telling others on the machine', async () => {
  await anna.json(['start', '--background']);
  const opened = join(folders.path, 'opened');
  const opener = join(folders.path, 'xdg-open');
  await writeFile(opener, `#!/bin/sh\nprintf '%s\\n' "$@" > '${opened}.part' && mv '${opened}.part' '${opened}'\n`);
  await chmod(opener, 0o755);
  const { code, stdout, stderr } = await finish(anna.spawn(['ui'], { PATH: `${folders.path}:${process.env.PATH}` }));
  expect(code).toBe(0);
  expect(stderr).toContain('it works once');
  const link = /http:\/\/127\.0\.0\.1:\d+\/ui\/#\/open\/[\w-]{43}/.exec(stdout)?.[0] as string;
  // The opener goes on by itself.
  const argument = (await vi.waitFor(() => readFile(opened, 'utf8'), { timeout: 20_000, interval: 20 })).trim();
  expect(argument).toBe(join(anna.path, 'open-ui.html'));
  expect((await stat(argument)).mode & 0o777).toBe(0o600);
  expect(await readFile(argument, 'utf8')).toContain(`url=${link}"`);
});

it('geo ui works where nothing can open a browser', async () => {
  const { code, stdout } = await finish(anna.spawn(['ui'], { PATH: folders.path.replace(/$/, '/nowhere') }));
  expect(code).toBe(0);
  expect(stdout).toContain('/ui/#/open/');
});

it('geo ui --sign-out signs out every browser', async () => {
  expect((await anna.run(['ui', '--sign-out'])).stdout).toBe('No browser was let in.\n');
  const { link } = await anna.json<{ link: string }>(['ui', '--print']);
  const { origin, hash } = new URL(link);
  const response = await fetch(new URL('/ui/session', origin), {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ secret: hash.replace('#/open/', '') }),
  });
  const { id, key } = (await response.json()) as { id: string; key: string };
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const status = async () =>
    (await fetch(new URL('/v1/status', origin), { headers: { cookie, 'x-geo-key': key } })).status;
  expect(await status()).toBe(200);
  expect(await anna.json(['ui', '--sign-out'])).toMatchObject({ signedOut: [{ id }] });
  expect(await status()).toBe(401);
});
