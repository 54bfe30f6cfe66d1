/** What the positions of an exported transaction do to the holder's accounts (§3.2, §4.5). */
import type { PublicKey } from '#protocol/identity.ts';
import type { HopId } from '#protocol/journal.ts';
import type { TxId } from '#protocol/packet.ts';
import type { LedgerOf } from './format.ts';

/** One hop into or out of the holder. */
export interface HeldHop {
  readonly id: HopId;
  readonly neighbour: PublicKey;
  /** What it does, or would do, to the balance as the holder sees it. */
  readonly delta: bigint;
  /** `counted`: a certificate and no waiver; `reserved`: not decided; `none`: released, refused or waived. */
  readonly worth: 'counted' | 'reserved' | 'none';
  /** It was committed and then waived by its creditor. */
  readonly isWaived: boolean;
}

/** All hops of the holder in a transaction. */
export function heldHops({ txId, positions }: LedgerOf<'transaction'>): HeldHop[] {
  const hops: HeldHop[] = [];
  for (const held of positions) {
    const { route, position } = held;
    const { nodes, amount, index: routeIndex } = route;
    const upstream = nodes[position - 1];
    const downstream = nodes[position + 1];
    const [incoming, outgoing] = worthOf(held);
    if (upstream !== undefined) {
      const isWaived = held.state === 'committed' && held.waivedByMe !== null;
      const id = { txId, routeIndex, hop: position - 1 };
      hops.push({ id, neighbour: upstream, delta: amount, worth: incoming, isWaived });
    }
    if (downstream !== undefined) {
      const isWaived = held.state === 'committed' && held.waivedByDownstream !== null;
      const id = { txId, routeIndex, hop: position };
      hops.push({ id, neighbour: downstream, delta: -amount, worth: outgoing, isWaived });
    }
  }
  return hops;
}

function worthOf(held: LedgerOf<'transaction'>['positions'][number]): [HeldHop['worth'], HeldHop['worth']] {
  switch (held.state) {
    case 'prepared':
      return ['reserved', 'reserved'];
    case 'held':
      return ['reserved', 'none'];
    case 'committed':
      return [held.waivedByMe === null ? 'counted' : 'none', held.waivedByDownstream === null ? 'counted' : 'none'];
    case 'aborted':
      return ['none', held.ownRisk ?? 'none'];
  }
}

const ID_BYTES = 32;
const scratch = Buffer.alloc(ID_BYTES + 2);

/** A hop as the key of a map: a sixth of what the texts of its parts take, since there may be millions. */
export function packHop({ txId, routeIndex, hop }: HopId): string {
  scratch.write(txId, 'hex');
  scratch[ID_BYTES] = routeIndex;
  scratch[ID_BYTES + 1] = hop;
  return scratch.toString('latin1');
}

/** The hop that `packHop` made a key of. */
export function unpackHop(key: string): HopId {
  const bytes = Buffer.from(key, 'latin1');
  const [routeIndex = 0, hop = 0] = bytes.subarray(ID_BYTES);
  return { txId: bytes.toString('hex', 0, ID_BYTES) as TxId, routeIndex, hop };
}
