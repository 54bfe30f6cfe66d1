import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '#node/config.ts';
import { Failure } from '#node/failure.ts';
import { readKeyFile } from '#node/identity/key-file.ts';
import { openDatabase } from '#node/store/database.ts';
import { openStore, type Store } from '#node/store/store.ts';
import type { Account } from '#protocol/account.ts';
import { recordKey } from '#protocol/record-key.ts';
import { type DurableRecord, Records } from '#protocol/records.ts';
import { numbered } from '#test/support/numbered-records.ts';
import { person } from '#test/support/people.ts';
import { smallDisk } from '#test/support/small-disk.ts';
import { temporaryFolder } from '#test/support/store.ts';
import {
  clock,
  type Files,
  filesOf,
  madeFolder,
  putFiles,
  recordsOfIntermediary,
  valuesIn,
} from '#test/support/store-folders.ts';

const self = person(2).key;

/** Starts on the folder as a node does; the failure, or null. */
async function failureOf(folder: string): Promise<Failure | null> {
  let store: Store | null = null;
  try {
    const { network } = readConfig({ flags: { dataDir: folder }, environment: {} });
    const { publicKey } = await readKeyFile(folder, () => Promise.resolve(null));
    store = await openStore(folder, { clock });
    await store.load(new Records(publicKey, network, store.read));
    return null;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  } finally {
    await store?.close();
  }
}

describe('a file of the data folder', () => {
  const LEVEL = /^store\/(?:CURRENT|MANIFEST-\d+|\d+\.(?:ldb|log))$|^store\.watermark$/;
  /** Messages and locks: nothing is read from them. Settings: without them there are the usual ones. */
  const HARMLESS = /^store\/(?:LOG|LOG\.old|LOCK)$|^lock$|^config\.toml$/;

  it.each([
    ['that is missing', 'closed'],
    ['that is missing', 'killed'],
    ['in the place of which is a folder, so that reading it fails', 'closed'],
  ] as const)('%s is named, or its loss changes nothing; node %s', async (what, end) => {
    const made = await madeFolder(recordsOfIntermediary(4), end);
    const isMissing = what === 'that is missing';
    for (const name of made.files.keys()) {
      const folder = temporaryFolder();
      putFiles(folder, made.files);
      rmSync(join(folder, name));
      if (!isMissing) mkdirSync(join(folder, name));
      const failure = await failureOf(folder);
      if (LEVEL.test(name)) {
        const isEmptyLog = name.endsWith('.log') && made.files.get(name)?.length === 0;
        if (!isEmptyLog) expect([name, failure?.code]).toStrictEqual([name, 'store-corrupt']);
      } else if (name === 'identity.json') {
        expect(failure?.code).toBe(isMissing ? 'identity-missing' : 'folder-unreadable');
      } else {
        expect(name).toMatch(HARMLESS);
        if (isMissing) expect([name, failure]).toStrictEqual([name, null]);
        if (failure === null) expect([name, await valuesIn(folder)]).toStrictEqual([name, made.values]);
        else expect(failure.message).toContain(name);
      }
    }
  });
});

describe('a process that ends between any two writes', () => {
  it('leaves a store with all batches before, and none after', async () => {
    const folder = temporaryFolder();
    const batches = recordsOfIntermediary(6);
    const store = await openStore(folder, { clock });
    const states: { readonly files: Files; readonly records: ReadonlyMap<string, DurableRecord> }[] = [];
    const records = new Map<string, DurableRecord>();
    const keep = (): void => void states.push({ files: filesOf(folder), records: new Map(records) });
    keep();
    for (const batch of batches) {
      for (const record of batch) records.set(recordKey(record), record);
      await store.write(batch, { sync: true });
      keep();
    }
    await store.close();
    expect(states.length).toBeGreaterThan(10);
    const copy = temporaryFolder();
    for (const [number, { files, records: expected }] of states.entries()) {
      // The watermark may be one batch behind.
      const before = states[number - 1]?.files.get('store.watermark');
      for (const watermark of [files.get('store.watermark'), before]) {
        if (watermark === undefined) continue;
        putFiles(copy, new Map([...files, ['store.watermark', watermark]]));
        rmSync(join(copy, 'lock'));
        const again = await openStore(copy, { clock });
        await again.load(new Records(self, 'geo-test', again.read));
        for (const key of records.keys()) {
          expect([number, key, again.read(key)]).toStrictEqual([number, key, expected.get(key)]);
        }
        await again.close();
      }
    }
  });

  it('while the very first store is made, leaves a folder on which the next start makes it', async () => {
    const whole = temporaryFolder();
    await (await openStore(whole, { clock })).close();
    const files = filesOf(whole);
    const size = (await valuesIn(whole)).size;
    const manifest = [...files.keys()].find((name) => name.includes('MANIFEST')) as string;
    const order = ['store/LOCK', 'store/LOG', manifest];
    for (let count = 0; count <= order.length; count++) {
      const folder = temporaryFolder();
      putFiles(folder, new Map(order.slice(0, count).map((name) => [name, files.get(name) as Buffer])));
      const store = await openStore(folder, { clock });
      await store.write(numbered(1), { sync: true });
      await store.close();
      expect((await valuesIn(folder)).size).toBe(size + 2);
    }
  });
});

describe('a last write that was torn', () => {
  it('at any byte is gone as a whole when it was not acknowledged, and missed when it was', async () => {
    const folder = temporaryFolder();
    const store = await openStore(folder, { clock });
    const [first, second] = [numbered(1)[0], numbered(2)[0]];
    await store.write([first], { sync: true });
    const before = filesOf(folder);
    await store.write([second], { sync: true });
    const after = filesOf(folder);
    await store.close();
    const log = [...after.keys()].find((name) => name.endsWith('.log')) as string;
    const [short, long] = [before.get(log)?.length ?? 0, after.get(log) as Buffer];
    expect(long.length).toBeGreaterThan(short + 100);
    const copy = temporaryFolder();
    for (let length = short; length < long.length; length++) {
      // The acknowledged ones need not all be tried: the watermark says the same of each.
      for (const isAcknowledged of length % 8 === 0 ? [false, true] : [false]) {
        const watermark = (isAcknowledged ? after : before).get('store.watermark') as Buffer;
        putFiles(copy, new Map([...after, [log, long.subarray(0, length)], ['store.watermark', watermark]]));
        rmSync(join(copy, 'lock'));
        const failure = await openStore(copy, { clock }).then(
          async (again) => {
            await again.load(new Records(self, 'geo-test', again.read));
            expect(again.read(recordKey(first))).toStrictEqual(first);
            expect(again.read(recordKey(second))).toBeUndefined();
            await again.close();
            return null;
          },
          (error: unknown) => error,
        );
        if (isAcknowledged) expect([length, failure]).toMatchObject([length, { code: 'store-corrupt' }]);
        else expect([length, failure]).toStrictEqual([length, null]);
      }
    }
  });
});

it('a log that does not end as it was written is noted, so that even the largest store is read through', async () => {
  const folder = temporaryFolder();
  const store = await openStore(folder, { clock });
  await store.write(numbered(1), { sync: true });
  const before = filesOf(folder);
  await store.write(numbered(2), { sync: true });
  const files = filesOf(folder);
  await store.close();
  const log = [...files.keys()].find((name) => name.endsWith('.log')) as string;
  const content = files.get(log) as Buffer;
  for (const [cut, isWhole] of [
    [0, true],
    [5, false],
  ] as const) {
    const watermark = before.get('store.watermark') as Buffer;
    const torn = new Map([...files, [log, content.subarray(0, content.length - cut)], ['store.watermark', watermark]]);
    putFiles(folder, torn);
    const database = await openDatabase(join(folder, 'store'), join(folder, 'store.watermark'));
    expect([cut, database.hadWholeLogs]).toStrictEqual([cut, isWhole]);
    await database.close();
  }
});

describe('a full disk', () => {
  const CHILD = join(import.meta.dirname, '../support/store-child.ts');

  /** Lets a process write until it cannot; the last number that it acknowledged, and what it said at its end. */
  async function writeUntilFull(command: readonly string[], folder: string): Promise<{ last: number; end: string }> {
    const [program, ...args] = command as readonly [string, ...string[]];
    const child = spawn(program, [...args, CHILD, 'write', folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const exit = once(child, 'exit');
    const said: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) said.push(line);
    await exit;
    const numbers = said.filter((line) => /^\d+$/.test(line));
    return { last: Number(numbers.at(-1) ?? -1), end: said.at(-1) ?? '' };
  }

  async function expectSaved(folder: string, last: number): Promise<void> {
    const store = await openStore(folder);
    await store.load(new Records(self, 'geo-test', store.read));
    const [, account] = numbered(0);
    expect(Number((store.read(recordKey(account)) as Account).balance)).toBeGreaterThanOrEqual(last);
    for (let number = 0; number <= last; number++) {
      const [record] = numbered(number);
      expect(store.read(recordKey(record))).toStrictEqual(record);
    }
    await store.close();
  }

  it('is said so; nothing that was acknowledged is lost, and with room again the store goes on', async () => {
    const disk = smallDisk();
    const folder = join(disk.folder, 'data');
    await (await openStore(folder)).close();
    disk.fill(100_000);
    const { last, end } = await writeUntilFull(disk.command, folder);
    expect(end).toBe('disk-full');
    expect(last).toBeGreaterThan(10);
    disk.free();
    await expectSaved(folder, last);
    const store = await openStore(folder);
    await store.write(numbered(last + 2), { sync: true });
    await store.close();
    await expectSaved(folder, last + 2 - 2);
  });

  it('at the start is said so, again and again, and costs nothing', async () => {
    const disk = smallDisk();
    if (disk.kind !== 'tmpfs') return expectLimitAtStart(disk.command);
    const folder = join(disk.folder, 'data');
    const store = await openStore(folder);
    for (let number = 0; number <= 40; number++) await store.write(numbered(number), { sync: true });
    await store.close();
    disk.fill(0);
    for (let time = 0; time < 3; time++) {
      const { end } = await writeUntilFull(disk.command, folder);
      expect(end).toBe('disk-full');
    }
    disk.free();
    await expectSaved(folder, 40);
  });

  /** Without a disk of its own: no file may have a single byte. */
  async function expectLimitAtStart(command: readonly string[]): Promise<void> {
    const folder = temporaryFolder();
    await (await openStore(folder)).close();
    const none = command.map((part) => part.replace(/ulimit -f \d+/, 'ulimit -f 0'));
    expect((await writeUntilFull(none, folder)).end).toBe('disk-full');
    await (await openStore(folder)).close();
  }
});
