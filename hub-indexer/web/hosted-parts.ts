/** All of the members' API that needs the machines of members. */
import type { FastifyInstance } from 'fastify';
import type { ParticipantContext } from '#node/api/context.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { WebContext } from './context.ts';
import { addEvents, addLedger } from './events.ts';
import { addHostedRoutes, type HostedRoutes } from './hosted-routes.ts';
import { addNodeOperations } from './operations.ts';
import { addPushRoutes, type Push } from './push-routes.ts';
import { addReadingRoutes } from './reading-routes.ts';
import { addRecordRoutes, type Records } from './record-routes.ts';
import { addState } from './state.ts';

interface HostedParts extends HostedRoutes {
  readonly push: Push;
  readonly records: Records;
}

export function addHostedParts(
  scope: FastifyInstance,
  web: WebContext,
  { push, records, ...routes }: HostedParts,
): void {
  const contextOf = (publicKey: PublicKey): ParticipantContext => routes.memberOf(publicKey).context;
  addNodeOperations(scope, contextOf);
  addState(scope, contextOf);
  addReadingRoutes(scope, contextOf);
  addEvents(scope, web, contextOf, (member, ask) => push.opened(member, ask));
  addLedger(scope, contextOf);
  addHostedRoutes(scope, routes);
  addPushRoutes(scope, push);
  addRecordRoutes(scope, records);
}
