/**
 * Keeping evidence (§8.5): what contradicts itself in a participant's own signatures, and frames that broke the
 * protocol. A neighbour that broke it gets no new credit until the owner sets a new line.
 */
import { type EvidenceDocument, type EvidenceKind, evidenceId } from '../evidence.ts';
import type { PublicKey } from '../identity.ts';
import type { Certificate } from '../packet.ts';
import type { Abort } from '../position.ts';
import type { Turn } from './turn.ts';

/** Keeps a piece of evidence, once, and up to a bound for each participant. */
export function keepEvidence(
  turn: Turn,
  about: PublicKey,
  kind: EvidenceKind,
  documents: readonly EvidenceDocument[],
): void {
  const id = evidenceId(documents);
  if (turn.records.evidence(id) !== undefined || turn.records.hasEnoughEvidence(about)) return;
  turn.saveOnce({ type: 'evidence', id, about, kind, seenAtMs: turn.nowMs, documents });
  turn.notify({ type: 'evidence', id, about, kind });
}

/** The receiver's waiver of a route that its own certificate proves: it did both (rule 7). */
export function keepWaivedCommit(turn: Turn, certificate: Certificate, abort: Abort): void {
  const { txId, routeIndex, position, signer, signature } = abort;
  const { network } = certificate.header;
  keepEvidence(turn, signer, 'commit-and-abort', [
    { type: 'certificate', certificate },
    { type: 'abort', network, txId, routeIndex, position, signer, signature },
  ]);
}

/** A neighbour's frame broke the protocol: kept, and its accounts are suspended. Strangers leave nothing behind. */
export function receiveFault(turn: Turn, from: PublicKey, frame: Uint8Array): void {
  const accounts = [...turn.records.accountsWith(from)];
  if (accounts.length === 0) return;
  keepEvidence(turn, from, 'fault', [{ type: 'frame', bytes: frame }]);
  for (const account of accounts) {
    if (account.standing === 'confirmed') turn.saveAccount({ ...account, standing: 'suspended' });
  }
}
