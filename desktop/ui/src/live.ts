/** Keeps the page up to date: the stream of events, taken up again where it broke off. */
import { effect, signal } from '@preact/signals';
import type { z } from 'zod';
import type { eventMessage } from '#node/api/contract.ts';
import { ask, openEvents } from './api.ts';
import { connection, noteTrouble, refresh } from './state.ts';

type Message = z.output<typeof eventMessage>;
type Received = Extract<Extract<Message, { notice: unknown }>['notice'], { type: 'received' }>;

/** The last payment that came in while the page was open. */
export const lastReceived = signal<Received | null>(null);

/** Counts what was heard of changes of the map. */
export const mapChanges = signal(0);

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 2_000;

/** Where events go on from. */
let cursor: string | null = null;

/** The stream is open, or will be tried again by itself. */
let isFollowing = false;
const isOpen = signal(false);

// A stream may outlast a short loss of the connection, and then nothing says that it is over.
effect(() => {
  if (!isOpen.value || connection.value !== 'unreachable') return;
  const timer = setInterval(() => void refresh(), LONGEST_RETRY_MS);
  return () => clearInterval(timer);
});

/** Connects, and again whenever the connection is lost, until the node says that the page is signed out. */
export function goLive(retryMs = FIRST_RETRY_MS): void {
  isFollowing = true;
  let wasOpen = false;
  const socket = openEvents(cursor);
  socket.addEventListener('open', () => {
    wasOpen = true;
    isOpen.value = true;
    connection.value = 'live';
    void refresh();
  });
  socket.addEventListener('message', ({ data }) => take(JSON.parse(String(data)) as Message));
  socket.addEventListener('close', () => {
    isOpen.value = false;
    void comeBack(wasOpen ? FIRST_RETRY_MS : retryMs);
  });
}

/** Asks once more to be let in, after a no. Throws `AskError`. */
export async function askAgain(): Promise<void> {
  await ask('getStatus', {});
  connection.value = isFollowing ? 'live' : 'connecting';
  await refresh();
  if (!isFollowing) goLive();
}

/** Not all that other programs change is an event, such as a new contact: who looks again is shown what there is. */
export function stayFresh(): void {
  const look = (): void => {
    if (document.visibilityState === 'visible' && connection.value === 'live') void refresh();
  };
  addEventListener('hashchange', look);
  document.addEventListener('visibilitychange', look);
}

function take(message: Message): void {
  cursor = message.cursor;
  if ('notice' in message) {
    // The map changes often, and only the screen that shows it wants to know.
    if (message.notice.type === 'map') mapChanges.value += 1;
    if (message.notice.type === 'map' || message.notice.type === 'announced' || message.notice.type === 'quote') return;
    if (message.notice.type === 'received') lastReceived.value = message.notice;
  }
  void refresh();
}

async function comeBack(retryMs: number): Promise<void> {
  // A browser does not tell why a socket was refused; a request does.
  const trouble = await ask('getStatus', {}).then(
    () => null,
    (error: unknown) => error,
  );
  if (trouble !== null) noteTrouble(trouble);
  isFollowing = connection.value !== 'signed-out';
  if (!isFollowing) return;
  setTimeout(() => goLive(Math.min(retryMs * 2, LONGEST_RETRY_MS)), retryMs);
}
