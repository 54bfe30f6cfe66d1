import { expect, it, vi } from 'vitest';
import { HubIndexer } from '#hub-indexer/indexer.ts';
import { REQUESTS_AT_ONCE_EACH } from '#hub-indexer/limits.ts';
import type { IndexerNode } from '#node/indexer.ts';
import { createLog } from '#node/log.ts';
import { createMetrics } from '#node/metrics.ts';
import type { SignedAnnouncement } from '#protocol/announcement.ts';
import type { HintRequest } from '#protocol/hints.ts';
import { Records } from '#protocol/records.ts';
import { announced } from '#test/support/announcements.ts';
import { key, UAH } from '#test/support/packets.ts';
import { THEN_MS } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';

const request: HintRequest = {
  ...{ type: 'hint-request', id: '5e'.repeat(16), equivalent: UAH },
  ...{ source: key('A'), target: key('C'), most: 8 },
};

function nodeWith(...list: SignedAnnouncement[]) {
  const records = new Records(key('H'), 'geo-test');
  for (const signed of list) records.apply({ type: 'announcement', signed });
  const followed: string[] = [];
  const node: IndexerNode = {
    records,
    clock: { nowMs: () => THEN_MS, wakeAt: () => () => undefined },
    log: createLog({ level: 'silent', file: null }),
    metrics: createMetrics(),
    follow: (equivalent) => followed.push(equivalent),
  };
  return { node, records, followed };
}

const open = (node: IndexerNode, dataDir: string, equivalents: readonly string[] = []) =>
  HubIndexer.open(node, { dataDir, network: 'geo-test', snapshotIntervalMs: 3_600_000, equivalents });

const untilReady = (indexer: HubIndexer) => vi.waitUntil(() => indexer.isReady, { timeout: 30_000, interval: 5 });

it('answers from what its node knows, and from what it saves later', async () => {
  const { node, records } = nodeWith(announced('BA'));
  const indexer = await open(node, temporaryFolder());
  await untilReady(indexer);
  expect(indexer.answer(key('X'), request)).toMatchObject({ type: 'hints', id: request.id, count: 1, routes: [] });
  const record = { type: 'announcement', signed: announced('CB') } as const;
  records.apply(record);
  indexer.saved([record]);
  expect(indexer.answer(key('X'), request)).toMatchObject({ count: 2, routes: [[key('A'), key('B'), key('C')]] });
  await indexer.stop();
});

it('one participant may ask so often, over a link too; another still may', async () => {
  const { node } = nodeWith();
  const indexer = await open(node, temporaryFolder());
  let answered = 0;
  while (indexer.answer(key('X'), request) !== null) answered++;
  expect(answered).toBeGreaterThanOrEqual(REQUESTS_AT_ONCE_EACH);
  expect(indexer.answer(key('Y'), request)).not.toBeNull();
  expect(await indexer.metrics.registry.metrics()).toContain('outcome="too-often"} 1');
  await indexer.stop();
});

it('saves what it knows at the end, and begins with it', async () => {
  const folder = temporaryFolder();
  const { node } = nodeWith(announced('BA'), announced('CB'));
  const first = await open(node, folder);
  await untilReady(first);
  const known = first.equivalents();
  expect(known).toMatchObject([{ equivalent: UAH, lines: 2 }]);
  await first.stop();
  const again = await open(nodeWith(announced('BA'), announced('CB')).node, folder);
  // At once, before it has looked at anything else.
  expect([again.isReady, again.equivalents()]).toEqual([false, known]);
  await untilReady(again);
  expect(again.equivalents()).toEqual(known);
  await again.stop();
  // The map has changed while it did not run.
  const changed = await open(
    nodeWith(announced('BA'), announced('CB', { seq: THEN_MS + 1, active: false })).node,
    folder,
  );
  await untilReady(changed);
  expect(changed.equivalents()).toMatchObject([{ lines: 1 }]);
  await changed.stop();
});

it('follows the equivalents it was told, those it knows, and those it comes to know', async () => {
  const { node, followed } = nodeWith(announced('BA'));
  const indexer = await open(node, temporaryFolder(), ['hour', 'kWh']);
  await untilReady(indexer);
  indexer.started();
  expect(followed.sort()).toEqual([UAH, 'hour', 'kWh'].sort());
  const [known, other] = [announced('CB'), announced('CB', { equivalent: 'GBP' })];
  indexer.saved([known, other, other].map((signed) => ({ type: 'announcement', signed })));
  expect(followed.slice(3)).toEqual(['GBP']);
  await indexer.stop();
});
