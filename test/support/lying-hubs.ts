/** Hubs that lie (§6.5), as patches of the hub's source: each is a process of its own that runs a patched copy. */
import type { PublicKey } from '#protocol/identity.ts';
import type { Patch } from './mutated.ts';

const ANSWER = "    return { type: 'hints', id, ...this.routes('libp2p', equivalent, source, target, most) };\n";

function answering(routes: string): readonly Patch[] {
  // Asked all the same, so that the hub counts the request.
  const replace = `    const known = this.routes('libp2p', equivalent, source, target, most);
    return { type: 'hints', id, ...known, routes: ${routes} };\n`;
  return [{ file: 'hub-indexer/indexer.ts', find: ANSWER, replace }];
}

/** Routes over these participants, by equivalent, in place of the true ones. */
export function falseEdges(between: Readonly<Record<string, readonly (readonly PublicKey[])[]>>): readonly Patch[] {
  const middles = `(${JSON.stringify(between)} as Record<string, PublicKey[][]>)[equivalent] ?? []`;
  return answering(`(${middles}).map((middle) => [source, ...middle, target])`);
}

/** It knows all lines and names none. */
export const HIDDEN_EDGES: readonly Patch[] = answering('known.routes.slice(0, 0)');

/** It tells the truth, but later than anybody waits for. */
export function slow(delayMs: number): readonly Patch[] {
  return [
    {
      file: 'node/indexer.ts',
      find: '  if (hints !== null) send(from, encodeMessage(hints));\n',
      replace: `  if (hints !== null) setTimeout(() => send(from, encodeMessage(hints)), ${delayMs});\n`,
    },
  ];
}

/**
 * No liar, but a payer in a network with more lines than its map holds: it has its own on the map and no other, so that
 * there are hints to ask for.
 */
export const FULL_MAP: readonly Patch[] = [
  { file: 'protocol/limits.ts', find: 'MAX_MAP_LINES = 200_000;', replace: 'MAX_MAP_LINES = 0;' },
];
