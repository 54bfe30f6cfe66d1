/** How a node ends: its parts one after the other, the last that was begun first, and once. */
import { setMaxListeners } from 'node:events';
import type { Failure } from './failure.ts';
import type { Log } from './log.ts';

/** Why a node stopped. */
export interface Stopped {
  readonly why: string;
  /** Null: somebody wanted it. */
  readonly failure: Failure | null;
}

/** What has to be undone, last first; and that it is done once. */
export class Ending {
  readonly stopping = new AbortController();
  readonly stopped = Promise.withResolvers<Stopped>();
  readonly #steps: { readonly what: string; readonly undo: () => Promise<void> | void }[] = [];
  #log: Log | null = null;
  #isBegun = false;
  #failure: Failure | null = null;

  constructor() {
    // As many wait as there are payments under way.
    setMaxListeners(0, this.stopping.signal);
  }

  set log(log: Log) {
    this.#log = log;
  }

  add(what: string, undo: () => Promise<void> | void): void {
    this.#steps.unshift({ what, undo });
  }

  /** Why it ends, once that has begun; null: it has not, or somebody wanted it. */
  get failure(): Failure | null {
    return this.#failure;
  }

  async stop(why: string, failure: Failure | null): Promise<void> {
    if (!this.#isBegun) {
      this.#isBegun = true;
      this.#failure = failure;
      if (failure === null) this.#log?.info({ why }, 'stopping');
      else this.#log?.fatal({ why, code: failure.code, error: failure.cause ?? null }, failure.message);
      await this.undo();
      this.#log?.info('stopped');
      this.stopped.resolve({ why, failure });
    }
    await this.stopped.promise;
  }

  async undo(): Promise<void> {
    this.stopping.abort();
    for (const { what, undo } of this.#steps) {
      try {
        await undo();
      } catch (error) {
        // The others still have to end.
        this.#log?.error({ error }, `${what} did not stop cleanly`);
      }
    }
  }
}
