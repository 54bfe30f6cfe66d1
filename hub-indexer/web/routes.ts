/** How a route of members is added: what it needs, what it takes and gives, and what it does. */
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema, HTTPMethods } from 'fastify';
import type { z } from 'zod';
import { MAX_MEMBER_BODY_BYTES } from '../limits.ts';
import type { MemberProfile } from '../members/profiles.ts';
import { sendRefusal } from './answers.ts';
import { isWebRefusal, type WebRefusal } from './codes.ts';
import type { Access } from './guard.ts';
import { type Action, rateInWords } from './member-rates.ts';
import { Refused } from './node-errors.ts';
import { errorBody } from './schemas.ts';

/** What a route does: its result, or why not, by the hub or by the member's own machine. */
export type Outcome<R> = R | WebRefusal | Refused;

/** The schemas of what comes with a request. */
interface Input {
  readonly params?: z.ZodType;
  readonly querystring?: z.ZodType;
  readonly body?: z.ZodType;
}

type Given<I extends Input> = { readonly [K in keyof I]: I[K] extends z.ZodType ? z.output<I[K]> : never };

export interface Route<A extends Access, I extends Input, R extends z.ZodType> {
  readonly method: HTTPMethods;
  /** After `/api/v1`. */
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly access: A;
  /** What it counts as; `rest` unless said otherwise. Where anyone may ask, the route counts it itself, beside the place. */
  readonly action?: Action;
  readonly input: I;
  readonly result: R;
  /** Does it make something new, and answers 201 then? */
  readonly makes?: (result: z.input<R>) => boolean;
  readonly handle: (
    given: Given<I>,
    by: { readonly member: A extends 'anyone' ? null : MemberProfile; readonly request: FastifyRequest },
  ) => Outcome<z.input<R>> | Promise<Outcome<z.input<R>>>;
}

/** The ways to show who asks, as they stand in the OpenAPI document. */
export const SECURITY_SCHEMES = {
  token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  timestamp: { type: 'apiKey', in: 'header', name: 'geo-timestamp', description: 'UTC milliseconds of the signature' },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'geo-signature',
    description: 'Of request-statement of protocol/wire.cddl, in base64url',
  },
  socketToken: {
    type: 'apiKey',
    in: 'header',
    name: 'sec-websocket-protocol',
    description: 'geo, a comma, and the access token: a browser can give a WebSocket no other header',
  },
} as const;

const SECURITY: Readonly<Record<Access, readonly Record<string, string[]>[]>> = {
  anyone: [],
  member: [{ token: [] }],
  signed: [{ token: [], timestamp: [], signature: [] }],
};

/** What the document says of a route before it says what is answered. */
interface Described {
  readonly name: string;
  readonly summary: string;
  readonly access: Access;
  readonly action?: Action;
  readonly input: Input;
}

/** An answer of this form, as fastify and the document take it. */
export function answerOf(description: string, schema: z.ZodType, type = 'application/json') {
  return { description, content: { [type]: { schema } } };
}

/** The schema of a route: what is needed, what is taken, these answers when all is well, and how refusals look. */
export function schemaOf({ name, summary, access, action, input }: Described, answers: object): FastifySchema {
  const counted = access === 'anyone' ? [null, ...(action ? [action] : [])] : [action ?? 'rest'];
  const rates = counted.map(rateInWords).join('. ');
  return {
    operationId: name,
    summary,
    security: SECURITY[access],
    ...input,
    response: {
      ...answers,
      429: answerOf(`${rates}: too-often`, errorBody),
      default: answerOf('Refused or failed; the code says why', errorBody),
    },
  };
}

/** Adds a route to a scope that is guarded. */
export function addRoute<A extends Access, I extends Input, R extends z.ZodType>(
  scope: FastifyInstance,
  route: Route<A, I, R>,
): void {
  const { method, path, access, action, result, makes } = route;
  const answers = { 200: answerOf('Done', result), ...(makes && { 201: answerOf('Made', result) }) };
  scope.route({
    method,
    url: path,
    bodyLimit: MAX_MEMBER_BODY_BYTES,
    config: { memberAccess: access, ...(action && { memberAction: action }) },
    schema: schemaOf(route, answers),
    handler: async (request, reply) => answer(route, request, reply),
  });
}

async function answer<A extends Access, I extends Input, R extends z.ZodType>(
  { handle, makes }: Route<A, I, R>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { params, query, body } = request;
  const given = { params, querystring: query, body } as unknown as Given<I>;
  // The guard has put a member there unless anyone may ask.
  const member = request.member as A extends 'anyone' ? null : MemberProfile;
  const result = await handle(given, { member, request });
  if (isWebRefusal(result)) return sendRefusal(reply, result);
  if (result instanceof Refused) {
    reply.refusedWith = result.answer.body.error.code;
    return reply.status(result.answer.status).send(result.answer.body);
  }
  if (makes?.(result) === true) reply.status(201);
  return result;
}
