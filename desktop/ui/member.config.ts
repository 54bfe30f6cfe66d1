import { defineConfig } from 'vite';

const file = (name: string): string => `${import.meta.dirname}/${name}`;
/** What is found under a name that never changes. */
const NAMED = /^(icon\.(svg|png)|manifest\.webmanifest)$/;
/** Members are told of their hub, and not of a node. */
const FIRST = file('src/member/main.tsx');
const NODES_CATALOGUE = /^(\.{1,2}\/)+(messages\/)?catalogue\.ts$/;

interface Modules {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

/**
 * Does the page need it before it shows anything? All that is one file beside the script itself: it is smaller so than as parts
 * that others share.
 */
function isFirst(asked: string, modules: Modules): boolean {
  const found = new Set([FIRST]);
  for (const id of found) for (const further of modules.getModuleInfo(id)?.importedIds ?? []) found.add(further);
  return asked !== FIRST && found.has(asked);
}

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
        codeSplitting: { groups: [{ name: (id, modules) => (isFirst(id, modules) ? 'first' : null) }] },
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: ({ names: [name = ''] }) =>
          NAMED.test(name) ? '[name][extname]' : 'assets/[name]-[hash][extname]',
      },
    },
  },
});
