/** Compares the ledgers of several participants: what two neighbours say of their account must mirror (INV-MIRROR). */
import { formatAmount } from '#protocol/amount.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { hopKey } from '#protocol/journal.ts';
import { MAX_CLOCK_SKEW_MS } from '#protocol/limits.ts';
import type { Finding } from './findings.ts';
import type { LedgerOf } from './format.ts';
import { heldHops } from './hops.ts';
import { readLedger } from './read.ts';
import type { LedgerSummary } from './verify-ledger.ts';

/** A ledger that was checked, and how to read it again. */
export interface CheckedLedger {
  readonly summary: LedgerSummary;
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** Over all given participants in one equivalent, in 10⁻⁸ units. */
export interface EquivalentSum {
  readonly equivalent: string;
  /** Of the accounts between them: 0 once they agree (INV-ZERO). */
  readonly among: bigint;
  /** Of their accounts with others: what those owe them, less what they owe those. */
  readonly withOthers: bigint;
}

interface Side {
  readonly file: number;
  readonly account: LedgerOf<'account'>;
  readonly createdAtMs: number;
}

/** One account of which both ends were given. */
interface Pair {
  readonly name: string;
  readonly equivalent: string;
  readonly ends: ReadonlyMap<PublicKey, Side>;
}

/** A hop between the two, as its ends see it. */
interface SeenHop {
  readonly pair: Pair;
  readonly createdAtMs: number;
  /** What it adds to the balance of each end, 0 where it does not count; and whether it is undecided there. */
  readonly by: Map<PublicKey, { readonly delta: bigint; readonly isOpen: boolean; readonly isWaived: boolean }>;
}

/** What the ledgers say together. Each is read again only where two accounts differ. */
export async function compareLedgers(
  ledgers: readonly CheckedLedger[],
): Promise<{ readonly findings: readonly Finding[]; readonly sums: readonly EquivalentSum[] }> {
  const byKey = new Map<PublicKey, number>();
  const findings: Finding[] = [];
  for (const [file, { summary }] of ledgers.entries()) {
    if (summary.head === null) continue;
    const { participant, network } = summary.head;
    const first = ledgers[0]?.summary.head ?? summary.head;
    const say = (why: string): void => {
      findings.push({ kind: 'problem', code: 'foreign', record: 'the file', why, file, line: 1 });
    };
    if (byKey.has(participant)) say('another file is of the same participant: give one of each');
    else if (network !== first.network)
      say(`it is of the network “${network}”, and the first file of “${first.network}”`);
    else byKey.set(participant, file);
  }
  const pairs = pairsOf(ledgers, byKey, findings);
  const unequal = [...pairs.values()].filter(({ ends }) => differenceOf(ends.values()) !== 0n);
  if (unequal.length > 0) findings.push(...(await explain(unequal, ledgers)));
  return { findings, sums: sumsOf(ledgers, byKey) };
}

function pairsOf(
  ledgers: readonly CheckedLedger[],
  byKey: ReadonlyMap<PublicKey, number>,
  findings: Finding[],
): Map<string, Pair> {
  const sides = new Map<string, { equivalent: string; ends: Map<PublicKey, Side> }>();
  for (const [participant, file] of byKey) {
    const { accounts, head } = (ledgers[file] as CheckedLedger).summary;
    for (const account of accounts) {
      const { neighbour, equivalent } = account;
      if (!byKey.has(neighbour)) continue;
      const [a, b] = [participant, neighbour].sort();
      const name = `account of ${pidOf(a as PublicKey)} and ${pidOf(b as PublicKey)} in ${equivalent}`;
      const pair = sides.get(name) ?? { equivalent, ends: new Map() };
      pair.ends.set(participant, { file, account, createdAtMs: head?.createdAtMs ?? 0 });
      sides.set(name, pair);
    }
  }
  const pairs = new Map<string, Pair>();
  for (const [name, { equivalent, ends }] of sides) {
    if (ends.size === 2) pairs.set(name, { name, equivalent, ends });
    else {
      const [side] = ends.values();
      if (side === undefined || side.account.balance === 0n) continue;
      const why = `one end says ${formatAmount(side.account.balance)}, and the other has no such account`;
      findings.push({ kind: 'problem', code: 'not-mirrored', record: name, why, file: side.file, line: null });
    }
  }
  return pairs;
}

/** 0: the two balances are equal and opposite. */
function differenceOf(sides: Iterable<Side>): bigint {
  let sum = 0n;
  for (const { account } of sides) sum += account.balance;
  return sum;
}

/** Which hops make the difference of unequal accounts, by reading both ledgers again. */
async function explain(unequal: readonly Pair[], ledgers: readonly CheckedLedger[]): Promise<Finding[]> {
  const hops = new Map<string, SeenHop>();
  const files = new Set(unequal.flatMap(({ ends }) => [...ends.values()].map(({ file }) => file)));
  for (const file of files) {
    const ledger = ledgers[file] as CheckedLedger;
    const holder = ledger.summary.head?.participant;
    if (holder === undefined) continue;
    for await (const read of readLedger(ledger.open())) {
      if (!('record' in read) || read.record.type !== 'transaction') continue;
      const { header } = read.record;
      for (const { id, neighbour, delta, worth, isWaived } of heldHops(read.record)) {
        const pair = unequal.find(
          ({ ends, equivalent }) => equivalent === header.equivalent && ends.has(holder) && ends.has(neighbour),
        );
        if (pair === undefined) continue;
        const key = hopKey(id);
        const seen = hops.get(key) ?? { pair, createdAtMs: header.createdAtMs, by: new Map() };
        hops.set(key, seen);
        seen.by.set(holder, { delta: worth === 'counted' ? delta : 0n, isOpen: worth === 'reserved', isWaived });
      }
    }
  }
  const left = new Map(unequal.map((pair) => [pair, differenceOf(pair.ends.values())]));
  const findings: Finding[] = [];
  for (const [key, seen] of hops) {
    const found = explainHop(key, seen);
    if (found === null) continue;
    findings.push(found.finding);
    left.set(seen.pair, (left.get(seen.pair) ?? 0n) - found.difference);
  }
  for (const [{ name, ends }, rest] of left) {
    if (rest === 0n) continue;
    const [file] = [...ends.values()].map((side) => side.file);
    const why = `the two balances differ by ${formatAmount(rest)} more than the transactions in both ledgers explain`;
    findings.push({ kind: 'problem', code: 'not-mirrored', record: name, why, file: file ?? 0, line: null });
  }
  return findings;
}

function explainHop(key: string, { pair, createdAtMs, by }: SeenHop): { finding: Finding; difference: bigint } | null {
  const ends = [...pair.ends].map(([end, side]) => ({ end, side, seen: by.get(end) }));
  const difference = ends.reduce((sum, { seen }) => sum + (seen?.delta ?? 0n), 0n);
  if (difference === 0n) return null;
  const counts = ends.find(({ seen }) => (seen?.delta ?? 0n) !== 0n) as (typeof ends)[number];
  const other = ends.find((end) => end !== counts) as (typeof ends)[number];
  const { file } = other.side;
  const base = { record: `${pair.name}, hop ${key}`, file, line: null };
  const [one, another] = [pidOf(counts.end), pidOf(other.end)];
  const says = `it counts ${formatAmount(counts.seen?.delta ?? 0n)} for ${one}`;
  if (other.seen?.isOpen === true) {
    const why = `${says}, and is not decided at ${another}: the proof is on its way`;
    return { difference, finding: { kind: 'note', code: 'under-way', ...base, why } };
  }
  if (other.seen === undefined && other.side.createdAtMs <= createdAtMs + MAX_CLOCK_SKEW_MS) {
    const why = `${says}; the ledger of ${another} was written before it was made`;
    return { difference, finding: { kind: 'note', code: 'taken-apart', ...base, why } };
  }
  const not = other.seen?.isWaived === true ? `${another} holds the signed waiver of it` : `not for ${another}`;
  const why = `${says}, and ${other.seen === undefined ? `the ledger of ${another} lacks it` : not}`;
  return { difference, finding: { kind: 'problem', code: 'not-mirrored', ...base, why } };
}

function sumsOf(ledgers: readonly CheckedLedger[], byKey: ReadonlyMap<PublicKey, number>): EquivalentSum[] {
  const sums = new Map<string, { among: bigint; withOthers: bigint }>();
  for (const file of byKey.values()) {
    for (const { neighbour, equivalent, balance } of (ledgers[file] as CheckedLedger).summary.accounts) {
      const sum = sums.get(equivalent) ?? { among: 0n, withOthers: 0n };
      if (byKey.has(neighbour)) sum.among += balance;
      else sum.withOthers += balance;
      sums.set(equivalent, sum);
    }
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([equivalent, sum]) => ({ equivalent, ...sum }));
}
