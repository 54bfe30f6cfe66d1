import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkAddress, isRelayed, parseAddress } from '#node/p2p/address.ts';
import { peerIdOf, publicKeyOf } from '#node/p2p/peer-id.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { keyOfSeed } from './keys.ts';

const key = keyOfSeed(1);
const peerId = peerIdOf(key).toString();
const relay = keyOfSeed(2);
const relayId = peerIdOf(relay).toString();
const smallOrderId = `${peerId.slice(0, 8)}${'1'.repeat(44)}`;

describe('taken, in normal form', () => {
  it.each([
    ['/ip4/192.0.2.1/tcp/4001', '/ip4/192.0.2.1/tcp/4001'],
    ['/ip4/127.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/1'],
    ['/ip4/10.1.2.3/tcp/65535', '/ip4/10.1.2.3/tcp/65535'],
    ['/ip6/2001:DB8:0:0::0001/tcp/4001', '/ip6/2001:db8::1/tcp/4001'],
    ['/ip6/::1/tcp/4001', '/ip6/::1/tcp/4001'],
    ['/ip6/fd12::1/tcp/4001', '/ip6/fd12::1/tcp/4001'],
    ['/dns/example.org/tcp/4001', '/dns/example.org/tcp/4001'],
    ['/dns4/localhost/tcp/4001', '/dns4/localhost/tcp/4001'],
    ['/dns6/a-b.xn--e1afmkfd/tcp/4001', '/dns6/a-b.xn--e1afmkfd/tcp/4001'],
    [`/ip4/192.0.2.1/tcp/4001/p2p/${peerId}`, `/ip4/192.0.2.1/tcp/4001/p2p/${peerId}`],
    ['/ip4/192.0.2.1/tcp/4001/ws', '/ip4/192.0.2.1/tcp/4001/ws'],
    [`/ip6/::1/tcp/4001/ws/p2p/${peerId}`, `/ip6/::1/tcp/4001/ws/p2p/${peerId}`],
    ['/dns/example.org/tcp/443/tls/ws', '/dns/example.org/tcp/443/tls/ws'],
    [`/dns4/example.org/tcp/443/tls/ws/p2p/${peerId}`, `/dns4/example.org/tcp/443/tls/ws/p2p/${peerId}`],
    [`/ip4/192.0.2.1/tcp/4001/p2p/${relayId}/p2p-circuit`, `/ip4/192.0.2.1/tcp/4001/p2p/${relayId}/p2p-circuit`],
    [
      `/dns/example.org/tcp/443/tls/ws/p2p/${relayId}/p2p-circuit/p2p/${peerId}`,
      `/dns/example.org/tcp/443/tls/ws/p2p/${relayId}/p2p-circuit/p2p/${peerId}`,
    ],
  ])('%s', (input, expected) => {
    expect(parseAddress(input)).toBe(expected);
  });

  it('says who is to be there', () => {
    expect(checkAddress(`/ip4/192.0.2.1/tcp/4001/p2p/${peerId}`)).toMatchObject({ participant: key });
    expect(checkAddress('/ip4/192.0.2.1/tcp/4001')).toMatchObject({ participant: null, relay: null });
  });

  it('says through whom they are reached', () => {
    const through = `/ip4/192.0.2.1/tcp/4001/ws/p2p/${relayId}/p2p-circuit`;
    expect(checkAddress(through)).toMatchObject({ participant: null, relay });
    expect(checkAddress(`${through}/p2p/${peerId}`)).toMatchObject({ participant: key, relay });
    expect([through, '/ip4/192.0.2.1/tcp/4001'].map(isRelayed)).toEqual([true, false]);
  });

  it('up to 256 bytes, which hold the longest form with a long name', () => {
    const ends = `/tcp/65535/tls/ws/p2p/${relayId}/p2p-circuit/p2p/${peerId}`;
    const name = `${'a'.repeat(50)}.${'b'.repeat(50)}.org`;
    const longest = `/dns4/${name}${ends}`;
    expect(parseAddress(longest)).toBe(longest);
    const tooLong = `/dns4/${'c'.repeat(50)}.${name}${ends}`;
    expect(tooLong.length).toBeGreaterThan(256);
    expect(parseAddress(tooLong)).toMatchObject({ why: expect.stringContaining('256') as string });
  });
});

describe('refused', () => {
  it.each([
    ['', 'host'],
    ['192.0.2.1:4001', 'slash'],
    [' /ip4/192.0.2.1/tcp/4001', 'slash'],
    ['/', 'host'],
    ['/ip4', 'host'],
    ['/ip4/192.0.2.1', 'tcp'],
    ['/ip4/192.0.2.1/', 'tcp'],
    ['/ip4/192.0.2.1/udp/4001', 'tcp'],
    ['/ip4/192.0.2.1/tcp', 'port'],
    ['/ip4/192.0.2.1/tcp/', 'port'],
    ['/ip4/192.0.2.1/tcp/0', 'port'],
    ['/ip4/192.0.2.1/tcp/65536', 'port'],
    ['/ip4/192.0.2.1/tcp/04001', 'port'],
    ['/ip4/192.0.2.1/tcp/+4001', 'port'],
    ['/ip4/192.0.2.1/tcp/٤٠٠١', 'port'],
    ['/ip4/192.0.2.1/tcp/4001/', 'follow'],
    ['/ip4/192.0.2.1/tcp/4001/wss', 'follow'],
    ['/ip4/192.0.2.1/tcp/4001/tls', 'follow'],
    ['/ip4/192.0.2.1/tcp/4001/ws/tls', 'follow'],
    ['/ip4/192.0.2.1/tcp/4001/ws/ws', 'follow'],
    ['/ip4/192.0.2.1/tcp/4001/WS', 'follow'],
    ['/ip4/192.0.2.1/tcp/4001/tls/sni/example.org/ws', 'follow'],
    ['/dns/example.org/tcp/443/http-path/x/ws', 'follow'],
    ['/ip4/192.0.2.1/tcp/4001/tls/ws', 'certificate'],
    ['/ip4/169.254.169.254/tcp/80/ws', 'metadata'],
    ['/ip4/192.0.2.1/tcp/0/ws', 'port'],
    ['/ip4/192.0.2.1/tcp/4001/p2p', 'end'],
    ['/p2p-circuit', 'host'],
    [`/p2p/${relayId}/p2p-circuit/p2p/${peerId}`, 'begin'],
    ['/ip4/192.0.2.1/tcp/4001/p2p-circuit', 'follow'],
    [`/ip4/192.0.2.1/tcp/4001/p2p/${relayId}/`, 'end'],
    [`/ip4/192.0.2.1/tcp/4001/p2p/${relayId}/p2p/${peerId}`, 'end'],
    [`/ip4/192.0.2.1/tcp/4001/p2p/${relayId}/p2p-circuit/`, 'end'],
    [`/ip4/192.0.2.1/tcp/4001/p2p/${relayId}/p2p-circuit/p2p`, 'end'],
    [`/ip4/192.0.2.1/tcp/4001/p2p/${relayId}/p2p-circuit/p2p/${peerId}/`, 'end'],
    [`/ip4/192.0.2.1/tcp/4001/p2p/${relayId}/p2p-circuit/p2p-circuit`, 'end'],
    [`/ip4/192.0.2.1/tcp/4001/p2p/${relayId}/p2p-circuit/p2p/${relayId}/p2p-circuit`, 'end'],
    [`/ip4/192.0.2.1/tcp/4001/p2p/${relayId}/p2p-circuit/ip4/192.0.2.2/tcp/1`, 'end'],
    [`/ip4/192.0.2.1/tcp/4001/p2p/${relayId}/p2p-circuit/p2p/${relayId}`, 'itself'],
    [`/ip4/192.0.2.1/tcp/4001/p2p/${relayId}/p2p-circuit/p2p/${peerId}x`, 'behind the relay'],
    [`/ip4/192.0.2.1/tcp/4001/p2p/${relayId}/p2p-circuit/p2p/${smallOrderId}`, 'behind the relay'],
    [`/ip4/192.0.2.1/tcp/4001/p2p/${smallOrderId}/p2p-circuit/p2p/${peerId}`, 'peer id'],
    [`/ip4/169.254.169.254/tcp/80/p2p/${relayId}/p2p-circuit/p2p/${peerId}`, 'metadata'],
    [`/ip6/fe80::1/tcp/4001/p2p/${relayId}/p2p-circuit`, 'link-local'],
    [`/ip4/192.0.2.1/tcp/4001/p2p/${peerId}x`, 'peer id'],
    ['/ip4/192.0.2.1/tcp/4001/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N', 'peer id'],
    ['/ip4/192.0.2.1/tcp/4001/p2p/16Uiu2HAkzMtqVkJn9Xv2fUfpqmWvjVKNdMHTQmzXYQfGxDyzPYyn', 'peer id'],
    [`/ip4/192.0.2.1/tcp/4001/p2p/${smallOrderId}`, 'peer id'],
    ['/ip4/192.0.2.256/tcp/4001', 'IPv4'],
    ['/ip4/192.0.2/tcp/4001', 'IPv4'],
    ['/ip4/010.0.0.1/tcp/4001', 'IPv4'],
    ['/ip4/0x7f.0.0.1/tcp/4001', 'IPv4'],
    ['/ip4/0.0.0.0/tcp/4001', 'no host'],
    ['/ip4/0.1.2.3/tcp/4001', 'no host'],
    ['/ip4/169.254.169.254/tcp/80', 'metadata'],
    ['/ip4/169.254.0.1/tcp/4001', 'link-local'],
    ['/ip4/224.0.0.1/tcp/4001', 'one host'],
    ['/ip4/255.255.255.255/tcp/4001', 'one host'],
    ['/ip6/::/tcp/4001', 'no host'],
    ['/ip6/fe80::1/tcp/4001', 'link-local'],
    ['/ip6/fe80::1%eth0/tcp/4001', 'IPv6'],
    ['/ip6/febf:1::1/tcp/4001', 'link-local'],
    ['/ip6/ff02::1/tcp/4001', 'one host'],
    ['/ip6/fd00:ec2::254/tcp/80', 'metadata'],
    ['/ip6/::ffff:169.254.169.254/tcp/80', 'metadata'],
    ['/ip6/::ffff:a9fe:a9fe/tcp/80', 'metadata'],
    ['/ip6/::169.254.169.254/tcp/80', 'metadata'],
    ['/ip6/64:ff9b::169.254.169.254/tcp/80', 'metadata'],
    ['/ip6/::ffff:0.0.0.0/tcp/80', 'no host'],
    ['/ip6/2002:a9fe:a9fe::1/tcp/80', 'metadata'],
    ['/ip6/fd20:ce::254/tcp/80', 'metadata'],
    ['/ip4/100.100.100.200/tcp/80', 'metadata'],
    ['/ip4/168.63.129.16/tcp/80', 'metadata'],
    ['/ip4/192.0.0.192/tcp/80', 'metadata'],
    ['/ip6/192.0.2.1/tcp/4001', 'IPv6'],
    ['/ip6zone/eth0/ip6/fe80::1/tcp/4001', 'begin'],
    ['/dns/exa mple.org/tcp/4001', 'host name'],
    ['/dns/example.org./tcp/4001', 'host name'],
    ['/dns/-example.org/tcp/4001', 'host name'],
    ['/dns/пример.org/tcp/4001', 'host name'],
    ['/dns/127.1/tcp/4001', 'number'],
    ['/dns/2130706433/tcp/4001', 'number'],
    ['/dns/0x7f000001/tcp/4001', 'number'],
    [`/dns/${'a'.repeat(64)}.org/tcp/4001`, 'host name'],
    ['/dnsaddr/example.org/tcp/4001', 'begin'],
    ['/unix/tmp%2Fsocket', 'begin'],
    ['/memory/1', 'begin'],
    ['/IP4/192.0.2.1/tcp/4001', 'begin'],
  ])('%s', (input, why) => {
    expect(parseAddress(input)).toMatchObject({ kind: 'refusal', code: 'bad-address' });
    expect((parseAddress(input) as { why: string }).why).toContain(why);
  });

  it('thousands of components, and text without end', () => {
    for (const input of ['/ip4/1.1.1.1'.repeat(5_000), '/'.repeat(5_000), 'x'.repeat(10_000_000), '/p2p'.repeat(9)]) {
      expect(parseAddress(input)).toMatchObject({ code: 'bad-address' });
    }
  });

  it('every naughty string, alone and as a host, a port or a peer id', () => {
    const path = new URL('../../../vectors/naughty-strings/blns.json', import.meta.url);
    const naughty = JSON.parse(readFileSync(path, 'utf8')) as string[];
    for (const text of naughty) {
      expect(isRefusal(parseAddress(text))).toBe(true);
      expect(isRefusal(parseAddress(`/ip4/${text}/tcp/4001`))).toBe(true);
      expect(isRefusal(parseAddress(`/ip4/192.0.2.1/tcp/4001/p2p/${text}`))).toBe(true);
      const port = parseAddress(`/ip4/192.0.2.1/tcp/${text}`);
      expect(isRefusal(port) || port === `/ip4/192.0.2.1/tcp/${text}`).toBe(true);
    }
  });
});

describe('a peer id', () => {
  it('and a public key are turned into each other', () => {
    for (let seed = 0; seed < 20; seed++) expect(publicKeyOf(peerIdOf(keyOfSeed(seed)))).toBe(keyOfSeed(seed));
  });

  it('of a key that may not sign is nobody', () => {
    const smallOrder = `01${'00'.repeat(31)}` as typeof key;
    expect(publicKeyOf(peerIdOf(smallOrder))).toBeNull();
  });

  it('sorts as its key does', () => {
    const keys = Array.from({ length: 50 }, (_, seed) => keyOfSeed(seed));
    const bytes = (k: typeof key): string => Buffer.from(peerIdOf(k).toMultihash().bytes).toString('hex');
    expect(keys.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(keys.toSorted((a, b) => (bytes(a) < bytes(b) ? -1 : 1)));
  });
});
