import { describe, expect, it } from 'vitest';
import { Visited } from '#simulations/explore/visited.ts';

describe('the states that were reached', () => {
  it('knows each once, in the order in which they came, and whence', () => {
    const visited = new Visited(2);
    expect(visited.add(Int32Array.of(1, 2), -1)).toBe(true);
    expect(visited.add(Int32Array.of(2, 1), 0)).toBe(true);
    expect(visited.add(Int32Array.of(1, 2), 1)).toBe(false);
    expect(visited.count).toBe(2);
    const row = new Int32Array(2);
    visited.read(1, row);
    expect([...row]).toEqual([2, 1]);
    expect([visited.parentOf(0), visited.parentOf(1)]).toEqual([-1, 0]);
  });

  it('keeps apart and finds again more than fit into its first table and chunk', () => {
    const visited = new Visited(3);
    const rows = Array.from({ length: 40_000 }, (_, at) => Int32Array.of(at % 7, at, -at));
    for (const [at, row] of rows.entries()) expect(visited.add(row, at - 1)).toBe(true);
    expect(rows.some((row) => visited.add(row, 0))).toBe(false);
    expect(visited.count).toBe(40_000);
    const row = new Int32Array(3);
    visited.read(39_999, row);
    expect(row).toEqual(rows[39_999]);
    expect(visited.parentOf(39_999)).toBe(39_998);
  });
});
