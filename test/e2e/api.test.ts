import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pidOf } from '#protocol/identity.ts';
import { balanceOf, canPay, cardOf, refused, startParticipant, type TestNode, until } from '#test/support/nodes.ts';
import { person } from '#test/support/people.ts';

const DAY_MS = 86_400_000;

let folder: string;
let alice: TestNode;
let bob: TestNode;
let carol: TestNode;

/** Bob lets Alice owe 100 UAH, Carol lets Bob owe 80 UAH: Alice can pay Carol through Bob. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-api-'));
  [alice, bob, carol] = (await Promise.all(
    (['Alice', 'Bob', 'Carol'] as const).map((name) => startParticipant(name, join(folder, name))),
  )) as [TestNode, TestNode, TestNode];
});

afterAll(async () => {
  await Promise.all([alice, bob, carol].map(({ node }) => node.stop('the test is over')));
  await rm(folder, { recursive: true, force: true });
});

describe('people', () => {
  it('come to know each other by contact card', async () => {
    const { contact, suggestedLimit, warnings } = await alice.client.putContact({ who: await cardOf(bob) });
    expect(contact).toMatchObject({ name: 'Bob', alias: null, cardName: 'Bob', verified: false });
    expect(contact.publicKey).toBe(bob.node.publicKey);
    expect(contact.pid).toBe(pidOf(bob.node.publicKey));
    expect(contact.addresses).toEqual(bob.node.addresses());
    expect({ suggestedLimit, warnings }).toEqual({ suggestedLimit: null, warnings: [] });
    await bob.client.putContact({ who: await cardOf(alice) });
    const linked = await bob.client.connectPeer({ who: 'Alice', waitMs: 20_000 });
    expect(linked).toMatchObject({ linked: true, participant: { name: 'Alice' } });
    const { peers } = await bob.client.listPeers();
    expect(peers.map(({ participant }) => participant.name)).toEqual(['Alice']);
  });

  it('take an invitation, which suggests a limit', async () => {
    const { card } = await bob.client.makeCard({ suggestedLimit: { equivalent: 'UAH', amount: '80' } });
    const taken = await carol.client.putContact({ who: card, alias: 'Bobby', verified: true });
    expect(taken).toMatchObject({
      contact: { name: 'Bobby', cardName: 'Bob', verified: true },
      suggestedLimit: { equivalent: 'UAH', amount: '80' },
    });
    await bob.client.putContact({ who: await cardOf(carol) });
    const byAddress = await carol.client.connectPeer({ who: bob.node.addresses()[0] as string, waitMs: 20_000 });
    expect(byAddress).toMatchObject({ linked: true, participant: { name: 'Bobby' } });
  });

  it('are warned of names that look alike', async () => {
    expect(await refused(carol.client.putContact({ who: await cardOf(alice), alias: 'B0bby' }))).toMatchObject({
      ...{ code: 'look-alike', facts: { alias: 'B0bby', other: 'Bobby' } },
    });
    const impostor = await startParticipant('Воb', join(folder, 'impostor'));
    const { warnings } = await alice.client.putContact({ who: await cardOf(impostor) });
    expect(warnings).toEqual([expect.stringContaining('looks like “Bob”') as string]);
    await alice.client.removeContact({ who: impostor.node.publicKey });
    await impostor.node.stop('no longer needed');
    expect((await alice.client.listContacts()).contacts.map(({ name }) => name)).toEqual(['Bob']);
  });

  it('whose key is unknown are said to be that', async () => {
    const pid = pidOf(person(9).key);
    const error = await refused(alice.client.pay({ to: pid, equivalent: 'UAH', amount: '1' }));
    expect(error).toMatchObject({ code: 'not-in-directory', facts: { pid }, retry: true });
    expect(error.message).toContain('ask them for a contact card');
  });
});

describe('trust', () => {
  it('goes one way, and both see it', async () => {
    const card = await bob.client.setTrustLine({ who: 'Alice', equivalent: 'UAH', limit: '100', waitMs: 20_000 });
    expect(card).toMatchObject({ neighbour: { name: 'Alice' }, received: null });
    expect(card.given).toMatchObject({ limit: '100', status: 'active', acked: true });
    await carol.client.setTrustLine({ who: 'Bobby', equivalent: 'UAH', limit: '80', waitMs: 20_000 });
    const { trustLines } = await bob.client.listTrustLines({ equivalent: 'UAH' });
    expect(trustLines.map(({ neighbour, given, received }) => [neighbour.name, given?.limit, received?.limit])).toEqual(
      [
        ['Alice', '100', undefined],
        ['Carol', undefined, '80'],
      ],
    );
  });

  it('keeps the policy that is not changed', async () => {
    const policy = { dailyLimit: '70.5', blocked: [person(9).key] };
    await bob.client.setTrustLine({ who: 'Alice', equivalent: 'HOUR', limit: '5', policy });
    const { given } = await bob.client.setTrustLine({ who: 'Alice', equivalent: 'HOUR', limit: '6' });
    expect(given).toMatchObject({ limit: '6', policy: { dailyLimit: '70.5', canBeIntermediate: true } });
    expect(given?.policy.blocked.map(({ publicKey }) => publicKey)).toEqual([person(9).key]);
    const closed = await bob.client.closeTrustLine({ who: 'Alice', equivalent: 'HOUR' });
    expect(closed.given).toMatchObject({ status: 'closed', limit: '6' });
    expect(await refused(bob.client.closeTrustLine({ who: 'Alice', equivalent: 'EUR' }))).toMatchObject({
      code: 'no-account',
    });
  });

  it('is on the map of those who are further away', async () => {
    await canPay(alice, carol.node.publicKey);
    const { counts, lines } = await alice.client.getTopology({ equivalent: 'UAH' });
    expect(counts).toEqual([{ equivalent: 'UAH', lines: 2, participants: 3 }]);
    expect(lines.map(({ from, to }) => [from.publicKey, to.publicKey])).toContainEqual([
      carol.node.publicKey,
      bob.node.publicKey,
    ]);
  });

  it('shows who is how far away, and those within so many hops alone', async () => {
    const near = await alice.client.getNeighbourhood({ equivalent: 'UAH' });
    expect(near.people.map(({ participant, hops }) => [participant.publicKey, hops])).toEqual([
      [alice.node.publicKey, 0],
      [bob.node.publicKey, 1],
      [carol.node.publicKey, 2],
    ]);
    const named = near.lines.map(({ from, to }) => [from.publicKey, to.publicKey]);
    expect(named).toHaveLength(2);
    expect(named).toContainEqual([carol.node.publicKey, bob.node.publicKey]);
    expect(named).toContainEqual([bob.node.publicKey, alice.node.publicKey]);
    const nearer = await alice.client.getNeighbourhood({ equivalent: 'UAH', hops: 1 });
    expect(nearer.people.map(({ participant }) => participant.name)).toEqual(['Alice', 'Bob']);
    expect(nearer.more).toBe(false);
    const fewer = await alice.client.getNeighbourhood({ equivalent: 'UAH', limit: 1 });
    expect(fewer).toMatchObject({ more: true, people: [{ hops: 0 }, { hops: 1 }] });
  });
});

describe('a payment', () => {
  it('is looked at first', async () => {
    const preview = await alice.client.previewPayment({ to: await cardOf(carol), equivalent: 'UAH', amount: '40' });
    expect(preview).toMatchObject({ payable: true, refusal: null, to: { publicKey: carol.node.publicKey } });
    expect(preview.route?.map(({ publicKey }) => publicKey)).toEqual(
      [alice, bob, carol].map(({ node }) => node.publicKey),
    );
    expect(preview.firstHop).toMatchObject({
      ...{ neighbour: { name: 'Bob' }, balanceNow: '0', balanceAfter: '-40', limit: '100', availableOut: '100' },
    });
    expect(await balanceOf(alice)).toEqual({ Bob: '0' });
  });

  it('goes through a chain of trust, and only the receiver reads the memo', async () => {
    await alice.client.putContact({ who: await cardOf(carol) });
    const paid = await alice.client.pay({ to: 'Carol', equivalent: 'UAH', amount: '40', memo: 'Дякую!', id: 'rent' });
    expect(paid).toMatchObject({ state: 'COMMITTED', hops: 2, amount: '40', refusal: null, attempts: 1 });
    expect(paid.ms).toBeGreaterThanOrEqual(0);
    expect(paid.routes.map(({ nodes }) => nodes.map(({ name }) => name))).toEqual([['Alice', 'Bob', 'Carol']]);
    expect(await balanceOf(alice)).toEqual({ Bob: '-40' });
    await vi.waitFor(async () => expect(await balanceOf(bob)).toEqual({ Alice: '40', Carol: '-40' }), 20_000);
    expect(await balanceOf(carol)).toEqual({ Bobby: '40' });
    expect((await bob.client.getBalance({ equivalent: 'UAH' })).net).toEqual([
      { equivalent: 'UAH', net: '0', owedToMe: '40', owedByMe: '40' },
    ]);
    const entryOf = async ({ client }: TestNode) => (await client.getHistory({ limit: 1 })).entries[0];
    const common = { txId: paid.txId, paymentId: paid.paymentId, equivalent: 'UAH', amount: '40', state: 'COMMITTED' };
    expect(await entryOf(alice)).toMatchObject({ ...common, role: 'payer', memo: null });
    expect(await entryOf(bob)).toMatchObject({ ...common, role: 'intermediary', memo: null });
    expect(await entryOf(carol)).toMatchObject({ ...common, role: 'receiver', memo: 'Дякую!' });
  });

  it('with the same id is the same payment', async () => {
    const again = await alice.client.pay({ to: 'Carol', equivalent: 'UAH', amount: '40', id: 'rent' });
    expect(again).toMatchObject({ state: 'COMMITTED', attempts: 1 });
    expect(await alice.client.getPayment({ id: 'rent' })).toEqual(again);
    expect(await alice.client.getPayment({ id: again.paymentId })).toEqual(again);
    expect(await alice.client.getPayment({ id: again.txId ?? '' })).toEqual(again);
    expect(await balanceOf(alice)).toEqual({ Bob: '-40' });
    const other = alice.client.pay({ to: 'Carol', equivalent: 'UAH', amount: '41', id: 'rent' });
    expect(await refused(other)).toMatchObject({ code: 'id-reused', retry: false });
    expect(await refused(alice.client.getPayment({ id: 'no/such id' }))).toMatchObject({ code: 'unknown-transaction' });
  });

  it('that is refused names whose limit it was and what would pass', async () => {
    const failed = await alice.client.pay({ to: 'Carol', equivalent: 'UAH', amount: '50' });
    expect(failed).toMatchObject({ state: 'ABORTED', hops: null });
    expect(failed.refusal).toMatchObject({
      ...{ code: 'insufficient', limit: '80', maxNow: '40', retry: false },
      hop: { from: { name: 'Bob' }, to: { name: 'Carol' } },
    });
    expect(failed.refusal?.text).toBe(
      'Carol lets Bob owe at most 80.00 UAH; 40.00 more would pass now. ' +
        'Pay at most 40.00 UAH, or ask Carol to raise the limit for Bob.',
    );
    const preview = await alice.client.previewPayment({ to: 'Carol', equivalent: 'UAH', amount: '60.01' });
    expect(preview).toMatchObject({ payable: false, route: null, firstHop: { availableOut: '60' } });
    expect(preview.refusal?.text).toMatch(/^Bob lets you owe at most 100\.00 UAH; 60\.00 more would pass now\./);
    expect(await balanceOf(alice)).toEqual({ Bob: '-40' });
  });

  it('for which there is no chain of trust says so', async () => {
    const failed = await carol.client.pay({ to: alice.node.publicKey, equivalent: 'HOUR', amount: '1' });
    expect(failed).toMatchObject({ state: 'ABORTED', refusal: { code: 'no-route', hop: null } });
  });

  it('that nobody waits for goes on, and its end is told', async () => {
    const events = await alice.client.openEvents();
    const { paymentId } = await alice.client.pay({ to: 'Carol', equivalent: 'UAH', amount: '1', waitMs: 0 });
    await until(events, ({ notice }) => notice.type === 'payment' && notice.state === 'COMMITTED');
    expect(await alice.client.getPayment({ id: paymentId })).toMatchObject({ state: 'COMMITTED', amount: '1' });
  });

  it('has a transaction that can be looked at', async () => {
    const { txId } = await alice.client.getPayment({ id: 'rent' });
    if (txId === null) throw new Error('it is committed');
    const { positions } = await bob.client.getTransaction({ txId });
    expect(positions).toEqual([
      {
        ...{ routeIndex: 0, position: 1, hops: 2, state: 'committed', amount: '40', cause: null },
        ...{ incoming: 'counted', outgoing: 'counted', settled: true, waitsFor: null, canLetGo: false },
        ...{ stage: null, letGo: null },
        upstream: expect.objectContaining({ name: 'Alice' }) as unknown,
        downstream: expect.objectContaining({ name: 'Carol' }) as unknown,
      },
    ]);
    expect(await bob.client.resolveTransaction({ txId })).toMatchObject({ positions });
    const letGo = bob.client.letGo({ txId, routeIndex: 0, position: 1 });
    expect(await refused(letGo)).toMatchObject({ code: 'not-held' });
    const unknown = bob.client.getTransaction({ txId: '00'.repeat(32) });
    expect(await refused(unknown)).toMatchObject({ code: 'unknown-transaction' });
    expect((await bob.client.getStatus()).held).toEqual([]);
  });
});

describe('the history', () => {
  it('comes in pages', async () => {
    const all = await alice.client.getHistory();
    expect(all.next).toBeNull();
    const first = await alice.client.getHistory({ limit: 1 });
    const second = await alice.client.getHistory({ limit: 1, before: first.next as string });
    expect([...first.entries, ...second.entries]).toEqual(all.entries.slice(0, 2));
  });
});

describe('a receipt', () => {
  it('is checked by anyone, and one that was changed proves nothing', async () => {
    const { base64, facts, fileName } = await alice.client.getReceipt({ id: 'rent' });
    expect(fileName).toMatch(/^geo-[0-9a-f]{16}\.receipt$/);
    expect(facts).toMatchObject({ total: '40', routeAmount: '40', hops: 2, payer: { name: 'Alice' } });
    const checked = await carol.client.verifyReceipt({ base64 });
    expect(checked).toMatchObject({ valid: true, facts: { txId: facts.txId, receiver: { name: 'Carol' } } });
    expect((await bob.client.getReceipt({ id: facts.txId })).base64).toBe(base64);
    const bytes = Buffer.from(base64, 'base64');
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    const forged = carol.client.verifyReceipt({ base64: bytes.toString('base64') });
    expect(await refused(forged)).toMatchObject({ code: 'bad-receipt' });
    const unknown = alice.client.getReceipt({ id: '00'.repeat(32) });
    expect(await refused(unknown)).toMatchObject({ code: 'unknown-transaction' });
  });

  it('exists for committed payments only', async () => {
    const failed = await alice.client.pay({ to: 'Carol', equivalent: 'UAH', amount: '99', id: 'too much' });
    expect(failed.state).toBe('ABORTED');
    expect(await refused(alice.client.getReceipt({ id: 'too much' }))).toMatchObject({
      ...{ code: 'no-receipt', facts: { state: 'ABORTED' } },
    });
  });
});

describe('a request to be paid', () => {
  it('is paid once, however often it is opened', async () => {
    const { link } = await carol.client.makeRequest({ equivalent: 'UAH', amount: '5', memo: 'Bread' });
    const read = await alice.client.readRequest({ link: ` ${link.slice(0, 50)}\n${link.slice(50)} ` });
    expect(read).toMatchObject({
      link,
      amount: '5',
      memo: 'Bread',
      expired: false,
      payment: null,
      payee: { name: 'Carol' },
    });
    const before = await balanceOf(alice);
    const paid = await alice.client.payRequest({ link });
    expect(paid).toMatchObject({ state: 'COMMITTED', amount: '5', paymentId: read.paymentId });
    expect(await alice.client.payRequest({ link })).toEqual(paid);
    expect(Number(before.Bob) - Number((await balanceOf(alice)).Bob)).toBe(5);
    expect((await alice.client.readRequest({ link })).payment).toEqual(paid);
    const other = alice.client.payRequest({ link, amount: '6' });
    expect(await refused(other)).toMatchObject({ code: 'amount-fixed', facts: { amount: '5' } });
  });

  it('may leave the amount to the payer', async () => {
    const { link } = await carol.client.makeRequest({ equivalent: 'UAH' });
    expect(await refused(alice.client.payRequest({ link }))).toMatchObject({ code: 'amount-needed' });
    expect(await alice.client.payRequest({ link, amount: '2' })).toMatchObject({ state: 'COMMITTED', amount: '2' });
  });

  it('that is damaged, of somebody else or over is not paid', async () => {
    const { link } = await carol.client.makeRequest({ equivalent: 'UAH', amount: '5' });
    // The last byte of a signature is 0 once in 16 times: the link may end like that already.
    const damaged = `${link.slice(0, -2)}${link.endsWith('AA') ? 'EA' : 'AA'}`;
    expect(await refused(alice.client.payRequest({ link: damaged }))).toMatchObject({ code: 'bad-link' });
    expect(await refused(alice.client.payRequest({ link: await cardOf(carol) }))).toMatchObject({ code: 'bad-link' });
    expect(await refused(carol.client.payRequest({ link }))).toMatchObject({ code: 'to-self' });
    const past = carol.client.makeRequest({ equivalent: 'UAH', amount: '5', expiresAtMs: Date.now() - DAY_MS });
    expect(await refused(past)).toMatchObject({ code: 'bad-time' });
    const long = carol.client.makeRequest({ equivalent: 'UAH', memo: 'a'.repeat(121) });
    expect(await refused(long)).toMatchObject({ code: 'bad-memo' });
  });
});
