/** Why there is no link with a neighbour: for programs, and in words for a person. */
import type { Multiaddr } from '@multiformats/multiaddr';
import { isRelayed } from './address.ts';
import { type Cause, causeWords } from './causes.ts';

/** An address without keys, which people do not read; of the relay, where it leads through one. */
export interface Place {
  readonly address: string;
  readonly relayed: boolean;
}

export interface Trouble {
  readonly text: string;
  /** Each is told once. */
  readonly causes: Cause[];
  /** Where the neighbour was looked for; none: it called, or no address is known. */
  readonly where: Place[];
}

export function troubleOf(cause: Cause): Trouble {
  return { text: causeWords(cause), causes: [cause], where: [] };
}

/** Why none of the addresses led to the neighbour. */
export function dialTrouble(error: unknown, addresses: readonly Multiaddr[]): Trouble {
  const where = addresses.map((address) => placeOf(address.toString()));
  const all = (error instanceof AggregateError ? error.errors : [error]).map(dialCause);
  const causes = [...new Map(all.map((cause) => [causeWords(cause), cause])).values()];
  const text = `${causes.map(causeWords).join('; ')} (${where.map(placeWords).join(', ')})`;
  return { text, causes, where };
}

function placeOf(address: string): Place {
  return { address: address.replace(/\/p2p\/.*/, ''), relayed: isRelayed(address) };
}

function placeWords({ address, relayed }: Place): string {
  return relayed ? `through the relay at ${address}` : address;
}

function dialCause(error: unknown): Cause {
  const { name, code, message } = error as Error & { code?: unknown };
  if (code === 'ECONNREFUSED') return { code: 'nobody-there', facts: {} };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return { code: 'name-unknown', facts: {} };
  if (code === 'ENETUNREACH' || code === 'EHOSTUNREACH') return { code: 'no-way', facts: {} };
  switch (name) {
    case 'TimeoutError':
    case 'AbortError':
      return { code: 'no-answer', facts: {} };
    case 'UnexpectedPeerError':
      return { code: 'somebody-else', facts: {} };
    case 'UnsupportedProtocolError':
      return { code: 'no-geo-node', facts: {} };
    default:
      // Encryption and its answer fail with many names; most often the other side hung up.
      return /different from|match expected/i.test(message)
        ? { code: 'somebody-else', facts: {} }
        : { code: 'hung-up', facts: { why: message } };
  }
}
