/** Events of a member over WebSocket, as a node tells its owner: what was missed first, then what happens. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ParticipantContext } from '#node/api/context.ts';
import { streamEvents } from '#node/api/event-stream.ts';
import { cursor } from '#node/api/schemas.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { MemberProfile } from '../members/profiles.ts';
import type { WebContext } from './context.ts';

const query = z.strictObject({ since: cursor.optional() });

/** `GET /api/v1/ws` with the subprotocols `geo` and the access token. It lasts as long as the session of the token. */
export function addEvents(
  scope: FastifyInstance,
  { sessions, clock }: WebContext,
  contextOf: (member: PublicKey) => ParticipantContext,
): void {
  scope.get(
    '/ws',
    { websocket: true, config: { memberAccess: 'member' }, schema: { querystring: query, hide: true } },
    (socket, request) => {
      const { publicKey } = request.member as MemberProfile;
      const { sessionId } = request;
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
