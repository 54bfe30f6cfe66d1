import { describe, expect, it } from 'vitest';
import { addressesOf, isOutside, readEndpoint } from '#hub-indexer/push/endpoint.ts';

const soon = AbortSignal.timeout(10_000);

describe('an endpoint is refused', () => {
  it.each([
    ['that is no address', 'push', 'it is no address'],
    ['without TLS', 'http://push.example/a', 'https://'],
    ['of another kind', 'file:///etc/passwd', 'https://'],
    ['with a password', 'https://a:b@push.example/a', 'password'],
    ['at another port', 'https://push.example:8443/a', 'port'],
    ['in the hub', 'https://127.0.0.1/a', 'open Internet'],
    ['in the hub, written otherwise', 'https://0x7f.1/a', 'open Internet'],
    ['in the hub, as a number', 'https://2130706433/a', 'open Internet'],
    ['beside the hub', 'https://192.168.1.1/a', 'open Internet'],
    ['that clouds answer their machines at', 'https://169.254.169.254/latest', 'open Internet'],
    ['in the hub, of IPv6', 'https://[::1]/a', 'open Internet'],
    ['in the hub, of IPv4 in IPv6', 'https://[::ffff:127.0.0.1]/a', 'open Internet'],
    ['beside the hub, of IPv6', 'https://[fd00::1]/a', 'open Internet'],
  ])('%s', (_what, text, why) => {
    expect(() => readEndpoint(text, 'outside')).toThrow(why);
  });
});

it('those of push services are taken, and at port 443 too', () => {
  expect(readEndpoint('https://updates.push.services.mozilla.com/wpush/v2/gAAA', 'outside').host).toBe(
    'updates.push.services.mozilla.com',
  );
  expect(readEndpoint('https://web.push.apple.com:443/Q', 'outside').port).toBe('');
});

it('tests may have one in the hub', () => {
  expect(readEndpoint('http://127.0.0.1:8080/a', 'anywhere').port).toBe('8080');
  expect(() => readEndpoint('ftp://127.0.0.1/a', 'anywhere')).toThrow('https://');
});

describe('addresses', () => {
  it.each(['8.8.8.8', '142.250.1.1', '2a00:1450::1', '2607:f8b0::1'])('%s is outside', (address) => {
    expect(isOutside(address)).toBe(true);
  });
  it.each([
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.9.9.9', '169.254.1.1', '172.31.0.1', '192.168.0.1', '224.0.0.1'],
    ...['255.255.255.255', '::', '::1', 'fe80::1', 'fc00::1', 'ff02::1', '::ffff:8.8.8.8', '64:ff9b::a00:1'],
    ...['2002:7f00:1::', '2001:db8::1', '2001::1', 'localhost', ''],
  ])('"%s" is not', (address) => {
    expect(isOutside(address)).toBe(false);
  });
});

describe('a name', () => {
  const url = new URL('https://push.example/a');

  it('is called where it is found', async () => {
    const found = await addressesOf(url, 'outside', soon, async () => ['8.8.8.8', '2a00:1450::1']);
    expect(found).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2a00:1450::1', family: 6 },
    ]);
  });

  it('is not when one of its addresses is in the hub, or it has none', async () => {
    const both = async () => ['8.8.8.8', '127.0.0.1'];
    await expect(addressesOf(url, 'outside', soon, both)).rejects.toThrow('open Internet');
    await expect(addressesOf(url, 'outside', soon, async () => [])).rejects.toThrow('nobody');
  });

  it('is not looked up where it is an address', async () => {
    const never = () => Promise.reject(new Error('looked up'));
    const found = await addressesOf(new URL('https://[2a00:1450::1]/'), 'outside', soon, never);
    expect(found).toEqual([{ address: '2a00:1450::1', family: 6 }]);
    await expect(addressesOf(new URL('https://10.0.0.1/'), 'outside', soon, never)).rejects.toThrow('open Internet');
  });
});
