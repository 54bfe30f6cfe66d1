/** How far an address reaches. Those that reach less far than the own ones lead to somebody else's network, not to its owner. */
import { isIPv4 } from 'node:net';
import { isLoopback, isPrivate } from '@libp2p/utils';
import { multiaddr } from '@multiformats/multiaddr';
import { MAX_ADDRESSES } from '#protocol/limits.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { ipv4Within, parseAddress } from './address.ts';

/** From narrow to wide. */
const SCOPES = ['loopback', 'private', 'public'] as const;
export type Scope = (typeof SCOPES)[number];

/** Of an address that `parseAddress` took. A name counts as public. */
export function scopeOf(address: string): Scope {
  const [, kind, host = ''] = address.split('/');
  const within = kind === 'ip6' ? ipv4Within(host) : null;
  const parsed = multiaddr(within === null ? address : `/ip4/${within}/tcp/1`);
  if (isLoopback(parsed)) return 'loopback';
  return isPrivate(parsed) ? 'private' : 'public';
}

/** The widest of them; `loopback` where there are none. */
export function widestScope(addresses: readonly string[]): Scope {
  const widest = Math.max(0, ...addresses.map((address) => SCOPES.indexOf(scopeOf(address))));
  return SCOPES[widest] as Scope;
}

/** Does an IP address, which a name was found to stand for, reach as far as that? */
export function reachesAsFar(ip: string, own: Scope): boolean {
  const scope = scopeOf(`/${isIPv4(ip) ? 'ip4' : 'ip6'}/${ip}/tcp/1`);
  return SCOPES.indexOf(scope) >= SCOPES.indexOf(own);
}

/** Those that reach as far as the widest of them: what a node tells the whole directory. */
export function withWidestScope(addresses: readonly string[]): readonly string[] {
  const widest = widestScope(addresses);
  return addresses.filter((address) => scopeOf(address) === widest);
}

/**
 * What is taken of the addresses that strangers tell, for a node whose own addresses reach as far as `own`: in good form,
 * few, and none that leads a public node into a private network, or any but a loopback node to this machine.
 */
export function takenAddresses(addresses: readonly string[], own: Scope): readonly string[] {
  return addresses
    .filter((address) => !isRefusal(parseAddress(address)))
    .filter((address) => SCOPES.indexOf(scopeOf(address)) >= SCOPES.indexOf(own))
    .slice(0, MAX_ADDRESSES);
}
