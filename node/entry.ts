import { fileURLToPath } from 'node:url';

/** The scripts that run as processes of their own: as source, seen from here, and as `npm pack` bundles them. */
const SCRIPTS = {
  node: { source: './main.ts', packed: './geo.js' },
  community: { source: './community/main.ts', packed: './community.js' },
  sim: { source: '../simulations/run.ts', packed: './sim.js' },
} as const;

/** The path of a script to give to `spawn(process.execPath, [path, …])`, in the source tree and in the packed form. */
export function entryPoint(name: keyof typeof SCRIPTS): string {
  const form = import.meta.url.endsWith('.ts') ? 'source' : 'packed';
  return fileURLToPath(new URL(SCRIPTS[name][form], import.meta.url));
}
