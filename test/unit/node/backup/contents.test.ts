import { beforeEach, expect, it } from 'vitest';
import { collectBackup } from '#node/backup/contents.ts';
import type { HistoryEntry } from '#node/store/store.ts';
import { auditAccount } from '#protocol/audit.ts';
import { restoredFromPieces } from '#protocol/rebuild.ts';
import { recordKey } from '#protocol/record-key.ts';
import { type DurableRecord, Records } from '#protocol/records.ts';
import { checkFiles, exported } from '#test/support/ledgers.ts';
import { chain, type Network } from '#test/support/network.ts';
import { key, NETWORK, verify } from '#test/support/packets.ts';

const DAY_MS = 86_400_000;
let net: Network;

/** B has passed two payments on before a checkpoint, two after it, and made one that no answer has come to. */
beforeEach(() => {
  net = chain('ABC');
  net.compares = true;
  for (const amount of [4n, 6n]) {
    net.pay('A', 'C', amount);
    net.wait(1_000);
  }
  for (const name of ['A', 'B', 'C']) net.command(name, { type: 'propose-checkpoints', which: 'all' });
  net.run();
  for (const amount of [7n, 2n]) {
    net.pay('A', 'C', amount);
    net.wait(1_000);
  }
  net.pay('B', 'C', 5n);
});

async function backupOf(name: string, history: readonly HistoryEntry[] = []): Promise<readonly DurableRecord[]> {
  const records = new Records(key(name), NETWORK);
  for (const record of net.machine(name).backup().values()) records.apply(record);
  const store = { history: () => Promise.resolve(history) };
  const { records: kept } = await collectBackup({ records, store, contacts: [], settings: null }, net.nowMs);
  return kept;
}

function restored(name: string, backup: readonly DurableRecord[]): Records {
  const records = new Records(key(name), NETWORK);
  for (const record of restoredFromPieces(backup, key(name), net.nowMs)) records.apply(record);
  return records;
}

it('has what has counted since the last checkpoint, and nothing that it has closed', async () => {
  const backup = await backupOf('B');
  const types = Object.groupBy(backup, ({ type }) => type);
  expect(types.transaction).toHaveLength(3);
  expect(types.checkpoint).toHaveLength(2);
  expect(types.payment).toMatchObject([{ state: 'PREPARE_IN_PROGRESS' }]);
  expect(types.announcement).toBeUndefined();
});

it('has books that pass the audit of the next start', async () => {
  const records = restored('B', await backupOf('B'));
  const flaws = [...records.accounts()].map((account) => {
    const steps = auditAccount(records, account, verify);
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    return step.value;
  });
  expect(flaws).toEqual([null, null]);
});

it('has books that can be exported and checked', async () => {
  const holder = { participant: key('B'), network: NETWORK, nowMs: net.nowMs, restoredAtMs: net.nowMs };
  const file = await exported(restoredFromPieces(await backupOf('B'), key('B'), net.nowMs), holder);
  const { findings } = await checkFiles(file);
  expect(findings.filter(({ kind }) => kind === 'problem')).toEqual([]);
});

it('has all that the neighbours need to agree', async () => {
  const backup = await backupOf('B');
  net.lose('B', new Map(restoredFromPieces(backup, key('B'), net.nowMs).map((record) => [recordKey(record), record])));
  for (const pair of ['BA', 'BC']) net.link(pair);
  net.wait(60_000);
  expect(net.balances('B')).toEqual({ A: 19n, C: -24n });
  expect([net.balances('A').B, net.balances('C').B]).toEqual([-19n, 24n]);
  expect([...net.machine('B').records.accounts()].map(({ standing }) => standing)).toEqual(['agreed', 'agreed']);
});

it('has which payment ids are used up, of the last week', async () => {
  const records = net.machine('C').records;
  const history = [...net.machine('C').backup().values()].flatMap((record, number) =>
    record.type === 'transaction' ? [{ cursor: String(number), atMs: net.nowMs, record }] : [],
  );
  const paid = (backup: readonly DurableRecord[]) => backup.filter(({ type }) => type === 'paid');
  expect(history.length).toBeGreaterThan(2);
  expect(records.node.restoredAtMs).toBeNull();
  expect(new Set(paid(await backupOf('C', history)).map((record) => JSON.stringify(record))).size).toBe(4);
  const old = history.map((entry) => ({ ...entry, atMs: net.nowMs - 8 * DAY_MS }));
  expect(paid(await backupOf('C', old))).toHaveLength(2);
});
