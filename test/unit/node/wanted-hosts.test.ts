import { beforeEach, expect, it } from 'vitest';
import { WantedHosts } from '#node/wanted-hosts.ts';
import { person } from '#test/support/people.ts';

const keyOf = (number: number) => person(number).key;
const [host, other, alice, bob, carol] = [keyOf(1), keyOf(2), keyOf(3), keyOf(4), keyOf(5)] as const;
const addressesOf = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => `/ip4/192.0.2.${from + at}/tcp/1`);

let hosts: WantedHosts;
beforeEach(() => {
  hosts = new WantedHosts();
});

it('a host is where those say that it is who want it, in turn', () => {
  expect(hosts.addressesOf(host)).toBeNull();
  const many = addressesOf(1, 8);
  for (let at = 6; at < 16; at++) hosts.want(host, alice, keyOf(at), many);
  hosts.want(host, bob, carol, ['/ip4/192.0.2.99/tcp/1']);
  expect(hosts.addressesOf(host)).toEqual([many[0], '/ip4/192.0.2.99/tcp/1', ...many.slice(1, 7)]);
  hosts.want(host, bob, carol, []);
  expect(hosts.addressesOf(host)).toEqual(many);
});

it('each is by itself, and nobody’s once all have ended', () => {
  hosts.want(host, alice, carol, []);
  hosts.want(other, alice, bob, addressesOf(1, 1));
  hosts.want(other, alice, carol, addressesOf(2, 1));
  expect([hosts.addressesOf(host), hosts.addressesOf(other)]).toEqual([[], addressesOf(1, 2)]);
  hosts.end(other, alice, bob);
  hosts.end(other, bob, alice);
  hosts.end(host, alice, carol);
  expect([hosts.addressesOf(host), hosts.addressesOf(other)]).toEqual([null, addressesOf(2, 1)]);
});
