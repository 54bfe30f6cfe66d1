/**
 * All bad input (test/support/bad-inputs) through the API of a running node, in every field of every operation:
 * a clear word, the right status, and nothing is changed.
 */

import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codes, type ErrorCode } from '#node/api/codes.ts';
import { type Operation, type OperationName, operations } from '#node/api/contract.ts';
import { BAD_JSON } from '#test/support/bad-inputs/json.ts';
import { goodInput, OPERATIONS, type Place, placesOf } from '#test/support/bad-inputs/places.ts';
import { BAD_INPUTS, type BadInput, NAUGHTY } from '#test/support/bad-inputs/table.ts';
import { ACTS_ON_TEXT, BadInputWorld } from '#test/support/bad-inputs/world.ts';

let world: BadInputWorld;
const agent = new Agent({ keepAlive: true, maxSockets: 8 });

beforeAll(async () => {
  world = await BadInputWorld.start();
});

afterAll(async () => {
  agent.destroy();
  await world.stop();
});

const names = Object.keys(operations) as OperationName[];
const places = names.flatMap(placesOf);

interface Answer {
  readonly status: number | undefined;
  readonly error: { readonly code: string; readonly message: string; readonly facts: object } | undefined;
}

async function send(method: string, path: string, body: string | undefined): Promise<Answer> {
  const headers = {
    authorization: `Bearer ${world.alice.cookie}`,
    ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
  };
  const sent = request(new URL(path, world.alice.url), { method, agent, headers });
  // A body that is too large is not read to its end.
  const broken = once(sent, 'error').then(() => null);
  sent.end(body);
  const got = await Promise.race([once(sent, 'response'), broken]);
  if (got === null)
    return { status: 413, error: { code: 'body-too-large', message: 'the connection was cut', facts: {} } };
  const [response] = got as [IncomingMessage];
  const answer = JSON.parse(await text(response)) as { error?: Answer['error'] };
  return { status: response.statusCode, error: answer.error };
}

/** Asks for an operation as a program without our client would. */
async function ask(name: OperationName, input: Readonly<Record<string, unknown>>): Promise<Answer> {
  const operation: Operation = operations[name];
  const query = new URLSearchParams();
  const body: Record<string, unknown> = {};
  let { path } = operation;
  for (const [field, value] of Object.entries(world.filled(input))) {
    const inPath = operation.params !== undefined && field in operation.params.shape;
    if (inPath) path = path.replace(`{${field}}`, encodeURIComponent(String(value)));
    else if (operation.query !== undefined && field in operation.query.shape) query.set(field, String(value));
    else body[field] = value;
  }
  const target = query.size > 0 ? `${path}?${query.toString()}` : path;
  return send(operation.method, target, operation.body === undefined ? undefined : JSON.stringify(body));
}

/** What was wrong with a refusal, or null. */
function flaw({ status, error }: Answer, { code, says }: Pick<BadInput, 'code' | 'says'>): string | null {
  if (error === undefined) return 'it was taken';
  const known = codes[error.code as ErrorCode];
  const expected = code === null ? [] : [code].flat();
  if (!expected.includes(error.code)) return `it was refused as ${error.code}: ${error.message}`;
  if (status !== known.status) return `the status was ${status}`;
  if (error.message === 'the connection was cut') return null;
  if (!says.test(error.message)) return `it was said: ${error.message}`;
  if (ACTS_ON_TEXT.test(`${error.message}${JSON.stringify(error.facts)}`)) return `it was told raw: ${error.message}`;
  return error.message.length > 1_000 ? `it was told in ${error.message.length} characters` : null;
}

/** Where there is only text, what is no text in JSON is not what it says. A head has 16 KiB at most. */
function applies({ operation, path }: Place, value: unknown): boolean {
  if (operations[operation].method === 'POST' || operations[operation].method === 'PUT') {
    const { params } = operations[operation] as Operation;
    if (params === undefined || !(path in params.shape)) return true;
  }
  return typeof value === 'string' && value.isWellFormed() && encodeURIComponent(value).length < 8_000;
}

describe('the table', () => {
  it.each(names)('has a place for every field of %s', (name) => {
    const operation: Operation = operations[name];
    const fields = [operation.params, operation.query, operation.body].flatMap((part) =>
      Object.keys(part?.shape ?? {}),
    );
    expect(Object.keys(OPERATIONS[name]).sort()).toEqual(fields.sort());
  });
});

describe('bad input to the API changes nothing and is refused in words', () => {
  it.each(places.map((place) => [`${place.operation}: ${place.path}`, place] as const))('%s', async (_name, place) => {
    const before = await world.digest();
    const flaws: string[] = [];
    let tried = 0;
    for (const kind of place.kinds) {
      for (const bad of BAD_INPUTS[kind] as readonly BadInput[]) {
        const value = bad.valueIn === undefined ? bad.value : bad.valueIn(world);
        if (!applies(place, value)) continue;
        tried++;
        const send = () => ask(place.operation, place.inputWith(value));
        const found = flaw(await send(), bad) ?? (await world.whatWasWrittenBy(send));
        if (found !== null) flaws.push(`${kind}, ${bad.what}: ${found}`);
      }
    }
    expect(flaws).toEqual([]);
    expect(tried).toBeGreaterThan(0);
    expect(await world.digest()).toEqual(before);
  });
});

/** The path of an operation with something good in each of its places. */
function goodPath(name: OperationName): string {
  return operations[name].path.replace(/\{(\w+)\}/g, (_place, field: string) => String(goodInput(name)[field]));
}

describe('a body that is no request changes nothing and is refused in words', () => {
  const withBody = names.filter((name) => 'body' in operations[name]);
  it.each(withBody)('%s', async (name) => {
    const { method } = operations[name];
    const target = goodPath(name);
    const flaws: string[] = [];
    for (const [what, body, says, code = 'bad-request'] of BAD_JSON) {
      const again = () => send(method, target, body);
      const found = flaw(await again(), { code, says }) ?? (await world.whatWasWrittenBy(again));
      if (found !== null) flaws.push(`${what}: ${found}`);
    }
    expect(flaws).toEqual([]);
  });

  it.each(names)('%s with a field that it does not have', async (name) => {
    const operation: Operation = operations[name];
    if (operation.body === undefined && operation.query === undefined) return;
    const { params, query } = operation;
    const path = goodPath(name);
    const body = JSON.stringify({
      ...goodInput(name),
      ...Object.fromEntries(Object.keys(params?.shape ?? {}).map((key) => [key, undefined])),
      fee: '1',
    });
    const answer =
      query === undefined
        ? await send(operation.method, path, body)
        : await send(operation.method, `${path}?fee=1`, undefined);
    expect(flaw(answer, { code: 'bad-request', says: /unrecognized key: "fee"/ })).toBeNull();
  });
});

/** Whatever is said about naughty text, it is said in words that harm nobody. */
function naughtyFlaw({ status, error }: Answer): string | null {
  return error === undefined ? null : flaw({ status, error }, { code: error.code, says: /^.{20,}[.]$/s });
}

describe('naughty strings', () => {
  const READS =
    /^(previewPayment|listTrustLines|getBalance|getTopology|getNeighbourhood|getPayment|getReceipt|readRequest|verifyReceipt|getHistory|getTransaction|removeContact|revokeToken)$/;
  const read = places.filter(({ operation, path }) => READS.test(operation) && path !== 'limit');

  it.each(read.map((place) => [`${place.operation}: ${place.path}`, place] as const))('at %s', async (_name, place) => {
    const flaws: string[] = [];
    for (const naughty of NAUGHTY.filter((value) => applies(place, value))) {
      const send = () => ask(place.operation, place.inputWith(naughty));
      const found = naughtyFlaw(await send()) ?? (await world.whatWasWrittenBy(send));
      if (found !== null) flaws.push(`${JSON.stringify(naughty)}: ${found}`);
    }
    expect(flaws).toEqual([]);
  });
});
