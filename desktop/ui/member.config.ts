import { defineConfig } from 'vite';

const file = (name: string): string => `${import.meta.dirname}/${name}`;
/** What is found under a name that never changes. */
const NAMED = /^(icon\.(svg|png)|manifest\.webmanifest)$/;
/** Members are told of their hub, and not of a node. */
const NODES_CATALOGUE = /^(\.{1,2}\/)+(messages\/)?catalogue\.ts$/;

/** The pages of members, which their hub serves at the root of an address: every file but these few is named by what is in it. */
export default defineConfig({
  base: '/',
  root: import.meta.dirname,
  resolve: { alias: [{ find: NODES_CATALOGUE, replacement: file('src/messages/member/catalogue.ts') }] },
  build: {
    outDir: 'dist/member',
    emptyOutDir: true,
    // The hub's policy allows files of its own only: nothing inline, no data addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    rolldownOptions: {
      checks: { bundlerTimings: false },
      input: { member: file('member.html'), sw: file('src/member/sw.ts') },
      output: {
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
        chunkFileNames: 'assets/[name]-[hash].js',
        // What loads first anyhow is one file: what comes later shares parts of it, and each part of its own costs room. Where the
        // page begins stays by itself: it is the one script that the page names.
        codeSplitting: {
          includeDependenciesRecursively: true,
          groups: [{ name: 'first', test: /\/src\/(app|member\/(at-home|before))\.tsx$/ }],
        },
        assetFileNames: ({ names: [name = ''] }) =>
          NAMED.test(name) ? '[name][extname]' : 'assets/[name]-[hash][extname]',
      },
    },
  },
});
