/** The stream of events over WebSocket: what a client missed first, then what happens, without gap or repetition. */
import type { WebSocket } from 'ws';
import type { z } from 'zod';
import type { NodeContext } from './context.ts';
import type { LoggedEvent } from './event-log.ts';
import type { Caller } from './handler.ts';
import type { eventMessage } from './schemas.ts';
import { viewNotice } from './views.ts';

/** A client that reads this much slower than events come is sent away; it can come back with its cursor. */
const MAX_BUFFERED_BYTES = 1_048_576;
/** Codes of RFC 6455 with which a socket is closed. */
const NOT_ALLOWED = 1008;
const TRY_AGAIN_LATER = 1013;

/** Sends the events after `since`, or from now on, until the socket closes or the caller's token is no longer good. */
export function streamEvents(context: NodeContext, socket: WebSocket, caller: Caller, since: string | undefined): void {
  const { events, tokens, clock } = context;
  const send = (message: z.output<typeof eventMessage>): void => {
    const isAllowed = caller === null || tokens.isGood(caller.hash, clock.nowMs());
    if (!isAllowed) socket.close(NOT_ALLOWED, 'the token was revoked or has expired');
    else if (socket.bufferedAmount > MAX_BUFFERED_BYTES)
      socket.close(TRY_AGAIN_LATER, 'too slow; come back with the cursor');
    else socket.send(JSON.stringify(message));
  };
  const tell = ({ number, atMs, happening }: LoggedEvent): void => {
    send({ cursor: events.cursorOf(number), atMs, notice: viewNotice(context, happening) });
  };
  const missed = since === undefined ? [] : events.since(since);
  if (missed === null) send({ cursor: events.cursor, atMs: context.clock.nowMs(), reset: true });
  // Nothing can happen in between: this runs to its end before the next event.
  else for (const event of missed) tell(event);
  socket.once('close', events.subscribe(tell));
  // A socket that breaks is closed next.
  socket.on('error', (error) => context.log.debug({ error }, 'an event stream broke'));
}
