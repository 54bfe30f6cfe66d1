import { expect, it } from 'vitest';
import { placeOf } from '#node/p2p/address.ts';
import { Places } from '#node/p2p/places.ts';

it('whoever comes when all places are taken costs the oldest of those from where most are', () => {
  const places = new Places<number>(4);
  expect([1, 2, 3].map((item) => places.add(item, 'crowd'))).toEqual([null, null, null]);
  expect(places.add(4, 'elsewhere')).toBeNull();
  expect(places.add(5, 'third')).toBe(1);
  expect(places.add(6, 'crowd')).toBe(2);
  expect(places.add(7, 'crowd')).toBe(3);
  expect(places.size).toBe(4);
});

it('a place given back is free, and given back twice it is one place', () => {
  const places = new Places<number>(2);
  places.add(1, 'a');
  places.add(2, 'a');
  places.delete(1, 'a');
  places.delete(1, 'a');
  places.delete(2, 'b');
  expect(places.size).toBe(1);
  expect(places.add(3, 'a')).toBeNull();
  expect(places.add(4, 'a')).toBe(2);
});

it.each([
  ['/ip4/192.0.2.7/tcp/4001', '192.0.2.7'],
  ['/ip6/::ffff:192.0.2.7/tcp/4001', '192.0.2.7'],
  ['/ip6/2001:db8:1:2:3::4/tcp/4001', '2001:db8:1:2'],
  ['/ip6/2001:db8:1:2:ffff:ffff:ffff:ffff/tcp/1', '2001:db8:1:2'],
  ['/ip6/::1/tcp/4001', '0:0:0:0'],
  ['/ip6/fe80::1%eth0/tcp/4001', null],
  ['/dns/example.org/tcp/4001', null],
  ['/ip4/192.0.2.7/tcp/4001/ws', '192.0.2.7'],
  ['/ip4/192.0.2.7/tcp/4001/p2p/R/p2p-circuit/p2p/A', 'p2p-circuit/R'],
  ['/dns/example.org/tcp/443/tls/ws/p2p/R/p2p-circuit', 'p2p-circuit/R'],
  ['/ip6/nonsense', null],
  ['', null],
])('%s is at %s', (address, place) => {
  expect(placeOf(address)).toBe(place);
});
