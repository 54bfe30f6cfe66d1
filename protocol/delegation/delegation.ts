/**
 * Delegations (§11.1): what a participant lets a host sign for it, up to which amounts, and until when.
 *
 * A participant whose keys are in a browser cannot be asked at every hop. Its host may pass on, receive and clear for it,
 * within these bounds and no others; what costs the participant (the first signature of a payment, trust lines) is never
 * delegated. Whether a delegated signature is valid is a pure function of its bytes and of the packet it is about.
 */
import { amount, encode, hex, literal, record, uint } from '../codec.ts';
import type { PublicKey } from '../identity.ts';
import { MAX_DELEGATION_LIFETIME_MS, VERSION } from '../limits.ts';
import { networkShape, publicKeyShape, timeShape } from '../packet.ts';
import type { DocumentStatement } from '../statement.ts';

/** The rights of a delegation, each a bit. */
export const RIGHTS = {
  /** Agree to a packet in the middle of its route. */
  forward: 1,
  /** Commit a payment to the participant, and decline one. */
  receive: 2,
  /** Agree to and commit clearings, which only lower debts. */
  clear: 4,
} as const;

export type Right = keyof typeof RIGHTS;

/** All that can be delegated. */
export const ALL_RIGHTS = RIGHTS.forward | RIGHTS.receive | RIGHTS.clear;

/** What the participant signs, in the domain `geo/1/delegation`. */
export interface Delegation {
  readonly version: typeof VERSION;
  readonly network: string;
  readonly participant: PublicKey;
  /** Who may sign: the host's key, another than the participant's. */
  readonly delegate: PublicKey;
  /** A sum of `RIGHTS`, 1 … 7. */
  readonly rights: number;
  /** Root of the tree of accounts and what may go over each (accounts-tree.ts). */
  readonly accountsRoot: string;
  /** What may go over all of them together, 10⁻⁸ units of whatever equivalents, summed up. */
  readonly cap: bigint;
  /** Packets created from here … */
  readonly notBeforeMs: number;
  /** … to here; at most `MAX_DELEGATION_LIFETIME_MS` later. */
  readonly notAfterMs: number;
  /** Grows with each one of this participant: the newest is the one to use. */
  readonly seq: number;
}

export const delegationShape = record<Delegation>({
  version: literal(VERSION),
  network: networkShape,
  participant: publicKeyShape,
  delegate: publicKeyShape,
  rights: uint(ALL_RIGHTS, 1),
  accountsRoot: hex(32),
  cap: amount(),
  notBeforeMs: timeShape,
  notAfterMs: timeShape,
  seq: timeShape,
});

/** The statement that the participant signs. */
export function delegationStatement(delegation: Delegation): DocumentStatement {
  return {
    domain: 'geo/1/delegation',
    signer: delegation.participant,
    bytes: encode(delegationShape, delegation),
  };
}

/** What is wrong with the form of a delegation, or null: nobody delegates to itself, and its life is bounded. */
export function delegationFlaw({ participant, delegate, notBeforeMs, notAfterMs }: Delegation): string | null {
  if (participant === delegate) return 'a participant delegates to itself';
  if (notAfterMs < notBeforeMs) return 'a delegation ends before it begins';
  return notAfterMs - notBeforeMs > MAX_DELEGATION_LIFETIME_MS ? 'a delegation is for too long' : null;
}

export function hasRight({ rights }: Pick<Delegation, 'rights'>, right: Right): boolean {
  return (rights & RIGHTS[right]) !== 0;
}

/** Does the delegation speak of packets created at this time? */
export function covers({ notBeforeMs, notAfterMs }: Delegation, createdAtMs: number): boolean {
  return notBeforeMs <= createdAtMs && createdAtMs <= notAfterMs;
}
