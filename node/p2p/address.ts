/** Addresses as people type them and neighbours send them. The multiaddr library accepts nearly anything, so shape is checked here. */
import { isIPv4, isIPv6 } from 'node:net';
import { peerIdFromString } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import { excerpt } from '#protocol/excerpt.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_ADDRESS_BYTES } from '#protocol/limits.ts';
import { type Refusal, refuse } from '#protocol/refusals.ts';
import { publicKeyOf } from './peer-id.ts';

const MOST_COMPONENTS = 8;
const LIMIT =
  'like /ip4/192.0.2.1/tcp/4001, /ip6/2001:db8::1/tcp/4001 or /dns/example.org/tcp/4001, then /p2p/ and a peer id or nothing';

const PORT = /^[1-9][0-9]{0,4}$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const ONLY_DIGITS = /^(?:0x[0-9a-f]*|[0-9]+)$/i;
/** Ed25519 peer ids in their usual form: all begin and measure alike. */
const ED25519_PEER_ID = /^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/;

/** A checked address: in normal form, and whom it says to be there. */
export interface CheckedAddress {
  readonly text: string;
  readonly participant: PublicKey | null;
}

/**
 * The address in its normal form, or what is wrong with it: only TCP to an address of the internet, of the own network
 * or of this machine is dialled.
 */
export function parseAddress(input: string): string | Refusal<'bad-address'> {
  const checked = checkAddress(input);
  return 'text' in checked ? checked.text : checked;
}

/** As `parseAddress`, with the participant that the peer id stands for. */
export function checkAddress(input: string): CheckedAddress | Refusal<'bad-address'> {
  const no = (why: string): Refusal<'bad-address'> =>
    refuse('bad-address', { input: excerpt(input), why, limit: LIMIT });
  if (input.length > MAX_ADDRESS_BYTES) return no(`it has ${input.length} characters, more than ${MAX_ADDRESS_BYTES}`);
  const [empty, ...parts] = input.split('/');
  if (empty !== '') return no('it does not begin with a slash');
  if (parts.length > MOST_COMPONENTS) return no(`it has more than ${MOST_COMPONENTS} components`);
  const [kind, host, transport, port, peer, peerId, ...more] = parts;
  if (host === undefined) return no('the host is missing');
  const wrongHost = hostTrouble(kind ?? '', host);
  if (wrongHost !== null) return no(wrongHost);
  if (transport !== 'tcp') return no('only tcp is spoken');
  if (port === undefined || !PORT.test(port) || Number(port) > 65_535) return no('the port is not 1 … 65535');
  if (peer !== undefined && peer !== 'p2p') return no(`"${excerpt(peer)}" cannot follow the port`);
  if (more.length > 0 || (peer === 'p2p' && peerId === undefined)) return no('its end is not /p2p/ and one peer id');
  const participant = peerId === undefined ? null : participantOf(peerId);
  if (peerId !== undefined && participant === null) return no('the peer id is not of an Ed25519 key that may sign');
  try {
    return { text: multiaddr(input).toString(), participant };
  } catch (error) {
    return no((error as Error).message);
  }
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

function ipv4Trouble(host: string): string | null {
  const [first, second] = host.split('.').map(Number) as [number, number];
  if (first === 0) return 'it names no host';
  // 169.254.169.254 hands out the keys of machines in a cloud.
  if (first === 169 && second === 254)
    return 'link-local addresses, those of cloud metadata among them, are not dialled';
  if (first >= 224) return 'it is not the address of one host';
  return null;
}

function ipv6Trouble(host: string): string | null {
  const words = ipv6Words(host);
  const [first, second] = words as [number, number];
  const head = words.slice(0, 5).every((word) => word === 0);
  // ::a.b.c.d and ::ffff:a.b.c.d are IPv4 addresses in disguise, as is 64:ff9b::a.b.c.d behind a translator.
  const translated = first === 0x64 && second === 0xff9b;
  if ((head && (words[5] === 0 || words[5] === 0xffff)) || translated) {
    const [high, low] = words.slice(6) as [number, number];
    if (head && words[5] === 0 && high === 0 && low === 1) return null;
    return ipv4Trouble([high >> 8, high & 255, low >> 8, low & 255].join('.'));
  }
  if ((first & 0xffc0) === 0xfe80) return 'a link-local address means nothing without its zone';
  if (first >= 0xff00) return 'it is not the address of one host';
  if (first === 0xfd00 && second === 0x0ec2) return 'addresses of cloud metadata are not dialled';
  return null;
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
