/**
 * How many members pay at once. Each payment begins with the question whether it could be made: where too many are under
 * way, that question waits for its turn. So a crowd, as after a restart, is served one after the other in time, instead of
 * all together too late: answers that neighbours are waited for come when nobody waits any more.
 */
import PQueue from 'p-queue';
import type { ParticipantContext } from '#node/api/context.ts';
import { within } from '#node/api/handler.ts';
import { PAYMENTS_AT_ONCE, TURN_MS } from '../limits.ts';

export class Turnstile {
  readonly #queue: PQueue;

  constructor(atOnce = PAYMENTS_AT_ONCE) {
    this.#queue = new PQueue({ concurrency: atOnce });
  }

  /**
   * Asks in its turn. The turn lasts until a payment of the member is over, or `TURN_MS` if it makes none or one that takes
   * longer; where `mayPay` is false of what was told, it ends at once.
   */
  ask<T>(context: ParticipantContext, run: () => Promise<T>, mayPay: (told: T) => boolean): Promise<T> {
    const answered = Promise.withResolvers<T>();
    void this.#queue.add(async () => {
      try {
        const told = await run();
        answered.resolve(told);
        if (mayPay(told)) await paymentOver(context);
      } catch (error) {
        answered.reject(error);
      }
    });
    return answered.promise;
  }
}

async function paymentOver(context: ParticipantContext): Promise<void> {
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const cancel = context.events.subscribe(({ happening }) => {
    if (happening.type !== 'payment') return;
    if (happening.state === 'COMMITTED' || happening.state === 'ABORTED') end();
  });
  await within(context, over, TURN_MS);
  cancel();
}
