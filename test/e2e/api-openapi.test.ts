import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { errorCodes } from '#node/api/codes.ts';
import { type OperationName, operations } from '#node/api/contract.ts';
import { startParticipant, type TestNode } from '#test/support/nodes.ts';
import { person } from '#test/support/people.ts';

interface Described {
  readonly content: Record<string, { schema: JsonSchema }>;
}

interface Operation {
  readonly operationId: OperationName;
  readonly summary: string;
  readonly security: unknown;
  readonly parameters?: readonly { name: string; in: 'path' | 'query'; required: boolean; schema: JsonSchema }[];
  readonly requestBody?: Described;
  readonly responses: Record<string, Described>;
}

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

interface Document {
  readonly openapi: string;
  readonly info: { title: string; version: string };
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { schemas: Record<string, object>; securitySchemes: object };
}

let folder: string;
let alice: TestNode;
let bob: TestNode;
let document: Document;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-openapi-'));
  alice = await startParticipant('Alice', join(folder, 'Alice'));
  bob = await startParticipant('Bob', join(folder, 'Bob'));
  document = (await (await ask(alice, 'GET', '/v1/openapi.json')).json()) as Document;
});

afterAll(async () => {
  await Promise.all([alice.node.stop('the test is over'), bob.node.stop('the test is over')]);
  await rm(folder, { recursive: true, force: true });
});

function ask({ url, cookie }: TestNode, method: string, path: string, body?: object): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Bearer ${cookie}` };
  if (body !== undefined) headers['content-type'] = 'application/json';
  return fetch(new URL(path, url), { method, headers, body: body === undefined ? null : JSON.stringify(body) });
}

/** All operations with their places in the document. */
function described(): [Operation, path: string, method: string][] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [Operation, string, string] => [operation, path, method]),
  );
}

/** A schema of the document that stands on its own. */
function checkOf(schema: JsonSchema): z.ZodType {
  const $defs = document.components.schemas;
  const whole = JSON.stringify({ ...(schema as object), $defs }).replaceAll('#/components/schemas/', '#/$defs/');
  return z.fromJSONSchema(JSON.parse(whole) as JsonSchema);
}

/** What keeps a value from being what the document says; undefined when nothing does. */
function flawOf(value: unknown, described: Described | undefined): z.ZodError | undefined {
  const schema = described?.content['application/json']?.schema;
  if (schema === undefined) throw new Error('the document says nothing about it');
  return checkOf(schema).safeParse(value).error;
}

describe('the OpenAPI document', () => {
  it('is of version 3.1 and describes each operation of the contract once', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info.title).toBe('GEO node');
    const ids = described().map(([{ operationId }]) => operationId);
    expect(ids.sort()).toEqual(Object.keys(operations).sort());
  });

  it('says for each operation what it takes, what it answers and what it needs', () => {
    for (const [operation, path, method] of described()) {
      const { summary, parameters = [], requestBody, responses, security } = operation;
      const wanted: { path: string; body?: unknown } = operations[operation.operationId];
      expect(summary.length).toBeGreaterThan(10);
      expect(security).toEqual([{ token: [] }]);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      expect(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(inPath);
      expect([path, method, requestBody !== undefined]).toEqual([wanted.path, method, wanted.body !== undefined]);
      expect(Object.keys(responses)).toEqual(['200', 'default']);
      expect(responses.default?.content['application/json']?.schema).toEqual({ $ref: '#/components/schemas/Error' });
    }
  });

  it('refers to nothing that it does not have, and has nothing that it does not refer to', () => {
    const text = JSON.stringify(document);
    const named = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1] as string);
    // The messages of the event stream, for which OpenAPI has no place among the paths.
    expect([...new Set([...named, 'Event'])].sort()).toEqual(Object.keys(document.components.schemas).sort());
  });

  it('lists every code of an error', () => {
    const error = document.components.schemas.Error as {
      properties: { error: { properties: { code: { enum: string[] } } } };
    };
    expect(error.properties.error.properties.code.enum.toSorted()).toEqual(errorCodes.toSorted());
  });
});

describe('what a node answers', () => {
  it('is what the document says, for every operation', async () => {
    const seen = new Set<OperationName>();
    /** Asks by the document alone, and checks the answer against it. */
    const call = async (
      node: TestNode,
      name: OperationName,
      input: Record<string, string | number | boolean | object> = {},
    ): Promise<unknown> => {
      const [operation, template, method] = described().find(([{ operationId }]) => operationId === name) as [
        ...[Operation, string, string],
      ];
      const left = { ...input };
      let path = template;
      for (const { name: field, in: place } of operation.parameters ?? []) {
        const given = left[field];
        if (typeof given !== 'string' && typeof given !== 'number') continue;
        const value = encodeURIComponent(given);
        if (place === 'path') path = path.replace(`{${field}}`, value);
        else path += `${path.includes('?') ? '&' : '?'}${field}=${value}`;
        delete left[field];
      }
      const body = operation.requestBody === undefined ? undefined : left;
      if (body !== undefined) expect([name, flawOf(body, operation.requestBody)]).toEqual([name, undefined]);
      const response = await ask(node, method.toUpperCase(), path, body);
      const answer: unknown = await response.json();
      expect([name, response.status, answer]).toEqual([name, 200, answer]);
      expect([name, flawOf(answer, operation.responses['200'])]).toEqual([name, undefined]);
      seen.add(name);
      return answer;
    };

    const { card } = (await call(bob, 'getId')) as { card: string };
    await call(alice, 'putContact', { who: card, alias: 'Bob', verified: true });
    const own = (await call(alice, 'makeCard', { suggestedLimit: { equivalent: 'UAH', amount: '10' } })) as {
      card: string;
    };
    await call(bob, 'putContact', { who: own.card });
    await call(bob, 'connectPeer', { who: alice.node.publicKey, waitMs: 20_000 });
    await call(bob, 'setTrustLine', {
      ...{ who: 'Alice', equivalent: 'UAH', limit: '10.5', waitMs: 20_000 },
      policy: { dailyLimit: '9', blocked: [] },
    });
    await call(alice, 'previewPayment', { to: 'Bob', equivalent: 'UAH', amount: '1' });
    await call(alice, 'previewPayment', { to: 'Bob', equivalent: 'UAH', amount: '100' });
    await call(alice, 'quotePayment', { to: 'Bob', equivalent: 'UAH', most: '100', waitMs: 20_000 });
    const paid = (await call(alice, 'pay', { to: 'Bob', equivalent: 'UAH', amount: '1', id: 'a/b c' })) as {
      txId: string;
    };
    await call(alice, 'pay', { to: 'Bob', equivalent: 'UAH', amount: '100' });
    await call(alice, 'getPayment', { id: 'a/b c' });
    const receipt = (await call(alice, 'getReceipt', { id: 'a/b c' })) as { base64: string };
    await call(bob, 'verifyReceipt', { base64: receipt.base64 });
    const { link } = (await call(bob, 'makeRequest', { equivalent: 'UAH', amount: '1', memo: 'Tea' })) as {
      link: string;
    };
    await call(alice, 'payRequest', { link });
    await call(alice, 'readRequest', { link });
    await call(bob, 'getTransaction', { txId: paid.txId });
    await call(bob, 'resolveTransaction', { txId: paid.txId });
    await call(alice, 'getHistory', { limit: 2 });
    await call(bob, 'getHistory');
    await call(alice, 'getBalance', { equivalent: 'UAH' });
    await call(bob, 'listTrustLines');
    await call(bob, 'getTopology', { equivalent: 'UAH', limit: 10 });
    await call(alice, 'listPeers');
    await call(alice, 'getNetwork');
    await call(alice, 'getNeighbourhood', { equivalent: 'UAH', hops: 1, limit: 10 });
    // They publish what they are once they are connected, which nobody is told of.
    await vi.waitFor(async () => alice.client.findParticipant({ who: 'Bob' }), { timeout: 60_000, interval: 100 });
    await call(alice, 'findParticipant', { who: bob.node.publicKey });
    await call(alice, 'listContacts');
    await call(alice, 'getStatus');
    await call(alice, 'listHeld');
    await call(alice, 'diagnose');
    const { name } = (await call(alice, 'makeBackup')) as { name: string };
    await call(alice, 'readBackup', { name });
    await call(alice, 'verifyBackup', { name });
    await call(alice, 'listBackups');
    await call(alice, 'getRestoration');
    await call(alice, 'setDust', { smallest: '0.01', budget: '1' });
    await call(alice, 'getDust');
    await call(alice, 'listOpenTransactions', { limit: 3 });
    await call(alice, 'getClearing');
    await call(alice, 'seekRings', { equivalent: 'UAH', waitMs: 0 });
    await call(alice, 'makeToken', { name: 'shop', scope: 'pay', dailyCaps: [{ equivalent: 'UAH', amount: '1' }] });
    await call(alice, 'listTokens');
    await call(alice, 'makeUiLink');
    await call(alice, 'listPageSessions');
    await call(alice, 'changeSettings', { name: 'Alice', clearing: 'always' });
    await call(alice, 'getSettings');
    await call(alice, 'revokeToken', { name: 'shop' });
    await call(bob, 'closeTrustLine', { who: 'Alice', equivalent: 'UAH' });
    await call(alice, 'putContact', { who: person(9).key, alias: 'Nobody' });
    await call(alice, 'removeContact', { who: 'Nobody' });
    await call(alice, 'stop');
    await alice.node.stopped;
    // Only a browser has a page to be signed out (api-ui.test.ts).
    // What is held for somebody needs a neighbour that stops at the wrong moment; what came back needs a loss; a clearing
    // needs three.
    expect([...seen, 'letGo', 'confirmRestored', 'answerProposal', 'endPageSession'].sort()).toEqual(
      Object.keys(operations).sort(),
    );
  });

  it('is an error of the document where something is wrong', async () => {
    const check = checkOf({ $ref: '#/components/schemas/Error' });
    for (const [method, path, body] of [
      ['GET', '/v1/nothing', undefined],
      ['POST', '/v1/payments', { to: 'Zoe', equivalent: 'UAH', amount: '1' }],
      ['POST', '/v1/payments', {}],
      ['POST', '/v1/receipts/verify', { base64: 'AAAA' }],
      ['PUT', '/v1/trust-lines', { who: 'Alice', equivalent: 'UAH', limit: '0.001' }],
    ] as const) {
      const response = await ask(bob, method, path, body);
      expect(response.ok).toBe(false);
      expect([path, check.safeParse(await response.json()).error]).toEqual([path, undefined]);
    }
  });
});
