/** The OpenAPI document of the members' API without a hub that runs: the routes are put up, asked for it, and taken down. */
import websocket from '@fastify/websocket';
import { type FastifyInstance, fastify } from 'fastify';
import { SERVER_OPTIONS } from '#node/api/guests.ts';
import { systemClock } from '#node/clock.ts';
import { createLog } from '#node/log.ts';
import type { Documents } from '#node/store/store.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { atRest } from '../members/sealed-documents.ts';
import type { WebContext } from './context.ts';
import { addHostedParts } from './hosted-parts.ts';
import type { Members } from './members.ts';
import { addMemberRoutes } from './server.ts';

/** Nobody's: no route but that of the document is asked. */
const NOBODY = '00'.repeat(32) as PublicKey;

export async function membersDocument(): Promise<object> {
  const app = fastify({ ...SERVER_OPTIONS, logger: false });
  try {
    await app.register(websocket);
    await addMemberRoutes(
      app,
      {
        members: {} as Members,
        store: { documents: noDocuments },
        atRest: atRest(new Uint8Array(32)),
        ...{ hub: NOBODY, network: 'geo', clock: systemClock },
        verify: () => false,
        log: createLog({ level: 'silent', file: null }),
      },
      addPartsOfNobody,
    );
    return (await app.inject('/api/v1/openapi.json')).json<object>();
  } finally {
    await app.close();
  }
}

/** All routes of a hub that hosts nobody: whoever gets as far as what they do meets an error. */
export function addPartsOfNobody(scope: FastifyInstance, web: WebContext): void {
  addHostedParts(scope, web, {
    memberOf: nobody,
    findMember: nobody,
    card: nobody,
    release: { nameOf: nobody, end: nobody, forget: nobody },
    push: { publicKey: '', subscribe: nobody, unsubscribe: nobody, opened: nobody },
    records: { of: nobody, take: nobody, hide: nobody },
  });
}

function noDocuments<T>(): Documents<T> {
  return {
    get: () => undefined,
    put: async () => undefined,
    delete: async () => undefined,
    async *entries() {
      yield* [];
    },
  };
}

function nobody(): never {
  throw new Error('bug: nobody is served here');
}
