/** Books of any content are taken by the programs they are for, with the balances that the accounts have. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beancountOf, commodityOf } from '#node/export/beancount.ts';
import type { BookEntry, Books, Move } from '#node/export/books.ts';
import { csvOf } from '#node/export/csv.ts';
import { hledgerOf } from '#node/export/hledger.ts';
import { bytesToHex } from '#protocol/hex.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { PaymentId, TxId } from '#protocol/packet.ts';
import { beanCheck, hledgerBalances } from '#test/support/bookkeeping.ts';
import { temporaryFolder } from '#test/support/store.ts';

const NAUGHTY = JSON.parse(
  readFileSync(join(import.meta.dirname, '../vectors/naughty-strings/blns.json'), 'utf8'),
) as string[];

const hex32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(bytesToHex);
const key = hex32 as fc.Arbitrary<PublicKey>;
const equivalent = fc.stringMatching(/^[A-Za-z0-9_]{1,16}$/);
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.constantFrom(...NAUGHTY));
const amount = fc.bigInt(-(10n ** 15n), 10n ** 15n).filter((it) => it !== 0n);
/** 1970 to 2100. */
const instant = fc.nat(4_102_444_800_000);

interface Drawn {
  readonly books: Books;
  readonly names: ReadonlyMap<PublicKey, string>;
}

/** Few people and equivalents, so that accounts move more than once. */
const drawn: fc.Arbitrary<Drawn> = fc
  .record({
    people: fc.uniqueArray(key, { minLength: 2, maxLength: 6 }),
    names: fc.array(text, { minLength: 6, maxLength: 6 }),
    equivalents: fc.uniqueArray(equivalent, { minLength: 1, maxLength: 3 }),
    holder: key,
    entries: fc.array(
      fc.record({
        atMs: instant,
        what: fc.constantFrom('paid', 'received', 'passed on', 'cleared', 'restored'),
        place: fc.nat(),
        unit: fc.nat(),
        amount,
        other: fc.option(amount),
        memo: fc.option(text),
        txId: hex32 as fc.Arbitrary<TxId>,
        paymentId: hex32 as fc.Arbitrary<PaymentId>,
      }),
      { maxLength: 30 },
    ),
    createdAtMs: instant,
  })
  .map(({ people, names, equivalents, holder, entries: happened, createdAtMs }) => {
    const entries = happened
      .map((it): BookEntry => {
        const [first, second] = [people[it.place % people.length], people[(it.place + 1) % people.length]];
        const moves: Move[] = [{ neighbour: first as PublicKey, amount: it.amount }];
        const isPassed = it.what === 'passed on' || it.what === 'cleared';
        // Sometimes not all of it was passed on.
        if (isPassed) moves.push({ neighbour: second as PublicKey, amount: it.other ?? -it.amount });
        const payer = it.what === 'paid' ? holder : (second as PublicKey);
        const receiver = it.what === 'received' ? holder : (first as PublicKey);
        const kind = it.what === 'cleared' ? 'clear' : 'pay';
        const { txId, paymentId, memo } = it;
        return {
          atMs: it.atMs,
          equivalent: equivalents[it.unit % equivalents.length] as string,
          moves,
          transaction: it.what === 'restored' ? null : { txId, paymentId, kind, payer, receiver, memo },
        };
      })
      .sort((a, b) => a.atMs - b.atMs);
    const accounts = people.flatMap((neighbour) => equivalents.map((unit) => accountOf(neighbour, unit, entries)));
    return {
      books: { holder, network: 'geo', createdAtMs, accounts, entries },
      names: new Map(people.map((person, at) => [person, names[at] as string])),
    };
  });

function accountOf(neighbour: PublicKey, equivalent: string, entries: readonly BookEntry[]): Books['accounts'][number] {
  let balance = 0n;
  for (const entry of entries) {
    if (entry.equivalent !== equivalent) continue;
    for (const move of entry.moves) if (move.neighbour === neighbour) balance += move.amount;
  }
  const none = { limitGiven: 0n, limitReceived: 0n, reservedIn: 0n, reservedOut: 0n };
  const journal = { entries: 0, journalHead: '0'.repeat(64), closedUntilMs: 0 };
  return { type: 'account', neighbour, equivalent, balance, standing: 'confirmed', ...none, ...journal };
}

const exact = (units: bigint): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(9, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -8)}.${digits.slice(-8)}`;
};

function write(lines: Iterable<string>, name: string): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, [...lines].join(''));
  return path;
}

const RUNS = { numRuns: 12 };

describe('any books', () => {
  it('pass all checks of hledger, which finds the balances that the accounts have', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(drawn, ({ books, names }) => {
        const path = write(
          hledgerOf(books, (person) => names.get(person) ?? null),
          'books.journal',
        );
        const found = Object.values(hledgerBalances(path)).flatMap((balances) => balances.split(', '));
        const expected = books.accounts
          .filter(({ balance }) => balance !== 0n)
          .map(({ balance, equivalent }) => `${exact(balance)} ${equivalent}`);
        expect(found.filter((balance) => balance !== '0').sort()).toEqual(expected.sort());
      }),
      RUNS,
    );
  });

  it('pass all checks of beancount, and would not with another balance', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(drawn, ({ books, names }) => {
        const lines = [...beancountOf(books, (person) => names.get(person) ?? null)];
        beanCheck(write(lines, 'books.beancount'));
        const wrong = books.accounts.map((account) => ({ ...account, balance: account.balance + 1n }));
        const path = write(
          beancountOf({ ...books, accounts: wrong }, () => null),
          'wrong.beancount',
        );
        expect(() => beanCheck(path)).toThrow(/Balance failed/);
      }),
      RUNS,
    );
  });

  it('are CSV in which no cell is a formula and each row says what moved', () => {
    fc.assert(
      fc.property(drawn, ({ books, names }) => {
        const csv = [...csvOf(books, (person) => names.get(person) ?? null)].join('');
        const rows = parse(csv, { columns: true }) as Record<string, string>[];
        expect(rows).toHaveLength(books.entries.reduce((sum, { moves }) => sum + moves.length, 0));
        for (const { amount, balance, ...texts } of rows) {
          expect(amount).toMatch(/^-?[0-9.]+$/);
          expect(balance).toMatch(/^-?[0-9.]+$/);
          for (const cell of Object.values(texts)) expect(cell).not.toMatch(/^[\s\p{Cc}]*[=+\-@＝＋－＠]/u);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('every naughty string', () => {
  it('may be a name and a memo', { timeout: 120_000 }, () => {
    const people = NAUGHTY.map((_, at) => at.toString(16).padStart(64, '0') as PublicKey);
    const names = new Map(people.map((person, at) => [person, NAUGHTY[at] as string]));
    const holder = 'f'.repeat(64) as PublicKey;
    const entries = people.map((neighbour, at): BookEntry => {
      const txId = neighbour as string as TxId;
      const paymentId = neighbour as string as PaymentId;
      const memo = NAUGHTY[at] as string;
      const transaction = { txId, paymentId, kind: 'pay', payer: neighbour, receiver: holder, memo } as const;
      return { atMs: at, equivalent: 'UAH', moves: [{ neighbour, amount: 100_000_000n }], transaction };
    });
    const accounts = people.map((person) => accountOf(person, 'UAH', entries));
    const books: Books = { holder, network: 'geo', createdAtMs: 0, accounts, entries };
    const nameOf = (person: PublicKey): string | null => names.get(person) ?? null;
    beanCheck(write(beancountOf(books, nameOf), 'naughty.beancount'));
    const balances = hledgerBalances(write(hledgerOf(books, nameOf), 'naughty.journal'));
    expect(Object.keys(balances)).toHaveLength(NAUGHTY.length);
    expect(new Set(Object.values(balances))).toEqual(new Set(['1.00000000 UAH']));
  });
});

describe('commodities', () => {
  it('of different equivalents differ, and have the form that beancount takes', () => {
    expect(['UAH', 'kWh', 'hour', '1st', 'a', 'A', 'USD_', '_', 'E', 'e1'].map(commodityOf)).toEqual([
      'UAH',
      'KWH-5',
      'HOUR-F',
      'N.1ST-6',
      'A-1',
      'A-0',
      'USD_-0',
      'N._-0',
      'E-0',
      'E1-1',
    ]);
    fc.assert(
      fc.property(equivalent, equivalent, (a, b) => {
        expect(commodityOf(a)).toMatch(/^[A-Z][A-Z0-9'._-]{0,22}[A-Z0-9]$/);
        expect(commodityOf(a) === commodityOf(b)).toBe(a === b);
        expect(equivalentOf(commodityOf(a))).toBe(a);
      }),
    );
  });
});

/** Back, by the published rule. */
function equivalentOf(commodity: string): string {
  const [letters = '', small = '0'] = commodity.replace(/^N\./, '').split('-');
  const mask = Number.parseInt(small, 16);
  return [...letters].map((letter, at) => ((mask >> at) & 1 ? letter.toLowerCase() : letter)).join('');
}
