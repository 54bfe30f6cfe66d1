import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const DIST = join(import.meta.dirname, '../../desktop/ui/dist');
const MOST_BYTES = 150_000;

/** The scripts that a page loads before anything is done in it. */
async function firstScripts(page: string): Promise<readonly Buffer[]> {
  const html = await readFile(join(DIST, page), 'utf8');
  const scripts = [...html.matchAll(/<script[^>]* src="\/ui\/([^"]+)"/g)].map((match) => match[1] as string);
  const names = await withImports(scripts);
  return Promise.all(names.map((name) => readFile(join(DIST, name))));
}

/** The same of the page of members, with its largest language. */
async function memberScripts(): Promise<readonly Buffer[]> {
  const html = await readFile(join(DIST, 'member/member.html'), 'utf8');
  const scripts = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, name]) => `member/${name}`);
  const packs = (await readdir(join(DIST, 'member/assets'))).filter((name) => name.startsWith('pack-'));
  const files = await Promise.all(packs.map((name) => readFile(join(DIST, 'member/assets', name))));
  const [largest] = files.toSorted((one, other) => gzipSync(other).length - gzipSync(one).length);
  return [...(await Promise.all(scripts.map((name) => readFile(join(DIST, name))))), largest as Buffer];
}

it('the page of members loads at most 150 kB of compressed script, in any one language and without pictures of networks', async () => {
  const files = await memberScripts();
  const bytes = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
  console.info(`first load of members: ${bytes} bytes of script, gzipped`);
  expect(files.length).toBeGreaterThan(1);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
  expect(files.some((file) => file.includes('webgl2'))).toBe(false);
});

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
