/** Addresses as people type them and neighbours send them. The multiaddr library accepts nearly anything, so shape is checked here. */
import { isIPv4, isIPv6 } from 'node:net';
import { peerIdFromString } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import { excerpt } from '#protocol/excerpt.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_ADDRESS_BYTES } from '#protocol/limits.ts';
import { type Refusal, refuse } from '#protocol/refusals.ts';
import { publicKeyOf } from './peer-id.ts';

const MOST_COMPONENTS = 11;
const LIMIT =
  'like /ip4/192.0.2.1/tcp/4001, /ip6/2001:db8::1/tcp/4001/ws or /dns/example.org/tcp/443/tls/ws; then nothing, /p2p/ and ' +
  'a peer id, or /p2p/, the peer id of a relay, /p2p-circuit and nothing or /p2p/ and a peer id';

const PORT = /^[1-9][0-9]{0,4}$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const ONLY_DIGITS = /^(?:0x[0-9a-f]*|[0-9]+)$/i;
/** Ed25519 peer ids in their usual form: all begin and measure alike. */
const ED25519_PEER_ID = /^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/;

/** A checked address: in normal form, whom it says to be there, and through whom they are reached. */
export interface CheckedAddress {
  readonly text: string;
  readonly participant: PublicKey | null;
  /** The relay that is at the host; null when the participant itself is. */
  readonly relay: PublicKey | null;
}

/**
 * The address in its normal form, or what is wrong with it: only TCP, plain or with WebSocket, to an address of the
 * internet, of the own network or of this machine is dialled, and at most one relay stands between.
 */
export function parseAddress(input: string): string | Refusal<'bad-address'> {
  const checked = checkAddress(input);
  return 'text' in checked ? checked.text : checked;
}

/** As `parseAddress`, with the participants that the peer ids stand for. */
export function checkAddress(input: string): CheckedAddress | Refusal<'bad-address'> {
  const no = (why: string): Refusal<'bad-address'> =>
    refuse('bad-address', { input: excerpt(input), why, limit: LIMIT });
  if (input.length > MAX_ADDRESS_BYTES) return no(`it has ${input.length} characters, more than ${MAX_ADDRESS_BYTES}`);
  const [empty, ...parts] = input.split('/');
  if (empty !== '') return no('it does not begin with a slash');
  if (parts.length > MOST_COMPONENTS) return no(`it has more than ${MOST_COMPONENTS} components`);
  const [kind, host, transport, port, ...rest] = parts;
  if (host === undefined) return no('the host is missing');
  const wrongHost = hostTrouble(kind ?? '', host);
  if (wrongHost !== null) return no(wrongHost);
  if (transport !== 'tcp') return no('only tcp is spoken');
  if (port === undefined || !PORT.test(port) || Number(port) > 65_535) return no('the port is not 1 … 65535');
  const isSecure = rest[0] === 'tls' && rest[1] === 'ws';
  if (isSecure && !(kind as string).startsWith('dns')) return no('tls needs a host name, which the certificate is for');
  const bearer = isSecure ? 2 : rest[0] === 'ws' ? 1 : 0;
  const ends = checkEnd(rest.slice(bearer));
  if (typeof ends === 'string') return no(ends);
  try {
    return { text: multiaddr(input).toString(), ...ends };
  } catch (error) {
    return no((error as Error).message);
  }
}

/** Who is there, of what follows the transport: nothing, `/p2p/ID`, or `/p2p/RELAY/p2p-circuit[/p2p/ID]`. */
function checkEnd(parts: readonly string[]): Omit<CheckedAddress, 'text'> | string {
  const [peer, peerId, circuit, last, lastId, ...more] = parts;
  if (peer === undefined) return { participant: null, relay: null };
  if (peer !== 'p2p') return `"${excerpt(peer)}" cannot follow the port`;
  if (peerId === undefined) return 'its end is not /p2p/ and one peer id';
  const first = participantOf(peerId);
  if (first === null) return 'the peer id is not of an Ed25519 key that may sign';
  if (circuit === undefined) return { participant: first, relay: null };
  if (circuit !== 'p2p-circuit') return 'its end is not /p2p/ and one peer id';
  if (last === undefined) return { participant: null, relay: first };
  if (last !== 'p2p' || lastId === undefined || more.length > 0) {
    return 'its end is not /p2p-circuit/p2p/ and one peer id';
  }
  const participant = participantOf(lastId);
  if (participant === null) return 'the peer id behind the relay is not of an Ed25519 key that may sign';
  if (participant === first) return 'nobody is reached through itself';
  return { participant, relay: first };
}

/** The name of the host where it has one; null: an IP address. */
export function nameIn(address: string): string | null {
  const [, kind, host] = address.split('/');
  return kind?.startsWith('dns') === true && host !== undefined ? host : null;
}

/** Does the address lead through a relay? */
export function isRelayed(address: string): boolean {
  return address.includes('/p2p-circuit');
}

/**
 * The place in the network that an address is at, for limits on all who come from there: an IPv4 address, what one
 * household or server has of IPv6, or a relay, which alone knows where they are. Null for a name.
 */
export function placeOf(address: string): string | null {
  const relay = /\/p2p\/([^/]+)\/p2p-circuit/.exec(address)?.[1];
  if (relay !== undefined) return `p2p-circuit/${relay}`;
  const [, kind, host] = address.split('/');
  if (kind === 'ip4' && host !== undefined) return host;
  if (kind !== 'ip6' || host === undefined || !isIPv6(host) || host.includes('%')) return null;
  const words = ipv6Words(host);
  const [, , , , , fifth, high, low] = words as [number, number, number, number, number, number, number, number];
  // A socket for both kinds shows IPv4 as ::ffff:a.b.c.d.
  if (fifth === 0xffff && words.slice(0, 5).every((word) => word === 0)) {
    return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  }
  return words
    .slice(0, 4)
    .map((word) => word.toString(16))
    .join(':');
}

function participantOf(peerId: string): PublicKey | null {
  if (!ED25519_PEER_ID.test(peerId)) return null;
  try {
    return publicKeyOf(peerIdFromString(peerId));
  } catch {
    return null;
  }
}

function hostTrouble(kind: string, host: string): string | null {
  switch (kind) {
    case 'ip4':
      return isIPv4(host) ? ipv4Trouble(host) : 'that is no IPv4 address';
    case 'ip6':
      // Node.js takes a zone behind "%", which means something only on the machine that wrote it.
      return isIPv6(host) && !host.includes('%') ? ipv6Trouble(host) : 'that is no IPv6 address';
    case 'dns':
    case 'dns4':
    case 'dns6':
      return nameTrouble(host);
    default:
      return 'it does not begin with /ip4/, /ip6/, /dns/, /dns4/ or /dns6/';
  }
}

/** Where clouds other than those with link-local addresses hand out the keys of their machines. */
const METADATA: ReadonlySet<string> = new Set(['100.100.100.200', '168.63.129.16', '192.0.0.192']);

/** As `hostTrouble`, of an address that a name was found to stand for. */
export function resolvedTrouble(address: string): string | null {
  return isIPv4(address) ? hostTrouble('ip4', address) : hostTrouble('ip6', address);
}

function ipv4Trouble(host: string): string | null {
  const [first, second] = host.split('.').map(Number) as [number, number];
  if (METADATA.has(host)) return 'addresses of cloud metadata are not dialled';
  if (first === 0) return 'it names no host';
  // 169.254.169.254 hands out the keys of machines in a cloud.
  if (first === 169 && second === 254)
    return 'link-local addresses, those of cloud metadata among them, are not dialled';
  if (first >= 224) return 'it is not the address of one host';
  return null;
}

function ipv6Trouble(host: string): string | null {
  const within = ipv4Within(host);
  if (within !== null) return ipv4Trouble(within);
  const [first, second] = ipv6Words(host) as [number, number];
  if ((first & 0xffc0) === 0xfe80) return 'a link-local address means nothing without its zone';
  if (first >= 0xff00) return 'it is not the address of one host';
  if ((first === 0xfd00 && second === 0x0ec2) || (first === 0xfd20 && second === 0x00ce))
    return 'addresses of cloud metadata are not dialled';
  return null;
}

/** The IPv4 address that an IPv6 address stands for; null: none. */
export function ipv4Within(host: string): string | null {
  const words = ipv6Words(host);
  const [first, second, third, , , sixth, high, low] = words as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const dotted = (a: number, b: number): string => [a >> 8, a & 255, b >> 8, b & 255].join('.');
  const head = words.slice(0, 5).every((word) => word === 0);
  if (head && sixth === 0 && high === 0 && low === 1) return null;
  // ::a.b.c.d and ::ffff:a.b.c.d are IPv4 addresses in disguise, as is 64:ff9b::a.b.c.d behind a translator.
  if ((head && (sixth === 0 || sixth === 0xffff)) || (first === 0x64 && second === 0xff9b)) return dotted(high, low);
  // 6to4: the IPv4 address comes second.
  return first === 0x2002 ? dotted(second, third) : null;
}

/** The eight words of an IPv6 address that `isIPv6` took. */
function ipv6Words(host: string): number[] {
  const hex = host.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a: string, b: string, c: string, d: string) =>
    [(Number(a) << 8) | Number(b), (Number(c) << 8) | Number(d)].map((word) => word.toString(16)).join(':'),
  );
  const [left = '', right] = hex.split('::');
  const words = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16));
  const head = words(left);
  const tail = right === undefined ? [] : words(right);
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => 0);
  return [...head, ...zeros, ...tail];
}

function nameTrouble(host: string): string | null {
  const labels = host.split('.');
  if (host.length > 253 || !labels.every((label) => LABEL.test(label))) return 'that is no host name';
  // Resolvers read "127.1" and "0x7f000001" as IPv4 addresses.
  return ONLY_DIGITS.test(labels.at(-1) as string) ? 'a host name does not end in a number' : null;
}
