/** `geo doctor`: the usual troubles, each found and told with what to do, whether the node runs or not. */
import { chmod, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readApiFiles } from '#node/api/address.ts';
import { writeTombstone } from '#node/backup/tombstone.ts';
import type { Check, Finding } from '#node/doctor/finding.ts';
import { type GeoFolder, GeoFolders, LOCAL, startPair } from '#test/support/geo.ts';

let folders: GeoFolders;
let alice: GeoFolder;
let bob: GeoFolder;

beforeAll(async () => {
  folders = await GeoFolders.create();
  ({ alice, bob } = await startPair(folders));
});

afterAll(() => folders.close());

/** All findings by what they are about, and what needs attention. */
async function examined(folder: GeoFolder): Promise<{ by: Partial<Record<Check, Finding>>; trouble: string[] }> {
  const { code, stdout } = await folder.run(['doctor', '--json']);
  const { well, findings, error } = JSON.parse(stdout) as { well: boolean; findings: Finding[]; error?: object };
  const trouble = findings.filter(({ state }) => state === 'attention').map(({ check }) => check);
  expect([code, well, error === undefined]).toEqual(trouble.length === 0 ? [0, true, true] : [1, false, false]);
  return { by: Object.fromEntries(findings.map((finding) => [finding.check, finding])), trouble };
}

it('a folder that is not there is to be made', async () => {
  const ran = await folders.add('nobody').run(['doctor']);
  expect(ran).toMatchObject({ code: 1, stderr: 'geo: 1 thing needs your attention.\n' });
  expect(ran.stdout).toMatch(/^look {2}Data folder +\/.* is not there\.\n +→ Make it with `geo init`/);
});

it('a node that never ran is well, and a key that others can read is not', async () => {
  const fresh = folders.add('fresh');
  await fresh.json(['init', ...LOCAL]);
  const { by, trouble } = await examined(fresh);
  expect(trouble).toEqual([]);
  expect(by.process).toMatchObject({ state: 'note', advice: 'Start it with `geo start`.' });
  expect(by.records).toMatchObject({ state: 'note' });
  // Looking changes nothing.
  expect(await readdir(fresh.path)).not.toContain('store');

  await chmod(join(fresh.path, 'identity.json'), 0o644);
  await chmod(fresh.path, 0o755);
  const open = await examined(fresh);
  expect(open.trouble).toEqual(['folder', 'identity']);
  expect(open.by.identity).toMatchObject({
    text: expect.stringContaining('can pay in your name') as string,
    advice: `chmod 600 '${join(fresh.path, 'identity.json')}'`,
  });
  await writeFile(join(fresh.path, 'config.toml'), 'api-port = 70000\n');
  expect((await examined(fresh)).trouble).toEqual(['folder', 'identity', 'settings']);
  await writeTombstone(fresh.path, { movedAtMs: 0, file: 'elsewhere.backup' });
  expect((await fresh.run(['doctor'])).stdout).toMatch(
    /was moved away on 1970-01-01 00:00 UTC: it goes on from elsewhere/,
  );
});

it('a node that runs is asked, and reads its records', async () => {
  const { by, trouble } = await examined(alice);
  expect(trouble).toEqual([]);
  const { pid } = await readApiFiles(alice.path);
  expect(by.process?.text).toContain(`as process ${pid}`);
  expect(by.records?.text).toMatch(/^All \d+ were read/);
  expect(by.backups?.text).toMatch(/^The newest is of |^There are none yet/);
  expect(by.links?.text).toBe('Connected with all contacts (1).');
  expect(by.ports?.text).toContain('/ip4/127.0.0.1/tcp/');
  expect((await alice.run(['doctor'])).stdout).toMatch(/^ok {4}Records +All .*\n[\s\S]*\nAll is well\.\n$/m);
});

it('a process that stands still is told from none', async () => {
  const { pid } = await readApiFiles(bob.path);
  process.kill(pid, 'SIGSTOP');
  try {
    const { by, trouble } = await examined(bob);
    expect(trouble).toEqual(['process']);
    expect(by.process?.text).toContain(`Process ${pid} has held this folder since`);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
});

it('a neighbour who is away is why nobody is connected', async () => {
  await bob.json(['stop']);
  await expect
    .poll(async () => (await examined(alice)).by.links, { timeout: 60_000 })
    .toMatchObject({
      state: 'attention',
      text: expect.stringContaining('Connected with 0 of 1. Not with Bob: ') as string,
    });
});

it('damaged records, and a clock that was set back, are found while the node is stopped', async () => {
  expect((await examined(bob)).trouble).toEqual([]);
  // Opening it has put all that was there into a table.
  const store = join(bob.path, 'store');
  const [table = ''] = (await readdir(store)).filter((name) => name.endsWith('.ldb'));
  const bytes = await readFile(join(store, table));
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  await writeFile(join(store, table), bytes);
  const inAnHour = new Date(Date.now() + 3_600_000);
  await utimes(join(bob.path, 'config.toml'), inAnHour, inAnHour);
  const { by, trouble } = await examined(bob);
  expect(trouble).toEqual(['clock', 'records']);
  expect(by.records?.text).toContain('damaged');
});
