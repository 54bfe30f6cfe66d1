/** The API over HTTP and WebSocket: routes, access and errors, all made from the contract. */
import type { Socket } from 'node:net';
import swagger from '@fastify/swagger';
import websocket from '@fastify/websocket';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { excerpt } from '#protocol/excerpt.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { Failure } from '../failure.ts';
import { isAnyRefusal, refuseHere } from '../refusals.ts';
import { authorize, checkOrigin, newCookie } from './access.ts';
import { removeApiFiles, writeApiFiles } from './address.ts';
import type { NodeContext } from './context.ts';
import {
  EVENTS_PATH,
  eventsQuery,
  LEDGER_PATH,
  OPENAPI_PATH,
  type Operation,
  type OperationName,
  operations,
  type Scope,
} from './contract.ts';
import { type ErrorAnswer, errorAnswer, MAX_BODY_BYTES, refusalAnswer } from './errors.ts';
import { rightOf, STREAM_OPTIONS, streamEvents } from './event-stream.ts';
import { Guests, SERVER_OPTIONS } from './guests.ts';
import type { Caller, Handler } from './handler.ts';
import { handlers } from './handlers.ts';
import { parseStrictJson } from './json.ts';
import { ledgerStream } from './ledger-stream.ts';
import { errorBody } from './schemas.ts';
import { addUi } from './ui-files.ts';

/** The running API. */
export interface ApiServer {
  readonly url: string;
  /** Lets requests that wait for something answer, then closes. */
  stop(): Promise<void>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a token must allow; without it, everyone on this machine may ask. */
    scope?: Scope;
  }
  interface FastifyRequest {
    caller: Caller;
    /** The session of the page that asks; null: it is no page. */
    page: string | null;
  }
}

/** Serves the API of a node, and tells the owner's tools where. Throws `port-in-use`. */
export async function startApi(context: NodeContext): Promise<ApiServer> {
  const { config, log } = context;
  const app = fastify({
    ...SERVER_OPTIONS,
    clientErrorHandler: (error, socket) => {
      // What is said now would be taken for the answer to an earlier request.
      if (guests.isBusy(socket)) socket.destroy();
      else answerNonsense(context, error, socket);
    },
    bodyLimit: MAX_BODY_BYTES,
    exposeHeadRoutes: false,
    // A contact may be named by its card; the longest of those is shorter than what Node.js takes as a head.
    routerOptions: { maxParamLength: 16_384 },
    // A path that cannot be decoded reaches no route and no hook.
    frameworkErrors: (error, _request, response) => {
      const { status, body } = errorAnswer(context, error);
      void (response as unknown as FastifyReply).status(status).send(body);
    },
    // A stopping node says so itself.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
  });
  const guests = new Guests(app.server);
  const cookie = newCookie();
  // Before the guard: its own hook has to see what the guard refuses, or the socket of that request stays open.
  await app.register(websocket, { options: STREAM_OPTIONS });
  guard(app, context, { cookie, guests });
  await describe(app);
  // After the plugins, so that they see every route.
  addOperations(app, context);
  addOthers(app, context);
  await addUi(app, context);
  try {
    await app.listen({ host: config.apiHost, port: config.apiPort });
  } catch (cause) {
    await app.close();
    throw listenFailure(config.apiHost, config.apiPort, cause);
  }
  const { port } = app.addresses()[0] as { port: number };
  const url = `http://${config.apiHost === '::1' ? '[::1]' : config.apiHost}:${port}`;
  await writeApiFiles(config.dataDir, { url, pid: process.pid, instance: context.instance }, cookie);
  log.info({ url }, 'the API is up');
  return {
    url,
    async stop() {
      await removeApiFiles(config.dataDir);
      await app.close();
    },
  };
}

function listenFailure(host: string, port: number, cause: unknown): Failure {
  const where = `${host}:${port}`;
  if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') {
    const hint = 'Choose another host or port for the API in the settings.';
    return new Failure('config-invalid', `This machine cannot serve the API on ${where}.`, { cause, hint });
  }
  return new Failure('port-in-use', `Another program uses ${where}, where the API should be.`, {
    cause,
    hint: 'Stop it, or choose another port with --api-port (0 takes a free one).',
  });
}

/** What came is no HTTP, or came too slowly or too large: the last word on this connection. */
function answerNonsense(context: NodeContext, { code }: { code?: string }, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const why =
    code === 'HPE_HEADER_OVERFLOW'
      ? 'its head has more than 16384 bytes'
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'it took too long to come'
        : 'it is not HTTP';
  const { body } = refusalAnswer(context, refuseHere('bad-request', { where: '', why }));
  const text = JSON.stringify(body);
  const head = ['HTTP/1.1 400 Bad Request', 'content-type: application/json', `content-length: ${text.length}`];
  socket.end([...head, 'connection: close', '', text].join('\r\n'));
  // Who does not read this is not waited for.
  socket.destroySoon();
}

/** What stands before every route: whose request it is, what form it has, and what is answered when it fails. */
function guard(
  app: FastifyInstance,
  context: NodeContext,
  { cookie, guests }: { cookie: string; guests: Guests },
): void {
  const reply = (response: FastifyReply, { status, body }: ErrorAnswer) => response.status(status).send(body);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('caller', null);
  app.decorateRequest('page', null);
  app.addHook('onRequest', async (request, response) => {
    // Nothing here is for a cache or a frame.
    response.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
    const wrong = checkOrigin(request.raw, request.socket.localPort ?? 0);
    if (wrong !== null) return reply(response, refusalAnswer(context, wrong));
    const { scope } = request.routeOptions.config;
    if (scope === undefined) return undefined;
    const known = { cookie, tokens: context.tokens, ui: context.ui, nowMs: context.clock.nowMs() };
    const access = authorize(request.raw, scope, known);
    if (isAnyRefusal(access)) return reply(response, refusalAnswer(context, access));
    request.caller = access.caller;
    request.page = access.page;
    guests.leave(request.socket);
    return undefined;
  });
  app.addHook('onResponse', async ({ method, routeOptions, caller }, { statusCode, elapsedTime }) => {
    const facts = { method, route: routeOptions.url, status: statusCode, ms: Math.round(elapsedTime) };
    context.log.debug({ ...facts, by: caller?.name ?? null }, 'answered');
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    const parsed = parseStrictJson(String(text));
    if ('value' in parsed) done(null, parsed.value);
    else done(Object.assign(new Error(parsed.why), { statusCode: 400 }));
  });
  app.setErrorHandler((error, request, response) => {
    const answered = errorAnswer(context, error);
    if (answered.body.error.code === 'bug') context.log.error({ error, url: request.url }, 'a request failed');
    return reply(response, answered);
  });
  app.setNotFoundHandler((request, response) => {
    const path = `${request.method} ${excerpt(request.url)}`;
    return reply(response, refusalAnswer(context, refuseHere('not-found', { path })));
  });
}

/** The OpenAPI document, made from the schemas of the routes. */
async function describe(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'GEO node',
        description: packageJson.description,
        version: packageJson.version,
        license: { name: packageJson.license },
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => withoutInputTwins(jsonSchemaTransformObject(document)),
  });
}

/** Named schemas are those of answers; the generator adds a twin of each for requests, which have none. */
function withoutInputTwins<D extends ReturnType<typeof jsonSchemaTransformObject>>(document: D): D {
  if (!('components' in document) || document.components?.schemas === undefined) return document;
  const schemas = Object.entries(document.components.schemas).filter(([name]) => !name.endsWith('Input'));
  return { ...document, components: { ...document.components, schemas: Object.fromEntries(schemas) } };
}

function addOperations(app: FastifyInstance, context: NodeContext): void {
  for (const name of Object.keys(operations) as OperationName[]) {
    const operation: Operation = operations[name];
    const { method, path, scope, summary, params, query, body, result } = operation;
    app.route({
      method,
      url: path.replace(/\{(\w+)\}/g, ':$1'),
      config: { scope },
      schema: {
        operationId: name,
        summary,
        description: `Needs scope ${scope}.`,
        security: [{ token: [] }],
        ...(params && { params }),
        ...(query && { querystring: query }),
        ...(body && { body }),
        response: {
          200: { description: 'Done', content: { 'application/json': { schema: result } } },
          default: {
            description: 'Refused or failed; the code says why',
            content: { 'application/json': { schema: errorBody } },
          },
        },
      },
      handler: (request, response) => carryOut(context, name, request, response),
    });
  }
}

/** Runs an operation; a refusal becomes the error that says it. */
async function carryOut(
  context: NodeContext,
  name: OperationName,
  request: FastifyRequest,
  response: FastifyReply,
): Promise<unknown> {
  const input = { ...part(request.params), ...part(request.query), ...part(request.body) };
  // The contract gives both the schema that checked the input and the type that the handler takes.
  const handler = handlers[name] as unknown as Handler<OperationName>;
  const result = await handler(context, input, request.caller);
  if (!isAnyRefusal(result)) return result;
  const equivalent = 'equivalent' in input && typeof input.equivalent === 'string' ? input.equivalent : null;
  const { status, body } = refusalAnswer(context, result, equivalent);
  return response.status(status).send(body);
}

function part(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

/** What is no operation: the event stream, the ledger as a file, the document about the API, and what monitoring asks. */
function addOthers(app: FastifyInstance, context: NodeContext): void {
  app.get(
    EVENTS_PATH,
    { websocket: true, config: { scope: 'read' }, schema: { querystring: eventsQuery, hide: true } },
    (socket, request) => {
      const { since } = request.query as z.output<typeof eventsQuery>;
      streamEvents(context, socket, rightOf(context, request), since);
    },
  );
  const hidden = { schema: { hide: true } };
  app.get(OPENAPI_PATH, { ...hidden, config: { scope: 'read' } }, () => app.swagger());
  app.get(LEDGER_PATH, { ...hidden, config: { scope: 'read' } }, (_request, response) =>
    response.type('application/x-ndjson').send(ledgerStream(context)),
  );
  app.get('/metrics', { ...hidden, config: { scope: 'read' } }, async (_request, response) => {
    const { registry } = context.metrics;
    return response.type(registry.contentType).send(await registry.metrics());
  });
  app.get('/healthz', hidden, () => ({ ok: true }));
  app.get('/readyz', hidden, (_request, response) => {
    const ready = context.isReady();
    return response.status(ready ? 200 : 503).send({ ready });
  });
}
