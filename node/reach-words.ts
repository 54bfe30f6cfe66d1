/** How others reach the node, in plain words. */

/** @param relays names of the relays through which it can be called. */
export function reachWords(direct: 'yes' | 'no' | 'unknown', relays: readonly string[]): string {
  const through = relays.length > 0 ? relays.join(' and ') : null;
  switch (direct) {
    case 'yes':
      return 'Other computers can reach this node directly.';
    case 'no':
      return through === null
        ? 'Other computers cannot reach this node directly, and no relay passes calls on: it reaches its neighbours itself.'
        : `Other computers cannot reach this node directly; it is reached through ${through}.`;
    case 'unknown':
      return through === null
        ? 'Nobody has tried yet whether other computers can reach this node directly.'
        : `Nobody has tried yet whether other computers can reach this node directly; it is reached through ${through}.`;
  }
}
