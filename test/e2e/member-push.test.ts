/** Members who are told by their browser's push service that they were paid, while their page is closed. */
import { once } from 'node:events';
import { beforeAll, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { openStore } from '#node/store/store.ts';
import { openMember, order, startMembersHub, type TestHub, type TestMember } from '#test/support/members.ts';
import { person } from '#test/support/people.ts';
import { type PushService, SubscribedBrowser, signedIn, startPushService } from '#test/support/push-service.ts';

const UNIT = 100_000_000n;
/** Longer than it takes until a member is told. */
const LONG_MS = 6_000;
const PLACE = '/push/subscriptions';
const [anna, boris, carol] = [person(1), person(2), person(3)];

let hub: TestHub;
let service: PushService;
let payer: TestMember;
let members: readonly [TestMember, TestMember];

/** Has somebody who can pay two others. */
async function arrive(url: string): Promise<void> {
  payer = await openMember(url, anna, 'Anna');
  members = [await openMember(url, boris, 'Boris'), await openMember(url, carol, 'Carol')];
  for (const member of members) await member.trust(payer.key, 'UAH', 100n * UNIT);
  for (const member of [payer, ...members]) await member.renewMandate();
}

beforeAll(async () => {
  hub = await startMembersHub(undefined, { mayPushInside: true });
  await arrive(hub.url);
});

async function pay(member: TestMember): Promise<void> {
  expect((await payer.pay(order(member.key, UNIT))).state).toBe('paid');
}

async function subscribe(member: TestMember, name: string): Promise<SubscribedBrowser> {
  const browser = new SubscribedBrowser(service.url, name);
  await member.connection.act('PUT', PLACE, browser.toJSON());
  return browser;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
const paths = (): string[] => service.pushed.map(({ path }) => path);

/** How many notifications ended so, as the hub's own figures say. */
async function counted(outcome: string): Promise<number> {
  const text = await (await fetch(`${hub.hub.httpUrl}/metrics`)).text();
  return Number(new RegExp(`geo_hub_pushes_total\\{outcome="${outcome}"\\} (\\d+)`).exec(text)?.[1]);
}

it('one who is paid with the page closed is told once, that and no more; with the page open, not at all', async () => {
  service = await startPushService();
  const [one, other] = members;
  const browser = await subscribe(one, 'boris');
  await subscribe(other, 'carol');
  const page = await other.connection.openEvents(null);
  await once(page, 'open');
  for (const member of members) await pay(member);
  await pay(one);
  await vi.waitFor(() => expect(service.pushed).not.toEqual([]), 10_000);
  const [pushed] = service.pushed as [PushService['pushed'][number]];
  expect(JSON.parse(browser.open(pushed))).toEqual({ kind: 'received', count: 2 });
  const { publicKey } = await one.connection.read<{ publicKey: string }>('GET', '/push');
  expect(await signedIn(pushed, publicKey)).toMatchObject({ aud: service.url });

  // Within the minute it is not told again.
  await pay(one);
  await pause(LONG_MS);
  expect(paths()).toEqual(['/boris']);

  // Told anew is who closes the page.
  const closed = once(page, 'close');
  page.close();
  await closed;
  await pause(500);
  await pay(other);
  await vi.waitFor(() => expect(paths()).toEqual(['/boris', '/carol']), 10_000);
  for (const [member, name] of [
    [one, 'boris'],
    [other, 'carol'],
  ] as const) {
    await member.connection.act('DELETE', PLACE, { endpoint: `${service.url}/${name}` });
  }
}, 60_000);

it('a browser that takes none any more is forgotten, and no other; the hub is the same to browsers after a start', async () => {
  service = await startPushService();
  const [one, other] = members;
  await subscribe(one, 'old');
  const { publicKey } = await one.connection.read<{ publicKey: string }>('GET', '/push');
  // Nobody forgets for another.
  await other.connection.act('DELETE', PLACE, { endpoint: `${service.url}/old` });
  const kept = await subscribe(other, 'kept');
  await hub.stop();
  hub = await startMembersHub(hub, { mayPushInside: true });
  service.answer(410);
  await pay(one);
  await vi.waitFor(async () => expect(await counted('gone')).toBe(1), 10_000);
  expect(paths()).toEqual(['/old']);
  service.answer(201);
  await hub.stop();
  hub = await startMembersHub(hub, { mayPushInside: true });
  for (const member of members) await pay(member);
  await vi.waitFor(async () => expect(await counted('sent')).toBe(1), 10_000);
  await pause(LONG_MS);
  expect(paths()).toEqual(['/old', '/kept']);
  const [, pushed] = service.pushed as PushService['pushed'] & [unknown, PushService['pushed'][number]];
  expect(JSON.parse(kept.open(pushed))).toEqual({ kind: 'received', count: 1 });
  expect(await signedIn(pushed, publicKey)).toMatchObject({ aud: service.url });
}, 60_000);

it('a trust line is told to whom it is opened; who leaves is told nothing, and nothing is kept of it', async () => {
  service = await startPushService();
  const [one, other] = members;
  const browser = await subscribe(one, 'boris');
  // Its page is open by name only: nobody answers there.
  const address = `${hub.url.replace('http', 'ws')}/api/v1/ws`;
  const dead = new WebSocket(address, ['geo', await one.connection.token()], { autoPong: false });
  await once(dead, 'open');
  await other.trust(one.key, 'hour', 5n * UNIT);
  await vi.waitFor(() => expect(paths()).toEqual(['/boris']), 70_000);
  expect(JSON.parse(browser.open(service.pushed[0] as PushService['pushed'][number])).kind).toBe('trust-line');
  dead.terminate();
  const { checksum } = await one.takeAlong(boris.seed);
  await one.leave(checksum);
  await hub.stop();
  const store = await openStore(hub.dataDir);
  const ids: string[] = [];
  for await (const [id] of store.documents('push-subscription').entries()) ids.push(id);
  await store.close();
  expect(ids).toEqual([other.key]);
}, 120_000);

it('a hub calls nobody in its own network', async () => {
  const strict = await startMembersHub();
  const member = await openMember(strict.url, anna, 'Anna');
  const browser = new SubscribedBrowser('', '').toJSON();
  service = await startPushService();
  for (const endpoint of [
    ...[`${service.url}/a`, 'https://127.0.0.1/a', 'https://[::1]/a', 'https://10.0.0.1/a', 'https://0x7f000001/a'],
    ...['https://169.254.169.254/latest/meta-data', 'https://localhost/a', 'https://push.invalid/a'],
  ]) {
    const asked = member.connection.act('PUT', PLACE, { ...browser, endpoint });
    const code = await asked.catch(({ code: its }: { code: string }) => its);
    expect([endpoint, code]).toEqual([endpoint, 'bad-endpoint']);
  }
  for (const keys of [
    { ...browser.keys, auth: 'short' },
    { p256dh: browser.keys.auth, auth: browser.keys.auth },
  ]) {
    const asked = member.connection.act('PUT', PLACE, { ...browser, endpoint: 'https://8.8.8.8/a', keys });
    await expect(asked).rejects.toMatchObject({ code: 'bad-request' });
  }
  const long = { ...browser, endpoint: `https://8.8.8.8/${'a'.repeat(1_024)}` };
  await expect(member.connection.act('PUT', PLACE, long)).rejects.toMatchObject({ code: 'bad-request' });
  expect(service.pushed).toEqual([]);
}, 60_000);
