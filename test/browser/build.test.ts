import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const DIST = join(import.meta.dirname, '../../desktop/ui/dist');
const MOST_BYTES = 150_000;

it('the pages load at most 150 kB of compressed script, from the node alone, and nothing inline', async () => {
  const html = await readFile(join(DIST, 'index.html'), 'utf8');
  const scripts = [...html.matchAll(/<script[^>]* src="\/ui\/([^"]+)"/g)].map((match) => match[1] as string);
  expect(scripts).toHaveLength(1);
  const names = await withImports(scripts);
  const files = await Promise.all(names.map((name) => readFile(join(DIST, name))));
  const bytes = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
  console.info(`first load: ${bytes} bytes of script, gzipped`);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
  expect(html).not.toMatch(/<style|style="|<script(?![^>]* src=)|https?:/);
});

/** These scripts, and all that load with them. */
async function withImports(scripts: readonly string[]): Promise<readonly string[]> {
  const all = new Set(scripts);
  for (const name of all) {
    const text = await readFile(join(DIST, name), 'utf8');
    for (const [, imported = ''] of text.matchAll(/(?:import|from)\s*["']\.\/([\w.-]+\.js)["']/g)) {
      all.add(`assets/${imported}`);
    }
  }
  return [...all];
}
