import { describe, expect, it } from 'vitest';
import { reachesAsFar, scopeOf, takenAddresses, widestScope, withWidestScope } from '#node/p2p/scope.ts';

const LOOPBACK = ['/ip4/127.0.0.1/tcp/1', '/ip6/::1/tcp/1'];
const PRIVATE = ['/ip4/192.168.1.2/tcp/1', '/ip4/10.0.0.1/tcp/1', '/ip4/100.64.0.1/tcp/1', '/ip6/fd00::1/tcp/1'];
const PUBLIC = ['/ip4/8.8.8.8/tcp/1', '/ip6/2a00:1450::1/tcp/1', '/dns/example.org/tcp/1'];

describe('how far an address reaches', () => {
  it.each(LOOPBACK)('%s: this machine', (address) => expect(scopeOf(address)).toBe('loopback'));
  it.each(PRIVATE)('%s: its own network', (address) => expect(scopeOf(address)).toBe('private'));
  it.each([
    ['/ip6/::ffff:127.0.0.1/tcp/1', 'loopback'],
    ['/ip6/64:ff9b::7f00:1/tcp/1', 'loopback'],
    ['/ip6/::10.0.0.1/tcp/1', 'private'],
    ['/ip6/2002:c0a8:102::1/tcp/1', 'private'],
    ['/ip6/::ffff:8.8.8.8/tcp/1', 'public'],
  ])('%s: as far as the IPv4 address in it', (address, scope) => expect(scopeOf(address)).toBe(scope));
  it.each(PUBLIC)('%s: the internet', (address) => expect(scopeOf(address)).toBe('public'));
});

it('the widest of all counts, and those that have it are told', () => {
  expect([[], LOOPBACK, [...LOOPBACK, ...PRIVATE], [...PUBLIC, ...LOOPBACK]].map(widestScope)).toEqual([
    ...['loopback', 'loopback', 'private', 'public'],
  ]);
  expect(withWidestScope([...LOOPBACK, ...PRIVATE])).toEqual(PRIVATE);
  expect(withWidestScope([...PRIVATE, ...PUBLIC])).toEqual(PUBLIC);
});

describe('of what strangers name', () => {
  const all = [...LOOPBACK, ...PRIVATE, ...PUBLIC].slice(0, 8);

  it('a node takes what reaches as far as itself, or further', () => {
    expect(takenAddresses(all, 'loopback')).toEqual(all);
    expect(takenAddresses(all, 'private')).toEqual([...PRIVATE, ...PUBLIC].slice(0, 6));
    expect(takenAddresses(all, 'public')).toEqual(PUBLIC.slice(0, 2));
  });

  it('nothing is taken that is not dialled, and eight at most', () => {
    expect(takenAddresses(['/ip4/169.254.169.254/tcp/80', '/ip4/8.8.8.8/udp/1', 'nonsense'], 'loopback')).toEqual([]);
    const many = Array.from({ length: 20 }, (_, at) => `/ip4/8.8.8.${at + 1}/tcp/1`);
    expect(takenAddresses(many, 'public')).toEqual(many.slice(0, 8));
  });
});

it('what a name stands for reaches as far as an address does', () => {
  expect(['127.0.0.1', '10.0.0.1', '::1', '8.8.8.8'].map((ip) => reachesAsFar(ip, 'private'))).toEqual([
    ...[false, true, false, true],
  ]);
});
