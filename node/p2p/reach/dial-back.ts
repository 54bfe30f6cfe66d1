/**
 * Asking others to call back (§7.6), and calling others back.
 *
 * The libraries for this want four helpers in four parts of the internet before they believe anything, give up what they
 * see of TCP addresses, and know nothing of private networks (decisions/0026). Here one neighbour or relay is enough: it
 * is trusted with more than that.
 */
import type { Connection, PeerId, Stream } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import {
  decodeDialBack,
  decodeDialBackAnswer,
  encodeDialBack,
  encodeDialBackAnswer,
  type Listener,
} from '#protocol/dial-back.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_DIAL_BACK_BYTES } from '#protocol/limits.ts';
import { LruCache } from '#protocol/lru.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Log } from '../../log.ts';
import { parseAddress } from '../address.ts';
import { FramedStream, StreamEnded } from '../framed-stream.ts';
import {
  DIAL_BACK_DIAL_MS,
  DIAL_BACK_TIMEOUT_MS,
  DIAL_BACKS_PER_SECOND,
  DIAL_BACKS_PER_SECOND_EACH,
} from '../limits.ts';
import { publicKeyOf } from '../peer-id.ts';
import { TokenBucket } from '../token-bucket.ts';
import type { Inside } from './relay-transport.ts';

export const DIAL_BACK_PROTOCOL = '/geo/dial-back/1.0.0';

/** The host of an address that holds one, as the beginning of an address: `/ip4/192.0.2.1`. */
export function hostOf(address: string): string | null {
  return /^\/ip[46]\/[^/]+/.exec(address)?.[0] ?? null;
}

/** As `hostOf`, of a caller; behind a proxy on this machine it is not the caller's. */
function ownHostOf(address: string): string | null {
  return /^\/(?:ip4\/127\.|ip6\/::1\/).*\/ws/.test(address) ? null : hostOf(address);
}

/** Where a listener is, seen from outside. */
export function listenerAddress(host: string, { port, isWebSocket }: Listener): string {
  return `${host}/tcp/${port}${isWebSocket ? '/ws' : ''}`;
}

/** Asks whoever is at the other end. Null: no answer, which says nothing. */
export async function askToDialBack(
  connection: Connection,
  listeners: readonly Listener[],
): Promise<readonly boolean[] | null> {
  const signal = AbortSignal.timeout(DIAL_BACK_TIMEOUT_MS);
  const frames = framed(await connection.newStream(DIAL_BACK_PROTOCOL, { signal }));
  signal.addEventListener('abort', () => frames.abort('query-late'));
  try {
    frames.send(encodeDialBack({ listeners }));
    const answer = decodeDialBackAnswer(await frames.read());
    await frames.close('closed', signal);
    return isRefusal(answer) || answer.reached.length !== listeners.length ? null : answer.reached;
  } catch (error) {
    if (error instanceof StreamEnded) return null;
    throw error;
  }
}

interface DialBacksOptions {
  readonly inside: Inside;
  readonly log: Log;
}

/** Calls others back. */
export class DialBacks {
  readonly #options: DialBacksOptions;
  readonly #all = new TokenBucket(DIAL_BACKS_PER_SECOND, DIAL_BACKS_PER_SECOND, performance.now());
  readonly #each = new LruCache<PublicKey, TokenBucket>(4_096);

  constructor(options: DialBacksOptions) {
    this.#options = options;
  }

  /** Takes the question of a stream that another participant opened. */
  async receive(stream: Stream, connection: Connection): Promise<void> {
    const from = publicKeyOf(connection.remotePeer);
    if (stream.status !== 'open') return;
    // Whoever comes through a relay has shown no host of its own: it could have anybody called.
    const host = connection.direct ? ownHostOf(connection.remoteAddr.toString()) : null;
    if (from === null || host === null || !this.#mayAsk(from)) return stream.abort(new StreamEnded('query-refused'));
    const frames = framed(stream);
    const late = AbortSignal.timeout(DIAL_BACK_TIMEOUT_MS);
    late.addEventListener('abort', () => frames.abort('query-late'));
    try {
      const question = decodeDialBack(await frames.read());
      if (isRefusal(question)) return frames.abort('query-refused');
      const reached: boolean[] = [];
      for (const listener of question.listeners) {
        reached.push(await this.#answers(listenerAddress(host, listener), connection.remotePeer));
      }
      this.#options.log.debug({ from, host, reached }, 'called back');
      frames.send(encodeDialBackAnswer({ reached }));
      await frames.close('closed', late);
    } catch (error) {
      if (!(error instanceof StreamEnded)) throw error;
    }
  }

  async #answers(address: string, participant: PeerId): Promise<boolean> {
    if (isRefusal(parseAddress(address))) return false;
    return this.#options.inside.answers(multiaddr(address), participant, AbortSignal.timeout(DIAL_BACK_DIAL_MS));
  }

  #mayAsk(from: PublicKey): boolean {
    const nowMs = performance.now();
    const each = this.#each.get(from, () => new TokenBucket(DIAL_BACKS_PER_SECOND_EACH, 3, nowMs));
    return each.take(nowMs) && this.#all.take(nowMs);
  }
}

function framed(stream: Stream): FramedStream {
  return new FramedStream(stream, { maxFrameBytes: MAX_DIAL_BACK_BYTES, throttled: () => {}, ended: () => {} });
}
