/** Why there is no link with a neighbour, in words for a person. */
import type { Multiaddr } from '@multiformats/multiaddr';
import { isRelayed } from './address.ts';
import type { EndReason } from './framed-stream.ts';

const ENDS: Readonly<Record<EndReason, string>> = {
  'frame-empty': 'it sent an empty frame, which the protocol forbids',
  'frame-too-long': 'it sent a frame longer than the protocol allows',
  'frame-length-malformed': 'it sent a frame whose length cannot be read',
  'frame-truncated': 'it hung up in the middle of a frame',
  'hello-malformed': 'it did not begin with a greeting that this node understands',
  'hello-forged': 'its greeting is not signed with its key',
  'hello-late': 'it did not greet in time',
  incompatible: 'its node and this one do not fit together',
  superseded: 'the link goes over another connection',
  twin: 'two running nodes have its key',
  'too-many-links': 'this node has too many links',
  'too-slow': 'it did not read what was sent to it',
  'node-failed': 'this node could not work on what it sent',
  'query-refused': 'its question was refused',
  'query-late': 'its question did not come in time',
  closed: 'it closed the link',
  reset: 'the connection broke',
  stopped: 'this node stopped',
};

export function endTrouble(reason: EndReason): string {
  return ENDS[reason];
}

/** Why none of the addresses led to the neighbour. */
export function dialTrouble(error: unknown, addresses: readonly Multiaddr[]): string {
  const where = addresses.map((address) => placeWords(address.toString())).join(', ');
  const causes = new Set((error instanceof AggregateError ? error.errors : [error]).map(dialCause));
  return `${[...causes].join('; ')} (${where})`;
}

/** The address without keys, which people do not read. */
function placeWords(address: string): string {
  const host = address.replace(/\/p2p\/.*/, '');
  return isRelayed(address) ? `through the relay at ${host}` : host;
}

function dialCause(error: unknown): string {
  const { name, code, message } = error as Error & { code?: unknown };
  if (code === 'ECONNREFUSED') return 'no node is running at its address';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the name in its address is not known';
  if (code === 'ENETUNREACH' || code === 'EHOSTUNREACH')
    return 'there is no way to its address: is this machine online?';
  switch (name) {
    case 'TimeoutError':
    case 'AbortError':
      return 'it did not answer in time';
    case 'UnexpectedPeerError':
      return 'somebody else answers at its address';
    case 'UnsupportedProtocolError':
      return 'the program at its address is no GEO node, or a much newer one';
    default:
      // Encryption and its answer fail with many names; most often the other side hung up.
      return /different from|match expected/i.test(message)
        ? 'somebody else answers at its address'
        : `it hung up: ${message}`;
  }
}
