/**
 * The program's own ear at the node, for what is to be told while no window is open: payments that came in, and what is
 * kept aside. It ends with the node, and says so.
 */
import { type Client, connectClient, type EventStream } from '#node/api/client.ts';
import type { HeldTotal } from './tray.ts';

type Message = EventStream extends AsyncIterable<infer M> ? M : never;
/** A payment that came in. */
export type Received = Extract<Extract<Message, { notice: unknown }>['notice'], { type: 'received' }>;

export interface Listener {
  received(payment: Received): void;
  held(totals: readonly HeldTotal[]): void;
}

/** Listens until the node goes, or `signal` says that it is enough. Never throws. */
export async function watchNode(folder: string, listener: Listener, signal: AbortSignal): Promise<void> {
  try {
    const client = await connectClient(folder);
    const stream = await client.openEvents();
    const end = (): void => stream.close();
    signal.addEventListener('abort', end);
    try {
      if (signal.aborted) return;
      await tellHeld(client, listener);
      for await (const message of stream) await hear(client, message, listener);
    } finally {
      signal.removeEventListener('abort', end);
      stream.close();
    }
  } catch {
    // It went while it was asked: that is an end as any other.
  }
}

async function hear(client: Client, message: Message, listener: Listener): Promise<void> {
  // The map changes often and is nobody's money.
  const type = 'notice' in message ? message.notice.type : 'reset';
  if (type === 'map' || type === 'announced' || type === 'quote' || type === 'link-up' || type === 'link-down') return;
  if ('notice' in message && message.notice.type === 'received') listener.received(message.notice);
  await tellHeld(client, listener);
}

async function tellHeld(client: Client, listener: Listener): Promise<void> {
  listener.held((await client.listHeld({ limit: 1 })).totals);
}
