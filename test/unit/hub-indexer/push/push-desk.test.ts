import { Registry } from 'prom-client';
import { expect, it, onTestFinished, vi } from 'vitest';
import { PUSH_DELAY_MS, PUSH_INTERVAL_MS } from '#hub-indexer/limits.ts';
import { atRest } from '#hub-indexer/members/sealed-documents.ts';
import { openPush } from '#hub-indexer/push/push.ts';
import type { PushDesk } from '#hub-indexer/push/push-desk.ts';
import { createLog } from '#node/log.ts';
import { openStore } from '#node/store/store.ts';
import type { Notice } from '#protocol/event.ts';
import type { PaymentId, TxId } from '#protocol/packet.ts';
import { ManualClock } from '#test/support/manual-clock.ts';
import { person, THEN_MS } from '#test/support/people.ts';
import { type PushService, SubscribedBrowser, signedIn, startPushService } from '#test/support/push-service.ts';
import { temporaryFolder } from '#test/support/store.ts';

const [anna, boris] = [person(1).key, person(2).key];
const received: Notice = {
  ...{ type: 'received', txId: 'a' as TxId, paymentId: 'b' as PaymentId, payer: boris },
  ...{ equivalent: 'UAH', amount: 5n },
};
const line: Notice = { type: 'trust-line', from: boris, to: anna, equivalent: 'UAH' };
const proposal = (state: 'PROPOSED' | 'COMMITTED'): Notice => ({
  ...{ type: 'proposal', id: 'c', neighbour: boris, equivalent: 'UAH', amount: 5n, state },
});

interface Told {
  readonly desk: PushDesk;
  readonly clock: ManualClock;
  readonly service: PushService;
  readonly browser: SubscribedBrowser;
  /** What the browser was told from the beginning, once there are so many. */
  readonly heard: (most: number) => Promise<string[]>;
  /** How many ended so. */
  readonly counted: (outcome: string) => Promise<number>;
}

async function subscribed(): Promise<Told> {
  const store = await openStore(temporaryFolder());
  const clock = new ManualClock(THEN_MS);
  const registry = new Registry();
  const log = createLog({ level: 'silent', file: null });
  const parts = { store, atRest: atRest(new Uint8Array(32)), isMember: () => true, clock, log };
  const desk = await openPush({ mayCallInside: true, contact: 'mailto:me@hub.example' }, parts, registry);
  onTestFinished(async () => {
    await desk.stop();
    await store.close();
  });
  const service = await startPushService();
  const browser = new SubscribedBrowser(service.url, 'anna');
  const { endpoint, keys } = browser.toJSON();
  expect(await desk.subscribe(anna, { endpoint, ...keys })).toBeNull();
  return {
    ...{ desk, clock, service, browser },
    async heard(most) {
      await vi.waitFor(() => expect(service.pushed.length).toBeGreaterThanOrEqual(most), 20_000);
      return service.pushed.map((pushed) => browser.open(pushed).trim());
    },
    async counted(outcome) {
      const [metric] = await registry.getMetricsAsJSON();
      return metric?.values.find(({ labels }) => labels.outcome === outcome)?.value ?? -1;
    },
  };
}

it('tells once what comes together, and the rest a minute later, what asks for something first', async () => {
  const { desk, clock, heard } = await subscribed();
  for (const notice of [received, line, received]) desk.told(anna, notice);
  clock.advance(PUSH_DELAY_MS);
  expect(await heard(1)).toEqual(['{"kind":"received","count":2}']);
  for (const notice of [received, proposal('PROPOSED'), received]) desk.told(anna, notice);
  clock.advance(PUSH_INTERVAL_MS - 1);
  expect(await heard(1)).toHaveLength(1);
  clock.advance(1);
  expect((await heard(2)).at(-1)).toBe('{"kind":"proposal","count":1}');
  clock.advance(PUSH_INTERVAL_MS);
  expect((await heard(3)).at(-1)).toBe('{"kind":"received","count":2}');
  clock.advance(PUSH_INTERVAL_MS);
  expect((await heard(4)).at(-1)).toBe('{"kind":"trust-line","count":1}');
  clock.advance(2 * PUSH_INTERVAL_MS);
  expect(clock.waiting).toBe(0);
});

it('says nothing of what is no news for the member, and nothing to others', async () => {
  const { desk, clock } = await subscribed();
  desk.told(anna, { ...line, from: anna, to: boris });
  desk.told(anna, proposal('COMMITTED'));
  desk.told(anna, { type: 'cleared', txId: 'a' as TxId, equivalent: 'UAH', amount: 1n });
  desk.told(boris, received);
  expect(clock.waiting).toBe(0);
});

it('says nothing of what an open page has got, and forgets what was not said before one was opened', async () => {
  const { desk, clock, service, heard } = await subscribed();
  desk.told(anna, received);
  let asked = 0;
  const pages = [1, 2].map(() => desk.opened(anna, () => asked++));
  pages[0]?.closed();
  clock.advance(PUSH_INTERVAL_MS * 2);
  for (const _ of [1, 2]) desk.told(anna, received);
  expect(asked).toBe(1);
  pages[1]?.heard();
  desk.told(anna, received);
  expect(asked).toBe(2);
  pages[1]?.heard();
  clock.advance(PUSH_INTERVAL_MS * 2);
  pages[1]?.closed();
  expect([service.pushed.length, clock.waiting]).toEqual([0, 0]);
  desk.told(anna, received);
  clock.advance(PUSH_DELAY_MS);
  expect([await heard(1), asked]).toEqual([['{"kind":"received","count":1}'], 2]);
});

it('tells all the same when no page answers', async () => {
  const { desk, clock, heard } = await subscribed();
  desk.opened(anna, () => undefined);
  for (const notice of [received, received]) desk.told(anna, notice);
  clock.advance(PUSH_DELAY_MS);
  expect(await heard(1)).toEqual(['{"kind":"received","count":2}']);
});

it('signs for the service and encrypts for the browser, each kind as long as another', async () => {
  const { desk, clock, service, heard } = await subscribed();
  for (const notice of [received, line]) desk.told(anna, notice);
  clock.advance(PUSH_DELAY_MS + PUSH_INTERVAL_MS);
  await heard(2);
  const [first, second] = service.pushed as [PushService['pushed'][number], PushService['pushed'][number]];
  expect(first.body.length).toBe(second.body.length);
  expect(Buffer.from(first.body).toString('latin1')).not.toContain('received');
  const says = await signedIn(first, desk.publicKey);
  expect(says).toMatchObject({ aud: service.url, sub: 'mailto:me@hub.example' });
  expect(Number(first.headers.ttl)).toBeGreaterThan(3_600);
  const another = new SubscribedBrowser(service.url, 'anna');
  expect(() => another.open(first)).toThrow();
});

it.each([404, 410])('forgets a browser of which the service says %i', async (status) => {
  const { desk, clock, service, heard, counted } = await subscribed();
  service.answer(status);
  desk.told(anna, received);
  clock.advance(PUSH_DELAY_MS);
  await heard(1);
  await vi.waitFor(async () => expect(await counted('gone')).toBe(1), 20_000);
  clock.advance(PUSH_INTERVAL_MS);
  desk.told(anna, received);
  expect(clock.waiting).toBe(0);
});

it('counts what fails, and goes on; a service that never answers keeps nobody waiting at the end', async () => {
  const { desk, clock, service, heard, counted } = await subscribed();
  service.answer(500);
  desk.told(anna, received);
  clock.advance(PUSH_DELAY_MS);
  await vi.waitFor(async () => expect(await counted('failed')).toBe(1), 20_000);
  service.answer(null);
  desk.told(anna, received);
  clock.advance(PUSH_INTERVAL_MS);
  await heard(2);
  const before = performance.now();
  await desk.stop();
  expect(performance.now() - before).toBeLessThan(2_000);
  desk.told(anna, received);
  expect(clock.waiting).toBe(0);
});

it('refuses what it could not send to', async () => {
  const { desk, browser } = await subscribed();
  const { endpoint, keys } = browser.toJSON();
  const noPoint = { ...keys, p256dh: Buffer.alloc(65, 4).toString('base64url') };
  expect(await desk.subscribe(anna, { endpoint, ...noPoint })).toMatchObject({ refused: 'bad-endpoint' });
  expect(await desk.subscribe(anna, { endpoint: 'file:///a', ...keys })).toMatchObject({ refused: 'bad-endpoint' });
});
