import swagger from '@fastify/swagger';
import { validate } from '@hyperjump/json-schema/openapi-3-1';
import { fastify } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { atRest } from '#hub-indexer/members/sealed-documents.ts';
import { CODES } from '#hub-indexer/web/codes.ts';
import { addPartsOfNobody, membersDocument } from '#hub-indexer/web/document.ts';
import { NODE_CODES } from '#hub-indexer/web/node-errors.ts';
import { addMemberRoutes } from '#hub-indexer/web/server.ts';
import { Failure } from '#node/failure.ts';
import { createLog } from '#node/log.ts';
import { pidOf } from '#protocol/identity.ts';
import {
  ask,
  challengeFor,
  HUB_SECRET,
  hubKey,
  joinBody,
  loginBody,
  NETWORK,
  outcome,
  signed,
  startWeb,
  type TestWeb,
} from '#test/support/members-web.ts';
import { person, verify } from '#test/support/people.ts';

const [alice, bob] = [person(1), person(2)];
/** The official one, with that of JSON Schema for the schemas in the document. */
const OPENAPI_SCHEMA = 'https://spec.openapis.org/oas/3.1/schema-base';

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];
interface Described {
  readonly content: Record<string, { schema: JsonSchema }>;
}
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly Record<string, unknown>[];
  readonly parameters?: readonly { name: string; in: string }[];
  readonly requestBody?: Described;
  readonly responses: Record<string, Described>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
}

async function documentOf(web: { url: string }): Promise<Document> {
  return (await ask(web, 'GET', '/api/v1/openapi.json')).body as unknown as Document;
}

function described(document: Document): [path: string, method: string, Operation][] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, Operation] => [path, method, operation]),
  );
}

/** A schema of the document that stands on its own. */
function checkOf(document: Document, described: Described | undefined): z.ZodType {
  const schema = described?.content['application/json']?.schema;
  if (schema === undefined) throw new Error('the document says nothing about it');
  const whole = JSON.stringify({ ...(schema as object), $defs: document.components.schemas });
  return z.fromJSONSchema(JSON.parse(whole.replaceAll('#/components/schemas/', '#/$defs/')) as JsonSchema);
}

/** How each operation is asked rightly, in an order that works; by the path that it is asked at. */
function asked(web: TestWeb) {
  let challenge = new Uint8Array();
  let invitation = '';
  let refreshToken = '';
  const remember = (answer: Record<string, unknown>): void => {
    if (typeof answer.challenge === 'string') challenge = Uint8Array.from(Buffer.from(answer.challenge, 'base64url'));
    if (typeof answer.invitation === 'string') invitation = answer.invitation;
    if (typeof answer.refreshToken === 'string') refreshToken = answer.refreshToken;
  };
  const operations: readonly (readonly [id: string, path: string, body: () => unknown])[] = [
    ['join', '/api/v1/participants', () => joinBody(web, alice, 'Alice')],
    ['challenge', '/api/v1/auth/challenge', () => ({ participant: alice.key })],
    ['login', '/api/v1/auth/login', () => loginBody(alice, challenge)],
    ['getMe', '/api/v1/participants/me', () => undefined],
    ['changeMe', '/api/v1/participants/me', () => ({ name: 'A', contact: null })],
    ['getMember', `/api/v1/participants/${pidOf(alice.key)}`, () => undefined],
    ['findMembers', '/api/v1/participants?query=a&limit=5', () => undefined],
    ['listEquivalents', '/api/v1/equivalents', () => undefined],
    ['invite', '/api/v1/invitations', () => ({ suggestedLimit: { equivalent: 'UAH', amount: '5' }, uses: 2 })],
    ['readInvitation', '/api/v1/invitations/read', () => ({ invitation })],
    ['join', '/api/v1/participants', () => joinBody(web, bob, 'Bob', { invitation })],
    ['refresh', '/api/v1/auth/refresh', () => ({ refreshToken })],
    ['logout', '/api/v1/auth/logout', () => ({ refreshToken })],
  ];
  return { operations, remember };
}

describe('the OpenAPI document', () => {
  it('describes what is asked, what is answered and what is needed', async () => {
    const document = await documentOf(await startWeb());
    expect(document.openapi).toBe('3.1.0');
    const text = JSON.stringify(document);
    const named = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1] as string);
    expect([...new Set(named)].sort()).toEqual(Object.keys(document.components.schemas).sort());
    const error = document.components.schemas.HubError as {
      properties: { error: { properties: { code: { enum: string[] } } } };
    };
    expect(error.properties.error.properties.code.enum).toEqual([...new Set<string>([...CODES, ...NODE_CODES])]);
    for (const [path, , operation] of described(document)) {
      expect(path).toMatch(/^\/api\/v1\//);
      expect(operation.summary.length).toBeGreaterThan(10);
      expect(operation.responses.default?.content['application/json']?.schema).toEqual({
        $ref: '#/components/schemas/HubError',
      });
      for (const needed of operation.security) {
        for (const name of Object.keys(needed)) expect(document.components.securitySchemes).toHaveProperty(name);
      }
    }
    const needs = described(document).map(([, , { operationId, security }]) => [
      operationId,
      security.flatMap((one) => Object.keys(one)).join(' '),
    ]);
    expect(Object.fromEntries(needs)).toEqual({
      ...{ join: '', challenge: '', login: '', refresh: '', logout: '', listEquivalents: '', readInvitation: '' },
      ...{ getMe: 'token', getMember: 'token', findMembers: 'token' },
      ...{ changeMe: 'token timestamp signature', invite: 'token timestamp signature' },
    });
  });

  it('with all routes is one of OpenAPI 3.1, as its own schema judges it, and names nothing that it does not describe', async () => {
    const document = (await membersDocument()) as Document;
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/api/v1/payments', '/api/v1/balance/debts', '/api/v1/ws']),
    );
    const check = await validate(OPENAPI_SCHEMA);
    const isOpenApi = (one: Document) => check(JSON.parse(JSON.stringify(one)) as Parameters<typeof check>[0], 'BASIC');
    expect(isOpenApi(document)).toEqual({ valid: true });
    // What a mistake of ours would look like: in an operation, in a schema, in what is needed.
    for (const spoil of [
      ({ paths }) => Object.assign(paths['/api/v1/ws']?.get ?? {}, { responses: { 200: {} } }),
      ({ components }) => Object.assign(components.schemas.Payment ?? {}, { type: 'text' }),
      ({ components }) => Object.assign(components.securitySchemes.token ?? {}, { type: 'bearer' }),
    ] satisfies ((spoilt: Document) => unknown)[]) {
      const spoilt = structuredClone(document);
      spoil(spoilt);
      expect(isOpenApi(spoilt).valid).toBe(false);
    }
    const text = JSON.stringify(document);
    const named = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1] as string);
    expect([...new Set(named)].sort()).toEqual(Object.keys(document.components.schemas));
    const ids = described(document).map(([, , { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [path, , { parameters = [] }] of described(document)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(inPath);
    }
  });

  it('made without a hub is what a hub serves', async () => {
    const web = await startWeb({ more: addPartsOfNobody });
    const printed = JSON.stringify(await membersDocument());
    expect(printed).toBe(await (await fetch(`${web.url}/api/v1/openapi.json`)).text());
  });

  it('is what a hub takes and answers, for each operation', async () => {
    const web = await startWeb();
    const document = await documentOf(web);
    const seen = new Set<string>();
    let token = '';
    const { operations, remember } = asked(web);
    for (const [id, path, makeBody] of operations) {
      const [, method = '', operation] = described(document).find(([, , one]) => one.operationId === id) ?? [];
      const given = makeBody();
      if (given !== undefined) checkOf(document, operation?.requestBody).parse(given);
      const body = given === undefined ? undefined : JSON.stringify(given);
      web.clock.advance(1);
      const headers =
        (operation?.security[0]?.signature ?? null) === null
          ? {}
          : signed(alice, { method: method.toUpperCase(), path, body: body ?? '', atMs: web.clock.nowMs() });
      const answer = await ask(web, method.toUpperCase(), path, {
        headers,
        ...(token !== '' && { token }),
        ...(body !== undefined && { body }),
      });
      expect([id, outcome(answer)]).toEqual([id, expect.stringMatching(/^20[01]$/)]);
      const check = checkOf(document, operation?.responses[String(answer.status)]);
      expect([id, check.safeParse(answer.body).error]).toEqual([id, undefined]);
      remember(answer.body);
      if (typeof answer.body.accessToken === 'string') token = answer.body.accessToken;
      seen.add(id);
    }
    expect([...seen].sort()).toEqual(
      described(document)
        .map(([, , { operationId }]) => operationId)
        .sort(),
    );
  });

  it('is what a hub answers when it refuses', async () => {
    const web = await startWeb();
    const document = await documentOf(web);
    const [, , operation] = described(document)[0] as [string, string, Operation];
    const check = checkOf(document, operation.responses.default);
    for (const [method, path, body] of [
      ['GET', '/api/v1/nothing', undefined],
      ['GET', '/api/v1/participants/me', undefined],
      ['POST', '/api/v1/participants', {}],
      ['POST', '/api/v1/participants', 'x'.repeat(70_000)],
      ['POST', '/api/v1/auth/login', loginBody(alice, await challengeFor(web, alice))],
    ] as const) {
      const answer = await ask(web, method, path, body === undefined ? {} : { body });
      expect(answer.status).toBeGreaterThan(399);
      expect([path, check.safeParse(answer.body).error]).toEqual([path, undefined]);
    }
  });
});

describe('the members’ API', () => {
  it('shares an app with others, whose guard does not act on it', async () => {
    const { desk, store, clock } = await startWeb();
    const app = fastify({ bodyLimit: 1 });
    app.removeAllContentTypeParsers();
    await app.register(swagger, { openapi: { openapi: '3.1.0' }, transform: jsonSchemaTransform });
    app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
    app.setNotFoundHandler((_request, reply) => reply.status(404).send({ other: true }));
    const log = createLog({ level: 'silent', file: null });
    await addMemberRoutes(app, {
      ...{ members: desk, store, atRest: atRest(HUB_SECRET), hub: hubKey, network: NETWORK, clock, verify, log },
    });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    onTestFinished(() => app.close());
    const challenge = await ask({ url }, 'POST', '/api/v1/auth/challenge', { body: { participant: alice.key } });
    expect(outcome(challenge)).toBe('200');
    expect(outcome(await ask({ url }, 'GET', '/api/v1/nothing'))).toBe('404 not-found');
    expect((await ask({ url }, 'GET', '/nothing')).body).toEqual({ other: true });
    expect(Object.keys((await documentOf({ url })).paths)).toContain('/api/v1/auth/login');
  });

  it('says when its port is taken', async () => {
    const { url } = await startWeb();
    const starting = startWeb({ port: Number(new URL(url).port) });
    await expect(starting).rejects.toThrow(Failure);
    await expect(starting).rejects.toMatchObject({ code: 'port-in-use' });
  });
});
