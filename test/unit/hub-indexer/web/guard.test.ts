/** What stands before every route, asked of each operation that the document describes: a new route cannot be forgotten. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ACCESS_LIFETIME_MS, HTTP_AT_ONCE_EACH, MAX_MEMBER_BODY_BYTES } from '#hub-indexer/limits.ts';
import { addPartsOfNobody } from '#hub-indexer/web/document.ts';
import type { Action } from '#hub-indexer/web/member-rates.ts';
import { rateInWords } from '#hub-indexer/web/member-rates.ts';
import { MAX_CLOCK_SKEW_MS } from '#protocol/limits.ts';
import { hubKey, login, member, NETWORK, startWeb, type TestWeb } from '#test/support/members-web.ts';
import { type Caller, documentAt, type Operation, operationsOf, pathOf, send } from '#test/support/openapi-client.ts';
import { person } from '#test/support/people.ts';

const [alice, bob] = [person(1), person(2)];
const SESSION = { network: NETWORK, hub: hubKey, participant: alice.key };
/** Of the form that each operation wants: what comes after the guard is not reached, or is nobody's. */
const VALUES = {
  ...{
    pid: 'x',
    who: 'x',
    txId: '00'.repeat(32),
    to: 'x',
    equivalent: 'UAH',
    amount: '1',
    after: 0,
    head: '00'.repeat(32),
  },
};

interface Asked {
  readonly web: TestWeb;
  readonly operations: readonly Operation[];
  /** From a place of its own each time: what strangers may ask is counted by place. */
  readonly stranger: () => Caller;
}

async function start(): Promise<Asked> {
  const web = await startWeb({ more: addPartsOfNobody });
  await member(web, alice, 'Alice');
  let places = 0;
  const stranger = (): Caller => {
    places++;
    return { url: web.url, from: `198.51.${places >> 8}.${places % 256}` };
  };
  return { web, operations: operationsOf(await documentAt(web.url)), stranger };
}

function pathFor(operation: Operation): string {
  const isLine = ['/trustlines/', '/balance/proofs/'].some((part) => operation.path.includes(part));
  const id = isLine ? `${'z'.repeat(44)}:UAH` : 'a'.repeat(32);
  return pathOf(operation, { ...VALUES, id });
}

const ask = (operation: Operation, by: Caller, body = operation.body === null ? null : '{}') =>
  send(operation, pathFor(operation), body, by);

/** Alice with a token of this minute, who may do everything again. */
async function anew({ web, stranger }: Asked): Promise<Caller & { readonly token: string }> {
  web.clock.advance(60_000);
  const caller = stranger();
  const { body } = await login(web, alice, caller.from);
  return { ...caller, token: String(body.accessToken) };
}

const signs = ({ web }: Asked, by: Caller): Caller => ({
  ...by,
  ...{ signer: alice, session: SESSION, timestampMs: web.clock.nowMs() },
});

describe('refused is, at every operation,', () => {
  it('who has no token, a wrong one, or one that has expired', async () => {
    const asked = await start();
    const needy = asked.operations.filter(({ needs }) => needs !== 'nothing');
    expect(needy.map(({ operationId }) => operationId)).toEqual(
      expect.arrayContaining(['getMe', 'pay', 'listPayments', 'getDebts', 'openEvents', 'getLedger']),
    );
    const { token: old } = await anew(asked);
    asked.web.clock.advance(ACCESS_LIFETIME_MS);
    const { token } = await anew(asked);
    for (const operation of needy) {
      const outcomes: string[] = [];
      for (const given of [undefined, 'e30.e30.e30', `${token.slice(0, -4)}AAAA`, old]) {
        const { status, code } = await ask(operation, { ...asked.stranger(), ...(given && { token: given }) });
        outcomes.push(`${status} ${code}`);
      }
      expect([operation.operationId, ...outcomes]).toEqual([
        operation.operationId,
        ...['401 token-missing', '401 token-wrong', '401 token-wrong', '401 token-expired'],
      ]);
    }
  });

  it('who is suspended, or has left', async () => {
    const asked = await start();
    const { profiles } = asked.web;
    const { token } = await anew(asked);
    for (const [status, outcome] of [
      ['suspended', '403 member-suspended'],
      ['left', '401 token-wrong'],
    ] as const) {
      await profiles.change(alice.key, (now) => now && { ...now, status });
      for (const operation of asked.operations.filter(({ needs }) => needs !== 'nothing')) {
        const told = await ask(operation, signs(asked, { ...asked.stranger(), token }));
        expect([operation.operationId, `${told.status} ${told.code}`]).toEqual([operation.operationId, outcome]);
      }
    }
  });

  it('what is to be signed and is not, is signed by another, too early or too late, or comes again', async () => {
    const asked = await start();
    const signed = asked.operations.filter(({ needs }) => needs === 'signature');
    expect(signed.length).toBeGreaterThan(20);
    for (const operation of signed) {
      const body = operation.body === null ? null : '{"no":1}';
      const by = await anew(asked);
      const atMs = asked.web.clock.nowMs();
      const rightly = signs(asked, by);
      const outcomes: string[] = [];
      for (const caller of [
        by,
        { ...rightly, signer: bob },
        { ...rightly, session: { ...SESSION, hub: bob.key } },
        { ...rightly, timestampMs: atMs - MAX_CLOCK_SKEW_MS - 1 },
        { ...rightly, timestampMs: atMs + MAX_CLOCK_SKEW_MS + 1 },
      ]) {
        const { status, code } = await ask(operation, caller);
        outcomes.push(`${status} ${code}`);
      }
      // What becomes of it the first time is for the route to say.
      expect([operation.operationId, (await ask(operation, rightly, body)).code]).toEqual([
        operation.operationId,
        operation.body === null ? 'failed' : 'bad-request',
      ]);
      const again = await ask(operation, rightly, body);
      expect([operation.operationId, ...outcomes, `${again.status} ${again.code}`]).toEqual([
        operation.operationId,
        ...['401 signature-missing', '401 signature-wrong', '401 signature-wrong', '401 signature-stale'],
        ...['401 signature-stale', '409 signature-replayed'],
      ]);
    }
  });

  it('a body that is too large', async () => {
    const asked = await start();
    const taking = asked.operations.filter(({ method }) => method !== 'GET');
    expect(taking.length).toBeGreaterThan(30);
    const body = JSON.stringify({ document: 'A'.repeat(MAX_MEMBER_BODY_BYTES) });
    for (const operation of taking) {
      const { status, code, facts } = await ask(operation, signs(asked, await anew(asked)), body);
      const lengthBytes = body.length;
      expect([operation.operationId, status, code, facts]).toEqual([
        ...[operation.operationId, 413, 'too-large', { limitBytes: MAX_MEMBER_BODY_BYTES, lengthBytes }],
      ]);
    }
  });

  it('a body of another form', async () => {
    const asked = await start();
    const taking = asked.operations.filter(({ body }) => body !== null);
    for (const operation of taking) {
      for (const body of ['{"no":1}', '{"a":1,"a":1}', '[', '']) {
        const { status, code } = await ask(operation, signs(asked, await anew(asked)), body);
        expect([operation.operationId, body, status, code]).toEqual([operation.operationId, body, 400, 'bad-request']);
      }
    }
  });

  it('what comes more often than the document says', async () => {
    const asked = await start();
    const seen = new Set<string>();
    for (const action of ['rest', 'payments', 'trust-lines'] satisfies Action[]) {
      const counted = asked.operations.filter(
        ({ needs, rate }) => needs !== 'nothing' && rate === `${rateInWords(action)}: too-often`,
      );
      const by = await anew(asked);
      const most = Number(/\d+/.exec(rateInWords(action))?.[0]);
      const [first] = counted as [Operation];
      for (let times = 0; times < most; times++) expect((await ask(first, by)).status).not.toBe(429);
      for (const operation of counted) {
        const { status, code, facts } = await ask(operation, by);
        expect([operation.operationId, status, code]).toEqual([operation.operationId, 429, 'too-often']);
        expect(`At most ${String(facts.perMinute)} ${String(facts.what)} a minute are answered`).toBe(
          rateInWords(action),
        );
        seen.add(operation.operationId);
      }
    }
    const crowd = asked.stranger();
    const open = asked.operations.filter(({ needs }) => needs === 'nothing');
    const [first] = open as [Operation];
    for (let times = 0; times < HTTP_AT_ONCE_EACH; times++) expect((await ask(first, crowd)).status).not.toBe(429);
    for (const operation of open) {
      const { status, code, facts } = await ask(operation, crowd);
      expect([operation.operationId, status, code]).toEqual([operation.operationId, 429, 'too-often']);
      const words = `At most ${String(facts.perMinute)} ${String(facts.what)} a minute are answered from one place`;
      const logins = operation.operationId === 'login' ? `. ${rateInWords('login')}` : '';
      expect(operation.rate).toBe(`${words}${logins}: too-often`);
      expect(rateInWords(null)).toBe(words);
      seen.add(operation.operationId);
    }
    expect([...seen].sort()).toEqual(asked.operations.map(({ operationId }) => operationId).sort());
  });
});

describe('the stream of events', () => {
  /** How the wish for a WebSocket is answered. */
  async function upgrade(web: TestWeb, protocols: readonly string[], from: string): Promise<string> {
    const socket = new WebSocket(`${web.url.replace('http', 'ws')}/api/v1/ws`, [...protocols], {
      headers: { 'x-forwarded-for': from },
    });
    const [, response] = (await once(socket, 'unexpected-response')) as [
      unknown,
      AsyncIterable<Uint8Array> & { statusCode: number },
    ];
    const chunks: Uint8Array[] = [];
    for await (const chunk of response) chunks.push(chunk);
    socket.on('error', () => undefined).terminate();
    const { error } = JSON.parse(Buffer.concat(chunks).toString()) as { error: { code: string } };
    return `${response.statusCode} ${error.code}`;
  }

  it('is refused to whom reading is refused, in the same words', async () => {
    const asked = await start();
    const { web } = asked;
    const { token: old } = await anew(asked);
    web.clock.advance(ACCESS_LIFETIME_MS);
    const { token } = await anew(asked);
    expect(await upgrade(web, [], '198.51.100.1')).toBe('401 token-missing');
    expect(await upgrade(web, ['geo'], '198.51.100.1')).toBe('401 token-missing');
    expect(await upgrade(web, ['geo', 'e30.e30.e30'], '198.51.100.1')).toBe('401 token-wrong');
    expect(await upgrade(web, ['geo', old], '198.51.100.1')).toBe('401 token-expired');
    const getMe = asked.operations.find(({ operationId }) => operationId === 'getMe') as Operation;
    while ((await ask(getMe, { ...asked.stranger(), token })).status === 200);
    expect(await upgrade(web, ['geo', token], '198.51.100.1')).toBe('429 too-often');
  });

  it('is asked for as a WebSocket', async () => {
    const asked = await start();
    const events = asked.operations.find(({ operationId }) => operationId === 'openEvents') as Operation;
    const refused = await ask(events, await anew(asked));
    expect([refused.status, refused.code, refused.facts]).toEqual([
      ...[400, 'bad-request', { where: 'upgrade', why: 'this is to be opened as a WebSocket' }],
    ]);
  });
});
