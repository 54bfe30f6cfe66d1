/** Payments that no single route carries, between real nodes: probes over links, split, one receipt. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { balanceOf, canPay, cardOf, startParticipant, type TestNode, until } from '#test/support/nodes.ts';

let folder: string;
let alice: TestNode;
let bob: TestNode;
let carol: TestNode;
let dave: TestNode;

/** `to` may owe `from` so much. */
async function trust(from: TestNode, to: TestNode, limit: string): Promise<void> {
  await from.client.putContact({ who: await cardOf(to) });
  await to.client.putContact({ who: await cardOf(from) });
  await from.client.setTrustLine({ who: to.name, equivalent: 'UAH', limit, waitMs: 20_000 });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-routes-'));
  const start = (name: string): Promise<TestNode> => startParticipant(name, join(folder, name));
  [alice, bob, carol, dave] = await Promise.all([start('Alice'), start('Bob'), start('Carol'), start('Dave')]);
  await trust(bob, alice, '100');
  await trust(carol, alice, '100');
  await trust(dave, bob, '30');
  await trust(dave, carol, '45');
  await alice.client.putContact({ who: await cardOf(dave) });
  await canPay(alice, 'Dave');
});

afterAll(async () => {
  await Promise.all([alice, bob, carol, dave].map(({ node }) => node.stop('the test is over')));
  await rm(folder, { recursive: true });
});

describe('two ways, each of which carries a part', () => {
  it('can be paid over together, as is said before: how much, and whose limit ends it', async () => {
    const events = await alice.client.openEvents();
    const quote = await alice.client.quotePayment({ to: 'Dave', equivalent: 'UAH', waitMs: 20_000 });
    expect(quote).toMatchObject({ atLeast: '75', atMost: '75', isFinal: true, to: { name: 'Dave' } });
    expect(quote.stoppedBy?.hop).toMatchObject({ to: { name: 'Dave' } });
    expect(quote.stoppedBy?.text).toContain('Dave');
    const told = await until(events, ({ notice }) => notice.type === 'quote' && notice.isFinal);
    expect(told.length).toBeGreaterThan(1);
    const bounded = await alice.client.quotePayment({ to: 'Dave', equivalent: 'UAH', most: '40', waitMs: 20_000 });
    expect(bounded).toMatchObject({ atLeast: '40', stoppedBy: null });
  });

  it('carry a payment in one transaction, with one receipt', async () => {
    const paid = await alice.client.pay({ to: 'Dave', equivalent: 'UAH', amount: '60', waitMs: 20_000 });
    expect(paid).toMatchObject({ state: 'COMMITTED', routes: { length: 2 }, hops: 2 });
    const owed = await balanceOf(alice);
    expect(Number(owed.Bob) + Number(owed.Carol)).toBe(-60);
    const { base64 } = await alice.client.getReceipt({ id: paid.paymentId });
    expect(await dave.client.verifyReceipt({ base64 })).toMatchObject({ valid: true, facts: { total: '60' } });
  });

  it('refuse what both together do not carry, and nothing is owed for it', async () => {
    const before = await balanceOf(alice);
    const refused = await alice.client.pay({ to: 'Dave', equivalent: 'UAH', amount: '16', waitMs: 20_000 });
    expect(refused).toMatchObject({ state: 'ABORTED', refusal: { code: 'insufficient' } });
    expect(await balanceOf(alice)).toEqual(before);
  });
});
