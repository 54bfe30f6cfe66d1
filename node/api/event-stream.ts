/** The stream of events over WebSocket: what a client missed first, then what happens, without gap or repetition. */
import type { ServerOptions, WebSocket } from 'ws';
import type { z } from 'zod';
import type { NodeContext, ParticipantContext } from './context.ts';
import type { LoggedEvent } from './event-log.ts';
import type { eventMessage } from './event-schemas.ts';
import { viewNotice } from './event-views.ts';
import type { Caller } from './handler.ts';

/** A client that reads this much slower than events come is sent away; it can come back with its cursor. */
const MAX_BUFFERED_BYTES = 1_048_576;
/** Streams at a time: each program of the owner's needs one. */
const MAX_STREAMS = 128;
/** Codes of RFC 6455 with which a socket is closed. */
const NOT_UNDERSTOOD = 1003;
const NOT_ALLOWED = 1008;
const TRY_AGAIN_LATER = 1013;

/** What the WebSocket server is made with. */
export const STREAM_OPTIONS = {
  // Clients say nothing here.
  maxPayload: 4_096,
  // Answers to pings wait too when nobody reads.
  autoPong: false,
  /** Who is sent away has this time to read why. */
  closeTimeout: 5_000,
  // The declarations of the library do not know it yet.
} satisfies ServerOptions & { readonly closeTimeout: number };

const streams = new WeakMap<NodeContext['events'], number>();

/** Until when a stream may go on. */
export interface StreamRight {
  /** Asked before each message. */
  isGood(): boolean;
  /** Calls back when the right has ended; returns how to forget that. */
  whenEnded(end: () => void): () => void;
  /** Why it is sent away then, for the one who reads. */
  readonly why: string;
}

/** The right of a token, or of a page; the owner's own tools have it for ever. */
export function rightOf(
  { tokens, ui, clock }: NodeContext,
  { caller, page }: { readonly caller: Caller; readonly page: string | null },
): StreamRight {
  return {
    isGood: () => caller === null || tokens.isGood(caller.hash, clock.nowMs()),
    whenEnded: (end) => (page === null ? () => undefined : ui.whenEnded(page, end)),
    why: page === null ? 'the token was revoked or has expired' : 'this page was signed out',
  };
}

/** Sends the events after `since`, or from now on, until the socket closes or the right to them ends. */
export function streamEvents(
  context: ParticipantContext,
  socket: WebSocket,
  right: StreamRight,
  since: string | undefined,
): void {
  const { events, clock, log } = context;
  const open = streams.get(events) ?? 0;
  if (open >= MAX_STREAMS) {
    socket.close(TRY_AGAIN_LATER, `there are ${MAX_STREAMS} event streams already`);
    return;
  }
  streams.set(events, open + 1);
  let unsubscribe = (): void => undefined;
  const sendAway = (code: number, why: string): void => {
    unsubscribe();
    // Who goes on talking is not asked again.
    if (socket.readyState === socket.OPEN) socket.close(code, why);
    else socket.terminate();
  };
  const send = (message: z.output<typeof eventMessage>): void => {
    if (socket.readyState !== socket.OPEN) return;
    if (!right.isGood()) sendAway(NOT_ALLOWED, right.why);
    else if (socket.bufferedAmount > MAX_BUFFERED_BYTES)
      sendAway(TRY_AGAIN_LATER, 'too slow; come back with the cursor');
    else socket.send(JSON.stringify(message));
  };
  const forget = right.whenEnded(() => sendAway(NOT_ALLOWED, right.why));
  const tell = ({ number, atMs, happening }: LoggedEvent): void => {
    send({ cursor: events.cursorOf(number), atMs, notice: viewNotice(context, happening) });
  };
  socket.on('message', () => sendAway(NOT_UNDERSTOOD, 'nothing is read here'));
  socket.on('ping', (data) => {
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
    else if (socket.readyState === socket.OPEN) socket.pong(data);
  });
  // A socket that breaks is closed next.
  socket.on('error', (error) => log.debug({ error }, 'an event stream broke'));
  socket.once('close', () => {
    unsubscribe();
    forget();
    streams.set(events, (streams.get(events) ?? 1) - 1);
  });
  const missed = since === undefined ? [] : events.since(since);
  // Nothing can happen in between: this runs to its end before the next event.
  unsubscribe = events.subscribe(tell);
  if (missed === null) send({ cursor: events.cursor, atMs: clock.nowMs(), reset: true });
  else for (const event of missed) tell(event);
}
