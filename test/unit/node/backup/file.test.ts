import { describe, expect, it } from 'vitest';
import type { BackupContents } from '#node/backup/contents.ts';
import { openBackup, readSummary, sealBackup } from '#node/backup/file.ts';
import { Failure } from '#node/failure.ts';
import { identityOf } from '#node/identity/key-file.ts';
import { emptyAccount } from '#protocol/account.ts';
import { EMPTY_NODE } from '#protocol/node-record.ts';
import { person, THEN_MS } from '#test/support/people.ts';

const alice = identityOf(person(1).seed);
const bob = identityOf(person(2).seed);

const contents: BackupContents = {
  version: 1,
  network: 'geo-test',
  publicKey: alice.publicKey,
  createdAtMs: THEN_MS,
  records: [EMPTY_NODE, { ...emptyAccount(bob.publicKey, 'UAH'), balance: -12_345_678_901_234_567n }],
  contacts: [
    {
      publicKey: bob.publicKey,
      alias: 'Боб',
      cardName: 'Bob',
      addresses: ['/ip4/192.0.2.1/tcp/4610'],
      verified: true,
      addedAtMs: THEN_MS,
    },
  ],
  settings: 'network = "geo-test"\n',
};
const sealed = await sealBackup(contents, alice);

async function whyNot(bytes: Uint8Array, identity = alice): Promise<string> {
  try {
    await openBackup(bytes, identity);
  } catch (error) {
    if (error instanceof Failure) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('it was opened');
}

describe('a backup file', () => {
  it('gives back what was put in', async () => {
    expect(await openBackup(sealed, alice)).toStrictEqual(contents);
    expect(readSummary(sealed, alice)).toStrictEqual({
      createdAtMs: THEN_MS,
      network: 'geo-test',
      accounts: 1,
      contacts: 1,
    });
  });

  it('is another one each time, and shows nothing but whose it is', async () => {
    expect(await sealBackup(contents, alice)).not.toEqual(sealed);
    for (const secret of ['Bob', 'UAH', 'geo-test', '192.0.2.1', Buffer.from(alice.seed)]) {
      expect(Buffer.from(sealed).includes(secret)).toBe(false);
    }
  });

  it('is refused when any of its bytes is another one', async () => {
    for (let at = 0; at < sealed.length; at++) {
      const changed = Uint8Array.from(sealed);
      changed[at] = (changed[at] as number) ^ 1;
      expect(await whyNot(changed), `byte ${at}`).toMatch(/^backup-(damaged|unusable|of-another): /);
    }
  });

  it('is refused when it was cut short or something was added, wherever', async () => {
    for (let length = 0; length < sealed.length; length++) await whyNot(sealed.subarray(0, length));
    expect(await whyNot(Buffer.concat([sealed, Buffer.of(0)]))).toMatch(/^backup-damaged: /);
  });

  it('of one moment cannot be put together with the summary of another', async () => {
    const other = await sealBackup({ ...contents, createdAtMs: THEN_MS + 1 }, alice);
    const half = other.length - 200;
    expect(await whyNot(Buffer.concat([other.subarray(0, half), sealed.subarray(half)]))).toMatch(/^backup-damaged: /);
  });

  it('is refused with the words of somebody else, in words that say whose it is', async () => {
    expect(await whyNot(sealed, bob)).toMatch(
      /^backup-of-another: This backup file is of \w+, and the words or the key given are those of/,
    );
  });

  it('of another version, or of another program, is refused as such', async () => {
    const later = Buffer.from(sealed);
    later.write('2', 'GEO backup '.length);
    expect(await whyNot(later)).toBe('backup-unusable: This backup file has version 2; this program knows version 1.');
    expect(await whyNot(Buffer.from('GEO backup of mine'))).toBe('backup-unusable: This is not a backup file of GEO.');
  });
});
