/** What the stores of stopped nodes say: compared with what payers were told, with each other, and with themselves. */
import type { Result } from '#node/api/contract.ts';
import { unitsOf } from '#node/cli/show.ts';
import { nodeEd25519 } from '#node/identity/ed25519.ts';
import { openStore } from '#node/store/store.ts';
import { formatAmount } from '#protocol/amount.ts';
import { certificateFlaw } from '#protocol/certificate.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { type CommittedPosition, isUnsettled, type Position } from '#protocol/position.ts';
import { verifyWith } from '#protocol/statement.ts';

/** A payment that its payer says is committed. */
export interface CommittedPayment {
  readonly payment: Result<'pay'>;
  readonly isAcknowledged: boolean;
}

/** A stopped node. */
export interface Owner {
  readonly name: string;
  readonly folder: string;
  readonly publicKey: PublicKey;
}

/** All that one node keeps. */
interface Book {
  readonly owner: Owner;
  /** By neighbour, as the accounts say. */
  readonly balances: Map<PublicKey, bigint>;
  readonly positions: Map<string, Position>;
}

const verify = verifyWith(nodeEd25519);

/** `balances`: what the APIs said last, by the keys of owner and neighbour. All payments are in one equivalent. */
export async function checkBooks(
  owners: readonly Owner[],
  balances: ReadonlyMap<string, string>,
  payments: readonly CommittedPayment[],
): Promise<{ readonly lost: number; readonly violations: readonly string[] }> {
  const violations: string[] = [];
  const books = new Map<string, Book>();
  for (const owner of owners) books.set(owner.publicKey, await readBook(owner, violations));
  let lost = 0;
  const expected = new Map<string, bigint>();
  const paid = new Set<string>();
  for (const { payment, isAcknowledged } of payments) {
    paid.add(payment.txId ?? '');
    const missing = missingOf(payment, books, expected);
    violations.push(...missing);
    if (isAcknowledged && missing.length > 0) lost++;
  }
  for (const { txId, route } of clearingsIn(books.values())) {
    paid.add(txId);
    violations.push(...missingOf({ txId, routes: [routeOf(route)] }, books, expected));
  }
  for (const book of books.values()) violations.push(...flawsOf(book, { books, paid, expected, balances }));
  return { lost, violations };
}

async function readBook(owner: Owner, violations: string[]): Promise<Book> {
  const book: Book = { owner, balances: new Map(), positions: new Map() };
  const store = await openStore(owner.folder);
  await store.verify();
  for await (const record of store.entries('account/')) {
    if (record.type !== 'account') continue;
    const { neighbour, balance, reservedIn, reservedOut } = record;
    book.balances.set(neighbour, balance);
    if (reservedIn > 0n || reservedOut > 0n) violations.push(`${owner.name} holds ${reservedIn} and ${reservedOut}`);
  }
  for await (const record of store.entries('transaction/')) {
    if (record.type !== 'transaction') continue;
    for (const position of record.positions) book.positions.set(placeOf(position), position);
  }
  await store.close();
  return book;
}

/** Circles of debt that somebody's book says are cleared: nobody has ordered them, and they must stand on all books. */
function clearingsIn(books: Iterable<Book>): readonly CommittedPosition[] {
  const clearings = new Map<string, CommittedPosition>();
  for (const { positions } of books) {
    for (const position of positions.values()) {
      if (position.header.kind === 'clear' && position.state === 'committed') clearings.set(position.txId, position);
    }
  }
  return [...clearings.values()];
}

function routeOf({ nodes, amount }: Position['route']): PaidRoute {
  return { nodes: nodes.map((publicKey) => ({ publicKey })), amount: formatAmount(amount) };
}

const placeOf = ({ txId, route: { index }, position }: Position) => `${txId} ${index} ${position}`;

/** As the API tells of it. */
interface PaidRoute {
  readonly nodes: readonly { readonly publicKey: string }[];
  readonly amount: string;
}

/** Where a committed payment or clearing does not stand as committed; adds what it changed to the expected balances. */
function missingOf(
  { txId, routes }: { readonly txId: string | null; readonly routes: readonly PaidRoute[] },
  books: ReadonlyMap<string, Book>,
  expected: Map<string, bigint>,
): readonly string[] {
  const missing: string[] = [];
  for (const [index, { nodes, amount }] of routes.entries()) {
    for (const [position, { publicKey }] of nodes.entries()) {
      const book = books.get(publicKey);
      const state = book?.positions.get(`${txId} ${index} ${position}`)?.state ?? 'unknown';
      if (state !== 'committed') missing.push(`${txId} is ${state} on the book of ${book?.owner.name}`);
      const next = nodes[position + 1]?.publicKey;
      if (next === undefined) continue;
      add(expected, `${next} ${publicKey}`, unitsOf(amount));
      add(expected, `${publicKey} ${next}`, -unitsOf(amount));
    }
  }
  return missing;
}

function add(sums: Map<string, bigint>, key: string, amount: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + amount);
}

function flawsOf(
  { owner, balances, positions }: Book,
  known: {
    readonly books: ReadonlyMap<string, Book>;
    readonly paid: ReadonlySet<string>;
    readonly expected: ReadonlyMap<string, bigint>;
    readonly balances: ReadonlyMap<string, string>;
  },
): string[] {
  const flaws: string[] = [];
  for (const position of positions.values()) {
    const what = `${position.txId}, which is ${position.state} on the book of ${owner.name}`;
    if (isUnsettled(position)) flaws.push(`${what}, is not settled`);
    if (position.state === 'committed')
      flaws.push(...committedFlaws(position, known.paid).map((it) => `${what}, ${it}`));
  }
  for (const [neighbour, balance] of balances) {
    const account = `${owner.publicKey} ${neighbour}`;
    const what = `the account of ${owner.name} with ${known.books.get(neighbour)?.owner.name} is ${balance}`;
    const other = known.books.get(neighbour)?.balances.get(owner.publicKey);
    if (other !== -balance) flaws.push(`${what}, from the other side ${other}`);
    const paid = known.expected.get(account) ?? 0n;
    if (paid !== balance) flaws.push(`${what}, by its payments ${paid}`);
    const said = known.balances.get(account);
    if (said === undefined || unitsOf(said) !== balance) flaws.push(`${what}, by the API ${said}`);
  }
  return flaws;
}

function committedFlaws(position: CommittedPosition, paid: ReadonlySet<string>): string[] {
  const flaws: string[] = [];
  const flaw = certificateFlaw(position, verify);
  if (flaw !== null) flaws.push(`has a bad certificate: ${flaw}`);
  if (!paid.has(position.txId)) flaws.push('was aborted by its payer');
  if (position.waivedByMe !== null || position.waivedByDownstream !== null) flaws.push('was waived');
  return flaws;
}
