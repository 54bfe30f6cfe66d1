/**
 * Where a hub may be made to call. A browser names the address of its push service, so anybody may name any: the hub calls
 * the open Internet only, and never what is beside it. Names are looked up before each call, and only what was found then is
 * called.
 */
import type { LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { LOOKUP_TRIES, LOOKUP_WAIT_MS } from '../limits.ts';

/** Who is called: who is on the open Internet; in tests, whoever. */
export type Reach = 'outside' | 'anywhere';

/** Networks of IPv4 that are not on the open Internet (IANA, special purposes). */
const INSIDE_4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const;
/** The same within 2000::/3, which is all of IPv6 that is; addresses of IPv4 stand in some of them. */
const INSIDE_6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;

const inside = new BlockList();
for (const [network, prefix] of INSIDE_4) inside.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of INSIDE_6) inside.addSubnet(network, prefix, 'ipv6');
const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');

/** Is this an address on the open Internet? */
export function isOutside(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !inside.check(address, 'ipv4');
    case 6:
      return global6.check(address, 'ipv6') && !inside.check(address, 'ipv6');
    default:
      return false;
  }
}

/** An endpoint that may not be called, or cannot be. */
export class BadEndpoint extends Error {}

/** Reads an endpoint as a browser gives it. Throws `BadEndpoint`. */
export function readEndpoint(text: string, reach: Reach): URL {
  if (!URL.canParse(text)) throw new BadEndpoint('it is no address');
  const url = new URL(text);
  const isHttp = url.protocol === 'http:' && reach === 'anywhere';
  if (url.protocol !== 'https:' && !isHttp) throw new BadEndpoint('it does not begin with https://');
  if (url.username !== '' || url.password !== '') throw new BadEndpoint('it holds a password');
  if (url.port !== '' && reach === 'outside') throw new BadEndpoint('it is at another port than 443');
  const host = hostOf(url);
  if (isIP(host) !== 0 && reach === 'outside' && !isOutside(host)) throw new BadEndpoint(NOT_OUTSIDE);
  return url;
}

/** The addresses at which the endpoint is now, all of them good to be called. Throws `BadEndpoint`. */
export async function addressesOf(
  url: URL,
  reach: Reach,
  signal: AbortSignal,
  lookUp = inDns,
): Promise<readonly LookupAddress[]> {
  const host = hostOf(url);
  const addresses = isIP(host) === 0 ? await lookUp(host, signal) : [host];
  if (addresses.length === 0) throw new BadEndpoint('nobody is found under its name');
  if (reach === 'outside' && !addresses.every(isOutside)) throw new BadEndpoint(NOT_OUTSIDE);
  return addresses.map((address) => ({ address, family: isIP(address) }));
}

const NOT_OUTSIDE = 'it is not on the open Internet';

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

/** Not by the system's own look-up: its threads are those that the store writes with, and a slow name would hold them. */
async function inDns(name: string, signal: AbortSignal): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: LOOKUP_WAIT_MS, tries: LOOKUP_TRIES });
  const cancel = (): void => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  signal.removeEventListener('abort', cancel);
  return found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
}
