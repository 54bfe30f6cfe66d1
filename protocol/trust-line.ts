/**
 * Trust lines (§3.1): "from lets to owe up to limit". One-sided, owned and signed by `from` alone.
 */
import { amountOrZero, bool, encode, list, literal, nullable, record, type Shape, uint } from './codec.ts';
import type { PublicKey } from './identity.ts';
import { MAX_BLOCKED, VERSION } from './limits.ts';
import { equivalentShape, networkShape, publicKeyShape, type Signature, signatureShape, timeShape } from './packet.ts';
import type { DocumentStatement } from './statement.ts';

/** `active` lets debt grow up to the limit; `frozen` and `closed` let it only shrink. Closed is final until a new document says otherwise. */
export type LineStatus = 'active' | 'frozen' | 'closed';

/** What the owner of a line wants besides the limit. */
export interface LinePolicy {
  /** May payments pass through the owner over this line? If not, only payments to the owner use it. */
  readonly canBeIntermediate: boolean;
  /** May debts on this line be cleared without asking the owner? */
  readonly autoClearing: boolean;
  /** Most that the debt may grow in one UTC day by payments over this line, 10⁻⁸ units; null: no bound. */
  readonly dailyLimit: bigint | null;
  /** Does the owner want the line on the public map? The other end must agree too (§6). */
  readonly announce: boolean;
  /** Payers and receivers whose payments the owner does not take over this line. */
  readonly blocked: readonly PublicKey[];
}

/** The document that the owner signs. */
export interface TrustLine {
  readonly version: typeof VERSION;
  readonly network: string;
  readonly from: PublicKey;
  readonly to: PublicKey;
  readonly equivalent: string;
  /** Grows with each document: max(last + 1, now in ms), so that a restored owner never uses one twice. */
  readonly seq: number;
  /** Most that `to` may owe `from`, 10⁻⁸ units; 0 is allowed. */
  readonly limit: bigint;
  readonly status: LineStatus;
  readonly policy: LinePolicy;
  readonly createdAtMs: number;
}

/** A trust line with its owner's signature. */
export interface SignedTrustLine {
  readonly line: TrustLine;
  readonly signature: Signature;
}

/** The policy of a new line when nothing else is asked. */
export const DEFAULT_POLICY: LinePolicy = {
  canBeIntermediate: true,
  autoClearing: true,
  dailyLimit: null,
  announce: false,
  blocked: [],
};

const STATUSES: readonly LineStatus[] = ['active', 'frozen', 'closed'];

const statusShape: Shape<LineStatus> = {
  toCbor: (status) => STATUSES.indexOf(status),
  fromCbor: (value, where) => STATUSES[uint(STATUSES.length - 1).fromCbor(value, where)] as LineStatus,
};

const policyShape = record<LinePolicy>({
  canBeIntermediate: bool,
  autoClearing: bool,
  dailyLimit: nullable(amountOrZero()),
  announce: bool,
  blocked: list(publicKeyShape, 0, MAX_BLOCKED),
});

export const trustLineShape = record<TrustLine>({
  version: literal(VERSION),
  network: networkShape,
  from: publicKeyShape,
  to: publicKeyShape,
  equivalent: equivalentShape,
  seq: timeShape,
  limit: amountOrZero(),
  status: statusShape,
  policy: policyShape,
  createdAtMs: timeShape,
});

export const signedTrustLineShape = record<SignedTrustLine>({ line: trustLineShape, signature: signatureShape });

/** The statement that the owner of a line signs. */
export function trustLineStatement(line: TrustLine): DocumentStatement {
  return { domain: 'geo/1/trust-line', signer: line.from, bytes: encode(trustLineShape, line) };
}

/** What the line lets the other end owe now: its limit while active, else 0. */
export function effectiveLimit(line: TrustLine): bigint {
  return line.status === 'active' ? line.limit : 0n;
}
