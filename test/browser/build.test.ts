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
  const files = await Promise.all(scripts.map((name) => readFile(join(DIST, name))));
  const bytes = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
  console.info(`first load: ${bytes} bytes of script, gzipped`);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
  expect(html).not.toMatch(/<style|style="|<script(?![^>]* src=)|https?:/);
});
