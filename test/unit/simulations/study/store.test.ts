import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseStudy, type StudyFile } from '#simulations/study/file.ts';
import { isOfShard, manifestOf, type Shard } from '#simulations/study/identity.ts';
import { mergeFolders } from '#simulations/study/merge.ts';
import { Store } from '#simulations/study/store.ts';
import { rowOf } from '#simulations/study/worker.ts';

const TEXT =
  'study: small\nseeds: 3\nnetwork: { graph: "ba:12,2" }\ndemand: { payments: 4 }\ngrid: { faults.loss: [0, 0.1, 0.2] }\n';
const FILE = parseStudy('small.yaml', TEXT);
const SHARDS = 7;

let folder: string;
const at = (name: string) => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'geo-study-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function fill(
  name: string,
  shard: Shard,
  most = Number.POSITIVE_INFINITY,
  file: StudyFile = FILE,
): Promise<Store> {
  const store = Store.open(at(name), manifestOf(file, shard));
  for (const point of store.missing().slice(0, most)) {
    const { row } = await rowOf(file, point, () => undefined);
    store.add(point, row, { seconds: 1, cpuSeconds: 1, peakMegabytes: 1 });
  }
  return store;
}

const shardsOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `shard-${index}`);

async function fillShards(): Promise<string[]> {
  for (const [index, name] of shardsOf(SHARDS).entries()) (await fill(name, { index, count: SHARDS })).finish();
  return shardsOf(SHARDS).map(at);
}

const results = (name: string) => JSON.stringify(Store.read(at(name)).finish());

describe('a study', () => {
  it('that was broken off goes on, and gives the same to the byte', async () => {
    (await fill('whole', null)).finish();
    await fill('broken', null, 4);
    // The machine stopped in the midst of a row.
    appendFileSync(join(at('broken'), 'points.jsonl'), '{"point":4,"row":{"se');
    const again = await fill('broken', null);
    expect(again.rows().size).toBe(9);
    again.finish();
    expect(results('broken')).toBe(results('whole'));
  });

  it('in seven shards put together is the same as one run, to the byte', async () => {
    (await fill('whole', null)).finish();
    mergeFolders((await fillShards()).toReversed(), at('merged'));
    expect(results('merged')).toBe(results('whole'));
    expect(readFileSync(join(at('merged'), 'study.json'))).toEqual(readFileSync(join(at('whole'), 'study.json')));
  });

  it('has each point in one shard', () => {
    for (const { number } of FILE.points) {
      const owners = shardsOf(SHARDS).filter((_, index) => isOfShard(number, { index, count: SHARDS }));
      expect(owners).toHaveLength(1);
    }
  });
});

describe('a folder is refused', () => {
  it.each([
    ['of another study', TEXT.replace('study: small', 'study: other'), 'holds the study “small”, not “other”'],
    ['of an earlier state of the file', `${TEXT}clearing: on\n`, 'its file, or one that it reads, has changed since'],
  ])('%s', async (_what, text, words) => {
    await fill('there', null, 1);
    expect(() => Store.open(at('there'), manifestOf(parseStudy('small.yaml', text), null))).toThrow(words);
  });

  it('of another shard', async () => {
    await fill('there', { index: 1, count: 3 }, 1);
    expect(() => Store.open(at('there'), manifestOf(FILE, { index: 2, count: 3 }))).toThrow(
      'holds shard 1 of 3, not shard 2 of 3',
    );
    expect(() => Store.open(at('there'), manifestOf(FILE, null))).toThrow('holds shard 1 of 3, not all points');
  });

  it('whose program or columns are others', async () => {
    await fill('there', null, 1);
    const manifest = manifestOf(FILE, null);
    expect(() => Store.open(at('there'), { ...manifest, code: '0' })).toThrow(
      'was run by another version of the program',
    );
    expect(() => Store.open(at('there'), { ...manifest, metrics: [] })).toThrow('with other columns');
  });

  it('in which rows contradict each other or mean nothing', async () => {
    const store = await fill('there', null, 1);
    const rows = join(store.folder, 'points.jsonl');
    const [row] = readFileSync(rows, 'utf8').split('\n') as [string];
    writeFileSync(rows, `${row}\n${row.replace('"seed":1', '"seed":2')}\n`);
    expect(() => Store.read(store.folder)).toThrow('has two different rows for point 0');
    writeFileSync(rows, `${row}\n{"point":99,"row":{}}\n`);
    expect(() => Store.read(store.folder)).toThrow('line 2 of points.jsonl is no row of this study');
    writeFileSync(rows, `not JSON\n${row}\n`);
    expect(() => Store.read(store.folder)).toThrow('line 1 of points.jsonl is no row');
  });

  it('that has a file of the study that changed', async () => {
    writeFileSync(at('graph.csv'), 'a,b,10\nb,c,10\nc,a,10\n');
    const file = parseStudy(at('s.yaml'), 'study: small\nnetwork: { graph: graph.csv }\ndemand: { payments: 2 }\n');
    await fill('there', null, 1, file);
    writeFileSync(at('graph.csv'), 'a,b,11\nb,c,10\nc,a,10\n');
    expect(() => Store.open(at('there'), manifestOf(file, null))).toThrow('has changed since');
    rmSync(at('graph.csv'));
    expect(() => manifestOf(file, null)).toThrow('reads “graph.csv”');
  });
});

describe('shards are not put together', () => {
  it('when one is missing', async () => {
    const folders = await fillShards();
    expect(() => mergeFolders(folders.toSpliced(3, 1), at('merged'))).toThrow('shard 3 of 7 is missing');
    expect(existsSync(at('merged'))).toBe(false);
  });

  it('when one is not finished', async () => {
    const folders = await fillShards();
    writeFileSync(join(folders[2] as string, 'points.jsonl'), '');
    expect(() => mergeFolders(folders, at('merged'))).toThrow('shard-2: has no row for point 2 yet');
  });

  it('when one is of something else', async () => {
    const folders = await fillShards();
    const file = parseStudy('small.yaml', `${TEXT}clearing: on\n`);
    await fill('foreign', { index: 0, count: SHARDS }, 9, file);
    expect(() => mergeFolders([...folders.slice(1), at('foreign')], at('merged'))).toThrow(
      'foreign: does not belong to',
    );
    await fill('half', { index: 0, count: 2 });
    expect(() => mergeFolders([...folders, at('half')], at('merged'))).toThrow('is shard 0 of 2');
  });

  it('when two contradict each other', async () => {
    const folders = await fillShards();
    await fill('again', { index: 0, count: SHARDS });
    const rows = join(at('again'), 'points.jsonl');
    writeFileSync(rows, readFileSync(rows, 'utf8').replace('"paid":', '"paid":1'));
    expect(() => mergeFolders([...folders, at('again')], at('merged'))).toThrow('contradicts');
  });

  it('when there is no study, or one already', async () => {
    expect(() => mergeFolders([at('nothing')], at('merged'))).toThrow('has no manifest of a study');
    const folders = await fillShards();
    mergeFolders(folders, at('merged'));
    expect(() => mergeFolders(folders, at('merged'))).toThrow('holds a study already');
    expect(readdirSync(at('merged')).sort()).toEqual(['points.jsonl', 'study.json']);
  });
});
