import { defineConfig } from 'vite';

const page = (name: string): string => `${import.meta.dirname}/${name}`;

export default defineConfig({
  base: '/ui/',
  build: {
    // The node's policy allows files of its own only: nothing inline, no data addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    // Written over, never removed: a node that runs finds them at any time. Nothing is cached, so names need no hash.
    emptyOutDir: false,
    rolldownOptions: {
      input: { index: page('index.html'), 'first-run': page('first-run.html') },
      output: {
        entryFileNames: 'assets/[name].js',
        chunkFileNames: 'assets/[name].js',
        assetFileNames: 'assets/[name][extname]',
      },
    },
  },
});
