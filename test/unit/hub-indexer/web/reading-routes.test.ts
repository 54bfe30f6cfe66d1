/** Payments of a member page by page, over a real store: what is under way, what has ended, and what a filter lets through. */
import { expect, it, onTestFinished } from 'vitest';
import { addReadingRoutes } from '#hub-indexer/web/reading-routes.ts';
import type { ParticipantContext } from '#node/api/context.ts';
import { readConfig } from '#node/config.ts';
import { openStore } from '#node/store/store.ts';
import type { PaymentId } from '#protocol/packet.ts';
import type { AbortedPayment, NewPayment, Payment } from '#protocol/payment.ts';
import { Records } from '#protocol/records.ts';
import { refuse } from '#protocol/refusals.ts';
import { ask, member, NETWORK, outcome, startWeb } from '#test/support/members-web.ts';
import { person, THEN_MS } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';

const [alice, bob] = [person(1), person(2)];

interface Listed {
  readonly payments: readonly { readonly paymentId: string; readonly state: string; readonly equivalent: string }[];
  readonly next: string | null;
}

const idOf = (number: number): PaymentId => number.toString(16).padStart(64, '0') as PaymentId;

function underWay(number: number, equivalent = 'UAH'): NewPayment {
  return {
    ...{ type: 'payment', state: 'NEW', paymentId: idOf(number), receiver: bob.key, equivalent, amount: 100_000_000n },
    ...{
      sealedMemo: null,
      createdAtMs: THEN_MS + number,
      randomness: '00'.repeat(32),
      chosenRoutes: null,
      attempts: 1,
    },
    ...{ busyWaits: 0, refusedHops: [], closest: null, decline: null },
  };
}

function ended(number: number, equivalent = 'UAH'): AbortedPayment {
  const refusal = refuse('no-route', { maxHops: 6 });
  return { ...underWay(number, equivalent), state: 'ABORTED', refusal, finishedAtMs: THEN_MS + 10_000 + number };
}

/** Alice with these payments; what asks for them, and what changes one. */
async function start(payments: readonly Payment[]) {
  const store = await openStore(temporaryFolder());
  const records = new Records(alice.key, NETWORK, store.read);
  const save = async (saved: readonly Payment[]): Promise<void> => {
    for (const payment of saved) records.apply(payment);
    await store.write(saved, { sync: false });
  };
  await save(payments);
  const context = {
    ...{ store, driver: { records }, identity: { publicKey: alice.key }, contacts: { nameOf: () => null } },
    ...{ config: readConfig({ flags: { dataDir: temporaryFolder() }, environment: {} }), preferences: { now: {} } },
  } as unknown as ParticipantContext;
  const web = await startWeb({ more: (scope) => addReadingRoutes(scope, () => context) });
  onTestFinished(() => store.close());
  const { accessToken: token } = await member(web, alice, 'Alice');
  const list = async (query: Readonly<Record<string, string>>): Promise<Listed> => {
    const answer = await ask(web, 'GET', `/api/v1/payments?${new URLSearchParams(query).toString()}`, { token });
    expect(outcome(answer)).toBe('200');
    return answer.body as unknown as Listed;
  };
  /** All that is listed from the first page to the last. */
  const all = async (query: Readonly<Record<string, string>>): Promise<{ ids: string[]; pages: number }> => {
    const ids: string[] = [];
    let page = await list(query);
    for (let pages = 1; ; pages++) {
      ids.push(...page.payments.map(({ paymentId }) => paymentId));
      if (page.next === null) return { ids, pages };
      page = await list({ ...query, before: page.next });
    }
  };
  const refused = async (query: string) => {
    const answer = await ask(web, 'GET', `/api/v1/payments?${query}`, { token });
    return [outcome(answer), answer.body.error?.facts];
  };
  return { list, all, save, refused };
}

const ids = (numbers: readonly number[]): string[] => numbers.map(idOf);
const downFrom = (from: number, to: number): number[] => Array.from({ length: from - to + 1 }, (_, at) => from - at);

it.each([1, 2, 3, 5, 7, 1_000])(
  'all are listed once, newest first and what is under way before, %d a page',
  async (limit) => {
    const { all } = await start([
      ...downFrom(9, 5).map((one) => underWay(one)),
      ...downFrom(4, 1).map((one) => ended(one)),
    ]);
    const listed = await all({ limit: String(limit) });
    expect(listed.ids).toEqual(ids(downFrom(9, 1)));
    expect(listed.pages).toBeGreaterThanOrEqual(Math.ceil(9 / limit));
  },
);

it('one that ends while somebody turns pages is not missed', async () => {
  const { list, all, save } = await start([...downFrom(9, 5).map((one) => underWay(one)), ended(1)]);
  const { payments, next } = await list({ limit: '2' });
  expect(payments.map(({ paymentId }) => paymentId)).toEqual(ids([9, 8]));
  await save([ended(6)]);
  const rest = await all({ limit: '2', before: next ?? '' });
  expect(rest.ids).toEqual(ids([7, 5, 6, 1]));
});

it('a filter lets through what it names', async () => {
  const { list, all } = await start([underWay(9), underWay(8, 'hour'), ended(7), ended(6, 'hour'), ended(5)]);
  expect((await all({ equivalent: 'hour', limit: '1' })).ids).toEqual(ids([8, 6]));
  expect((await all({ state: 'ABORTED', limit: '2' })).ids).toEqual(ids([7, 6, 5]));
  expect((await list({ state: 'NEW', equivalent: 'UAH' })).payments).toMatchObject([
    { paymentId: idOf(9), state: 'NEW' },
  ]);
  expect(await list({ state: 'COMMITTED' })).toEqual({ payments: [], next: null });
});

it('a filter that lets little through ends a page before it takes long, and nothing is lost by it', async () => {
  const { list, all } = await start([...downFrom(4_500, 2).map((one) => ended(one)), ended(1, 'hour')]);
  const first = await list({ equivalent: 'hour' });
  expect([first.payments, first.next]).toEqual([[], expect.stringContaining('/payment/')]);
  expect(await all({ equivalent: 'hour' })).toEqual({ ids: ids([1]), pages: 3 });
});

it('says what it does not understand, and what it would', async () => {
  const { refused } = await start([]);
  expect(await refused('before=open/1')).toEqual([
    '400 bad-request',
    { where: 'before', why: 'it should be the mark of a page: `next` of the page before' },
  ]);
  expect(await refused('state=ROUTED')).toEqual([
    '400 bad-request',
    { where: 'state', why: 'it should be one of NEW, PREPARE_IN_PROGRESS, COMMITTED, ABORTED' },
  ]);
  expect((await refused('limit=0'))[0]).toBe('400 bad-request');
  expect((await refused('limit=1001'))[0]).toBe('400 bad-request');
  expect((await refused('equivalent=not%20one'))[0]).toBe('400 bad-equivalent');
  expect((await refused('other=1'))[0]).toBe('400 bad-request');
});
