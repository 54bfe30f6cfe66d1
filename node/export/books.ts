/** The accounts of a ledger as bookkeepers see them: dated entries, from which every balance follows. */
import { formatAmount } from '#protocol/amount.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { PacketKind, PaymentId, TxId } from '#protocol/packet.ts';
import type { LedgerOf } from './format.ts';
import { readLedger } from './read.ts';

/** What a transaction did to one account. > 0: the neighbour owes the holder more, or the holder owes it less. */
export interface Move {
  readonly neighbour: PublicKey;
  /** 10⁻⁸ units. */
  readonly amount: bigint;
}

/** One transaction, or one correction after a loss of records. */
export interface BookEntry {
  /** When the payer says it was made: both ends of an account have the same time for it. */
  readonly atMs: number;
  readonly equivalent: string;
  /** At least one, none of them 0; one for each neighbour. */
  readonly moves: readonly Move[];
  /** Null: a balance was set to what both neighbours had signed, since records were lost. */
  readonly transaction: {
    readonly txId: TxId;
    readonly paymentId: PaymentId;
    readonly kind: PacketKind;
    readonly payer: PublicKey;
    readonly receiver: PublicKey;
    readonly memo: string | null;
  } | null;
}

export interface Books {
  readonly holder: PublicKey;
  readonly network: string;
  readonly createdAtMs: number;
  readonly accounts: readonly LedgerOf<'account'>[];
  /** Oldest first. */
  readonly entries: readonly BookEntry[];
}

/** Why there are no books: the ledger does not add up, or is not whole. */
export interface NoBooks {
  readonly why: string;
}

/** What is known about people and payments that the ledger does not say. */
export interface BookNotes {
  readonly nameOf: (key: PublicKey) => string | null;
  readonly memoOf: (transaction: LedgerOf<'transaction'>) => string | null;
}

/** The books of a ledger that its holder exported. Signatures are not checked here: that is `verifyLedger`'s work. */
export async function readBooks(
  chunks: AsyncIterable<Uint8Array>,
  notes: Pick<BookNotes, 'memoOf'>,
): Promise<Books | NoBooks> {
  let head: LedgerOf<'ledger'> | null = null;
  const accounts = new Map<string, LedgerOf<'account'>>();
  const sums = new Map<string, bigint>();
  const moves = new Map<TxId, Map<PublicKey, bigint>>();
  const entries: BookEntry[] = [];
  for await (const read of readLedger(chunks)) {
    if ('flaw' in read) return { why: `line ${read.line} of the ledger: ${read.flaw}` };
    const { record } = read;
    if (record.type === 'ledger') head = record;
    else if (record.type === 'account') accounts.set(`${record.neighbour}/${record.equivalent}`, record);
    else if (record.type === 'entry') {
      const { neighbour, equivalent, hop, delta } = record;
      const account = `${neighbour}/${equivalent}`;
      sums.set(account, (sums.get(account) ?? 0n) + delta);
      if (hop === null) entries.push(correction(record, accounts.get(account)?.closedUntilMs ?? 0));
      else addMove(moves, hop.txId, neighbour, delta);
    } else if (record.type === 'transaction') {
      const entry = entryOf(record, moves.get(record.txId), notes);
      moves.delete(record.txId);
      if (entry !== null) entries.push(entry);
    }
  }
  if (head === null) return { why: 'it has no head' };
  for (const [account, { balance }] of accounts) {
    const sum = sums.get(account) ?? 0n;
    if (sum !== balance)
      return { why: `account ${account} has ${formatAmount(balance)}, its journal ${formatAmount(sum)}` };
  }
  if (moves.size > 0) return { why: `${moves.size} transactions in its journals are missing` };
  entries.sort((a, b) => a.atMs - b.atMs || order(a.transaction?.txId ?? '', b.transaction?.txId ?? ''));
  const { participant: holder, network, createdAtMs } = head;
  return { holder, network, createdAtMs, accounts: [...accounts.values()], entries };
}

function addMove(moves: Map<TxId, Map<PublicKey, bigint>>, txId: TxId, neighbour: PublicKey, delta: bigint): void {
  const known = moves.get(txId) ?? new Map<PublicKey, bigint>();
  known.set(neighbour, (known.get(neighbour) ?? 0n) + delta);
  moves.set(txId, known);
}

function correction({ neighbour, equivalent, delta }: LedgerOf<'entry'>, atMs: number): BookEntry {
  return { atMs, equivalent, moves: [{ neighbour, amount: delta }], transaction: null };
}

/** Null: it moved nothing, or all of it was taken back. */
function entryOf(
  record: LedgerOf<'transaction'>,
  moved: ReadonlyMap<PublicKey, bigint> | undefined,
  { memoOf }: Pick<BookNotes, 'memoOf'>,
): BookEntry | null {
  const moves = [...(moved ?? [])]
    .map(([neighbour, amount]) => ({ neighbour, amount }))
    .filter(({ amount }) => amount !== 0n)
    .sort((a, b) => order(a.neighbour, b.neighbour));
  if (moves.length === 0) return null;
  const { txId, header } = record;
  const { paymentId, kind, payer, receiver, createdAtMs: atMs, equivalent } = header;
  return { atMs, equivalent, moves, transaction: { txId, paymentId, kind, payer, receiver, memo: memoOf(record) } };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What an entry was for its holder. */
export type EntryKind = 'paid' | 'received' | 'passed on' | 'cleared' | 'waived' | 'let go' | 'restored';

/** Why the sum of an entry's moves is not 0, or that it is. */
export function kindOf({ moves, transaction }: BookEntry, holder: PublicKey): EntryKind {
  if (transaction === null) return 'restored';
  const sum = moves.reduce((total, { amount }) => total + amount, 0n);
  if (transaction.kind === 'pay' && transaction.payer === holder) return 'paid';
  if (transaction.kind === 'pay' && transaction.receiver === holder) return 'received';
  if (sum !== 0n) return sum > 0n ? 'waived' : 'let go';
  return transaction.kind === 'clear' ? 'cleared' : 'passed on';
}

/** Balances as the entries make them, one after the other. */
export class RunningBalances {
  readonly #balances = new Map<string, bigint>();

  /** The balance of the account after a move. */
  add({ neighbour, amount }: Move, equivalent: string): bigint {
    const account = `${neighbour}/${equivalent}`;
    const balance = (this.#balances.get(account) ?? 0n) + amount;
    this.#balances.set(account, balance);
    return balance;
  }

  of(neighbour: PublicKey, equivalent: string): bigint {
    return this.#balances.get(`${neighbour}/${equivalent}`) ?? 0n;
  }
}

/** `2026-01-31`, in UTC. */
export function utcDay(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
