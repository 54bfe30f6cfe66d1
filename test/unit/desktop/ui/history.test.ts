import { describe, expect, it } from 'vitest';
import { csvOf } from '#desktop/ui/src/history-csv.ts';
import { type Entry, keyOf, mergeFirstPage } from '#desktop/ui/src/history-entry.ts';
import { type Filter, filterEntries, isFiltering, NO_FILTER } from '#desktop/ui/src/history-filter.ts';
import { entriesOf, monthOf, monthSpan, sumsOf } from '#desktop/ui/src/statement.ts';

const someone = (name: string) => ({ pid: `pid-${name}`, publicKey: '00'.repeat(32), name });
const [anna, boris] = [someone('Anna'), someone('Boris')];

/** Boris pays Anna, whose history it is. */
function entry(number: number, change: Partial<Entry> = {}): Entry {
  const hex = number.toString(16).padStart(64, '0');
  return {
    ...{ atMs: new Date(2026, 0, number).getTime(), role: 'receiver', kind: 'pay', txId: hex, paymentId: hex },
    ...{ payer: boris, receiver: anna, equivalent: 'UAH', amount: '10', state: 'COMMITTED' },
    ...{ memo: null, refusal: null, letGo: null },
    ...change,
  };
}

const paid = entry(2, { role: 'payer', payer: anna, receiver: boris, equivalent: 'EUR' });
const received = entry(1, { memo: 'Two Apples' });
const passedOn = entry(3, { role: 'intermediary' });
const circle = entry(4, { kind: 'clear', role: 'payer' });
const refused = entry(5, { role: 'payer', payer: anna, receiver: boris, state: 'ABORTED', txId: null });
const all = [refused, circle, passedOn, paid, received];

describe('the filter', () => {
  it.each([
    [{ text: ' APPLES' }, [received]],
    [{ text: 'boris' }, all],
    [{ text: keyOf(paid).slice(0, 64) }, [paid]],
    [{ person: 'pid-Boris', currency: 'EUR' }, [paid]],
    [{ person: 'pid-Carol' }, []],
    [{ kind: 'payment' }, [paid, received]],
    [{ kind: 'passed-on' }, [passedOn]],
    [{ kind: 'circle' }, [circle]],
    [{ kind: 'not-paid' }, [refused]],
    [{ direction: 'out' }, [refused, paid]],
    [{ direction: 'in' }, [received]],
    [{ from: '2026-01-03' }, [refused, circle, passedOn]],
    [{ until: '2026-01-03' }, [passedOn, paid, received]],
    [{ from: '2026-01-02', until: '2026-01-02' }, [paid]],
    [{ from: 'soon' }, all],
  ] as readonly (readonly [Partial<Filter>, readonly Entry[]])[])('%j', (change, found) => {
    expect(filterEntries(all, { ...NO_FILTER, ...change })).toEqual(found);
    expect(isFiltering({ ...NO_FILTER, ...change })).toBe(true);
  });

  it('that asks for nothing lets everything through', () => {
    expect(filterEntries(all, NO_FILTER)).toEqual(all);
    expect(isFiltering(NO_FILTER)).toBe(false);
  });
});

describe('a first page that is read again', () => {
  const list = [5, 4, 3, 2, 1].map((number) => entry(number));
  it('goes before what is older, and nothing is there twice', () => {
    const page = [entry(6), entry(5), entry(4)];
    expect(mergeFirstPage(page, list)).toEqual([...page, entry(3), entry(2), entry(1)]);
  });

  it('brings an entry that changed', () => {
    const changed = entry(5, { state: 'ABORTED' });
    expect(mergeFirstPage([changed, entry(4)], list)?.slice(0, 2)).toEqual([changed, entry(4)]);
  });

  it('begins anew when it does not meet what was read before', () => {
    expect(mergeFirstPage([entry(9), entry(8)], list)).toBeNull();
    expect(mergeFirstPage([entry(9)], [])).toEqual([entry(9)]);
  });
});

describe('the statement of a month', () => {
  it('has what was done in it, oldest first', () => {
    const later = entry(32);
    expect(entriesOf([later, ...all], '2026-01')).toEqual([received, paid, passedOn, circle]);
    expect(entriesOf([later, ...all], monthOf(later.atMs))).toEqual([later]);
    expect(entriesOf(all, '2026-1')).toEqual([]);
  });

  it('adds up exactly, each currency for itself, without circles of debt', () => {
    const large = entry(6, { amount: '9007199254.00000001' });
    expect(sumsOf([...entriesOf(all, '2026-01'), large])).toEqual([
      { equivalent: 'EUR', paid: '10', received: '0', passedOn: '0' },
      { equivalent: 'UAH', paid: '0', received: '9007199264.00000001', passedOn: '10' },
    ]);
  });

  it.each(['2026-00', '2026-13', '', 'x', '2026-01-01'])('%s is no month', (text) => {
    expect(monthSpan(text)).toBeNull();
  });

  it('of December ends with the year', () => {
    expect(new Date(monthSpan('2026-12')?.untilMs ?? 0).getFullYear()).toBe(2027);
  });
});

describe('the table for a spreadsheet', () => {
  it('keeps every text in its cell, and runs none', () => {
    const hostile = entry(1, { payer: someone('=cmd|x'), memo: 'a "quote", and\r\na line' });
    const [head, row] = csvOf([hostile]).split(/\r\n(?=\d|$)/);
    expect(head).toBe(
      'time,kind,direction,payer,payer_pid,receiver,receiver_pid,amount,equivalent,memo,payment_id,transaction_id',
    );
    expect(row).toContain(",payment,in,'=cmd|x,pid-=cmd|x,Anna,");
    expect(row).toContain(',10,UAH,"a ""quote"", and\r\na line",');
  });
});
