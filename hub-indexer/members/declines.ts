/**
 * The DECLINEs that a member's pages wait for: a page that signed an attempt and cannot tell whether it was ever sent asks
 * the receiver for its word that it never commits it. The machine knows nothing of such an attempt.
 */
import type { Clock } from '#node/clock.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { Decline, Message } from '#protocol/link.ts';
import { type Header, type TxId, txIdOf } from '#protocol/packet.ts';

interface Awaited {
  readonly receiver: PublicKey;
  readonly heard: PromiseWithResolvers<Decline | null>;
}

export class AwaitedDeclines {
  readonly #clock: Clock;
  readonly #awaited = new Map<TxId, Awaited>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Does any page wait? */
  get isAny(): boolean {
    return this.#awaited.size > 0;
  }

  /** Puts the question, once for all who wait for the same; null: the receiver has not given its word in time. */
  async ask(header: Header, waitMs: number, put: (question: Message) => void): Promise<Decline | null> {
    const txId = txIdOf(header);
    const asked = this.#awaited.get(txId);
    if (asked !== undefined) return asked.heard.promise;
    const heard = Promise.withResolvers<Decline | null>();
    this.#awaited.set(txId, { receiver: header.receiver, heard });
    const cancel = this.#clock.wakeAt(this.#clock.nowMs() + waitMs, () => heard.resolve(null));
    put({ type: 'resolve', txId, routeIndex: 0, packet: null, header, route: null });
    const decline = await heard.promise;
    cancel();
    this.#awaited.delete(txId);
    return decline;
  }

  /** The receiver's word counts, and nobody else's: a liar could end the waiting with a DECLINE that proves nothing. */
  hear(from: PublicKey, message: Message): void {
    if (message.type !== 'decline') return;
    const awaited = this.#awaited.get(message.txId);
    if (awaited?.receiver === from) awaited.heard.resolve(message);
  }
}
