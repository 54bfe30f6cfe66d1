/** What a check of exported ledgers finds. */
import type { EvidenceKind } from '#protocol/evidence.ts';
import type { PublicKey } from '#protocol/identity.ts';

/** What is wrong with a ledger. Published: a code never changes its meaning. */
export type ProblemCode =
  /** The file is not whole, or not as it was written. */
  | 'damaged'
  /** A signature is missing or not valid. */
  | 'bad-signature'
  /** A document that nobody following the protocol can have made. */
  | 'bad-form'
  /** A record of another participant or network. */
  | 'foreign'
  /** The books of an account do not follow from what is signed. */
  | 'wrong-books'
  /** A journal has a gap, another head, or entries without proof. */
  | 'wrong-journal'
  /** A checkpoint does not agree with the journal or with the checkpoint before. */
  | 'wrong-checkpoint'
  /** A debt grew above the limit that was in force. */
  | 'over-limit'
  /** Amounts of a transaction do not add up. */
  | 'wrong-sum'
  /** A payment of the holder's does not fit its transaction. */
  | 'wrong-payment'
  /** What is said to be evidence proves nothing. */
  | 'no-proof'
  /** The two ends of an account do not say the same. */
  | 'not-mirrored';

/** What is unusual and has an honest explanation, which the note gives. */
export type NoteCode = 'above-limit' | 'waived' | 'let-go' | 'restored' | 'under-way' | 'taken-apart';

interface FindingBase {
  /** Which record, in words that find it: `transaction 3f…`, `account with 9a… in UAH`. */
  readonly record: string;
  readonly why: string;
  /** In the order in which the files were given, from 0. */
  readonly file: number;
  /** Line of the file, from 1; null: it is about several. */
  readonly line: number | null;
}

export type Finding =
  | (FindingBase & { readonly kind: 'problem'; readonly code: ProblemCode })
  | (FindingBase & { readonly kind: 'note'; readonly code: NoteCode })
  /** Signatures of one participant that contradict each other. */
  | (FindingBase & { readonly kind: 'proof'; readonly code: EvidenceKind; readonly against: PublicKey });

/** What a check of one record says: a problem with its code. */
export interface Flaw {
  readonly code: ProblemCode;
  readonly why: string;
}

export function flaw(code: ProblemCode, why: string): Flaw {
  return { code, why };
}
