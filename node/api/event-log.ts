/**
 * The latest events of this start, numbered, so that a client that was away can go on where it stopped. They live in
 * memory: what a restart loses is told by a `reset`, after which the client reads all state again.
 */
import type { Notice } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { HeldHappening } from '../held.ts';

/** Notices that are told as they are. Of held amounts `HeldAmounts` tells more; a backup is nobody's business. */
type ToldNotice = Exclude<Notice, { type: 'held' | 'settled' | 'backup' }>;

/** What is told: notices of the machine, what became of held amounts, and links coming and going. */
export type Happening =
  | ToldNotice
  | HeldHappening
  | { readonly type: 'link-up' | 'link-down'; readonly neighbour: PublicKey };

/** Is this notice told as it is? */
export function isTold(notice: Notice): notice is ToldNotice {
  return notice.type !== 'held' && notice.type !== 'settled' && notice.type !== 'backup';
}

export interface LoggedEvent {
  readonly number: number;
  readonly atMs: number;
  readonly happening: Happening;
}

type Listener = (event: LoggedEvent) => void;

/** A minute of a busy node, a day of a quiet one. */
const KEPT_EVENTS = 10_000;

export class EventLog {
  readonly #instance: string;
  readonly #kept: number;
  readonly #listeners = new Set<Listener>();
  /** Event `n` stands at `n % kept`. */
  readonly #ring: LoggedEvent[] = [];
  #last = 0;

  constructor(instance: string, kept = KEPT_EVENTS) {
    this.#instance = instance;
    this.#kept = kept;
  }

  /** Where the log ends now. */
  get cursor(): string {
    return this.cursorOf(this.#last);
  }

  cursorOf(number: number): string {
    return `${this.#instance}:${number}`;
  }

  append(happening: Happening, atMs: number): void {
    this.#last++;
    const event: LoggedEvent = { number: this.#last, atMs, happening };
    this.#ring[this.#last % this.#kept] = event;
    for (const listener of this.#listeners) listener(event);
  }

  /** The events after the cursor, oldest first; null when some of them are gone, or it is of another start. */
  since(cursor: string): LoggedEvent[] | null {
    const [instance, number] = cursor.split(':');
    const after = Number(number);
    if (instance !== this.#instance || after > this.#last || this.#last - after > this.#kept) return null;
    const events: LoggedEvent[] = [];
    for (let at = after + 1; at <= this.#last; at++) events.push(this.#ring[at % this.#kept] as LoggedEvent);
    return events;
  }

  /** Calls back for every event from now on. Returns how to end it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
