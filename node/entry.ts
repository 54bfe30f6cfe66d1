import { fileURLToPath } from 'node:url';

// Both forms, node/entry.ts and what `npm pack` bundles into dist/*.js, stand one folder below the package's root.
const ROOT = new URL('..', import.meta.url);
const IS_SOURCE = import.meta.url.endsWith('.ts');

/** The scripts that run as processes of their own. */
const SCRIPTS = {
  node: { source: 'node/main.ts', packed: 'dist/geo.js' },
  community: { source: 'node/community/main.ts', packed: 'dist/community.js' },
  hub: { source: 'hub-indexer/main.ts', packed: 'dist/hub.js' },
  sim: { source: 'simulations/run.ts', packed: 'dist/sim.js' },
} as const;

/** The path of a script to give to `spawn(process.execPath, [path, …])`. */
export function entryPoint(name: keyof typeof SCRIPTS): string {
  return packageFile(SCRIPTS[name][IS_SOURCE ? 'source' : 'packed']);
}

/** The path of a file that comes with the package, given relative to its root; `files` in package.json must name it. */
export function packageFile(path: string): string {
  return fileURLToPath(new URL(path, ROOT));
}
