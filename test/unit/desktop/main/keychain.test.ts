import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Keychain, whyNoKeychain } from '#desktop/main/keychain.ts';
import { StorageOfTest } from '#test/support/desktop.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-keychain-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it.each([
  [true, 'linux', 'gnome_libsecret', null],
  [true, 'linux', 'kwallet6', null],
  [true, 'linux', 'basic_text', 'basic-text'],
  [true, 'linux', 'unknown', 'basic-text'],
  [false, 'linux', 'gnome_libsecret', 'unavailable'],
  [true, 'darwin', '', null],
  [false, 'darwin', '', 'unavailable'],
  [true, 'win32', '', null],
] as const)('there is a keychain or a reason: %s on %s with %j', (isAvailable, platform, backend, why) => {
  expect(whyNoKeychain(isAvailable, platform, backend)).toBe(why);
});

describe('a passphrase', () => {
  it('is kept sealed, in a file of its owner’s, until it is forgotten', async () => {
    const keychain = await Keychain.open(new StorageOfTest(), 'linux', folder);
    expect(await keychain.get()).toBeNull();
    await keychain.put('four random words here');
    const file = join(folder, 'passphrase.sealed');
    expect((await readFile(file)).toString('latin1')).not.toContain('random');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await keychain.get()).toBe('four random words here');
    await writeFile(file, 'damaged');
    expect(await keychain.get()).toBeNull();
    await keychain.forget();
    await keychain.forget();
    expect(await keychain.get()).toBeNull();
  });

  it('is kept nowhere without a keychain', async () => {
    const storage = new StorageOfTest();
    storage.backend = 'basic_text';
    const keychain = await Keychain.open(storage, 'linux', folder);
    await expect(keychain.put('four random words here')).rejects.toThrow('no keychain');
    expect(await keychain.get()).toBeNull();
  });

  it('is a new one each time, and cannot be guessed', () => {
    const some = new Set(Array.from({ length: 100 }, () => Keychain.newPassphrase()));
    expect(some.size).toBe(100);
    for (const one of some) expect(one).toMatch(/^[\w-]{43}$/);
  });
});
