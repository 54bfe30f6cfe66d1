import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MapIndex } from '#hub-indexer/index/map-index.ts';
import { type Snapshot, Snapshots } from '#hub-indexer/index/snapshot.ts';
import { openDatabase } from '#node/store/database.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { temporaryFolder } from '#test/support/store.ts';

const keyOf = (number: number) => number.toString(16).padStart(64, '0') as PublicKey;

/** So many participants around one, in two equivalents. */
function snapshotOf(participants: number): Snapshot {
  const index = new MapIndex(new Uint8Array(8));
  for (let at = 1; at < participants; at++) {
    index.set({ from: keyOf(at), to: keyOf(0), equivalent: at % 2 === 0 ? 'UAH' : 'hour' }, true);
  }
  return { writtenAtMs: 1_000 + participants, parts: index.images() };
}

function equivalentsOf(snapshot: Snapshot) {
  const index = new MapIndex(new Uint8Array(8));
  for (const part of snapshot.parts) index.load(part);
  return index.equivalents();
}

async function written(folder: string, ...all: Snapshot[]): Promise<void> {
  const { snapshots } = await Snapshots.open(folder, 'geo-test');
  for (const snapshot of all) await snapshots.write(snapshot);
  await snapshots.close();
}

/** What is found in a folder, which is left closed. */
async function found(folder: string, network = 'geo-test') {
  const { snapshots, found } = await Snapshots.open(folder, network);
  await snapshots.close();
  return found;
}

it('none at first, then the last one that was written', async () => {
  const folder = temporaryFolder();
  expect(await found(folder)).toBe('none');
  await written(folder, snapshotOf(20_000), snapshotOf(50));
  const last = (await found(folder)) as Snapshot;
  expect(last).toMatchObject({ writtenAtMs: 1_050 });
  expect(equivalentsOf(last)).toEqual(equivalentsOf(snapshotOf(50)));
  await written(folder, snapshotOf(20_000));
  expect(equivalentsOf((await found(folder)) as Snapshot)).toEqual(equivalentsOf(snapshotOf(20_000)));
});

it('an index without lines', async () => {
  const folder = temporaryFolder();
  await written(folder, snapshotOf(1));
  expect(await found(folder)).toMatchObject({ parts: [] });
});

it('pieces of one that was never finished are deleted', async () => {
  const folder = temporaryFolder();
  await written(folder, snapshotOf(50));
  const path = join(folder, 'hub-index');
  const before = await openDatabase(path, `${path}.mark`);
  const { count } = before;
  await before.write({ sync: true }, (batch) => batch.put('piece/000000000002/UAH/00000000', Uint8Array.of(1)));
  await before.close();
  expect(equivalentsOf((await found(folder)) as Snapshot)).toEqual(equivalentsOf(snapshotOf(50)));
  const after = await openDatabase(path, `${path}.mark`);
  expect(after.count).toBe(count);
  await after.close();
});

it('one of another network, of another version, or without a piece is put away with words, and the next one is kept', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'hub-index');
  const change = async (key: string, value: string | null) => {
    const database = await openDatabase(path, `${path}.mark`);
    await database.write({ sync: true }, (batch) => {
      if (value === null) batch.delete(key);
      else batch.put(key, new TextEncoder().encode(value));
    });
    await database.close();
  };
  const cases = [
    [() => Promise.resolve(), 'other', /it is of the network geo-test/],
    [() => change('snapshot', '{"format":2}'), 'geo-test', /another version/],
    [() => change('snapshot', '{'), 'geo-test', /another version/],
    [() => change('piece/000000000001/UAH/00000000', null), 'geo-test', /UAH is missing/],
    [() => change('piece/000000000001/UAH/00000000', 'x'), 'geo-test', /UAH is missing or damaged/],
  ] as const;
  for (const [damage, network, words] of cases) {
    await written(folder, snapshotOf(50));
    await damage();
    expect(await found(folder, network)).toEqual({ why: expect.stringMatching(words) });
    expect(await found(folder, network)).toBe('none');
  }
});

it('a flipped bit anywhere is noticed, or does no harm', async () => {
  const folder = temporaryFolder();
  await written(folder, snapshotOf(3_000));
  const names = readdirSync(join(folder, 'hub-index')).filter((name) => /\.(log|ldb)$|^MANIFEST/.test(name));
  let noticed = 0;
  for (const name of names) {
    for (let part = 1; part < 8; part++) {
      const copy = temporaryFolder();
      cpSync(folder, copy, { recursive: true });
      const file = join(copy, 'hub-index', name);
      const bytes = readFileSync(file);
      if (bytes.length === 0) continue;
      const at = Math.floor((bytes.length * part) / 8);
      bytes[at] = (bytes[at] as number) ^ 4;
      writeFileSync(file, bytes);
      const read = await found(copy);
      if (read === 'none' || 'why' in read) noticed++;
      else expect(equivalentsOf(read)).toEqual(equivalentsOf(snapshotOf(3_000)));
    }
  }
  expect(noticed).toBeGreaterThan(0);
});
