/** A node that the owner knows may be one over which others are reached, too: neither takes anything from the other. */
import dns from 'node:dns';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { HostPark } from '#test/support/hosts.ts';

const park = new HostPark();
afterEach(() => park.stopAll());

const NOBODY = '/ip4/127.0.0.1/tcp/9';

it('what others say of where it is does not take the place of what the owner was told', async () => {
  const [a, b] = [await park.start(), await park.start()];
  a.host.keep(b.publicKey, b.host.addresses());
  a.host.keepThrough(b.publicKey, [NOBODY]);
  await a.until(() => a.upCount(b.publicKey) === 1);
});

it('it is dialled as long as either asks for it', async () => {
  const [a, b] = [await park.start(), await park.start()];
  await b.stop();
  const isWanted = () => a.host.unlinked().map(({ neighbour }) => neighbour);
  a.host.keepThrough(b.publicKey, [NOBODY]);
  a.host.keep(b.publicKey, [NOBODY]);
  a.host.forget(b.publicKey);
  expect(isWanted()).toEqual([b.publicKey]);
  a.host.keep(b.publicKey, [NOBODY]);
  a.host.forgetThrough(b.publicKey);
  expect(isWanted()).toEqual([b.publicKey]);
  a.host.forget(b.publicKey);
  expect(isWanted()).toEqual([]);
});

it('a hub dials nobody in its own network, nor on its machine, because a member names it; its owner may', async () => {
  const reach = { publicAddresses: ['/ip4/8.8.8.8/tcp/4610'] };
  const [hub, b] = [await park.start({ isHub: true, reach }), await park.start()];
  const [address = ''] = b.host.addresses();
  const troubles = () => hub.host.unlinked()[0]?.trouble;
  hub.host.keepThrough(b.publicKey, [address]);
  await hub.until(() => troubles()?.causes[0]?.code === 'no-address');
  // A name may stand for anything.
  const answer = (...[, , callback]: [unknown, unknown, (error: null, found: unknown) => void]): void =>
    callback(null, [{ address: '127.0.0.1', family: 4 }]);
  const lookup = vi.spyOn(dns, 'lookup').mockImplementation(answer as unknown as typeof dns.lookup);
  onTestFinished(() => lookup.mockRestore());
  const named = address.replace('/ip4/127.0.0.1', '/dns4/example.org');
  hub.host.keepThrough(b.publicKey, [named]);
  await hub.until(() => troubles()?.causes[0]?.code === 'name-unknown');
  hub.host.keep(b.publicKey, [named]);
  await hub.until(() => hub.upCount(b.publicKey) === 1);
});

it('the log does not say which nodes those are that the owner does not know', async () => {
  const [a, b, gone] = [await park.start(), await park.start(), await park.start()];
  await gone.stop();
  a.host.keepThrough(gone.publicKey, [NOBODY]);
  a.host.keepThrough(b.publicKey, b.host.addresses());
  await a.until(() => a.upCount(b.publicKey) === 1);
  await a.untilLogged('no link with a node over which others are reached');
  const INFO = 30;
  const told = JSON.stringify(a.logged.filter(({ level }) => Number(level) >= INFO));
  expect(told).not.toContain(gone.publicKey);
  expect(told).not.toContain(b.publicKey);
});
