/**
 * The members' API of a hub over HTTP, under `/api/v1`. Reading takes a token; what changes something for a member is
 * also signed by it, so that a token that leaks spends nothing. Requests are not logged.
 */
import swagger from '@fastify/swagger';
import websocket from '@fastify/websocket';
import { type FastifyInstance, fastify } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { STREAM_OPTIONS } from '#node/api/event-stream.ts';
import { SERVER_OPTIONS } from '#node/api/guests.ts';
import { Failure } from '#node/failure.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { MAX_MEMBER_BODY_BYTES, MAX_MEMBER_CONNECTIONS } from '../limits.ts';
import { errorOf, sendRefusal } from './answers.ts';
import { refuse } from './codes.ts';
import { type MembersWebOptions, openContext, type WebContext } from './context.ts';
import { guard } from './guard.ts';
import { addInvitationRoutes, addMemberOperations } from './member-routes.ts';
import { addMemberPages, areMemberPagesThere } from './pages.ts';
import { SECURITY_SCHEMES } from './routes.ts';
import { addSessionRoutes } from './session-routes.ts';

const PREFIX = '/api/v1';

/** Adds more routes to the scope of members: guarded, described and counted like the others. */
export type MoreRoutes = (scope: FastifyInstance, context: WebContext) => void;

/**
 * Adds the API to an app, in a scope of its own: nothing of it acts on other routes of the app, whose guards and parsers
 * do not act on it.
 */
export async function addMemberRoutes(
  app: FastifyInstance,
  options: MembersWebOptions,
  more?: MoreRoutes,
): Promise<void> {
  const context = await openContext(options);
  await app.register(
    async (scope) => {
      guard(scope, context);
      await describe(scope);
      addSessionRoutes(scope, context);
      addMemberOperations(scope, context);
      addInvitationRoutes(scope, context);
      more?.(scope, context);
    },
    { prefix: PREFIX },
  );
}

/** The OpenAPI document, made from the schemas of the routes. */
async function describe(scope: FastifyInstance): Promise<void> {
  await scope.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'GEO hub, members', description: 'For those whom a hub hosts', version: packageJson.version },
      components: { securitySchemes: SECURITY_SCHEMES },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => withNamedOnly(jsonSchemaTransformObject(document)),
  });
  scope.get('/openapi.json', { schema: { hide: true } }, () => scope.swagger());
}

const NAMED = /"#\/components\/schemas\/(\w+)"/g;

/**
 * The generator adds each named schema of the process, a node's too, and a twin of each for requests: only those stay that
 * something refers to, in the order of their names.
 */
function withNamedOnly<D extends ReturnType<typeof jsonSchemaTransformObject>>(document: D): D {
  if (!('components' in document) || document.components?.schemas === undefined) return document;
  const { schemas } = document.components;
  const wanted = new Set<string>();
  const follow = (value: unknown): void => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(NAMED)) {
      if (wanted.has(name)) continue;
      wanted.add(name);
      follow(schemas[name]);
    }
  };
  follow(document.paths);
  const named = Object.fromEntries([...wanted].sort().map((name) => [name, schemas[name]]));
  return { ...document, components: { ...document.components, schemas: named } };
}

export interface MembersServerOptions extends MembersWebOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Requests come from a proxy on this machine, which says in `X-Forwarded-For` whose they are. */
  readonly isBehindProxy: boolean;
}

export interface MembersServer {
  readonly url: string;
  /** Open streams of events. */
  readonly sockets: () => number;
  stop(): Promise<void>;
}

/** Serves members at an address of their own. Throws a Failure when it cannot listen there. */
export async function startMembersWeb(options: MembersServerOptions, more?: MoreRoutes): Promise<MembersServer> {
  const { host, port } = options;
  const app = fastify({
    ...SERVER_OPTIONS,
    logger: false,
    trustProxy: options.isBehindProxy ? 'loopback' : false,
    bodyLimit: MAX_MEMBER_BODY_BYTES,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    frameworkErrors: (_error, _request, reply) => {
      const refusal = refuse('bad-request', { where: 'path', why: 'it cannot be decoded' });
      void sendRefusal(reply, refusal);
    },
    clientErrorHandler: (_error, socket) => {
      if (!socket.writable) return void socket.destroy();
      const text = JSON.stringify(errorOf(refuse('bad-request', { where: '', why: 'this is not a request of HTTP' })));
      const head = ['HTTP/1.1 400 Bad Request', 'content-type: application/json', `content-length: ${text.length}`];
      socket.end([...head, 'connection: close', '', text].join('\r\n'));
      return socket.destroySoon();
    },
  });
  app.server.maxConnections = MAX_MEMBER_CONNECTIONS;
  try {
    // Before the routes, so that it sees them all.
    await app.register(websocket, { options: STREAM_OPTIONS });
    await addMemberRoutes(app, options, more);
    if (areMemberPagesThere()) await addMemberPages(app);
    await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    throw listenFailure(host, port, cause);
  }
  const { port: used } = app.addresses()[0] as { port: number };
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${used}`,
    sockets: () => app.websocketServer.clients.size,
    stop: () => app.close(),
  };
}

function listenFailure(host: string, port: number, cause: unknown): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  const where = `${host}:${port}`;
  if (code === 'EADDRINUSE') {
    return new Failure('port-in-use', `Another program uses ${where}, where members should be served.`, {
      cause,
      hint: 'Stop it, or choose another port (0 takes a free one).',
    });
  }
  if (code === undefined) return cause;
  return new Failure('config-invalid', `This machine cannot serve members on ${where}.`, {
    cause,
    hint: 'Choose an address of this machine.',
  });
}
