/**
 * Makes what the desktop program is packed from, in `desktop/packaging/dist`: the main process and the node bundled into
 * JavaScript (Electron runs no TypeScript out of an archive), the preload script, the built pages, and the two packages
 * with machine code, which cannot be bundled. `npm run build:desktop`; runs under Node.js, without Electron.
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');
const MODULES = join(ROOT, 'node_modules');
const PAGES = 'desktop/ui/dist';

/** With machine code, or what loads it by a computed name. */
const NATIVE = ['classic-level', '@node-rs/crc32'];

/** Packages in the middle of a bundle of ES modules that still call `require`. */
const REQUIRE =
  "import { createRequire as geoCreateRequire } from 'node:module'; const require = geoCreateRequire(import.meta.url);";

/** Builds into this folder. Throws when the pages are not built. */
export async function buildDesktop(out: string): Promise<void> {
  if (!existsSync(join(ROOT, PAGES, 'index.html'))) throw new Error('build the pages first: npm run build:ui');
  await rm(out, { recursive: true, force: true });
  const app = join(out, 'app');
  await build({
    absWorkingDir: ROOT,
    entryPoints: { main: 'desktop/main/main.ts', node: 'desktop/main/node-entry.ts' },
    outdir: app,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    // What Electron 45 has inside.
    target: 'node24',
    external: ['electron', ...NATIVE],
    banner: { js: REQUIRE },
    sourcemap: true,
    logLevel: 'warning',
  });
  // Whatever is around it: what is in here are ES modules.
  await writeFile(join(out, 'package.json'), `${JSON.stringify({ type: 'module' })}\n`);
  await cp(join(ROOT, 'desktop/preload/preload.cjs'), join(app, 'preload.cjs'));
  await cp(join(ROOT, 'desktop/icons'), join(app, 'icons'), { recursive: true });
  // Where a node of this program looks for the pages that it serves to a browser.
  await cp(join(ROOT, PAGES), join(out, PAGES), { recursive: true });
  for (const name of await withDependencies(NATIVE)) {
    const target = join(out, 'node_modules', name);
    await mkdir(dirname(target), { recursive: true });
    await cp(join(MODULES, name), target, { recursive: true, filter: (path) => !/[/\\](src|deps|docs)$/.test(path) });
  }
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** These packages and all that they need, as far as it is installed: of those for one system each, only its own is. */
async function withDependencies(names: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const manifest = join(MODULES, name, 'package.json');
    if (found.has(name) || !existsSync(manifest)) continue;
    found.add(name);
    const { dependencies, optionalDependencies } = JSON.parse(await readFile(manifest, 'utf8')) as Manifest;
    open.push(...Object.keys({ ...dependencies, ...optionalDependencies }));
  }
  return found;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildDesktop(join(import.meta.dirname, 'dist'));
}
