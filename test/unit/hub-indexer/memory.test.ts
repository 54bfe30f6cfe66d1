/** What a hub says of its memory. */
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** In a process of its own, since only there garbage can be collected at will: what is shown while a million objects are held, and after. */
const PROGRAM = `
import { Registry } from 'prom-client';
import { setTimeout } from 'node:timers/promises';
import { measureMemory } from '#hub-indexer/memory.ts';
const registry = new Registry();
const stop = measureMemory(registry);
const valueOf = async (name) => (await registry.getSingleMetric(name).get()).values[0].value;
const collected = async () => {
  gc();
  await setTimeout(100);
  return valueOf('geo_hub_memory_live_bytes');
};
const shown = [await valueOf('geo_hub_memory_live_bytes')];
globalThis.held = Array.from({ length: 1e6 }, (_, at) => ({ at }));
shown.push(await collected());
globalThis.held = null;
shown.push(await collected(), await valueOf('geo_hub_memory_resident_bytes'));
stop();
console.log(JSON.stringify(shown));
`;

it('shows what is in use after a full collection of garbage', () => {
  const output = execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', PROGRAM]);
  const [none, held, released, resident] = JSON.parse(output.toString()) as [number, number, number, number];
  expect(none).toBe(0);
  // Each object takes at least 16 bytes, and its place in the list 4.
  expect(held - released).toBeGreaterThan(20e6);
  expect(resident).toBeGreaterThan(released);
});
