/** What a member is told as a stream, as a node tells its owner: events as they happen, and the whole ledger. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ParticipantContext } from '#node/api/context.ts';
import { streamEvents } from '#node/api/event-stream.ts';
import { ledgerStream } from '#node/api/ledger-stream.ts';
import { cursor } from '#node/api/schemas.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { MemberProfile } from '../members/profiles.ts';
import type { PushDesk } from '../push/push-desk.ts';
import type { WebContext } from './context.ts';

const query = z.strictObject({ since: cursor.optional() });

/** `GET /api/v1/participants/me/ledger`: the whole ledger of the member as a file that `geo verify` checks. */
export function addLedger(scope: FastifyInstance, contextOf: (member: PublicKey) => ParticipantContext): void {
  scope.get(
    '/participants/me/ledger',
    { config: { memberAccess: 'member' }, schema: { hide: true } },
    (request, reply) => {
      const { publicKey } = request.member as MemberProfile;
      return reply.type('application/x-ndjson').send(ledgerStream(contextOf(publicKey)));
    },
  );
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
  scope.get(
    '/ws',
    { websocket: true, config: { memberAccess: 'member' }, schema: { querystring: query, hide: true } },
    (socket, request) => {
      const { publicKey } = request.member as MemberProfile;
      const { sessionId } = request;
      const page = opened(publicKey, () => socket.ping());
      socket.on('pong', page.heard);
      socket.once('close', page.closed);
      const right = {
        isGood: () => sessions.memberOf(sessionId, clock.nowMs()) === publicKey,
        // Sessions end by themselves; it is looked before each message.
        whenEnded: () => () => undefined,
        why: 'this session has ended',
      };
      streamEvents(contextOf(publicKey), socket, right, (request.query as z.output<typeof query>).since);
    },
  );
}
