/** Ways to break the rules of the map (§6), as in mutants.ts. */
import type { Mutant } from './mutants.ts';

/** A simulation of the map must notice every one of them within 60 seeds. */
export const MAP_MUTANTS: readonly Mutant[] = [
  {
    name: '§6.3: what has ended stays on the map',
    patches: [
      {
        file: 'protocol/machine/map.ts',
        find: '  for (const { announcement } of topology.forgettable(turn.nowMs, MAX_FORGOTTEN_AT_ONCE)) forget(turn, announcement);\n',
        replace: '  void topology.forgettable(turn.nowMs, MAX_FORGOTTEN_AT_ONCE);\n',
      },
    ],
  },
  {
    name: '§6.2: what took a line off the map is forgotten before what it took off',
    patches: [
      {
        file: 'protocol/announcement.ts',
        find: '  return active ? expiresAtMs : seq + ANNOUNCEMENT_LIFETIME_MS;',
        replace: '  return active || seq >= 0 ? expiresAtMs : seq;',
      },
    ],
  },
  {
    name: '§6.2: the higher seq stands, however soon it ends',
    patches: [
      {
        file: 'protocol/announcement.ts',
        find: '  const [nextEndsAtMs, knownEndsAtMs] = [endsAtMs(next), endsAtMs(known)];',
        replace: '  const [nextEndsAtMs, knownEndsAtMs] = [next.seq, known.seq];',
      },
    ],
  },
  {
    name: '§6.2: of two that end at one time the first that came stands',
    patches: [
      {
        file: 'protocol/announcement.ts',
        find: '  if (next.active !== known.active) return known.active;\n',
        replace: '  if (next.active !== known.active) return false;\n',
      },
    ],
  },
  {
    name: '§6.2: the signature of one end is enough',
    patches: [
      {
        file: 'protocol/announcement.ts',
        find: '  return isSignedBy(from, fromSignature) && isSignedBy(to, toSignature) ?',
        replace: '  return isSignedBy(from, fromSignature) || isSignedBy(to, toSignature) ?',
      },
    ],
  },
  {
    name: '§6.3: parts that differ are not asked for more finely',
    patches: [
      {
        file: 'protocol/map-sync.ts',
        find: '...split.map((prefix) => groupOf(tree, prefix, 0)), ',
        replace: '...split.slice(0, 0).map((prefix) => groupOf(tree, prefix, 0)), ',
      },
    ],
  },
  {
    name: '§6.3: what ends in the present slot is compared',
    patches: [
      {
        file: 'protocol/topology.ts',
        find: '      const [was, is] = [endSlot > this.#treeSlot, endSlot > slot];',
        replace: '      const [was, is] = [endSlot >= this.#treeSlot, endSlot >= slot];',
      },
      {
        file: 'protocol/topology.ts',
        find: '    ending.add(held);\n    if (held.endSlot > this.#treeSlot)',
        replace: '    ending.add(held);\n    if (held.endSlot >= this.#treeSlot)',
      },
      {
        file: 'protocol/topology.ts',
        find: 'this.#byEnd.delete(held.endSlot);\n    if (held.endSlot > this.#treeSlot)',
        replace: 'this.#byEnd.delete(held.endSlot);\n    if (held.endSlot >= this.#treeSlot)',
      },
    ],
  },
  {
    name: '§6.3: a digest is never answered by a question',
    patches: [
      {
        file: 'protocol/machine/map.ts',
        find: 'if (differs && mayAsk && count > 0 && !isFull)',
        replace: 'if (differs && mayAsk && count > 1e9 && !isFull)',
      },
    ],
  },
];
