/** Messages of a run, by what they do. */
import type { Message } from '#protocol/link.ts';

type Class = 'payment' | 'search' | 'clearing' | 'books';

const CLASSES: Partial<Record<Message['type'], Class>> = {
  prepare: 'payment',
  commit: 'payment',
  abort: 'payment',
  ack: 'payment',
  cancel: 'payment',
  resolve: 'payment',
  decline: 'payment',
  probe: 'search',
  'probe-answer': 'search',
  find: 'search',
  found: 'search',
  'hint-request': 'search',
  hints: 'search',
  'ring-walk': 'clearing',
  'ring-found': 'clearing',
  'ring-none': 'clearing',
  'ring-probe': 'clearing',
  'ring-half': 'clearing',
};

/** Counts of messages that participants handed to their links, lost ones too; copies that a link makes do not count. */
export class Traffic {
  readonly messages: Record<Class, number> = { payment: 0, search: 0, clearing: 0, books: 0 };
  /** Of all of them, as they are on the link; 0 when messages do not go through their bytes. */
  bytes = 0;

  count({ type }: Message, bytes: number): void {
    // What settles a ring is the same as what settles a payment; what is not named here keeps books and maps in step.
    this.messages[CLASSES[type] ?? 'books']++;
    this.bytes += bytes;
  }

  get total(): number {
    const { payment, search, clearing, books } = this.messages;
    return payment + search + clearing + books;
  }
}
