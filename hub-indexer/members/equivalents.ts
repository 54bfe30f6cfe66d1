/** In what members count: of the trust lines that they have put on the public map, since strangers are told. */
import type { PublicKey } from '#protocol/identity.ts';
import type { Records } from '#protocol/records.ts';
import type { EquivalentInfo } from '../web/members.ts';

type Lines = Pick<Records, 'self' | 'lines'>;

/** Walks all lines of all of them. */
export function announcedEquivalents(members: Iterable<Lines>): readonly EquivalentInfo[] {
  const known = new Map<string, { lines: number; participants: Set<PublicKey> }>();
  for (const records of members) {
    for (const { signed } of records.lines()) {
      const { equivalent, from, to, status, policy } = signed.line;
      if (from !== records.self || status !== 'active' || !policy.announce) continue;
      const info = known.get(equivalent) ?? { lines: 0, participants: new Set() };
      info.lines++;
      info.participants.add(from).add(to);
      known.set(equivalent, info);
    }
  }
  return [...known]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([equivalent, { lines, participants }]) => ({ equivalent, lines, participants: participants.size }));
}

/** What `find` gives, which is not asked again before `keepMs` have gone by. */
export function keptFor<T>(keepMs: number, nowMs: () => number, find: () => T): () => T {
  let kept: { readonly value: T; readonly atMs: number } | null = null;
  return () => {
    const atMs = nowMs();
    // A clock may step back.
    if (kept === null || Math.abs(atMs - kept.atMs) >= keepMs) kept = { value: find(), atMs };
    return kept.value;
  };
}
