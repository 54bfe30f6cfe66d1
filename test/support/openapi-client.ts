/**
 * A client made from an OpenAPI document while a test runs. It is written by hand for these tests, and no generator that
 * others keep: it understands as much of OpenAPI as ours has, which is parameters in paths and queries, JSON bodies, a
 * bearer token and the two headers of a signature. What it does is strict: it asks for nothing that the document does not
 * describe, and every body and every answer is checked against the schemas of the document.
 */
import { z } from 'zod';
import { toBase64url } from '#protocol/base64url.ts';
import { type HubSession, requestStatement } from '#protocol/hub-session.ts';
import type { Person } from './people.ts';

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

interface Described {
  readonly description: string;
  readonly content: Record<string, { schema: JsonSchema }>;
}

/** An OpenAPI document, as far as it is read here. */
export interface OpenApi {
  readonly openapi: string;
  readonly paths: Record<
    string,
    Record<
      string,
      {
        readonly operationId: string;
        readonly summary: string;
        readonly security: readonly Record<string, unknown>[];
        readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
        readonly requestBody?: Described;
        readonly responses: Record<string, Described>;
      }
    >
  >;
  readonly components: { readonly schemas: Record<string, object>; readonly securitySchemes: Record<string, object> };
}

export interface Operation {
  readonly operationId: string;
  readonly method: string;
  /** With `{name}` for each parameter. */
  readonly path: string;
  readonly needs: 'nothing' | 'token' | 'signature';
  /** Null: it takes none. */
  readonly body: z.ZodType | null;
  readonly queryNames: readonly string[];
  /** What is answered when all is well, by status: its type and form. */
  readonly results: ReadonlyMap<number, { readonly type: string; readonly form: z.ZodType }>;
  readonly error: z.ZodType;
  /** How often it may be asked for, as the document says it. */
  readonly rate: string;
}

/** The document of a hub. */
export async function documentAt(url: string): Promise<OpenApi> {
  return (await (await fetch(`${url}/api/v1/openapi.json`)).json()) as OpenApi;
}

/** The operations that a document describes. */
export function operationsOf(document: OpenApi): readonly Operation[] {
  const formOf = (schema: JsonSchema): z.ZodType => {
    const whole = JSON.stringify({ ...(schema as object), $defs: document.components.schemas });
    return z.fromJSONSchema(JSON.parse(whole.replaceAll('#/components/schemas/', '#/$defs/')) as JsonSchema);
  };
  const contentOf = (described: Described | undefined): { type: string; form: z.ZodType } => {
    const [first] = Object.entries(described?.content ?? {});
    if (first === undefined) throw new Error('the document says nothing about it');
    return { type: first[0], form: formOf(first[1].schema) };
  };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]): Operation => {
      const { operationId, security, parameters = [], requestBody, responses } = described;
      const statuses = Object.keys(responses).filter((status) => /^[12]\d\d$/.test(status));
      const needed = new Set(security.flatMap((one) => Object.keys(one)));
      return {
        ...{ operationId, method: method.toUpperCase(), path },
        needs: needed.has('signature') ? 'signature' : needed.has('token') ? 'token' : 'nothing',
        body: requestBody === undefined ? null : contentOf(requestBody).form,
        queryNames: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
        results: new Map(statuses.map((status) => [Number(status), contentOf(responses[status])])),
        error: contentOf(responses.default).form,
        rate: responses['429']?.description ?? '',
      };
    }),
  );
}

/** What an operation is asked with: what its path and its query name, and the members of its body. */
export type Input = Readonly<Record<string, unknown>>;

/** Path and query of an operation; whatever its path names has to be given. */
export function pathOf({ path, queryNames, operationId }: Operation, input: Input): string {
  const textOf = (name: string): string => {
    const value = input[name];
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    throw new Error(`${operationId} needs ${name} as text or a number`);
  };
  const filled = path.replace(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(textOf(name)));
  const given = queryNames.filter((name) => input[name] !== undefined);
  const query = new URLSearchParams(given.map((name): [string, string] => [name, textOf(name)]));
  return query.size === 0 ? filled : `${filled}?${query.toString()}`;
}

/** Who asks, of a hub: nothing is sent of what is not given. */
export interface Caller {
  readonly url: string;
  readonly token?: string;
  /** Who signs the request, and for which session. */
  readonly signer?: Pick<Person, 'sign'>;
  readonly session?: HubSession;
  readonly timestampMs?: number;
  /** From where, as a proxy says. */
  readonly from?: string;
}

export interface Response {
  readonly status: number;
  /** Empty: it went well. */
  readonly code: string;
  /** What an error is told in. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly answer: unknown;
}

/** Headers with which a request is signed. */
function signatureHeaders(
  { signer, session, timestampMs = Date.now() }: Caller,
  request: { readonly method: string; readonly path: string; readonly body: string },
): Record<string, string> {
  if (signer === undefined || session === undefined) return {};
  const body = new TextEncoder().encode(request.body);
  const statement = requestStatement(session, { ...request, timestampMs, body });
  return { 'geo-timestamp': String(timestampMs), 'geo-signature': toBase64url(signer.sign(statement)) };
}

/** Sends a request with this body, whatever the document says of it; an error has to be one of the document. */
export async function send(operation: Operation, path: string, body: string | null, by: Caller): Promise<Response> {
  const { method, results, error } = operation;
  const response = await fetch(`${by.url}${path}`, {
    method,
    headers: {
      ...(by.from !== undefined && { 'x-forwarded-for': by.from }),
      ...(by.token !== undefined && { authorization: `Bearer ${by.token}` }),
      ...(body !== null && { 'content-type': 'application/json' }),
      ...signatureHeaders(by, { method, path, body: body ?? '' }),
    },
    ...(body !== null && { body }),
  });
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  const answer: unknown = type === 'application/json' ? await response.json() : await response.text();
  if (response.ok) {
    const described = results.get(response.status);
    if (described?.type !== type) throw new Error(`${response.status} as ${type} is not in the document`);
    return { status: response.status, code: '', facts: {}, answer: described.form.parse(answer) };
  }
  const { error: told } = error.parse(answer) as {
    error: { code: string; message: string; facts: Record<string, unknown> };
  };
  if (told.message.length < 20) throw new Error(`few words for ${told.code}: ${told.message}`);
  return { status: response.status, code: told.code, facts: told.facts, answer };
}

/** Asks as the document says: an input that does not fit it is an error of the test. */
export async function call(operation: Operation, input: Input, by: Caller): Promise<Response> {
  const elsewhere = new Set([...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string));
  for (const name of operation.queryNames) elsewhere.add(name);
  const rest = Object.fromEntries(Object.entries(input).filter(([name]) => !elsewhere.has(name)));
  if (operation.body === null && Object.keys(rest).length > 0) throw new Error(`${operation.operationId} has no body`);
  operation.body?.parse(rest);
  return send(operation, pathOf(operation, input), operation.body === null ? null : JSON.stringify(rest), by);
}
