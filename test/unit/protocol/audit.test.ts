/** The audit of stored books (§8.7). */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Account } from '#protocol/account.ts';
import { auditAccount, followsFrom } from '#protocol/audit.ts';
import { nextEntry } from '#protocol/journal.ts';
import { recordKey } from '#protocol/record-key.ts';
import { type DurableRecord, Records } from '#protocol/records.ts';
import { chain, type Network } from '#test/support/network.ts';
import { type Draft, key, NETWORK, UAH, verify } from '#test/support/packets.ts';

let disk: Map<string, DurableRecord>;
/** B's account with A before the last payment. */
let before: Account;

/** B's disk after a checkpoint and two payments through it since. */
beforeEach(() => {
  const net = chain('ABC');
  net.compares = true;
  net.pay('A', 'C', 10n);
  net.wait(1_000);
  for (const name of ['A', 'B', 'C']) net.command(name, { type: 'propose-checkpoints', which: 'all' });
  net.run();
  for (const amount of [7n, 2n]) {
    before = net.machine('B').records.account(key('A'), UAH) as Account;
    net.pay('A', 'C', amount);
    net.wait(1_000);
  }
  disk = new Map(net.machine('B').backup());
});

/** Runs an audit to its end: how many hops it checked, and the flaw. */
function run(records: Records): { hops: number; flaw: string | null } {
  const account = records.account(key('A'), UAH);
  if (account === undefined) throw new Error('no account');
  const steps = auditAccount(records, account, verify);
  for (let hops = 0; ; hops++) {
    const step = steps.next();
    if (step.done === true) return { hops, flaw: step.value };
  }
}

type Change = (record: DurableRecord) => DurableRecord | null;

function read(change: Change = (record) => record): Records {
  const records = new Records(key('B'), NETWORK);
  for (const record of disk.values()) {
    const changed = change(record);
    if (changed !== null) records.apply(changed);
  }
  return records;
}

function audit(change?: Change): string | null {
  return run(read(change)).flaw;
}

/** Does the account of these books follow from how it was at that time? */
function follows(records: Records, from = before): boolean {
  const account = records.account(key('A'), UAH);
  if (account === undefined) throw new Error('no account');
  const steps = followsFrom(from, records, account, verify);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

const withA = (record: DurableRecord) => 'neighbour' in record && record.neighbour === key('A');

it('of books that are whole finds nothing, and checks the hops since the checkpoint', () => {
  expect(audit()).toBeNull();
  expect(run(read()).hops).toBe(2);
});

it('needs nothing of what the checkpoint covers', () => {
  const [first] = [...disk.values()].filter(({ type }) => type === 'transaction');
  expect(audit((record) => (record === first ? null : record))).toBeNull();
});

describe('notices', () => {
  it.each<[string, (record: DurableRecord) => DurableRecord | null]>([
    ['another balance', (it) => (it.type === 'account' && withA(it) ? { ...it, balance: it.balance + 1n } : it)],
    ['another limit', (it) => (it.type === 'account' && withA(it) ? { ...it, limitGiven: 1_000n } : it)],
    ['an entry that is missing', (it) => (it.type === 'entry' && withA(it) && it.number === 2 ? null : it)],
    [
      'an entry that was changed',
      (it) => (it.type === 'entry' && withA(it) && it.number === 3 ? { ...it, delta: 3n } : it),
    ],
    ['a journal that ends early', (it) => (it.type === 'account' && withA(it) ? { ...it, entries: 2 } : it)],
    [
      'a checkpoint with another balance',
      (it) => {
        if (it.type !== 'checkpoint' || !withA(it) || it.agreed === null) return it;
        return { ...it, agreed: { ...it.agreed, checkpoint: { ...it.agreed.checkpoint, balance: 999n } } };
      },
    ],
    [
      'a line with another limit',
      (it) => {
        if (it.type !== 'line') return it;
        const line = { ...it.signed.line, limit: 1_000n };
        return { ...it, signed: { ...it.signed, line } };
      },
    ],
  ])('%s', (_what, change) => {
    expect(audit(change)).not.toBeNull();
  });

  it('a transaction that is missing, or whose certificate is another', () => {
    const since = [...disk.values()].filter((it) => it.type === 'transaction').slice(-1);
    const keys = new Set(since.map(recordKey));
    expect(audit((record) => (keys.has(recordKey(record)) ? null : record))).toContain('missing');
    const forged = audit((record) => {
      if (record.type !== 'transaction' || !keys.has(recordKey(record))) return record;
      const positions = record.positions.map((position) =>
        position.state === 'committed' ? { ...position, commit: new Uint8Array(64) } : position,
      );
      return { ...record, positions };
    });
    expect(forged).toContain('not valid');
  });
});

describe('an account follows from how it was', () => {
  it('by what is new, which is all that is read', () => {
    const records = read();
    const entry = vi.spyOn(records, 'entry');
    const position = vi.spyOn(records, 'position');
    expect(follows(records)).toBe(true);
    expect(entry.mock.calls.map(([, , number]) => number)).toEqual([before.entries + 1]);
    expect(position).toHaveBeenCalledOnce();
    expect(follows(records, records.account(key('A'), UAH))).toBe(true);
    expect(entry).toHaveBeenCalledOnce();
  });

  describe('where a hop of before was taken back since', () => {
    let net: Network;
    let draft: Draft;
    let paid: Account;

    beforeEach(() => {
      net = chain('ABC');
      net.pay('A', 'C', 10n);
      net.until('B ---prepare--> C');
      draft = net.draftOf('B ---prepare--> C');
      net.run();
      paid = net.machine('B').records.account(key('C'), UAH) as Account;
    });

    const isFollowing = (account: Account): boolean => {
      const steps = followsFrom(paid, net.machine('B').records, account, verify);
      let step = steps.next();
      while (step.done !== true) step = steps.next();
      return step.value;
    };

    it('which its position says', () => {
      // C was paid, and waives it later.
      net.forge('C', 'B', draft.abort(2));
      net.run();
      const now = net.machine('B').records.account(key('C'), UAH) as Account;
      expect(now).toMatchObject({ balance: 0n, entries: paid.entries + 1 });
      expect(isFollowing(now)).toBe(true);
    });

    it('not where that still counts', () => {
      const { records } = net.machine('B');
      const entry = nextEntry(paid, records.entry(key('C'), UAH, 1)?.hop ?? null, 10n);
      records.apply(entry);
      expect(isFollowing({ ...paid, balance: 0n, entries: entry.number, journalHead: entry.head })).toBe(false);
    });
  });

  it.each<[string, Change]>([
    ['another balance', (it) => (it.type === 'account' && withA(it) ? { ...it, balance: it.balance + 1n } : it)],
    ['another limit', (it) => (it.type === 'account' && withA(it) ? { ...it, limitGiven: 1_000n } : it)],
    ['no new entry', (it) => (it.type === 'entry' && withA(it) && it.number > before.entries ? null : it)],
    [
      'another amount',
      (it) => (it.type === 'entry' && withA(it) && it.number > before.entries ? { ...it, delta: 3n } : it),
    ],
    ['a journal that ends early', (it) => (it.type === 'account' && withA(it) ? { ...it, entries: 2 } : it)],
    [
      'no certificate',
      (it) =>
        it.type === 'transaction' && it === [...disk.values()].findLast((one) => one.type === it.type) ? null : it,
    ],
  ])('not with %s', (_what, change) => {
    expect(follows(read(change))).toBe(false);
  });

  it('not over a checkpoint, which has to be looked at itself', () => {
    expect(follows(read(), { ...before, closedUntilMs: before.closedUntilMs - 1 })).toBe(false);
  });

  it('not from one that was longer', () => {
    const account = read().account(key('A'), UAH) as Account;
    expect(follows(read(), { ...account, entries: account.entries + 1, journalHead: before.journalHead })).toBe(false);
  });
});
