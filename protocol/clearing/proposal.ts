/**
 * Consent to a clearing (§5.3): a ring that would lower debt on a line whose owner wants to be asked. Nothing is reserved
 * while somebody thinks it over; whoever agrees last begins the clearing.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { type PublicKey, publicKeyBytes } from '../identity.ts';

/**
 * `PROPOSED`: the owner is asked. `WAITING_CONFIRMATIONS`: the owner has agreed, others are asked or the clearing is under
 * way. `COMMITTED`: cleared. `REJECTED`: the owner said no, or nobody answered in time.
 */
export type ProposalState = 'PROPOSED' | 'WAITING_CONFIRMATIONS' | 'COMMITTED' | 'REJECTED';

/** Durable. One for each account at a time: a later ring over it is not proposed before this one has ended. */
export interface ProposalRecord {
  readonly type: 'proposal';
  /** The debtor whose debt would be lowered. */
  readonly neighbour: PublicKey;
  readonly equivalent: string;
  /** See `ringId`. */
  readonly id: string;
  /** The ring from this participant on, each the creditor of the next; this participant again at the end. */
  readonly nodes: readonly PublicKey[];
  /** At most so much would be cleared. 10⁻⁸ units. */
  readonly amount: bigint;
  readonly state: ProposalState;
  readonly proposedAtMs: number;
  /** Who has not answered by then has said no. */
  readonly expiresAtMs: number;
}

/** One name for a ring, wherever on it one begins: 16 bytes in hex. `nodes` begins and ends with the same participant. */
export function ringId(equivalent: string, nodes: readonly PublicKey[]): string {
  const turned = beginningAt(nodes, [...nodes].sort()[0] as PublicKey);
  const keys = turned.slice(1).map(publicKeyBytes);
  return bytesToHex(sha256(concatBytes(utf8ToBytes(`geo/1/ring-id/${equivalent}/`), ...keys)).subarray(0, ID_BYTES));
}

const ID_BYTES = 16;

/** The same ring, from another of its participants on. */
export function beginningAt(nodes: readonly PublicKey[], first: PublicKey): readonly PublicKey[] {
  const once = nodes.slice(1);
  const at = once.indexOf(first);
  return [first, ...once.slice(at + 1), ...once.slice(0, at + 1)];
}

/** Is an answer still awaited, or the clearing? */
export function isPending(proposal: ProposalRecord | undefined, nowMs: number): proposal is ProposalRecord {
  if (proposal === undefined || nowMs > proposal.expiresAtMs) return false;
  return proposal.state === 'PROPOSED' || proposal.state === 'WAITING_CONFIRMATIONS';
}
