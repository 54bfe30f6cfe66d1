/**
 * Real nodes as processes, and one more that knows a single address: it finds whom it needs by PID and pays somebody whom
 * it never met. Here with few nodes; `npm run soak:directory` does the same with 50 and judges the time.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runDirectory } from '#test/soak/directory-run.ts';

const NODES = 10;

it('a newcomer finds people and pays a stranger, and nobody takes a record that is not true', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'geo-directory-'));
  try {
    const { findMs, findAndPayMs, payMs, hops, forged } = await runDirectory(NODES, folder, () => undefined);
    console.log({ findMs, findAndPayMs, payMs });
    expect(findMs).toHaveLength(3);
    // The newcomer, its one neighbour, and the receiver behind that.
    expect(hops).toBe(2);
    expect(forged).toEqual({ put: 6 * NODES, taken: 0, found: 0 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
