import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BackupContents } from '#node/backup/contents.ts';
import { sealBackup } from '#node/backup/file.ts';
import { addBackupFile, listBackupFiles, rotateBackupFiles, superfluous } from '#node/backup/folder.ts';
import { identityOf } from '#node/identity/key-file.ts';
import { emptyAccount } from '#protocol/account.ts';
import type { DurableRecord } from '#protocol/records.ts';
import { person, THEN_MS } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Midnight UTC, a day on which a week of the rotation begins. */
const START_MS = Math.ceil(THEN_MS / (7 * DAY_MS)) * 7 * DAY_MS;
const alice = identityOf(person(1).seed);
const bob = identityOf(person(2).seed);

/** One file each hour, newest first; each has this many accounts. */
function hourly(hours: number, accounts: (hour: number) => number = () => 3) {
  return Array.from({ length: hours }, (_, hour) => ({
    createdAtMs: START_MS + hour * HOUR_MS,
    accounts: accounts(hour),
  })).reverse();
}

function kept<F extends { createdAtMs: number; accounts: number }>(files: readonly F[]): F[] {
  const gone = new Set(superfluous(files));
  return files.filter((file) => !gone.has(file));
}

describe('rotation', () => {
  it('keeps the newest five, the last of seven days, and the last of four weeks', () => {
    const ages = kept(hourly(24 * 60)).map(({ createdAtMs }) => (START_MS + 60 * DAY_MS - createdAtMs) / HOUR_MS);
    const newest = [1, 2, 3, 4, 5];
    const days = [25, 49, 73, 97, 121, 145];
    // Day 60 is the fourth of its week.
    const weeks = [4 * 24 + 1, 11 * 24 + 1, 18 * 24 + 1].filter((age) => !days.includes(age));
    expect(ages).toEqual([...newest, ...days, ...weeks]);
  });

  it('comes to the same, done after each new file', () => {
    let files: { createdAtMs: number; accounts: number }[] = [];
    for (const file of hourly(24 * 60).reverse()) files = kept([file, ...files]);
    expect(files).toEqual(kept(hourly(24 * 60)));
  });

  it('never gives up a fuller file for emptier ones', () => {
    const loss = 24 * 3;
    const files = hourly(24 * 60, (hour) => (hour < loss ? 10 : 2));
    const fullest = files.filter(({ accounts }) => accounts === 10);
    expect(kept(files)).toContain(fullest[0]);
    expect(kept(files).filter(({ accounts }) => accounts === 10)).toHaveLength(1);
  });

  it('takes files one by one, of this identity only', async () => {
    const folder = join(temporaryFolder(), 'on', 'another disk');
    const add = async (identity: typeof alice, createdAtMs: number, accounts: number) => {
      const records: DurableRecord[] = Array.from({ length: accounts }, (_, number) =>
        emptyAccount(bob.publicKey, `E${number}`),
      );
      const { publicKey } = identity;
      const contents: BackupContents = {
        ...{ version: 1, network: 'geo', publicKey, createdAtMs, records, contacts: [], settings: null },
      };
      await addBackupFile(folder, await sealBackup(contents, identity), createdAtMs);
      return rotateBackupFiles(folder, identity);
    };
    await add(bob, START_MS - 1, 1);
    writeFileSync(join(folder, 'geo-20240101T000000000Z.backup'), 'damaged');
    const removed: string[] = [];
    for (let hour = 0; hour < 10; hour++) removed.push(...(await add(alice, START_MS + hour * HOUR_MS, 2)));
    expect(removed).toHaveLength(5);
    const files = await listBackupFiles(folder, alice);
    expect(files.map(({ createdAtMs, accounts }) => [(createdAtMs - START_MS) / HOUR_MS, accounts])).toEqual(
      [9, 8, 7, 6, 5].map((hour) => [hour, 2]),
    );
    expect(readdirSync(folder)).toHaveLength(7);
    expect(await listBackupFiles(folder, bob)).toHaveLength(1);
    if (process.platform !== 'win32') expect(statSync(files[0]?.path ?? '').mode & 0o777).toBe(0o600);
  });

  it('finds nothing where there is no folder', async () => {
    expect(await listBackupFiles(join(temporaryFolder(), 'none'), alice)).toEqual([]);
  });
});
