/** A hub that is killed at any moment finds its last whole snapshot again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { MapIndex } from '#hub-indexer/index/map-index.ts';
import { type Snapshot, Snapshots } from '#hub-indexer/index/snapshot.ts';
import { starLine } from '#test/support/star.ts';
import { temporaryFolder } from '#test/support/store.ts';

const CHILD = fileURLToPath(new URL('../support/snapshot-child.ts', import.meta.url));
const KILLS = 10;

/** Lets a process write until it has said so many lines, kills it a little later, and gives the last one. */
async function killed(folder: string, said: number, laterMs: number): Promise<number> {
  const child = spawn(process.execPath, [CHILD, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let last = 0;
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    // At another point of the next snapshot each time; what it says meanwhile counts too.
    if (++lines === said) setTimeout(() => child.kill('SIGKILL'), laterMs);
  }
  if (child.signalCode === null && child.exitCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  return last;
}

it('whole, and not older than the last that was written', async () => {
  const folder = temporaryFolder();
  for (let kill = 0; kill < KILLS; kill++) {
    const last = await killed(folder, 1 + (kill % 2), (7 * kill) % 40);
    const { snapshots, found } = await Snapshots.open(folder, 'geo-test');
    await snapshots.close();
    const { writtenAtMs: count, parts } = found as Snapshot;
    expect(count).toBeGreaterThanOrEqual(last);
    expect(count).toBeLessThanOrEqual(last + 1);
    const index = new MapIndex(new Uint8Array(8));
    for (const part of parts) index.load(part);
    const expected = new MapIndex(new Uint8Array(8));
    for (let at = 0; at < count; at++) expected.set(starLine(at), true);
    expect(index.equivalents()).toEqual(expected.equivalents());
  }
});
