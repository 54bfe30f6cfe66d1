/** What a member is told as a stream, as a node tells its owner: events as they happen, and the whole ledger. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { ParticipantContext } from '#node/api/context.ts';
import { eventMessage, eventsQuery } from '#node/api/contract.ts';
import { streamEvents } from '#node/api/event-stream.ts';
import { ledgerStream } from '#node/api/ledger-stream.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { MemberProfile } from '../members/profiles.ts';
import type { PushDesk } from '../push/push-desk.ts';
import { sendRefusal } from './answers.ts';
import { refuse } from './codes.ts';
import type { WebContext } from './context.ts';
import { answerOf, schemaOf } from './routes.ts';

const ledger = z
  .string()
  .describe('One JSON object a line, each ended by U+000A: the ledger of protocol/README.md §13.6');

/** `GET /api/v1/participants/me/ledger`: the whole ledger of the member as a file that `geo verify` checks. */
export function addLedger(scope: FastifyInstance, contextOf: (member: PublicKey) => ParticipantContext): void {
  const summary = 'Your whole ledger as it is now, as a stream of lines: a file that `geo verify` checks';
  const schema = schemaOf(
    { name: 'getLedger', summary, access: 'member', input: {} },
    { 200: answerOf('The ledger', ledger, 'application/x-ndjson') },
  );
  scope.get('/participants/me/ledger', { config: { memberAccess: 'member' }, schema }, (request, reply) => {
    const { publicKey } = request.member as MemberProfile;
    return reply.type('application/x-ndjson').send(ledgerStream(contextOf(publicKey)));
  });
}

/**
 * `GET /api/v1/ws` with the subprotocols `geo` and the access token. It lasts as long as the session of the token; `opened` is
 * told of each, so that nobody is told otherwise of what it gets here.
 */
export function addEvents(
  scope: FastifyInstance,
  { sessions, clock }: WebContext,
  contextOf: (member: PublicKey) => ParticipantContext,
  opened: PushDesk['opened'],
): void {
  const stream = (socket: WebSocket, request: FastifyRequest): void => {
    const { publicKey } = request.member as MemberProfile;
    const { sessionId } = request;
    const page = opened(publicKey, () => socket.ping());
    socket.on('pong', page.heard);
    socket.once('close', page.closed);
    const right = {
      isGood: () => sessions.memberOf(sessionId, clock.nowMs()) === publicKey,
      // One that expires ends by itself: that is looked at before each message.
      whenEnded: (end: () => void) => sessions.whenEnded(sessionId, end),
      why: 'this session has ended',
    };
    streamEvents(contextOf(publicKey), socket, right, (request.query as z.output<typeof eventsQuery>).since);
  };
  scope.route({
    method: 'GET',
    url: '/ws',
    config: { memberAccess: 'member' },
    schema: eventsSchema(),
    handler: askForUpgrade,
    wsHandler: stream,
  });
}

function eventsSchema() {
  const summary = 'Events as they happen, over WebSocket, after the one at `since` if given; nothing is read from you';
  const schema = schemaOf(
    { name: 'openEvents', summary, access: 'member', input: { querystring: eventsQuery } },
    { 101: answerOf('Each message is text: JSON of this form', eventMessage) },
  );
  return { ...schema, security: [{ token: [] }, { socketToken: [] }] };
}

/** What comes without the wish to upgrade. */
function askForUpgrade(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendRefusal(reply, refuse('bad-request', { where: 'upgrade', why: 'this is to be opened as a WebSocket' }));
}
