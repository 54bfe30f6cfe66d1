/**
 * Choosing a route from topology alone (§6.4).
 */
import type { PublicKey } from './identity.ts';
import { MAX_PAYMENT_HOPS } from './limits.ts';
import type { RefusedHop } from './payment.ts';
import type { Records } from './records.ts';

/** How a participant was reached: over which one, and how many hops of the way only pay debts back. */
interface Reached {
  readonly via: PublicKey | null;
  readonly repayHops: number;
}

/**
 * The shortest chain from this participant to the receiver of at most `MAX_PAYMENT_HOPS` hops that avoids the refused
 * hops, or null. Among chains of one length it takes the one with fewest hops against the direction of trust, since
 * those carry only what is owed. The first hop comes from the own accounts, the others from the map.
 */
export function chooseRoute(
  records: Records,
  receiver: PublicKey,
  equivalent: string,
  refused: readonly RefusedHop[],
): readonly PublicKey[] | null {
  const avoid = new Map<PublicKey, Set<PublicKey>>();
  for (const { from, to } of refused) {
    const targets = avoid.get(from);
    if (targets === undefined) avoid.set(from, new Set([to]));
    else targets.add(to);
  }
  const reached = new Map<PublicKey, Reached>([[records.self, { via: null, repayHops: 0 }]]);
  let level: PublicKey[] = [records.self];
  for (let hops = 1; hops <= MAX_PAYMENT_HOPS && level.length > 0; hops++) {
    const next = new Map<PublicKey, Reached>();
    for (const node of level) {
      const refusedHere = avoid.get(node);
      const before = (reached.get(node) as Reached).repayHops;
      for (const [to, isRepay] of hopsFrom(records, equivalent, node)) {
        if (reached.has(to) || refusedHere?.has(to) === true) continue;
        const repayHops = before + (isRepay ? 1 : 0);
        const other = next.get(to);
        if (other === undefined || repayHops < other.repayHops) next.set(to, { via: node, repayHops });
      }
    }
    for (const [node, how] of next) reached.set(node, how);
    if (next.has(receiver)) return trace(reached, receiver);
    level = [...next.keys()];
  }
  return null;
}

/** Hops out of a participant: to those that trust it, and (marked true) to those it trusts, which carries only what they owe it. */
function* hopsFrom(records: Records, equivalent: string, node: PublicKey): IterableIterator<[PublicKey, boolean]> {
  if (node === records.self) {
    for (const account of records.accounts()) {
      if (account.equivalent === equivalent) yield [account.neighbour, account.limitReceived === 0n];
    }
    return;
  }
  const known = records.topology.neighbours(equivalent, node);
  if (known === undefined) return;
  for (const to of known.trustedBy) yield [to, false];
  for (const to of known.trusts) if (!known.trustedBy.has(to)) yield [to, true];
}

function trace(reached: ReadonlyMap<PublicKey, Reached>, receiver: PublicKey): readonly PublicKey[] {
  const nodes: PublicKey[] = [];
  for (let node: PublicKey | null = receiver; node !== null; node = reached.get(node)?.via ?? null) nodes.push(node);
  return nodes.reverse();
}
