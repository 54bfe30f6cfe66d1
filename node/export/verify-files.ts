/** Checks files that prove something: ledgers of one or several participants, receipts, evidence. */
import type { PublicKey } from '#protocol/identity.ts';
import { type Receipt, verifyReceipt } from '#protocol/receipt.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Verify } from '#protocol/statement.ts';
import { readEvidence } from './documents.ts';
import type { Finding } from './findings.ts';
import { type CheckedLedger, compareLedgers, type EquivalentSum } from './mirror.ts';
import { type LedgerSummary, verifyLedger } from './verify-ledger.ts';
import { Witness } from './witness.ts';

/** A file, and how to read it. */
export interface FileToVerify {
  readonly name: string;
  /** Its first bytes, which tell what it is. */
  readonly start: Uint8Array;
  readonly open: () => AsyncIterable<Uint8Array>;
}

export type CheckedFile = { readonly name: string } & (
  | { readonly type: 'ledger'; readonly summary: LedgerSummary }
  | { readonly type: 'receipt'; readonly receipt: Receipt }
  | { readonly type: 'evidence'; readonly about: PublicKey; readonly kind: string; readonly seenAtMs: number }
  | { readonly type: 'unknown' }
);

export interface Verification {
  readonly files: readonly CheckedFile[];
  readonly findings: readonly Finding[];
  /** More than are listed, when there are very many. */
  readonly found: number;
  /** Over all ledgers. */
  readonly sums: readonly EquivalentSum[];
  /** No problem, and no proof against the holder of a ledger. */
  readonly isValid: boolean;
}

/** The first byte of a ledger, and of the arrays that receipts and evidence are. */
const BRACE = 0x7b;
const ARRAY_OF_FIVE = 0x85;
/** A receipt or evidence; both are checked for their own limits too. */
const MOST_BYTES = 262_144;

/** Checks the files one after the other, and ledgers against each other. */
export async function verifyFiles(
  files: readonly FileToVerify[],
  verify: Verify,
  progress?: (name: string, transactions: number) => void,
): Promise<Verification> {
  const witness = new Witness();
  const checked: CheckedFile[] = [];
  const ledgers: CheckedLedger[] = [];
  /** Which of the given files each ledger is. */
  const places: number[] = [];
  const findings: Finding[] = [];
  let found = 0;
  for (const [file, { name, start, open }] of files.entries()) {
    if (start[0] === BRACE) {
      const told = progress && ((transactions: number): void => progress(name, transactions));
      const summary = await verifyLedger(open(), { file, verify, witness, ...(told && { progress: told }) });
      checked.push({ name, type: 'ledger', summary });
      ledgers.push({ summary, open });
      places.push(file);
      findings.push(...summary.findings);
      found += summary.found;
    } else {
      const result = await verifyDocument(open(), start[0] === ARRAY_OF_FIVE, verify);
      if ('why' in result) {
        findings.push({ kind: 'problem', code: 'no-proof', record: 'the file', why: result.why, file, line: null });
        found++;
      }
      checked.push({ name, ...('why' in result ? { type: 'unknown' as const } : result) });
    }
  }
  const declined = [...witness.declinedCommits()].map(declineFinding);
  const compared = await compareLedgers(ledgers);
  const others = compared.findings.map((finding) => ({ ...finding, file: places[finding.file] ?? finding.file }));
  findings.push(...declined, ...others);
  found += declined.length + others.length;
  const holders = new Set(ledgers.map(({ summary }) => summary.head?.participant));
  const isAgainst = (finding: Finding): boolean =>
    finding.kind === 'problem' || (finding.kind === 'proof' && holders.has(finding.against));
  return { files: checked, findings, found, sums: compared.sums, isValid: !findings.some(isAgainst) };
}

function declineFinding({
  txId,
  signer,
  file,
  line,
}: {
  txId: string;
  signer: PublicKey;
  file: number;
  line: number | null;
}): Finding {
  const why = 'it committed the transaction that it had signed never to commit';
  return { kind: 'proof', code: 'commit-and-decline', against: signer, record: `transaction ${txId}`, why, file, line };
}

type Document =
  | { readonly type: 'receipt'; readonly receipt: Receipt }
  | { readonly type: 'evidence'; readonly about: PublicKey; readonly kind: string; readonly seenAtMs: number };

async function verifyDocument(
  chunks: AsyncIterable<Uint8Array>,
  isEvidence: boolean,
  verify: Verify,
): Promise<Document | { readonly why: string }> {
  const bytes = await readAll(chunks);
  if (bytes === null) return { why: 'it is neither a ledger, nor a receipt, nor evidence: it is too large' };
  if (!isEvidence) {
    const receipt = verifyReceipt(bytes, verify);
    return isRefusal(receipt) ? { why: receipt.why } : { type: 'receipt', receipt };
  }
  const read = readEvidence(bytes, verify);
  if ('code' in read) return { why: read.why };
  const { about, kind, seenAtMs } = read.evidence;
  if (kind === 'fault') return { why: 'a frame that broke the protocol is not signed: it proves nothing to others' };
  return { type: 'evidence', about, kind, seenAtMs };
}

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > MOST_BYTES) return null;
    parts.push(chunk);
  }
  return new Uint8Array(Buffer.concat(parts));
}
