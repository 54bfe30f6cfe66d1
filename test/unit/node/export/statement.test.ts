/** Statements of account: which month an entry belongs to, and pages that nobody's words can break out of. */
import { describe, expect, it } from 'vitest';
import type { BookEntry, Books } from '#node/export/books.ts';
import { type Showing, statementCsv, statementHtml, statementOf } from '#node/export/statement.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { PaymentId, TxId } from '#protocol/packet.ts';
import { key } from '#test/support/packets.ts';

const [ME, ALICE, BOB] = [key('A'), key('B'), key('C')];

function received(at: string, neighbour: PublicKey, amount: bigint, memo: string | null = null): BookEntry {
  const ids = { txId: '0'.repeat(64) as TxId, paymentId: '0'.repeat(64) as PaymentId };
  const transaction = { ...ids, kind: 'pay', payer: neighbour, receiver: ME, memo } as const;
  return { atMs: Date.parse(at), equivalent: 'UAH', moves: [{ neighbour, amount }], transaction };
}

function books(entries: readonly BookEntry[]): Books {
  const accounts = [ALICE, BOB].map((neighbour) => ({
    ...({ type: 'account', neighbour, equivalent: 'UAH', balance: 0n, standing: 'confirmed' } as const),
    ...{ limitGiven: 0n, limitReceived: 0n, reservedIn: 0n, reservedOut: 0n, entries: 0, closedUntilMs: 0 },
    journalHead: '0'.repeat(64),
  }));
  return { holder: ME, network: 'geo', createdAtMs: 0, accounts, entries };
}

const showing: Showing = {
  nameOf: (person) => (person === ALICE ? '<b>Alice</b>' : null),
  precisionOf: () => 2,
};

describe('a statement', () => {
  it('has what lies in its month of UTC, and what came before as its opening balance', () => {
    const all = books([
      received('2025-12-31T23:59:59.999Z', ALICE, 100n),
      received('2026-01-01T00:00:00.000Z', ALICE, 20n),
      received('2026-01-31T23:59:59.999Z', ALICE, 3n),
      received('2026-02-01T00:00:00.000Z', ALICE, 4_000n),
    ]);
    expect(statementOf(all, '2026-01', showing).accounts).toMatchObject([
      {
        neighbour: ALICE,
        opening: 100n,
        closing: 123n,
        lines: [
          { amount: 20n, balance: 120n },
          { amount: 3n, balance: 123n },
        ],
      },
    ]);
    expect(statementOf(all, '2026-03', showing).accounts).toMatchObject([
      { opening: 4_123n, closing: 4_123n, lines: [] },
    ]);
    expect(statementOf(all, '2025-11', showing).accounts).toEqual([]);
  });

  it('is a page in which names and memos are only text', () => {
    const all = books([received('2026-01-02T00:00:00Z', ALICE, 1_250_000_000n, '</td><script>alert("x")</script>')]);
    const page = [...statementHtml(statementOf(all, '2026-01', showing), showing)].join('');
    expect(page).toContain('&lt;b&gt;Alice&lt;/b&gt;');
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
    expect(page).not.toMatch(/<script|<b>/);
    expect(page).toContain("default-src 'none'");
    expect(page).toContain('>12.50<');
  });

  it('is CSV with an opening and a closing balance for each account', () => {
    const all = books([
      received('2026-01-02T00:00:00Z', ALICE, 100_000_000n, '=1'),
      received('2026-01-03T00:00:00Z', BOB, -50_000_000n),
    ]);
    const rows = [...statementCsv(statementOf(all, '2026-01', showing), showing)];
    expect(rows).toHaveLength(7);
    expect(rows.filter((row) => row.includes("'=1,1.00,1.00"))).toHaveLength(1);
    expect(rows.filter((row) => row.includes('closing balance,,,-0.50'))).toHaveLength(1);
  });
});
