/** Opens, loads and verifies the store of a folder, and tells how long each took: `start-up-process.ts FOLDER`. */
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { openStore } from '#node/store/store.ts';
import { Records } from '#protocol/records.ts';
import { person } from '#test/support/people.ts';

/** What a process says of its start. */
export interface Start {
  readonly startMs: number;
  readonly verifyMs: number;
  readonly memoryMb: number;
  readonly values: number;
}

/** For what is no longer used to be given back. */
const PAUSE_MS = 500;

/** Without the files that are mapped into memory, which the system takes back whenever it needs room. */
function memoryMb(): number {
  try {
    const [, kilobytes] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
    return Number(kilobytes) / 1_000;
  } catch {
    return process.memoryUsage.rss() / 1_000_000;
  }
}

const [folder] = process.argv.slice(2) as [string];
const began = performance.now();
const store = await openStore(folder);
await store.load(new Records(person(2).key, 'geo-test', store.read));
const startMs = performance.now() - began;
await setTimeout(PAUSE_MS);
const memory = memoryMb();
const from = performance.now();
const { values } = await store.verify();
const start: Start = { startMs, verifyMs: performance.now() - from, memoryMb: memory, values };
await store.close();
process.send?.(start);
process.disconnect();
