import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { takeLock } from '#node/store/lock.ts';
import { pendingSalvage, type Salvaged, salvage } from '#node/store/salvage.ts';
import { openStore } from '#node/store/store.ts';
import { decodeValue, encodeValue } from '#node/store/value.ts';
import { recordKey } from '#protocol/record-key.ts';
import { type DurableRecord, Records } from '#protocol/records.ts';
import { Random } from '#simulations/random.ts';
import { person, THEN_MS } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';
import {
  clock,
  type Files,
  filesOf,
  type MadeFolder,
  madeFolder,
  putFiles,
  recordsOfIntermediary,
  valuesIn,
} from '#test/support/store-folders.ts';

/** What the indexes and the version add to the records. */
const OWN = /^(?:open|history|meta)\/|^document\/salvage\//;

function recordsAmong(values: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  return new Map([...values].filter(([key]) => !OWN.test(key)));
}

/** Salvages these files; checks that nothing in the result was not there before, and that it is a store like any other. */
async function salvaged(
  files: Files,
  made: MadeFolder,
): Promise<{ readonly told: Salvaged; readonly missing: readonly string[]; readonly folder: string }> {
  const folder = temporaryFolder();
  putFiles(folder, files);
  const told = await salvage(folder, THEN_MS);
  const kept = recordsAmong(await valuesIn(folder));
  const before = recordsAmong(made.values);
  // Where the last version is lost, an earlier one comes to light: the node that starts on it counts as restored.
  const old = [...kept].filter(([key, value]) => Buffer.compare(value, before.get(key) ?? Buffer.alloc(0)) !== 0);
  for (const [key, value] of old) expect([key, isEarlier(made, key, value)]).toStrictEqual([key, true]);
  if (old.length > 0) expect(told.lost).not.toStrictEqual([]);
  expect(told.kept).toBe(kept.size);
  const store = await openStore(folder, { clock });
  expect(await store.load(new Records(person(2).key, 'geo-test', store.read))).toStrictEqual({ isVerified: true });
  expect(pendingSalvage(store)?.salvaged).toStrictEqual(told);
  await store.close();
  expect(readdirSync(folder).filter((name) => /salvag/.test(name))).toStrictEqual([]);
  return { told, missing: [...before.keys()].filter((key) => !kept.has(key)), folder };
}

/** Was this ever a version of the record or document? */
function isEarlier({ batches }: MadeFolder, key: string, value: Uint8Array): boolean {
  if (key.startsWith('document/')) return true;
  const versions = batches.flat().filter((record) => recordKey(record) === key);
  return versions.some((record) => Buffer.compare(encodeValue(record), value) === 0);
}

const flip = (content: Buffer, bit: number): Buffer => {
  const bytes = Buffer.from(content);
  bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
  return bytes;
};

const named = (files: Files, pattern: RegExp): string => {
  const largest = [...files].filter(([name]) => pattern.test(name)).sort(([, a], [, b]) => b.length - a.length)[0];
  return (largest as [string, Buffer])[0];
};

describe('salvage', () => {
  it('of a database that is whole keeps all, and says that nothing was lost', async () => {
    const made = await madeFolder(recordsOfIntermediary(12), 'closed');
    const { told, missing, folder } = await salvaged(made.files, made);
    expect(told.lost).toStrictEqual([]);
    expect(missing).toStrictEqual([]);
    // The indexes too are what they were.
    expect(
      new Map([...(await valuesIn(folder))].filter(([key]) => !key.startsWith('document/salvage/'))),
    ).toStrictEqual(made.values);
    expect([...filesOf(told.setAside)].map(([name]) => name)).toEqual(
      expect.arrayContaining(['store.watermark', 'store/CURRENT']),
    );
  });

  it.each(['closed', 'killed'] as const)('keeps what flipped bits leave of a folder that was %s', async (end) => {
    const made = await madeFolder(recordsOfIntermediary(40), end);
    const random = new Random(5);
    const names = [...made.files.keys()].filter((name) =>
      /^store[./].*(?:ldb|log|MANIFEST|CURRENT|watermark)/.test(name),
    );
    let lost = 0;
    for (let round = 0; round < 25; round++) {
      const name = random.pick(names);
      const content = made.files.get(name) as Buffer;
      if (content.length === 0) continue;
      const files = new Map([...made.files, [name, flip(content, random.below(content.length * 8))]]);
      const { told, missing } = await salvaged(files, made);
      // One block of four kilobytes, or of a log thirty-two; never more, and never without a word.
      expect([name, missing.length]).toStrictEqual([name, expect.toSatisfy((count: number) => count < 60)]);
      if (missing.length > 0) expect(told.lost.length).toBeGreaterThan(0);
      if (missing.length > 0) lost++;
    }
    expect(lost).toBeGreaterThan(5);
  });

  it('of a table with a damaged index keeps all of it', async () => {
    const made = await madeFolder(recordsOfIntermediary(12), 'closed');
    const name = named(made.files, /\.ldb$/);
    const content = made.files.get(name) as Buffer;
    for (const fromEnd of [1, 20, 47, 60]) {
      const files = new Map([...made.files, [name, flip(content, 8 * (content.length - fromEnd))]]);
      const { told, missing } = await salvaged(files, made);
      expect([fromEnd, told.lost, missing]).toStrictEqual([fromEnd, [], []]);
    }
  });

  it('names the records that a damaged block held', async () => {
    const made = await madeFolder(recordsOfIntermediary(40), 'closed');
    const name = named(made.files, /\.ldb$/);
    const files = new Map([...made.files, [name, flip(made.files.get(name) as Buffer, 8 * 9_000)]]);
    const { told, missing, folder } = await salvaged(files, made);
    expect(missing.length).toBeGreaterThan(0);
    const transactions = missing.filter((key) => /^(?:transaction|payment)\//.test(key));
    expect(told.lost).toEqual(expect.arrayContaining(transactions));
    // A transaction that comes back is in the history once.
    const store = await openStore(folder, { clock });
    await store.load(new Records(person(2).key, 'geo-test', store.read));
    const back = transactions.map((key) => decodeValue(made.values.get(key) as Uint8Array) as DurableRecord);
    await store.write(back, { sync: true });
    const keys = (await store.history({ limit: 1_000 })).map(({ record }) => recordKey(record));
    expect(new Set(keys).size).toBe(keys.length);
    await store.close();
  });

  it('rebuilds the indexes', async () => {
    const made = await madeFolder(recordsOfIntermediary(12), 'closed');
    const folder = temporaryFolder();
    putFiles(folder, made.files);
    const { Level } = await import('level');
    const level = new Level(join(folder, 'store'));
    for await (const key of level.keys({ gt: 'open/', lt: 'open0' })) await level.del(key);
    for await (const key of level.keys({ gt: 'history/', lt: 'history0' })) await level.del(key);
    await level.close();
    const { folder: again } = await salvaged(filesOf(folder), made);
    const values = await valuesIn(again);
    const keysOf = (of: ReadonlyMap<string, Uint8Array>, prefix: string) =>
      [...of.keys()].filter((key) => key.startsWith(prefix));
    expect(keysOf(values, 'open/')).toStrictEqual(keysOf(made.values, 'open/'));
    expect(keysOf(values, 'open/').length).toBeGreaterThan(2);
    const entries = (of: ReadonlyMap<string, Uint8Array>) =>
      keysOf(of, 'history/')
        .map((key) => key.slice(25))
        .sort();
    expect(entries(values)).toStrictEqual(entries(made.values));
  });

  it.each([
    ['store.watermark', /watermark$/, true],
    // All that they say can be found out from the others.
    ['CURRENT', /CURRENT$/, false],
    ['MANIFEST', /MANIFEST/, false],
    ['a table', /\.ldb$/, true],
    ['the log', /\.log$/, true],
  ] as const)('goes on without %s', async (_what, pattern, isLoss) => {
    const made = await madeFolder(recordsOfIntermediary(12), 'closed');
    const name = named(made.files, pattern);
    for (const instead of ['nothing', 'a folder'] as const) {
      const folder = temporaryFolder();
      putFiles(folder, made.files);
      rmSync(join(folder, name));
      if (instead === 'a folder') mkdirSync(join(folder, name));
      await expect(openStore(folder, { clock })).rejects.toMatchObject({ code: 'store-corrupt' });
      const told = await salvage(folder, THEN_MS);
      const isTold = told.lost.some((what) => !what.startsWith('the file '));
      expect([instead, isTold]).toStrictEqual([instead, isLoss]);
      await (await openStore(folder, { clock })).close();
    }
  });

  it('of a database that is gone begins an empty one, and says so', async () => {
    const made = await madeFolder(recordsOfIntermediary(3), 'closed');
    const files = new Map([...made.files].filter(([name]) => !name.startsWith('store/')));
    const { told, missing } = await salvaged(files, made);
    expect(told).toMatchObject({ kept: 0, lost: ['how many records there were is not known'] });
    expect(missing.length).toBe(recordsAmong(made.values).size);
  });

  it('of an old copy keeps that, and says how much it lacks', async () => {
    const batches = recordsOfIntermediary(12);
    const old = await madeFolder(batches.slice(0, -4), 'closed');
    const made = await madeFolder(batches, 'closed');
    const watermark = made.files.get('store.watermark') as Buffer;
    const folder = temporaryFolder();
    putFiles(folder, new Map([...old.files, ['store.watermark', watermark]]));
    await expect(openStore(folder, { clock })).rejects.toMatchObject({
      code: 'store-corrupt',
      message: expect.stringMatching(/the last 4 batches .* are missing/),
    });
    const told = await salvage(folder, THEN_MS);
    expect(told.lost).toStrictEqual(['what the last 4 batches wrote']);
    expect(recordsAmong(await valuesIn(folder))).toStrictEqual(recordsAmong(old.values));
  });

  it('is refused while the folder is used', async () => {
    const made = await madeFolder(recordsOfIntermediary(1), 'closed');
    const folder = temporaryFolder();
    putFiles(folder, made.files);
    const lock = takeLock(folder, Date.now());
    await expect(salvage(folder)).rejects.toMatchObject({ code: 'folder-in-use' });
    lock.release();
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });

  it('that was cut short at any step is done again, or finished by the next start', async () => {
    const made = await madeFolder(recordsOfIntermediary(6), 'closed');
    const folder = temporaryFolder();
    putFiles(folder, made.files);
    const { setAside } = await salvage(folder, THEN_MS);
    const after = recordsAmong(await valuesIn(folder));
    // As it was before each of the steps by which the salvaged database takes its place.
    const finished = setAside.replace('damaged', 'salvaged');
    const back: readonly (() => void)[] = [
      () => mkdirSync(finished),
      () => renameSync(join(folder, 'store'), join(finished, 'store')),
      () => renameSync(join(setAside, 'store'), join(folder, 'store')),
      () => renameSync(join(folder, 'store.watermark'), join(finished, 'store.watermark')),
      () => renameSync(join(setAside, 'store.watermark'), join(folder, 'store.watermark')),
      () => rmSync(setAside, { recursive: true }),
    ];
    for (let steps = 1; steps <= back.length; steps++) {
      for (const step of back.slice(0, steps)) step();
      const store = await openStore(folder, { clock });
      expect(pendingSalvage(store)?.salvaged.setAside).toBe(setAside);
      await store.close();
      expect(recordsAmong(await valuesIn(folder))).toStrictEqual(after);
      expect(statSync(join(setAside, 'store', 'CURRENT')).isFile()).toBe(true);
      expect(existsSync(finished)).toBe(false);
    }
    // What was still being written is of no use.
    mkdirSync(join(folder, 'store.salvaging'));
    writeFileSync(join(folder, 'store.salvaging', 'CURRENT'), 'half');
    expect((await salvage(folder, THEN_MS)).lost).toStrictEqual([]);
    expect(existsSync(join(folder, 'store.salvaging'))).toBe(false);
  });

  it('is told until the node says that it knows', async () => {
    const made = await madeFolder(recordsOfIntermediary(1), 'closed');
    const { folder } = await salvaged(made.files, made);
    const store = await openStore(folder, { clock });
    await pendingSalvage(store)?.done();
    expect(pendingSalvage(store)).toBeUndefined();
    await store.close();
  });
});
