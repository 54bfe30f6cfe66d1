/** Every operation of the members' API, as its own document describes it: what it answers, and whom it refuses. */
import { beforeAll, describe, expect, it } from 'vitest';
import { toBase64url } from '#protocol/base64url.ts';
import { nobleEd25519 } from '#protocol/ed25519.ts';
import { requestStatement } from '#protocol/hub-session.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { signWith } from '#protocol/statement.ts';
import { openMember, order, startMembersHub, type TestHub, type TestMember } from '#test/support/members.ts';
import { type Operation, operationsOf, pathOf } from '#test/support/openapi-client.ts';
import { type Person, person } from '#test/support/people.ts';

const UNIT = 100_000_000n;
const MAX_BODY = 65_536;
const POOL = 4;
let hub: TestHub;
let hubKey: PublicKey;
let operations: readonly Operation[];
let values: Record<string, string>;
let alice: TestMember;
let next = 200;
let places = 0;
const pool: { who: Person; token: string }[] = [];

beforeAll(async () => {
  hub = await startMembersHub(undefined, { isBehindProxy: true });
  hubKey = hub.hub.node.publicKey;
  operations = await operationsOf(`${hub.url}/api/v1/openapi.json`);
  alice = await openMember(hub.url, person(next++), 'Alice');
  const bob = await openMember(hub.url, person(next++), 'Bob');
  await bob.trust(alice.key, 'UAH', 100n * UNIT);
  for (const member of [alice, bob]) await member.renewMandate();
  const paid = order(bob.key, UNIT);
  expect((await alice.pay(paid)).state).toBe('paid');
  const payment = await alice.connection.read<{ txId: string }>('GET', `/payments/${paid.paymentId}`);
  values = {
    ...{ pid: pidOf(bob.key), who: bob.key, id: paid.paymentId, txId: payment.txId },
    ...{ 'getCapacity.to': bob.key, 'getCapacity.equivalent': 'UAH', 'getCapacity.amount': '1' },
    'account.id': `${pidOf(bob.key)}:UAH`,
    ...{ 'getJournal.after': '0', 'getJournal.head': '00'.repeat(32) },
    'findMembers.query': 'B',
  };
});

function pathFor(operation: Operation): string {
  const isAccount = ['/trustlines/', '/balance/proofs/'].some((part) => operation.path.includes(part));
  const id = isAccount ? values['account.id'] : values.id;
  return pathOf(operation, { ...values, id: id as string });
}

interface Asked {
  readonly token?: string;
  readonly signedBy?: Person;
  readonly timestampMs?: number;
  readonly body?: string;
}

async function ask(operation: Operation, who: Person, asked: Asked = {}): Promise<{ status: number; code: string }> {
  const path = pathFor(operation);
  const { token, signedBy, timestampMs = Date.now(), body = operation.hasBody ? '{}' : undefined } = asked;
  // Each from a place of its own: what strangers may ask is counted by place.
  const headers: Record<string, string> = { 'x-forwarded-for': `198.51.100.${places++ % 250}` };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  if (signedBy !== undefined) {
    const session = { network: 'geo', hub: hubKey, participant: who.key };
    const request = { method: operation.method, path, timestampMs, body: new TextEncoder().encode(body ?? '') };
    headers['geo-timestamp'] = String(timestampMs);
    headers['geo-signature'] = toBase64url(signWith(nobleEd25519, signedBy.seed)(requestStatement(session, request)));
  }
  const response = await fetch(`${hub.url}${path}`, {
    method: operation.method,
    headers,
    ...(body !== undefined && { body }),
  });
  const answer: unknown = await response.json();
  if (response.ok) return { status: response.status, code: '' };
  const { error } = operation.error.parse(answer) as { error: { code: string; message: string } };
  expect(error.message.length).toBeGreaterThan(20);
  return { status: response.status, code: error.code };
}

/** One of a few, in turn, and a token of theirs: each has a rate of its own, and only so many may join a minute. */
async function somebody(): Promise<{ who: Person; token: string }> {
  if (pool.length === POOL) {
    pool.push(pool.shift() as (typeof pool)[number]);
    return pool.at(-1) as (typeof pool)[number];
  }
  pool.push(await newMember());
  return pool.at(-1) as (typeof pool)[number];
}

async function newMember(): Promise<{ who: Person; token: string }> {
  const who = person(next++);
  const member = await openMember(hub.url, who, `M${next}`);
  return { who, token: await member.connection.token() };
}

it('the client that is made of the document is answered as the document says', async () => {
  const readable = operations.filter(({ method, needs }) => method === 'GET' && !needs.includes('signature'));
  expect(readable.length).toBeGreaterThan(14);
  const token = await alice.connection.token();
  for (const operation of readable) {
    const response = await fetch(`${hub.url}${pathFor(operation)}`, { headers: { authorization: `Bearer ${token}` } });
    const answer: unknown = await response.json();
    expect([operation.operationId, response.status, JSON.stringify(answer).slice(0, response.ok ? 0 : 300)]).toEqual([
      operation.operationId,
      200,
      '',
    ]);
    operation.result.parse(answer);
  }
});

describe('refused is, of every operation,', () => {
  it('who has no token, or a wrong one', async () => {
    const { who } = await somebody();
    const needy = operations.filter(({ needs }) => needs.length > 0);
    expect(needy.length).toBeGreaterThan(25);
    for (const operation of needy) {
      expect([operation.operationId, await ask(operation, who)]).toEqual([
        operation.operationId,
        { status: 401, code: 'token-missing' },
      ]);
      expect(await ask(operation, who, { token: 'e30.e30.e30' })).toEqual({ status: 401, code: 'token-wrong' });
    }
  });

  it('what changes something and is not signed, signed by another, stale, or sent again', async () => {
    const other = person(next++);
    const signed = operations.filter(({ needs }) => needs.includes('signature'));
    expect(signed.length).toBeGreaterThan(10);
    for (const operation of signed) {
      // Who is forgotten is not there for the next one.
      const { who, token } = await (operation.operationId === 'forgetMe' ? newMember() : somebody());
      const name = operation.operationId;
      expect([name, await ask(operation, who, { token })]).toEqual([name, { status: 401, code: 'signature-missing' }]);
      expect((await ask(operation, who, { token, signedBy: other })).code).toBe('signature-wrong');
      const stale = { token, signedBy: who, timestampMs: Date.now() - 61_000 };
      expect(await ask(operation, who, stale)).toEqual({ status: 401, code: 'signature-stale' });
      // Whatever becomes of it the first time: of a form that is refused, or done.
      const once = { token, signedBy: who, timestampMs: Date.now(), ...(operation.hasBody && { body: '{"no":1}' }) };
      const first = await ask(operation, who, once);
      if (first.status < 300 && operation.operationId === 'forgetMe') continue;
      expect([name, await ask(operation, who, once)]).toEqual([name, { status: 409, code: 'signature-replayed' }]);
    }
  }, 60_000);

  it('what is too large', async () => {
    const { who, token } = await somebody();
    const body = JSON.stringify({ document: 'A'.repeat(MAX_BODY) });
    for (const operation of operations.filter(({ hasBody }) => hasBody)) {
      const refused = await ask(operation, who, { token, signedBy: who, body });
      expect([operation.operationId, refused.status]).toEqual([operation.operationId, 413]);
    }
  });

  it('what comes too often, by what it is', async () => {
    const { who, token } = await newMember();
    const pay = operations.find(({ operationId }) => operationId === 'pay') as Operation;
    const trust = operations.find(({ operationId }) => operationId === 'openTrustLine') as Operation;
    for (const [operation, most] of [
      [trust, 10],
      [pay, 30],
    ] as const) {
      const codes: string[] = [];
      for (let times = 0; times <= most; times++) {
        const asked = { token, signedBy: who, timestampMs: Date.now() + times, body: '{"document":"AAAA"}' };
        codes.push((await ask(operation, who, asked)).code);
      }
      expect(codes.slice(0, most)).not.toContain('too-often');
      expect(codes[most]).toBe('too-often');
    }
  });
});

it('nobody sees what another has', async () => {
  const { who, token } = await somebody();
  const get = async (name: string): Promise<string> => {
    const operation = operations.find(({ operationId }) => operationId === name) as Operation;
    return (await ask(operation, who, { token })).code;
  };
  for (const name of ['getPayment', 'getTransaction', 'getReceipt', 'getEvidence']) {
    expect([name, await get(name)]).toEqual([name, 'unknown-transaction']);
  }
  expect(await get('getTrustLine')).toBe('no-account');
});
