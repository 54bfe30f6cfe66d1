/**
 * `npm run soak:directory -- [--nodes 50]`: so many real nodes, and one more that knows one address of them.
 *
 * The last line of standard output is JSON with the figures; progress goes to standard error. Exit 0 when the newcomer
 * found a participant that it never met and paid it within 3 s, and no untrue record was taken; 1 otherwise.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runDirectory } from './directory-run.ts';

const FEWEST = 9;
const LONGEST_MS = 3_000;

const { values } = parseArgs({ options: { nodes: { type: 'string', default: '50' } } });
const nodes = Number(values.nodes);
if (!Number.isInteger(nodes) || nodes < FEWEST) {
  console.error(`--nodes is "${values.nodes}": write a number from ${FEWEST} on.`);
  process.exit(3);
}
const folder = await mkdtemp(join(tmpdir(), 'geo-directory-'));
const began = performance.now();
const figures = await runDirectory(nodes, folder, (what) => {
  console.error(`${((performance.now() - began) / 1_000).toFixed(0)} s: ${what}`);
});
await rm(folder, { recursive: true, force: true });
const rounded = JSON.stringify(figures, (_key, value: unknown) =>
  typeof value === 'number' ? Math.round(value) : value,
);
console.error(`done in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
console.log(rounded);
process.exitCode = figures.findAndPayMs <= LONGEST_MS && figures.forged.taken + figures.forged.found === 0 ? 0 : 1;
