import { defineConfig } from 'vite';

const page = (name: string): string => `${import.meta.dirname}/${name}`;
/** The network designer runs the simulator's network in the browser, which has no node:crypto. */
const ED25519 = `${import.meta.dirname}/src/designer/ed25519.ts`;

export default defineConfig({
  base: '/ui/',
  resolve: { alias: { '#node/identity/ed25519.ts': ED25519 } },
  build: {
    // The node's policy allows files of its own only: nothing inline, no data addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    // Written over, never removed: a node that runs finds them at any time. Nothing is cached, so names need no hash.
    emptyOutDir: false,
    rolldownOptions: {
      // How long plugins took is of no use to whoever builds.
      checks: { bundlerTimings: false },
      input: {
        index: page('index.html'),
        'first-run': page('first-run.html'),
        designer: page('designer.html'),
      },
      output: {
        entryFileNames: 'assets/[name].js',
        chunkFileNames: 'assets/[name].js',
        assetFileNames: 'assets/[name][extname]',
      },
    },
  },
});
