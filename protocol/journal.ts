/**
 * Journals (§3.4): every change of an account's balance, numbered and chained by hashes, so that none can be lost,
 * changed or put in without being noticed, and a third party can follow how a balance came about.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import type { Account } from './account.ts';
import { encode, nullable, record, signedAmount, uint } from './codec.ts';
import { bytesToHex, hexToBytes } from './hex.ts';
import type { PublicKey } from './identity.ts';
import { MAX_CLEARING_HOPS, MAX_ROUTES } from './limits.ts';
import { type TxId, timeShape, txIdShape } from './packet.ts';

/** Names one hop of one route of one transaction: hop h leads from position h to h + 1. */
export interface HopId {
  readonly txId: TxId;
  readonly routeIndex: number;
  readonly hop: number;
}

/** A hop in a journal. `createdAtMs` is that of its header: it decides to which checkpoint the hop belongs. */
export interface BookedHop extends HopId {
  readonly createdAtMs: number;
}

/** One change of a balance. */
export interface JournalEntry {
  readonly type: 'entry';
  readonly neighbour: PublicKey;
  readonly equivalent: string;
  /** 1, 2, 3 … without gaps. */
  readonly number: number;
  /** The hop that counts from now on, or no longer; null: the balance was set to what a checkpoint says. */
  readonly hop: BookedHop | null;
  /** Change of the balance as the owner sees it, 10⁻⁸ units. */
  readonly delta: bigint;
  /** sha256 over the head before and this entry, in hex. */
  readonly head: string;
}

/** Head of an empty journal. */
export const EMPTY_HEAD = '00'.repeat(32);

export const hopIdShape = record<HopId>({
  txId: txIdShape,
  routeIndex: uint(MAX_ROUTES - 1),
  hop: uint(MAX_CLEARING_HOPS - 1),
});

/** What a journal head covers of an entry. */
export const entryShape = record<{ number: number; hop: BookedHop | null; delta: bigint }>({
  number: uint(),
  hop: nullable(
    record<BookedHop>({
      txId: txIdShape,
      routeIndex: uint(MAX_ROUTES - 1),
      hop: uint(MAX_CLEARING_HOPS - 1),
      createdAtMs: timeShape,
    }),
  ),
  delta: signedAmount(),
});

/** The head after an entry: sha256(head before ‖ encoding of number, hop, delta) (§3.4). */
export function headAfter(head: string, entry: Pick<JournalEntry, 'number' | 'hop' | 'delta'>): string {
  const { number, hop, delta } = entry;
  return bytesToHex(sha256(concatBytes(hexToBytes(head), encode(entryShape, { number, hop, delta }))));
}

/** The next entry of an account's journal. */
export function nextEntry(account: Account, hop: BookedHop | null, delta: bigint): JournalEntry {
  const { neighbour, equivalent } = account;
  const number = account.entries + 1;
  const head = headAfter(account.journalHead, { number, hop, delta });
  return { type: 'entry', neighbour, equivalent, number, hop, delta, head };
}

/** Tells hops apart; equal ids give equal texts. */
export function hopKey({ txId, routeIndex, hop }: HopId): string {
  return `${txId}/${routeIndex}/${hop}`;
}

function compareHops(a: HopId, b: HopId): number {
  if (a.txId !== b.txId) return a.txId < b.txId ? -1 : 1;
  return a.routeIndex - b.routeIndex || a.hop - b.hop;
}

/** Digest of a set of hops, whatever their order: sha256 over their encodings in order of txId, route, hop (§3.5). */
export function hopsDigest(hops: Iterable<HopId>): string {
  const hash = sha256.create();
  for (const { txId, routeIndex, hop } of [...hops].sort(compareHops)) {
    hash.update(encode(hopIdShape, { txId, routeIndex, hop }));
  }
  return bytesToHex(hash.digest());
}
