/** Data folders of a node that has passed payments on, made by the machine itself, and kept in memory to be damaged. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import type { Clock } from '#node/clock.ts';
import { CONFIG_FILE } from '#node/config.ts';
import { createKeyFile } from '#node/identity/key-file.ts';
import { type Database, openDatabase } from '#node/store/database.ts';
import { openStore } from '#node/store/store.ts';
import type { DurableRecord } from '#protocol/records.ts';
import { Network } from './network.ts';
import { THEN_MS } from './people.ts';
import { temporaryFolder } from './store.ts';

/** The time of these records: announcements among them have not expired. */
export const clock: Clock = { nowMs: () => THEN_MS, wakeAt: () => () => undefined };

/**
 * What B of the chain A-B-C-D saves, in batches: payments passed on, made and refused; in the end one is prepared, one
 * committed and not yet acknowledged, one just begun.
 */
export function recordsOfIntermediary(payments: number): readonly (readonly DurableRecord[])[] {
  const net = new Network('ABCD');
  for (const pair of ['BA', 'CB', 'DC']) net.trust(pair, 10_000n);
  const batches: DurableRecord[][] = [];
  let before = net.machine('B').backup();
  batches.push([...before.values()]);
  const save = (): void => {
    const now = net.machine('B').backup();
    batches.push([...now].filter(([key, record]) => before.get(key) !== record).map(([, record]) => record));
    before = now;
  };
  for (let number = 0; number < payments; number++) {
    net.pay('A', 'D', BigInt(1 + number));
    net.run();
    save();
    net.pay('B', 'D', number % 3 === 0 ? 1_000_000n : 2n);
    net.run();
    save();
  }
  net.pay('A', 'D', 7n);
  net.until('B ---commit--> A');
  net.drop('B ---commit--> A');
  save();
  net.pay('A', 'D', 8n);
  net.until('C ---prepare--> D');
  net.drop('C ---prepare--> D');
  save();
  net.pay('B', 'C', 9n);
  save();
  return batches;
}

/** What stands in the lock of a process that was killed; its number is this one's now. */
const DEAD_PROCESS = { pid: process.pid, sinceMs: THEN_MS, processStart: 'another boot/1' };

/** The content of each file of a folder, by its path inside of it. */
export type Files = ReadonlyMap<string, Buffer>;

export interface MadeFolder {
  readonly files: Files;
  /** All values in it, by key, the head left out. */
  readonly values: ReadonlyMap<string, Uint8Array>;
  readonly batches: readonly (readonly DurableRecord[])[];
}

/** A data folder with an identity, settings, and a store of these batches; `killed`: as it is when its process dies. */
export async function madeFolder(
  batches: readonly (readonly DurableRecord[])[],
  end: 'closed' | 'killed',
): Promise<MadeFolder> {
  const files = await writeFolder(temporaryFolder(), batches, end);
  return { files, values: await valuesOf(files), batches };
}

/** The same, in this empty folder. */
export async function writeFolder(
  folder: string,
  batches: readonly (readonly DurableRecord[])[],
  end: 'closed' | 'killed',
): Promise<Files> {
  await createKeyFile(folder, new Uint8Array(32).fill(2), null);
  writeFileSync(join(folder, CONFIG_FILE), stringify({ name: 'Bob', network: 'geo-test', announce: 'always' }));
  const half = batches.length >> 1;
  let killed: Files = new Map();
  // A store that is opened again moves its log into a table.
  for (const part of [batches.slice(0, half), batches.slice(half)]) {
    const store = await openStore(folder, { clock });
    await store.documents('contact').put('carol', { name: 'Carol', limit: BigInt(part.length) });
    for (const batch of part) await store.write(batch, { sync: true });
    killed = new Map([...filesOf(folder), ['lock', Buffer.from(`${JSON.stringify(DEAD_PROCESS)}\n`)]]);
    await store.close();
  }
  return end === 'closed' ? filesOf(folder) : killed;
}

export function filesOf(folder: string): Files {
  const files = new Map<string, Buffer>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (statSync(join(folder, name)).isFile()) files.set(name, readFileSync(join(folder, name)));
  }
  return files;
}

/** Makes the folder hold these files and nothing else. */
export function putFiles(folder: string, files: Files): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  mkdirSync(join(folder, 'store'));
  for (const [name, content] of files) writeFileSync(join(folder, name), content, { mode: 0o600 });
}

/** All values of the store in the folder, by key, the head left out; each is checked. */
export async function valuesIn(folder: string): Promise<Map<string, Uint8Array>> {
  let database: Database | null = null;
  try {
    database = await openDatabase(join(folder, 'store'), join(folder, 'store.watermark'));
    const values = new Map<string, Uint8Array>();
    for await (const [key, value] of database.entries('')) values.set(key, value);
    values.delete('meta/head');
    return values;
  } finally {
    await database?.close();
  }
}

async function valuesOf(files: Files): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = temporaryFolder();
  putFiles(folder, files);
  return valuesIn(folder);
}
