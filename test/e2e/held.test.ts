/** An amount in doubt, as the people on both sides of a neighbour who went away see it, in the API and in `geo`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { nodeEd25519 } from '#node/identity/ed25519.ts';
import { decodeMessage, encodeMessage } from '#protocol/link.ts';
import type { Certificate } from '#protocol/packet.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { signWith } from '#protocol/statement.ts';
import { GeoFolder } from '#test/support/geo.ts';
import { HostPark, type RecordedHost } from '#test/support/hosts.ts';
import { balanceOf, refused, startAgain, startChain, type TestNode, until } from '#test/support/nodes.ts';
import { ShiftedClock } from '#test/support/shifted-clock.ts';
import { OnTerminal } from '#test/support/terminal.ts';

/** Longer than any payment may take, and than the pause after which it is asked about. */
const LATE_MS = 70_000;

const DAY_MS = 86_400_000;

const clock = new ShiftedClock();
const park = new HostPark();
let folder: string;
let alice: TestNode;
let bob: TestNode;
let carol: TestNode;
/** In Carol's place. */
let mute: RecordedHost;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-held-'));
  [alice, bob, carol] = await startChain(folder, clock);
});

afterAll(async () => {
  await park.stopAll();
  await Promise.all([alice, bob, carol].map(({ node }) => node.stop('the test is over')));
  await rm(folder, { recursive: true, force: true });
});

const geo = ({ config }: TestNode) => new GeoFolder(config.dataDir);

/** Carol's place is taken by a host with her key that hears all and says nothing. */
async function muteCarol(): Promise<void> {
  await carol.node.stop('to be mute');
  mute = await park.start({ seed: carol.seed, network: carol.config.network });
  mute.host.keep(bob.node.publicKey, bob.node.addresses());
  await mute.until(() => mute.upCount(bob.node.publicKey) > 0);
}

/** Alice pays Carol, who does not answer: Bob holds it. */
async function payIntoSilence(amount: string): Promise<string> {
  const paid = await vi.waitFor(async () => {
    const payment = await alice.client.pay({ to: 'Carol', equivalent: 'UAH', amount, waitMs: 100 });
    if (payment.state === 'ABORTED') throw new Error(payment.refusal?.text);
    return payment;
  }, 20_000);
  await vi.waitFor(async () => {
    const { held } = await bob.client.listHeld();
    if (held.every(({ txId }) => txId !== paid.txId)) throw new Error('it has not come to Bob yet');
  }, 20_000);
  return paid.txId as string;
}

async function carolIsBack(): Promise<void> {
  await park.stopAll();
  await startAgain(carol);
}

describe('an amount whose payment is not decided', () => {
  let txId: string;

  beforeAll(async () => {
    await muteCarol();
    txId = await payIntoSilence('12');
  });

  it('is under way first', async () => {
    const hold = { txId, equivalent: 'UAH', amount: '12', stage: 'under-way', linked: true, lastAskedAtMs: null };
    expect(await bob.client.listHeld()).toMatchObject({
      held: [
        {
          ...{ ...hold, from: { name: 'Alice' }, to: { name: 'Carol' }, waitsFor: { name: 'Carol' } },
          ...{ canLetGo: true, offlineSinceAtMs: null, payer: { name: 'Alice' }, receiver: { name: 'Carol' } },
        },
      ],
      totals: [{ equivalent: 'UAH', underWay: '12', held: '0', atOwnRisk: '0', transactions: 1 }],
    });
    expect((await alice.client.listHeld({ equivalent: 'UAH' })).held).toMatchObject([
      { ...hold, from: null, to: { name: 'Bob' }, waitsFor: { name: 'Bob' }, canLetGo: false },
    ]);
    expect((await alice.client.listHeld({ equivalent: 'HOUR' })).held).toEqual([]);
    expect((await geo(bob).run(['status'])).stdout).toContain('\nUnder way: 12.00 UAH\n');
  });

  it('is held when its time is over, which is told once', async () => {
    const events = await bob.client.openEvents();
    clock.advance(LATE_MS);
    const seen = await until(events, ({ notice }) => notice.type === 'held');
    expect(seen.at(-1)).toMatchObject({
      notice: { type: 'held', txId, equivalent: 'UAH', amount: '12', waitsFor: { name: 'Carol' } },
    });
    expect((await bob.client.getStatus()).held).toMatchObject([{ underWay: '0', held: '12' }]);
    const asked = await vi.waitFor(async () => {
      const [held] = (await bob.client.listHeld()).held;
      if (held === undefined || held.lastAskedAtMs === null) throw new Error('Carol was not asked yet');
      return held;
    }, 20_000);
    expect(asked).toMatchObject({ stage: 'held', linked: true });
    expect(asked.nextAskAtMs).toBeGreaterThan(asked.lastAskedAtMs ?? 0);
  });

  it('says in words whom it waits for and what to do', async () => {
    await park.stopAll();
    await vi.waitFor(async () => expect((await bob.client.listHeld()).held).toMatchObject([{ linked: false }]), 20_000);
    const { stdout } = await geo(bob).run(['status']);
    expect(stdout).toMatch(/12\.00 UAH held: waiting for Carol \(offline since \d{4}-\d\d-\d\d \d\d:\d\d\)/);
    expect(stdout).toContain(`payment Alice → Carol, `);
    expect(stdout).toContain(`past its time; transaction ${txId}`);
    expect(stdout).toMatch(
      /Nothing is lost.*\n.*`geo tx resolve ID`.* Ask Carol to come online\.\n.*`geo tx let-go ID`/,
    );
    expect((await geo(bob).run(['balance'])).stdout).toContain('Held past its time: 12.00 UAH.');
    const listed = await geo(bob).run(['tx', 'list']);
    expect(listed.stdout).toMatch(new RegExp(`payment Alice → Carol +12\\.00 UAH +held past its time +Carol +${txId}`));
    // The payer waits for nobody upstream, so it has nothing to let go.
    const ofAlice = await geo(alice).run(['status']);
    expect(ofAlice.stdout).toMatch(/12\.00 UAH held: waiting for Bob \(connected, asked /);
    expect(ofAlice.stdout).not.toContain('let-go');
  });

  it('is in the figures for monitoring', async () => {
    const response = await fetch(`${bob.url}/metrics`, { headers: { authorization: `Bearer ${bob.cookie}` } });
    const lines = (await response.text()).split('\n');
    expect(lines).toContain('geo_held_amount{equivalent="UAH"} 12');
    expect(lines).toContain('geo_held_transactions 1');
    const oldest = lines.find((line) => line.startsWith('geo_held_oldest_seconds '))?.split(' ')[1];
    expect(Number(oldest)).toBeGreaterThan(30);
  });

  it('is free when the one it waited for is back, which is told', async () => {
    const events = await bob.client.openEvents();
    await startAgain(carol);
    const seen = await until(events, ({ notice }) => notice.type === 'settled');
    expect(seen.at(-1)).toMatchObject({ notice: { txId, amount: '12', outcome: 'not-paid', letGo: null } });
    expect(await bob.client.listHeld()).toEqual({ held: [], more: false, totals: [] });
    // Alice still has to say that she knows.
    await vi.waitFor(async () => {
      expect(await bob.client.listOpenTransactions()).toEqual({ transactions: [], more: false });
    }, 20_000);
    expect((await geo(bob).run(['tx', 'list'])).stdout).toBe('Every transaction is settled.\n');
    expect((await geo(bob).run(['status'])).stdout).not.toContain('held');
  });
});

describe('letting go', () => {
  let txId: string;

  beforeEach(async () => {
    await muteCarol();
    txId = await payIntoSilence('3');
  });

  it('happens by itself to what is not worth waiting for, within a budget', async () => {
    const said = await geo(bob).run(['tx', 'dust', '--let-go-up-to', '3', '--budget', '5']);
    expect(said.stdout).toContain('Up to 3.00 that is held is let go a day past its time');
    const events = await bob.client.openEvents();
    clock.advance(DAY_MS);
    expect((await bob.client.listHeld()).held).toMatchObject([{ txId, stage: 'held' }]);
    clock.advance(LATE_MS);
    const told = await until(events, ({ notice }) => notice.type === 'let-go');
    expect(told.at(-1)).toMatchObject({ notice: { txId, amount: '3', letGo: { outcome: 'open' } } });
    expect(await bob.client.getDust()).toEqual({ smallest: '0', letGoUpTo: '3', budget: '5', spent: '3' });
    expect((await geo(bob).run(['tx', 'dust', '--smallest', '0.05'])).stdout).toMatch(
      /^Payments of others below 0\.05 are not passed on\.\n.*of which 3\.00 has been put at risk\.\n$/,
    );
    await geo(bob).run(['tx', 'dust', '--smallest', '0', '--let-go-up-to', '0']);
    const settled = await bob.client.openEvents();
    await carolIsBack();
    clock.advance(LATE_MS);
    await until(settled, ({ notice }) => notice.type === 'settled');
    expect((await bob.client.listHeld()).held).toEqual([]);
  });

  it('is asked about, told, written down, and looked at again when it is known what it came to', async () => {
    const events = await bob.client.openEvents();
    const shy = await geo(bob).run(['tx', 'let-go', txId]);
    expect(shy).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('add --yes') as string });
    expect((await bob.client.listHeld()).held).toMatchObject([{ stage: 'under-way' }]);

    const doubting = new OnTerminal(geo(bob), ['tx', 'let-go', txId]);
    await doubting.answer('Let go at your own risk? [y/N]', 'n\r');
    expect(await doubting.end()).toMatchObject({
      code: 1,
      text: expect.stringContaining('nothing was done') as string,
    });
    expect((await bob.client.listHeld()).held).toMatchObject([{ stage: 'under-way' }]);

    const sure = new OnTerminal(geo(bob), ['tx', 'let-go', txId]);
    await sure.answer('Let go at your own risk? [y/N]', 'y\r');
    const done = await sure.end();
    expect(done.code).toBe(0);
    expect(done.text).toContain('If it goes through all the same, you still owe Carol 3.00 UAH');
    expect(done.text).toMatch(/\nDone: you let go 3\.00 UAH at your own risk on .*; it is not known yet whether/);
    const told = await until(events, ({ notice }) => notice.type === 'let-go');
    expect(told.at(-1)).toMatchObject({ notice: { txId, amount: '3', letGo: { outcome: 'open' } } });
    expect(await bob.client.listHeld()).toMatchObject({
      held: [{ stage: 'let-go', from: null, to: { name: 'Carol' }, canLetGo: false }],
      totals: [{ underWay: '0', held: '0', atOwnRisk: '3' }],
    });
    const again = await geo(bob).run(['tx', 'let-go', txId, '--yes']);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing is held there') as string });
    expect(await refused(bob.client.letGo({ txId, routeIndex: 0, position: 1 }))).toMatchObject({ code: 'not-held' });

    const settled = await bob.client.openEvents();
    await carolIsBack();
    clock.advance(LATE_MS);
    const seen = await until(settled, ({ notice }) => notice.type === 'settled');
    expect(seen.at(-1)).toMatchObject({ notice: { txId, outcome: 'not-paid', letGo: { outcome: 'nothing' } } });

    await bob.node.stop('to see what is on disk');
    await startAgain(bob);
    expect((await geo(bob).run(['tx', 'show', txId])).stdout).toMatch(
      /Let go +you let go 3\.00 UAH at your own risk on \d{4}-\d\d-\d\d \d\d:\d\d; it cost you nothing\n/,
    );
    const { entries } = await bob.client.getHistory({ limit: 1 });
    expect(entries).toMatchObject([{ txId, role: 'intermediary', state: 'ABORTED', letGo: { outcome: 'nothing' } }]);
    expect(entries[0]?.atMs).toBe(entries[0]?.letGo?.atMs);
    expect((await geo(bob).run(['history'])).stdout).toMatch(/let go +3\.00 UAH +Alice → Carol +you let go 3\.00 UAH/);
    expect(await balanceOf(bob)).toEqual({ Alice: '0', Carol: '0' });
  });

  it('costs what is paid all the same', async () => {
    await bob.client.letGo({ txId, routeIndex: 0, position: 1 });
    const events = await bob.client.openEvents();
    mute.host.send(bob.node.publicKey, encodeMessage({ type: 'commit', certificate: certificateOf(txId) }));
    const seen = await until(events, ({ notice }) => notice.type === 'settled');
    expect(seen.at(-1)).toMatchObject({ notice: { txId, outcome: 'paid', letGo: { outcome: 'cost' } } });
    expect((await geo(bob).run(['tx', 'show', txId])).stdout).toMatch(
      /; it cost you 3\.00 UAH: the payment went through/,
    );
    expect((await geo(bob).run(['history', '--limit', '1'])).stdout).toMatch(
      /let go +3\.00 UAH .*; it cost you 3\.00 UAH/,
    );
    expect(await balanceOf(bob)).toEqual({ Alice: '0', Carol: '-3' });
  });
});

/** What Carol would have sent had she committed it. */
function certificateOf(txId: string): Certificate {
  for (const frame of mute.framesFrom(bob.node.publicKey)) {
    const message = decodeMessage(frame);
    if (isRefusal(message) || message.type !== 'prepare' || message.packet.txId !== txId) continue;
    const { packet } = message;
    const { network } = packet.header;
    const statement = { domain: 'geo/1/commit', network, txId: packet.txId, signer: carol.node.publicKey } as const;
    return { ...packet, commit: signWith(nodeEd25519, carol.seed)(statement) };
  }
  throw new Error('Carol was not asked');
}
