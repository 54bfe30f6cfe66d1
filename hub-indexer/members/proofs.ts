/**
 * What proves a member's balances: for each account the last checkpoint, and for each hop that was booked since, the
 * certificate or the ABORT. With these the member's own browser works out what it owes, and signs the next checkpoint.
 */
import type { Account } from '#protocol/account.ts';
import { checkpointShape, signedCheckpointShape } from '#protocol/checkpoint.ts';
import { encode } from '#protocol/codec.ts';
import { EMPTY_HEAD, type HopId, type JournalEntry } from '#protocol/journal.ts';
import { encodeMessage } from '#protocol/link.ts';
import { checkpointToSign } from '#protocol/machine/checkpoint.ts';
import { abortMessage } from '#protocol/machine/outbox.ts';
import type { Position } from '#protocol/position.ts';
import { receiptOf } from '#protocol/receipt.ts';
import type { Records } from '#protocol/records.ts';

/** Entries in one answer: each may carry a certificate of some kilobytes. */
const ENTRIES_AT_ONCE = 50;

export interface AccountProof {
  readonly account: Account;
  /** The last checkpoint, as both signed it; null: there is none. */
  readonly agreed: Uint8Array | null;
  /** A checkpoint that waits for the member's signature. */
  readonly wanted: Uint8Array | null;
}

export interface EntryProof {
  readonly entry: JournalEntry;
  /** The certificate by which the hop counts, or counted. */
  readonly certificate: Uint8Array | null;
  /** The ABORT by which it does not count any more. */
  readonly abort: Uint8Array | null;
}

/** Entries of a journal that follow each other. */
export interface JournalPart {
  /** The number of the entry before the first of these, and the head there. */
  readonly after: number;
  readonly afterHead: string;
  readonly entries: readonly EntryProof[];
}

/** All accounts, with what stands for everything before. */
export function accountProofs(records: Records): readonly AccountProof[] {
  return [...records.accounts()].map((account) => {
    const agreed = records.checkpoint(account.neighbour, account.equivalent)?.agreed ?? null;
    const wanted = checkpointToSign(records, account);
    return {
      account,
      agreed: agreed && encode(signedCheckpointShape, agreed),
      wanted: wanted && encode(checkpointShape, wanted),
    };
  });
}

/**
 * What the journal says after entry `after`, as far as one answer goes. Where that entry is not the one with this head, or
 * the last checkpoint covers it, from that checkpoint on.
 */
export function journalAfter(records: Records, account: Account, after: number, head: string): JournalPart {
  const { neighbour, equivalent, entries } = account;
  const covered = records.checkpoint(neighbour, equivalent)?.entries ?? 0;
  const headAt = (number: number): string | undefined =>
    number === 0 ? EMPTY_HEAD : records.entry(neighbour, equivalent, number)?.head;
  const isKnown = after >= covered && after <= entries && headAt(after) === head;
  const begin = isKnown ? after : covered;
  const part: EntryProof[] = [];
  for (let number = begin + 1; number <= Math.min(entries, begin + ENTRIES_AT_ONCE); number++) {
    const entry = records.entry(neighbour, equivalent, number);
    if (entry === undefined) break;
    part.push({ entry, ...proofOf(records, entry) });
  }
  return { after: begin, afterHead: headAt(begin) ?? EMPTY_HEAD, entries: part };
}

function proofOf(records: Records, { hop }: JournalEntry): Omit<EntryProof, 'entry'> {
  if (hop === null) return { certificate: null, abort: null };
  const positions = records.positions(hop.txId).filter(({ route }) => route.index === hop.routeIndex);
  const certificate = positions.map(certificateAt).find((found) => found !== null) ?? null;
  return { certificate, abort: abortOf(positions, hop) };
}

function certificateAt(position: Position): Uint8Array | null {
  const { txId, header, route } = position;
  if (position.state === 'committed') {
    const { signatures, commit } = position;
    return receiptOf({ txId, header, route, signatures, commit });
  }
  return position.state === 'aborted' && position.certificate !== null
    ? receiptOf({ txId, header, route, ...position.certificate })
    : null;
}

/** The waiver of the claim on this hop, whoever of the two has given it. */
function abortOf(positions: readonly Position[], { hop }: HopId): Uint8Array | null {
  for (const position of positions) {
    const known =
      position.state === 'committed'
        ? [position.waivedByDownstream, position.waivedByMe]
        : position.state === 'aborted'
          ? [position.downstreamAbort, position.abort]
          : [];
    for (const abort of known) if (abort?.position === hop + 1) return encodeMessage(abortMessage(abort));
  }
  return null;
}
