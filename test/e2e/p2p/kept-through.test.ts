/** A node that the owner knows may be one over which others are reached, too: neither takes anything from the other. */
import { afterEach, expect, it } from 'vitest';
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
