import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const DIST = join(import.meta.dirname, '../../desktop/ui/dist');
const MOST_BYTES = 150_000;

/** The scripts that a page loads before anything is done in it. */
async function firstScripts(page: string): Promise<readonly Buffer[]> {
  const html = await readFile(join(DIST, page), 'utf8');
  const loaded = html.matchAll(/<(?:script[^>]* src|link rel="modulepreload"[^>]* href)="\/ui\/([^"]+)"/g);
  return Promise.all([...loaded].map((match) => readFile(join(DIST, match[1] as string))));
}

it('the pages load at most 150 kB of compressed script, from the node alone, and nothing inline', async () => {
  const html = await readFile(join(DIST, 'index.html'), 'utf8');
  expect(html.match(/<script/g)).toHaveLength(1);
  const files = await firstScripts('index.html');
  const bytes = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
  console.info(`first load: ${bytes} bytes of script, gzipped`);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
  expect(html).not.toMatch(/<style|style="|<script(?![^>]* src=)|https?:/);
});

it.each(['index.html', 'designer.html'])('%s loads what draws networks only when it draws one', async (page) => {
  const scripts = (await firstScripts(page)).map(String).join('\n');
  // Booleans, so that a failure does not print the scripts.
  expect({ asksForIt: scripts.includes('drawing.js'), hasIt: scripts.includes('webgl2') }).toEqual({
    asksForIt: true,
    hasIt: false,
  });
  const drawing = await readFile(join(DIST, 'assets/drawing.js'), 'utf8');
  expect(drawing.includes('webgl2')).toBe(true);
});

it('the designer, which runs the simulator, needs nothing of Node.js', async () => {
  const scripts = (await firstScripts('designer.html')).map(String).join('\n');
  expect({
    runsIt: scripts.includes('geo-simulation'),
    needs: /browser-external|from\s?["'`]node:/.test(scripts),
  }).toEqual({
    runsIt: true,
    needs: false,
  });
});
