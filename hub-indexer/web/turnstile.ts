/**
 * How many members pay at once. Each payment begins with the question whether it could be made: where too many are under
 * way, that question waits for its turn. So a crowd, as after a restart, is served one after the other in time, instead of
 * all together too late: answers that neighbours are waited for come when nobody waits any more.
 *
 * Each member has one turn at a time. Whoever asks and asks, and never pays, comes after those who do, and its turns end
 * with the answer: a few such members do not keep the others waiting.
 */
import PQueue from 'p-queue';
import type { ParticipantContext } from '#node/api/context.ts';
import { within } from '#node/api/handler.ts';
import { PAYMENTS_AT_ONCE, TURN_MS } from '../limits.ts';

/** Questions in a row, without a payment, after which a turn is not kept for one. */
const MOST_IDLE = 3;

interface Caller {
  /** The latest turn that it has, or waits for. */
  turn: Promise<unknown>;
  /** Questions since its last payment. */
  idle: number;
}

export class Turnstile {
  readonly #queue: PQueue;
  readonly #callers = new WeakMap<ParticipantContext, Caller>();

  constructor(atOnce = PAYMENTS_AT_ONCE) {
    this.#queue = new PQueue({ concurrency: atOnce });
  }

  /**
   * Asks in its turn. The turn lasts until a payment of the member is over, or `TURN_MS` if it makes none or one that takes
   * longer; where `mayPay` is false of what was told, it ends at once.
   */
  ask<T>(context: ParticipantContext, run: () => Promise<T>, mayPay: (told: T) => boolean): Promise<T> {
    const caller = this.#callers.get(context) ?? { turn: Promise.resolve(), idle: 0 };
    this.#callers.set(context, caller);
    const answered = Promise.withResolvers<T>();
    const inTurn = async (): Promise<void> => {
      try {
        const told = await run();
        answered.resolve(told);
        if (!mayPay(told)) return;
        caller.idle++;
        const payment = paymentOver(context).then((hasPaid) => {
          if (hasPaid) caller.idle = 0;
        });
        if (caller.idle <= MOST_IDLE) await payment;
      } catch (error) {
        answered.reject(error);
      }
    };
    const priority = (): number => -Math.min(caller.idle, MOST_IDLE);
    caller.turn = caller.turn.then(() => this.#queue.add(inTurn, { priority: priority() }));
    return answered.promise;
  }
}

/** True when a payment of the member has begun at least; the time may have been too short for all of it. */
async function paymentOver(context: ParticipantContext): Promise<boolean> {
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  let hasBegun = false;
  const cancel = context.events.subscribe(({ happening }) => {
    if (happening.type !== 'payment') return;
    hasBegun = true;
    if (happening.state === 'COMMITTED' || happening.state === 'ABORTED') end();
  });
  await within(context, over, TURN_MS);
  cancel();
  return hasBegun;
}
