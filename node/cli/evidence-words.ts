/** What evidence shows of the one it is about. */
import type { EvidenceKind } from '#protocol/evidence.ts';

export const EVIDENCE_WORDS: Readonly<Record<EvidenceKind, string>> = {
  'two-trust-lines': 'signed two different trust lines with one number',
  'commit-and-decline': 'committed a transaction after signing never to do so',
  'commit-and-abort': 'committed a transaction and waived its claim on it',
  'two-commits': 'was paid twice under one payment id',
  'counter-twice': 'signed two different things for a member it hosts as if they were one',
  'two-checkpoints': 'signed two different checkpoints of one account with one number',
  fault: 'sent what breaks the protocol (proves nothing to others)',
};
