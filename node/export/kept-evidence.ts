/** The evidence that a ledger holds. */
import { decodeEvidence, type Evidence } from '#protocol/evidence.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { LEDGER_TYPES } from './format.ts';
import { readLedger } from './read.ts';

export interface KeptEvidence {
  readonly id: string;
  readonly evidence: Evidence;
  /** What is given to others. */
  readonly file: Uint8Array;
}

/** All of it. Reads no further than where evidence stands. */
export async function evidenceIn(ledger: AsyncIterable<Uint8Array>): Promise<KeptEvidence[]> {
  const kept: KeptEvidence[] = [];
  for await (const read of readLedger(ledger)) {
    if ('flaw' in read || LEDGER_TYPES.indexOf(read.record.type) > LEDGER_TYPES.indexOf('evidence')) break;
    if (read.record.type !== 'evidence') continue;
    const { id, file } = read.record;
    const evidence = decodeEvidence(file);
    if (!isRefusal(evidence)) kept.push({ id, evidence, file });
  }
  return kept;
}
