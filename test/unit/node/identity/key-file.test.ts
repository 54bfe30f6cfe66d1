import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createKeyFile, identityOf, newSeed, readKeyFile } from '#node/identity/key-file.ts';
import { temporaryFolder } from '#test/support/store.ts';

const none = () => Promise.resolve(null);
const seed = new Uint8Array(32).fill(7);
const path = (folder: string) => join(folder, 'identity.json');

describe('a key file without passphrase', () => {
  it('gives back the identity, and only its owner may read it', async () => {
    const folder = join(temporaryFolder(), 'new', 'folder');
    const identity = await createKeyFile(folder, seed, null);
    expect(identity).toEqual(identityOf(seed));
    expect(await readKeyFile(folder, none)).toEqual(identity);
    expect(statSync(path(folder)).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder)).toEqual(['identity.json']);
  });

  it('is never replaced', async () => {
    const folder = temporaryFolder();
    await createKeyFile(folder, seed, null);
    await expect(createKeyFile(folder, newSeed(), null)).rejects.toMatchObject({ code: 'identity-exists' });
    expect(await readKeyFile(folder, none)).toEqual(identityOf(seed));
    expect(readdirSync(folder)).toEqual(['identity.json']);
  });

  it('is made once when two make it at the same time', async () => {
    const folder = temporaryFolder();
    const made = await Promise.allSettled([
      createKeyFile(folder, newSeed(), null),
      createKeyFile(folder, newSeed(), null),
    ]);
    expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('a key file with passphrase', () => {
  it('opens with the passphrase in any composition, and holds no seed', async () => {
    const folder = temporaryFolder();
    await createKeyFile(folder, seed, 'Kaf\u00e9 im Regen');
    expect(readFileSync(path(folder), 'utf8')).not.toContain('07'.repeat(32));
    expect(await readKeyFile(folder, () => Promise.resolve('Kafe\u0301 im Regen'))).toEqual(identityOf(seed));
    await expect(readKeyFile(folder, none)).rejects.toMatchObject({ code: 'identity-locked' });
    await expect(readKeyFile(folder, () => Promise.resolve('kafé im regen'))).rejects.toMatchObject({
      code: 'identity-locked',
    });
  });

  it('is bound to its public key', async () => {
    const folder = temporaryFolder();
    await createKeyFile(folder, seed, 'correct horse');
    const file = JSON.parse(readFileSync(path(folder), 'utf8')) as { publicKey: string };
    writeFileSync(path(folder), JSON.stringify({ ...file, publicKey: identityOf(newSeed()).publicKey }));
    await expect(readKeyFile(folder, () => Promise.resolve('correct horse'))).rejects.toMatchObject({
      code: 'identity-locked',
    });
  });
});

describe('a key file that is none', () => {
  it('is missing', async () => {
    await expect(readKeyFile(temporaryFolder(), none)).rejects.toMatchObject({ code: 'identity-missing' });
  });

  it('cannot be read', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    await expect(readKeyFile(join(folder, 'file'), none)).rejects.toMatchObject({ code: 'folder-unreadable' });
    await expect(createKeyFile(join(folder, 'file'), seed, null)).rejects.toMatchObject({ code: 'folder-unreadable' });
  });

  it.each([
    ['empty', ''],
    ['cut', '{"version":1,"publicKey":"'],
    ['of a later version', { version: 2 }],
    ['with a seed of another key', { publicKey: identityOf(newSeed()).publicKey }],
    ['with a short seed', { seed: { kind: 'plain', hex: '07' } }],
    ['with a cost of no power of two', { seed: encrypted(3) }],
    ['with a cost that would stop the machine', { seed: encrypted(2 ** 40) }],
    ['with a field that nobody knows', { extra: 1 }],
  ])('%s', async (_what, change) => {
    const folder = temporaryFolder();
    await createKeyFile(folder, seed, null);
    const file = JSON.parse(readFileSync(path(folder), 'utf8')) as object;
    writeFileSync(path(folder), typeof change === 'string' ? change : JSON.stringify({ ...file, ...change }));
    const reading = readKeyFile(folder, none);
    await expect(reading).rejects.toMatchObject({ code: 'identity-corrupt' });
    // Nothing of what is in the file may reach a log.
    await expect(reading).rejects.not.toMatchObject({ message: expect.stringContaining('0707') as string });
  });
});

function encrypted(cost: number) {
  return { kind: 'encrypted', cost, salt: '00'.repeat(16), nonce: '00'.repeat(24), box: '00'.repeat(48) };
}
