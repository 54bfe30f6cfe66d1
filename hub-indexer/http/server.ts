/**
 * Hints over HTTP, for those who do not speak libp2p. Read only, without accounts of its users: whoever reaches it may
 * ask. Requests are counted and not logged; answers hold what is announced to everybody, no limits and no balances.
 */
import swagger from '@fastify/swagger';
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { SERVER_OPTIONS } from '#node/api/guests.ts';
import { Failure } from '#node/failure.ts';
import type { Log } from '#node/log.ts';
import { excerpt } from '#protocol/excerpt.ts';
import type { PublicKey } from '#protocol/identity.ts';
import packageJson from '../../package.json' with { type: 'json' };
import type { HubIndexer } from '../indexer.ts';
import {
  HTTP_AT_ONCE_EACH,
  HTTP_PER_SECOND,
  HTTP_PER_SECOND_EACH,
  MAX_HTTP_CONNECTIONS,
  MAX_REMEMBERED,
} from '../limits.ts';
import { Rates } from '../rates.ts';
import { addHealth, type Health } from './health.ts';
import { placeOf } from './place.ts';
import { errorAnswer, flawOf, hintsAnswer, hintsQuery, indexAnswer } from './schemas.ts';

export interface HttpOptions {
  readonly indexer: HubIndexer;
  readonly publicKey: PublicKey;
  readonly network: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Requests come from a proxy on this machine, which says in `X-Forwarded-For` whose they are. */
  readonly isBehindProxy: boolean;
  readonly areMembersServed: Health['areMembersServed'];
  readonly log: Log;
}

export interface HttpServer {
  readonly url: string;
  stop(): Promise<void>;
}

type ErrorCode = z.output<typeof errorAnswer>['error']['code'];

const STATUS: Readonly<Record<ErrorCode, number>> = {
  'bad-request': 400,
  'not-found': 404,
  'too-often': 429,
  failed: 500,
};

/** Starts to serve. Throws a Failure when it cannot listen there. */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const { host, port, log } = options;
  const app = fastify({
    ...SERVER_OPTIONS,
    logger: false,
    trustProxy: options.isBehindProxy ? 'loopback' : false,
    bodyLimit: 1,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    frameworkErrors: (_error, _request, reply) => {
      void refuse(reply, 'bad-request', 'The path cannot be read.');
    },
    clientErrorHandler: (_error, socket) => {
      if (!socket.writable) return void socket.destroy();
      const text = JSON.stringify(errorOf('bad-request', 'This is not a request of HTTP.'));
      const head = ['HTTP/1.1 400 Bad Request', 'content-type: application/json', `content-length: ${text.length}`];
      socket.end([...head, 'connection: close', '', text].join('\r\n'));
      return socket.destroySoon();
    },
  });
  app.server.maxConnections = MAX_HTTP_CONNECTIONS;
  guard(app, log);
  await describe(app);
  addRoutes(app, options);
  try {
    await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    throw listenFailure(host, port, cause);
  }
  const { port: used } = app.addresses()[0] as { port: number };
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${used}`, stop: () => app.close() };
}

function errorOf(code: ErrorCode, message: string): z.output<typeof errorAnswer> {
  return { error: { code, message } };
}

function refuse(reply: FastifyReply, code: ErrorCode, message: string): FastifyReply {
  return reply.status(STATUS[code]).send(errorOf(code, message));
}

function listenFailure(host: string, port: number, cause: unknown): Failure {
  const where = `${host}:${port}`;
  if ((cause as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    return new Failure('port-in-use', `Another program uses ${where}, where hints should be served.`, {
      cause,
      hint: 'Stop it, or choose another port with --http-port (0 takes a free one).',
    });
  }
  return new Failure('config-invalid', `This machine cannot serve hints on ${where}.`, {
    cause,
    hint: 'Choose an address of this machine with --http-host.',
  });
}

/** What stands before every route, and what is answered when one fails. */
function guard(app: FastifyInstance, log: Log): void {
  const each = { each: HTTP_PER_SECOND_EACH, atOnceEach: HTTP_AT_ONCE_EACH, all: HTTP_PER_SECOND };
  const rates = new Rates(each, MAX_REMEMBERED);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      // All that is here is public, so that pages of others may read it too.
      'access-control-allow-origin': '*',
    });
    if (request.routeOptions.config.isUnlimited === true || rates.take(placeOf(request.ip))) return undefined;
    const words = `At most ${HTTP_PER_SECOND_EACH} requests a second are answered: wait a second and ask again.`;
    return refuse(reply.header('retry-after', '1'), 'too-often', words);
  });
  app.removeAllContentTypeParsers();
  app.setErrorHandler((error, request, reply) => {
    const flaw = flawIn(error, request.query as Record<string, unknown>);
    if (flaw !== null) return refuse(reply, 'bad-request', flaw);
    // Without the request: who asked for whom is nobody's business.
    log.error({ error }, 'a request over HTTP failed');
    return refuse(reply, 'failed', 'The hub met an error of its own; its log says which.');
  });
  app.setNotFoundHandler(({ method, url }, reply) => {
    const path = excerpt(url.split('?')[0] ?? '');
    return refuse(reply, 'not-found', `There is no ${method} ${path}; see /openapi.json.`);
  });
}

/** What was wrong with the request; null: nothing, the error is ours. */
function flawIn(error: unknown, query: Readonly<Record<string, unknown>>): string | null {
  if (hasZodFastifySchemaValidationErrors(error)) return flawOf(query) ?? 'The parameters have another form.';
  const { statusCode } = error as { statusCode?: number };
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return null;
  return 'A request here has no body: what is asked for stands in its path.';
}

/** The OpenAPI document, made from the schemas of the routes. */
async function describe(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'GEO hub',
        description: 'Hints: candidate routes from announced trust lines',
        version: packageJson.version,
      },
    },
    transform: jsonSchemaTransform,
  });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered however often it is asked for. */
    isUnlimited?: boolean;
  }
}

function addRoutes(app: FastifyInstance, { indexer, publicKey, network, areMembersServed }: HttpOptions): void {
  const answers = (schema: z.ZodType) => ({
    200: { description: 'Done', content: { 'application/json': { schema } } },
    default: { description: 'Refused; the message says why', content: { 'application/json': { schema: errorAnswer } } },
  });
  app.get(
    '/v1/hints',
    {
      schema: {
        operationId: 'hints',
        summary: 'Candidate routes from source to target, from topology alone: none of them need carry anything',
        querystring: hintsQuery,
        response: answers(hintsAnswer),
      },
    },
    ({ query }) => {
      const { equivalent, source, target, most } = query as z.output<typeof hintsQuery>;
      return { equivalent, source, target, ...indexer.routes('http', equivalent, source, target, most) };
    },
  );
  app.get(
    '/v1/index',
    { schema: { operationId: 'index', summary: 'What this hub knows, by equivalent', response: answers(indexAnswer) } },
    () => ({ publicKey, network, isReady: indexer.isReady, equivalents: indexer.equivalents() }),
  );
  const hidden = { schema: { hide: true } };
  app.get('/openapi.json', hidden, () => app.swagger());
  app.get('/metrics', hidden, async (_request, reply) => {
    const { registry } = indexer.metrics;
    return reply.type(registry.contentType).send(await registry.metrics());
  });
  addHealth(app, { isIndexReady: () => indexer.isReady, areMembersServed });
}
