import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { HeldAmounts, type HeldHappening } from '#node/held.ts';
import { countHappening, createMetrics, measureHeld, measureRecords } from '#node/metrics.ts';
import { createHostMetrics, measureDirectory } from '#node/p2p/metrics.ts';
import { emptyAccount } from '#protocol/account.ts';
import { Records } from '#protocol/records.ts';
import { ManualClock } from '#test/support/manual-clock.ts';
import { committed, person, THEN_MS } from '#test/support/people.ts';
import { letGo, prepared, saved } from '#test/support/positions.ts';

const [alice, bob, carol] = [person(1), person(2), person(3)] as const;

it('metrics show what is open, held and linked when they are asked', async () => {
  const metrics = createMetrics();
  const records = new Records(bob.key, 'geo-test');
  measureRecords(metrics, records);
  const { txId, header, route, signatures } = committed([alice, bob, carol]);
  const prepared = { type: 'position', state: 'prepared', isAdopted: false, position: 1, txId, header, route } as const;
  records.apply({ type: 'transaction', txId, positions: [{ ...prepared, signatures }] });
  records.apply({ ...emptyAccount(alice.key, 'UAH'), reservedIn: 1_250_000_000n });
  records.apply({ ...emptyAccount(carol.key, 'UAH'), reservedOut: 1_250_000_000n, reservedIn: 50_000_000n });
  records.linked.add(alice.key);
  for (let time = 0; time < 2; time++) {
    const lines = (await metrics.registry.metrics()).split('\n');
    expect(lines).toContain('geo_open_positions{state="prepared"} 1');
    expect(lines).toContain('geo_reserved_amount{equivalent="UAH",direction="in"} 13');
    expect(lines).toContain('geo_reserved_amount{equivalent="UAH",direction="out"} 12.5');
    expect(lines).toContain('geo_links 1');
    expect(lines).toContain('geo_neighbours 2');
  }
});

it('metrics show what is held past its time, and what was let go', async () => {
  const metrics = createMetrics();
  const clock = new ManualClock(THEN_MS);
  const records = new Records(bob.key, 'geo-test');
  records.apply(saved(prepared));
  const tell = (happening: HeldHappening) => countHappening(metrics, happening);
  const held = new HeldAmounts({ records, clock, tell });
  measureHeld(metrics, held, clock);
  const figures = async () => (await metrics.registry.metrics()).split('\n').filter((line) => !line.startsWith('#'));
  expect(await figures()).toEqual(
    expect.arrayContaining(['geo_held_transactions 0', 'geo_held_oldest_seconds 0', 'geo_let_go_total 0']),
  );
  clock.advance(34_000 + 90_000);
  expect(await figures()).toEqual(
    expect.arrayContaining([
      'geo_held_amount{equivalent="UAH"} 12.5',
      'geo_held_transactions 1',
      'geo_held_oldest_seconds 90',
    ]),
  );
  records.apply(saved(letGo(clock.nowMs())));
  held.saved([saved(letGo(clock.nowMs()))]);
  const after = await figures();
  expect(after).toEqual(
    expect.arrayContaining([
      'geo_own_risk_amount{equivalent="UAH"} 12.5',
      'geo_held_transactions 0',
      'geo_let_go_total 1',
    ]),
  );
  expect(after.join()).not.toContain('geo_held_amount{');
});

it('metrics count what neighbours did, and say whether records were lost', async () => {
  const metrics = createMetrics();
  const records = new Records(bob.key, 'geo-test');
  measureRecords(metrics, records);
  const figures = async () => (await metrics.registry.metrics()).split('\n');
  expect(await figures()).toContain('geo_restored 0');
  records.apply({ ...records.node, restoredAtMs: THEN_MS, isFrozen: true });
  countHappening(metrics, { type: 'late-abort', txId: prepared.txId, neighbour: carol.key });
  countHappening(metrics, { type: 'equivocation', neighbour: carol.key, equivalent: 'UAH' });
  expect(await figures()).toEqual(
    expect.arrayContaining(['geo_restored 1', 'geo_late_aborts_total 1', 'geo_equivocations_total 1']),
  );
});

it('every metric has a name of the family and says what it is', async () => {
  const all = await allMetrics();
  expect(all.length).toBeGreaterThan(10);
  for (const { name, help } of all) {
    expect(name).toMatch(/^geo_[a-z_]+$/);
    expect(help).toMatch(/^[A-Z].{10,}\.$/);
  }
});

it('every metric is in METRICS.md, as it describes itself', async () => {
  const all = await allMetrics();
  const rows = all.map(({ name, type, labels, help }) => `| \`${name}\` | ${type} | ${labels} | ${help} |`);
  const text = readFileSync(join(import.meta.dirname, '../../../node/METRICS.md'), 'utf8');
  expect(text.split('\n').filter((line) => line.startsWith('| `'))).toEqual(rows.sort());
});

interface Described {
  readonly name: string;
  readonly type: string;
  readonly labels: string;
  readonly help: string;
}

/** All that a node has. */
async function allMetrics(): Promise<Described[]> {
  const metrics = createMetrics();
  const records = new Records(bob.key, 'geo-test');
  const clock = new ManualClock(THEN_MS);
  createHostMetrics(metrics.registry);
  measureDirectory(metrics.registry, { size: 0, records: 0, connections: 0 });
  measureRecords(metrics, records);
  measureHeld(metrics, new HeldAmounts({ records, clock, tell: () => undefined }), clock);
  const all = await metrics.registry.getMetricsAsJSON();
  return all.map(({ name, help, type }) => {
    const { labelNames } = metrics.registry.getSingleMetric(name) as unknown as { labelNames: string[] };
    return { name, type: String(type), labels: labelNames.join(', '), help };
  });
}
