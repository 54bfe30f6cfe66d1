import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const DIST = join(import.meta.dirname, '../../desktop/ui/dist');
const MOST_BYTES = 150_000;

it('the pages load at most 150 kB of compressed script, from the node alone, and nothing inline', async () => {
  const html = await readFile(join(DIST, 'index.html'), 'utf8');
  const scripts = [...html.matchAll(/<(?:script[^>]* src|link rel="modulepreload"[^>]* href)="\/ui\/([^"]+)"/g)].map(
    (match) => match[1] as string,
  );
  expect(html.match(/<script/g)).toHaveLength(1);
  const files = await Promise.all(scripts.map((name) => readFile(join(DIST, name))));
  const bytes = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
  console.info(`first load: ${bytes} bytes of script, gzipped`);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
  expect(html).not.toMatch(/<style|style="|<script(?![^>]* src=)|https?:/);
});

it('what draws networks is loaded only where one is shown, and the designer needs nothing of Node.js', async () => {
  const read = (name: string) => readFile(join(DIST, name), 'utf8');
  expect(await read('index.html')).not.toContain('drawing.js');
  expect(await read('designer.html')).not.toContain('drawing.js');
  const pages = [await read('assets/index.js'), await read('assets/designer.js')];
  for (const page of pages) expect(page).toContain('drawing.js');
  expect(pages.join('\n')).not.toMatch(/browser-external|from\s?["']node:/);
});
