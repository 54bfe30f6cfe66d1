/** How fast one connection is read: by bytes, and by messages of the multiplexer, each of which costs work however short it is. */
import type { MessageStream } from '@libp2p/interface';
import {
  BYTES_AT_ONCE,
  BYTES_PER_SECOND,
  MESSAGES_AT_ONCE,
  MESSAGES_PER_SECOND,
  STRANGER_BYTE_COST,
  STRANGER_MESSAGE_COST,
  STREAMS_AT_ONCE,
  STREAMS_PER_SECOND,
} from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** All message streams have it; the interface says so only of those that are multiplexed. */
interface Readable extends MessageStream {
  readonly readStatus: 'readable' | 'paused' | 'closing' | 'closed';
}

/** What all strangers share. */
interface Shared {
  readonly bytes: TokenBucket;
  readonly messages: TokenBucket;
}

export class Meter {
  readonly #connection: Readable;
  readonly #isStranger: () => boolean;
  readonly #strangers: Shared;
  readonly #slowed: () => void;
  readonly #bytes = new TokenBucket(BYTES_PER_SECOND, BYTES_AT_ONCE, performance.now());
  readonly #messages = new TokenBucket(MESSAGES_PER_SECOND, MESSAGES_AT_ONCE, performance.now());
  readonly #streams = new TokenBucket(STREAMS_PER_SECOND, STREAMS_AT_ONCE, performance.now());
  #pausedUntilMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /** The connection must be read already: what comes before anybody listens would be lost to this listener. */
  constructor(connection: MessageStream, isStranger: () => boolean, strangers: Shared, slowed: () => void) {
    this.#connection = connection as Readable;
    this.#isStranger = isStranger;
    this.#strangers = strangers;
    this.#slowed = slowed;
    connection.addEventListener('close', () => clearTimeout(this.#timer));
    connection.addEventListener('message', ({ data }) => {
      this.#spend(this.#bytes, strangers.bytes, data.byteLength, STRANGER_BYTE_COST);
    });
  }

  countMessage(): void {
    this.#spend(this.#messages, this.#strangers.messages, 1, STRANGER_MESSAGE_COST);
  }

  mayOpenStream(): boolean {
    return this.#streams.take(performance.now());
  }

  /** Takes it from the rate; when the rate is used up, nothing more is read until it is not. */
  #spend(own: TokenBucket, shared: TokenBucket, count: number, strangerCost: number): void {
    const nowMs = performance.now();
    const waitMs = this.#isStranger()
      ? Math.max(own.spend(nowMs, count * strangerCost), shared.spend(nowMs, count))
      : own.spend(nowMs, count);
    if (waitMs === 0) return;
    // What came in one piece may use up the rates many times over: the pause lasts until the last of it is paid.
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + waitMs);
    this.#pause();
  }

  #pause(): void {
    if (this.#connection.readStatus !== 'readable') return;
    this.#slowed();
    this.#connection.pause();
    this.#awaitResume();
  }

  #awaitResume(): void {
    const leftMs = this.#pausedUntilMs - performance.now();
    if (leftMs > 0) this.#timer = setTimeout(() => this.#awaitResume(), leftMs);
    else if (this.#connection.readStatus === 'paused') this.#connection.resume();
  }
}
