/** The audit of stored books (§8.7). */
import { beforeEach, describe, expect, it } from 'vitest';
import { auditAccount } from '#protocol/audit.ts';
import { recordKey } from '#protocol/record-key.ts';
import { type DurableRecord, Records } from '#protocol/records.ts';
import { chain } from '#test/support/network.ts';
import { key, NETWORK, UAH, verify } from '#test/support/packets.ts';

let disk: Map<string, DurableRecord>;

/** B's disk after a checkpoint and two payments through it since. */
beforeEach(() => {
  const net = chain('ABC');
  net.compares = true;
  net.pay('A', 'C', 10n);
  net.wait(1_000);
  for (const name of ['A', 'B', 'C']) net.command(name, { type: 'propose-checkpoints', which: 'all' });
  net.run();
  for (const amount of [7n, 2n]) {
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

function audit(change?: (record: DurableRecord) => DurableRecord | null): string | null {
  const records = new Records(key('B'), NETWORK);
  for (const record of disk.values()) {
    const changed = change === undefined ? record : change(record);
    if (changed !== null) records.apply(changed);
  }
  return run(records).flaw;
}

const withA = (record: DurableRecord) => 'neighbour' in record && record.neighbour === key('A');

it('of books that are whole finds nothing, and checks the hops since the checkpoint', () => {
  expect(audit()).toBeNull();
  const records = new Records(key('B'), NETWORK);
  for (const record of disk.values()) records.apply(record);
  expect(run(records).hops).toBe(2);
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
