/** What a node refuses beyond what the protocol does (protocol/refusals.ts): values of the same kind, never thrown. */
import type { Refusal } from '#protocol/refusals.ts';

/** The facts of each, by code. Amounts are in 10⁻⁸ units. */
export interface NodeRefusalFacts {
  // Requests that the API does not take.
  'bad-request': { where: string; why: string };
  'not-found': { path: string };
  'body-too-large': { limitBytes: number };
  /** Not the right token: missing, unknown, expired or revoked. */
  'no-token': { why: string };
  'scope-missing': { has: string; needs: string };
  /** A token's cap for this UTC day; `cap` is 0 for an equivalent without one. */
  'daily-cap': { equivalent: string; cap: bigint; spent: bigint; asked: bigint };
  'wrong-host': { host: string };
  'wrong-origin': { origin: string };

  // The address book.
  /** Neither an alias nor anything that names a participant. */
  'unknown-contact': { input: string };
  /** A PID is a hash: the key behind it is not known here. */
  'key-unknown': { pid: string };
  /** The directory was asked: `asked` nodes had no record of this participant. 0: there was nobody to ask. */
  'not-in-directory': { pid: string; asked: number };
  /** This node takes no part in the directory. */
  'directory-off': Record<never, never>;
  'alias-taken': { alias: string; pid: string };
  'look-alike': { alias: string; other: string };
  /** An alias that would be read as a PID, a key or a link. */
  'alias-ambiguous': { alias: string };
  'too-many-contacts': { limit: number };
  'contact-in-use': { pid: string; equivalent: string };

  // Documents and tokens.
  'card-expired': { expiredAtMs: number };
  'request-expired': { expiredAtMs: number };
  'amount-needed': { equivalent: string };
  'amount-fixed': { equivalent: string; amount: bigint };
  /** There is no certificate: the payment is not committed. */
  'no-receipt': { state: string };
  'unknown-token': { name: string };
  'token-exists': { name: string };
  /** No browser that is let in has this id. */
  'unknown-session': { id: string };
  /** No backup file of this participant has this name. */
  'unknown-backup': { name: string };
  /** The pages for a browser are not there. */
  'ui-not-built': Record<never, never>;
  /** A link to the pages works once, and for a minute. */
  'link-used': { why: 'unknown' | 'expired' };
}

export type NodeRefusalCode = keyof NodeRefusalFacts;

export type NodeRefusal<C extends NodeRefusalCode = NodeRefusalCode> = {
  readonly [K in C]: { readonly kind: 'refusal'; readonly code: K } & Readonly<NodeRefusalFacts[K]>;
}[C];

/** Any refusal that a node gives. */
export type AnyRefusal = Refusal | NodeRefusal;

/** Makes a refusal: `refuseHere('unknown-token', { name })`. */
export function refuseHere<C extends NodeRefusalCode>(code: C, facts: NodeRefusalFacts[C]): NodeRefusal<C> {
  return { kind: 'refusal', code, ...facts };
}

/** Tells a refusal of any kind from the value a function would have returned. */
export function isAnyRefusal(value: unknown): value is AnyRefusal {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'refusal';
}
