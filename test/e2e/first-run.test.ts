/** The server of the first run: what it takes, and that nothing is written for what is wrong. */
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FirstRunWishes, UI_KEY_HEADER } from '#node/api/contract.ts';
import type { BackupContents } from '#node/backup/contents.ts';
import { MAX_BACKUP_FILE_BYTES, sealBackup } from '#node/backup/file.ts';
import { type FirstRun, startFirstRun } from '#node/cli/first-run/server.ts';
import { readConfig } from '#node/config.ts';
import { identityOf } from '#node/identity/key-file.ts';
import { EMPTY_NODE } from '#protocol/node-record.ts';
import { wordsFromSeed } from '#protocol/words.ts';
import { person, THEN_MS } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';

const alice = identityOf(person(1).seed);
const words = wordsFromSeed(alice.seed);
const contents: BackupContents = {
  version: 1,
  network: 'geo-test',
  publicKey: alice.publicKey,
  createdAtMs: THEN_MS,
  records: [EMPTY_NODE],
  contacts: [],
  settings: '# Mine.\nname = "Alice"\nnetwork = "geo-test"\nclearing = "asked"\n',
};
const sealed = Buffer.from(await sealBackup(contents, alice));
const backup = sealed.toString('base64');
const NEW: FirstRunWishes = { name: '', words: null, backup: null, passphrase: null };

let folder: string;
let server: FirstRun;
let key: string;

beforeEach(async () => {
  folder = join(temporaryFolder(), 'mine');
  await begin();
});

afterEach(async () => {
  await server.stop();
});

async function begin(isOpened = true): Promise<void> {
  const config = readConfig({ flags: { dataDir: folder }, environment: {} });
  server = await startFirstRun({ config, startNode: async () => 'http://127.0.0.1/' });
  key = '';
  if (!isOpened) return;
  const secret = server.link.split('/').at(-1);
  ({ key } = (await (await post('session', { secret })).json()) as { key: string });
}

function post(step: string, body: object): Promise<Response> {
  const { origin } = new URL(server.link);
  const headers = { origin, 'content-type': 'application/json', [UI_KEY_HEADER]: key };
  return fetch(`${origin}/first-run/${step}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** The status and the answer. */
async function ask(step: string, body: object): Promise<readonly [number, unknown]> {
  const response = await post(step, body);
  return [response.status, await response.json()];
}

/** As `fetch`, which lets nobody choose the host. */
async function request(
  url: string,
  { method, headers, body }: { method: string; headers: Readonly<Record<string, string>>; body: string },
): Promise<{ status: number; body: unknown }> {
  const sent = httpRequest(url, { method, headers });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, body: await json(response) };
}

const settingsHere = (): string => readFileSync(join(folder, 'config.toml'), 'utf8');

describe('the first run is only for the page that its link opened', () => {
  const told = async (
    headers: Readonly<Record<string, string>>,
    step = 'state',
  ): Promise<readonly [number, unknown]> => {
    const { origin } = new URL(server.link);
    const all = { origin, 'content-type': 'application/json', [UI_KEY_HEADER]: key, ...headers };
    const { status, body } = await request(`${origin}/first-run/${step}`, { method: 'POST', headers: all, body: '{}' });
    return [status, body];
  };

  it('and tells nobody else how far it is', async () => {
    expect(await told({})).toMatchObject([200, { identity: null }]);
    for (const wrong of ['', 'A'.repeat(key.length)]) {
      expect(await told({ [UI_KEY_HEADER]: wrong })).toMatchObject([401, { error: { code: 'no-token' } }]);
    }
    expect(await told({ origin: 'http://127.0.0.1:1' })).toMatchObject([403, { error: { code: 'wrong-origin' } }]);
    expect(await told({ host: 'example.org' })).toMatchObject([403, { error: { code: 'wrong-host' } }]);
    // Before a page is open there is no key, and an empty one is none.
    await server.stop();
    await begin(false);
    expect(await told({ [UI_KEY_HEADER]: '' }, 'start')).toMatchObject([401, { error: { code: 'no-token' } }]);
  });

  it('which opens once, with the secret of the link', async () => {
    const secret = server.link.split('/').at(-1) ?? '';
    expect(await ask('session', { secret })).toMatchObject([400, { error: { code: 'link-used' } }]);
    await server.stop();
    await begin(false);
    expect(await ask('session', { secret })).toMatchObject([400, { error: { code: 'link-used' } }]);
  });
});

describe('a new identity', () => {
  it('is called what was typed', async () => {
    const [status, course] = await ask('identity', { ...NEW, name: ' Ann ' });
    expect([status, course]).toMatchObject([200, { identity: { words: expect.any(String), backup: null } }]);
    expect(readConfig({ flags: { dataDir: folder }, environment: {} }).name).toBe('Ann');
  });

  it('is not made where its name cannot be kept: its words would not be shown again', async () => {
    await mkdir(join(folder, 'config.toml'), { recursive: true });
    const [status, refused] = await ask('identity', { ...NEW, name: 'Ann' });
    expect([status, refused]).toMatchObject([400, { error: { code: 'folder-unreadable' } }]);
    expect(existsSync(join(folder, 'identity.json'))).toBe(false);
  });

  it('takes the place of no other, nor its name', async () => {
    expect((await ask('identity', NEW))[0]).toBe(200);
    await server.stop();
    await begin();
    for (const wishes of [NEW, { ...NEW, words }]) {
      expect(await ask('identity', { ...wishes, name: 'Eve' })).toMatchObject([
        400,
        { error: { code: 'identity-exists' } },
      ]);
    }
    expect(readConfig({ flags: { dataDir: folder }, environment: {} }).name).toBe(null);
  });
});

describe('the first run with a backup file', () => {
  it('takes settings and name from it, as `geo restore` does', async () => {
    const [status, course] = await ask('identity', { ...NEW, words, backup });
    expect([status, course]).toMatchObject([
      200,
      { identity: { words: null, backup: { createdAtMs: THEN_MS, accounts: 0, contacts: 0 } } },
    ]);
    const { name, network, clearing } = readConfig({ flags: { dataDir: folder }, environment: {} });
    expect([name, network, clearing]).toEqual(['Alice', 'geo-test', 'asked']);
  });

  it('takes the name that was typed rather than that of the file', async () => {
    await ask('identity', { ...NEW, name: 'Alice II', words, backup });
    expect(settingsHere()).toContain('name = "Alice II"');
    expect(settingsHere()).toContain('network = "geo-test"');
  });

  it('comes back also where the settings in it cannot be read', async () => {
    const odd = Buffer.from(await sealBackup({ ...contents, settings: 'name = [' }, alice)).toString('base64');
    expect((await ask('identity', { ...NEW, words, backup: odd }))[0]).toBe(200);
    expect(settingsHere()).toMatch(/\nnetwork = "geo-test"\n$/);
  });

  it('leaves settings alone that are there already', async () => {
    await server.stop();
    await mkdir(folder);
    await writeFile(join(folder, 'config.toml'), 'network = "geo-test"\nname = "Mine"\n');
    await begin();
    expect((await ask('identity', { ...NEW, name: 'Typed', words, backup }))[0]).toBe(200);
    expect(settingsHere()).toBe('network = "geo-test"\nname = "Mine"\n');
  });

  it.each([
    ['no backup', { backup: Buffer.from('a picture').toString('base64') }, 'backup-unusable'],
    ['nothing', { backup: '' }, 'backup-unusable'],
    ['no base64', { backup: '\u0000…' }, 'backup-unusable'],
    ['a later version', { backup: Buffer.from('GEO backup 2\n').toString('base64') }, 'backup-unusable'],
    ['cut short', { backup: sealed.subarray(0, -1).toString('base64') }, 'backup-damaged'],
    ['of somebody else', { words: wordsFromSeed(person(2).seed) }, 'backup-of-another'],
    ['with words that are none', { words: 'one two three' }, 'bad-words'],
    ['with a name that is none', { name: '\u202e' }, 'bad-name'],
    ['with a passphrase that is short', { passphrase: 'short' }, 'usage'],
  ])('refuses one that is %s, and writes nothing', async (_what, wrong, code) => {
    expect(await ask('identity', { ...NEW, words, backup, ...wrong })).toMatchObject([400, { error: { code } }]);
    expect(existsSync(folder)).toBe(false);
    // It is not over: the right one is taken.
    expect((await ask('identity', { ...NEW, words, backup }))[0]).toBe(200);
  });

  it('refuses one of another network than the settings that are there, and writes nothing', async () => {
    await server.stop();
    await mkdir(folder);
    await writeFile(join(folder, 'config.toml'), 'network = "other"\n');
    await begin();
    expect(await ask('identity', { ...NEW, words, backup })).toMatchObject([
      400,
      { error: { code: 'backup-of-other-network' } },
    ]);
    expect(await readdir(folder)).toEqual(['config.toml']);
  });
});

describe('the size of what is sent', () => {
  it('is that of a backup at most, and what is over it is told as such', async () => {
    const whole = Buffer.alloc(MAX_BACKUP_FILE_BYTES).toString('base64');
    expect(await ask('identity', { ...NEW, words, backup: whole })).toMatchObject([
      400,
      { error: { code: 'backup-unusable' } },
    ]);
    const { status, error } = await post('identity', { ...NEW, words, backup: `${whole}${'A'.repeat(10_000)}` }).then(
      async (response) => ({ status: response.status, ...((await response.json()) as { error: { code: string } }) }),
      // The server may end the connection before all was sent.
      () => ({ status: 413, error: { code: 'body-too-large' } }),
    );
    expect([status, error.code]).toEqual([413, 'body-too-large']);
    expect(existsSync(folder)).toBe(false);
  });

  it('is small for all other steps', async () => {
    expect(await ask('state', { more: 'A'.repeat(10_000) })).toMatchObject([
      413,
      { error: { code: 'body-too-large', facts: { limitBytes: 8_192 } } },
    ]);
  });
});
