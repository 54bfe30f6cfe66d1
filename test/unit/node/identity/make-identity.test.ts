import { describe, expect, it } from 'vitest';
import { earlierStarts } from '#node/backup/starts.ts';
import { identityOf, newSeed, readKeyFile } from '#node/identity/key-file.ts';
import { makeIdentity } from '#node/identity/make-identity.ts';
import { seedFromWords } from '#protocol/words.ts';
import { temporaryFolder } from '#test/support/store.ts';

const passphrase = 'correct horse battery';
const typed = () => Promise.resolve(passphrase);

describe('the identity of a folder that has none', () => {
  it('is a new one, told in the words that bring it back', async () => {
    const folder = temporaryFolder();
    const { publicKey, words } = await makeIdentity(folder, null, passphrase);
    expect(identityOf(seedFromWords(words as string) as Uint8Array).publicKey).toBe(publicKey);
    expect((await readKeyFile(folder, typed)).publicKey).toBe(publicKey);
    expect(earlierStarts(folder)).toBe(null);
  });

  it('or one that comes back by its words: its first start is one after a loss', async () => {
    const [folder, seed] = [temporaryFolder(), newSeed()];
    const { publicKey } = identityOf(seed);
    expect(await makeIdentity(folder, { seed }, passphrase)).toEqual({ publicKey, words: null });
    expect((await readKeyFile(folder, typed)).publicKey).toBe(publicKey);
    expect(earlierStarts(folder)).not.toBe(null);
  });

  it('never takes the place of another', async () => {
    const folder = temporaryFolder();
    const { publicKey } = await makeIdentity(folder, null, passphrase);
    for (const known of [null, { seed: newSeed() }]) {
      await expect(makeIdentity(folder, known, passphrase)).rejects.toMatchObject({ code: 'identity-exists' });
    }
    expect((await readKeyFile(folder, typed)).publicKey).toBe(publicKey);
  });
});
