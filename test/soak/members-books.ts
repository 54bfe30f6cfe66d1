/** What the store of a stopped hub says of all its members: compared with what they were shown, and with each other. */
import { openStore, type Store } from '#node/store/store.ts';
import { formatAmount } from '#protocol/amount.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { TxId } from '#protocol/packet.ts';
import { isUnsettled, type Position } from '#protocol/position.ts';

/** A payment whose receipt its payer has checked. */
export interface ShownPayment {
  readonly txId: TxId;
  readonly payer: PublicKey;
  readonly receiver: PublicKey;
}

export interface BooksReport {
  /** Payments in the books, clearings not counted. */
  readonly payments: number;
  readonly clearings: number;
  /** Payments that were shown and are not on the books of payer and receiver. */
  readonly lost: number;
  readonly violations: readonly string[];
}

/** All that members keep, as far as it is compared. */
interface Books {
  /** By owner, neighbour and equivalent: what the neighbour owes the owner. */
  readonly balances: Map<string, bigint>;
  /** By the same: what the committed hops add up to. */
  readonly expected: Map<string, bigint>;
  /** By transaction and route: who has it as committed, and the route. */
  readonly committed: Map<string, { readonly by: Set<string>; readonly position: Position }>;
  readonly violations: string[];
}

export async function checkMemberBooks(
  folder: string,
  members: readonly PublicKey[],
  shown: readonly ShownPayment[],
): Promise<BooksReport> {
  const books: Books = { balances: new Map(), expected: new Map(), committed: new Map(), violations: [] };
  const store = await openStore(folder);
  await store.verify();
  for (const member of members) await readBook(store.section(member), member, books);
  await store.close();
  checkRoutes(books);
  checkBalances(books);
  const kinds = new Map([...books.committed.values()].map(({ position }) => [position.txId, position.header.kind]));
  const payments = [...kinds.values()].filter((kind) => kind === 'pay').length;
  const lost = shown.filter((payment) => !isOnBooks(payment, books));
  for (const { txId, payer } of lost) books.violations.push(`${txId} of ${payer} was shown as paid and is lost`);
  return { payments, clearings: kinds.size - payments, lost: lost.length, violations: books.violations };
}

async function readBook(store: Store, owner: PublicKey, books: Books): Promise<void> {
  const { balances, committed, violations } = books;
  for await (const record of store.entries('account/')) {
    if (record.type !== 'account') continue;
    const { neighbour, equivalent, balance, reservedIn, reservedOut } = record;
    balances.set(`${owner} ${neighbour} ${equivalent}`, balance);
    if (reservedIn > 0n || reservedOut > 0n) violations.push(`${owner} holds ${reservedIn} and ${reservedOut}`);
  }
  for await (const record of store.entries('transaction/')) {
    if (record.type !== 'transaction') continue;
    for (const position of record.positions) {
      if (isUnsettled(position)) violations.push(`${position.txId} is ${position.state} on the book of ${owner}`);
      if (position.state !== 'committed') continue;
      const key = `${position.txId} ${position.route.index}`;
      const known = committed.get(key) ?? { by: new Set(), position };
      known.by.add(`${owner} ${position.position}`);
      committed.set(key, known);
    }
  }
}

/** What one has committed, all on the route have. Adds up what that makes them owe. */
function checkRoutes({ committed, expected, violations }: Books): void {
  for (const [key, { by, position }] of committed) {
    const { route, header } = position;
    for (const [at, node] of route.nodes.entries()) {
      if (!by.has(`${node} ${at}`)) violations.push(`${key} is not committed on the book of ${node}`);
      const next = route.nodes[at + 1];
      if (next === undefined) continue;
      add(expected, `${next} ${node} ${header.equivalent}`, route.amount);
      add(expected, `${node} ${next} ${header.equivalent}`, -route.amount);
    }
  }
}

function add(sums: Map<string, bigint>, key: string, amount: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + amount);
}

/** Both ends of an account agree, with each other and with the committed hops, and all of an equivalent add up to 0. */
function checkBalances({ balances, expected, violations }: Books): void {
  const sums = new Map<string, bigint>();
  for (const [key, balance] of balances) {
    const [owner, neighbour, equivalent = ''] = key.split(' ');
    add(sums, equivalent, balance);
    const other = balances.get(`${neighbour} ${owner} ${equivalent}`);
    if (other !== -balance) violations.push(`the account ${key} is ${balance}, from the other side ${other}`);
    const paid = expected.get(key) ?? 0n;
    if (paid !== balance) violations.push(`the account ${key} is ${balance}, by its payments ${paid}`);
  }
  for (const key of expected.keys()) if (!balances.has(key)) violations.push(`the account ${key} is missing`);
  for (const [equivalent, sum] of sums) {
    if (sum !== 0n) violations.push(`all balances in ${equivalent} add up to ${formatAmount(sum)}`);
  }
}

function isOnBooks({ txId, payer, receiver }: ShownPayment, { committed }: Books): boolean {
  // A payment of several routes has the first one; the receipt shows one of them.
  for (let index = 0; ; index++) {
    const route = committed.get(`${txId} ${index}`);
    if (route === undefined) return index > 0;
    const last = route.position.route.nodes.length - 1;
    if (!route.by.has(`${payer} 0`) || !route.by.has(`${receiver} ${last}`)) return false;
  }
}
