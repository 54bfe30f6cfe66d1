import { expect, it } from 'vitest';
import { createMetrics, measureRecords } from '#node/metrics.ts';
import { emptyAccount } from '#protocol/account.ts';
import { Records } from '#protocol/records.ts';
import { committed, person } from '#test/support/people.ts';

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
    expect(lines).toContain('geo_held_amount{equivalent="UAH",direction="in"} 13');
    expect(lines).toContain('geo_held_amount{equivalent="UAH",direction="out"} 12.5');
    expect(lines).toContain('geo_links 1');
    expect(lines).toContain('geo_neighbours 2');
  }
});

it('every metric has a name of the family and says what it is', async () => {
  const metrics = createMetrics();
  measureRecords(metrics, new Records(bob.key, 'geo-test'));
  const all = await metrics.registry.getMetricsAsJSON();
  expect(all.length).toBeGreaterThan(10);
  for (const { name, help } of all) {
    expect(name).toMatch(/^geo_[a-z_]+$/);
    expect(help).toMatch(/^[A-Z].{10,}\.$/);
  }
});
