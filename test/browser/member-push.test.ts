/**
 * A member who wants to be told while its page is closed: what the settings say, and what the worker shows. The push
 * services of those who make browsers are not there in a test; where one is wanted, the browser is given one of the test.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openStore } from '#node/store/store.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { startBrowser } from '#test/support/browser.ts';
import { MemberPage } from '#test/support/member-page.ts';
import { openMember, startMembersHub, type TestHub } from '#test/support/members.ts';
import { person } from '#test/support/people.ts';
import { type PushService, SubscribedBrowser, startPushService } from '#test/support/push-service.ts';

const UNIT = 100_000_000n;
const SHOWN = `navigator.serviceWorker.ready
  .then((registration) => registration.getNotifications())
  .then((all) => all.map(({ title, lang }) => lang + ': ' + title))`;

let browser: Browser;
let hub: TestHub;
beforeAll(async () => {
  browser = await startBrowser();
  hub = await startMembersHub(undefined, { mayPushInside: true });
});
afterAll(() => browser.close());

async function enter(page: MemberPage, name: string): Promise<void> {
  await page.join(name);
  await page.heading('Home');
  await page.page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
}

const grant = ({ context }: MemberPage): Promise<void> =>
  context.grantPermissions(['notifications'], { origin: hub.url });
const shown = (page: Page): Promise<string[]> => page.evaluate<string[]>(SHOWN);

/** Gives the worker of the hub's page what its browser would. */
async function deliverer(page: Page): Promise<(data: string) => Promise<void>> {
  const session = await page.context().newCDPSession(page);
  const known = Promise.withResolvers<string>();
  session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
    const its = registrations.find(({ scopeURL }) => scopeURL.startsWith(hub.url));
    if (its !== undefined) known.resolve(its.registrationId);
  });
  await session.send('ServiceWorker.enable');
  const registrationId = await known.promise;
  return async (data) => {
    await session.send('ServiceWorker.deliverPushMessage', { origin: hub.url, registrationId, data });
  };
}

/** From the next page on, pages of the browser are subscribed where the test says. */
const subscribingAt = (its: SubscribedBrowser): string => `{
  const written = ${JSON.stringify(its)};
  const subscription = {
    ...{ endpoint: written.endpoint, toJSON: () => written },
    unsubscribe: async () => {
      localStorage.removeItem('test-subscribed');
      return true;
    },
  };
  PushManager.prototype.getSubscription = async () => localStorage.getItem('test-subscribed') && subscription;
  PushManager.prototype.subscribe = async () => {
    localStorage.setItem('test-subscribed', 'yes');
    return subscription;
  };
}`;

it('the settings say so where the browser refuses, and where its push service cannot be reached', async () => {
  const anna = await MemberPage.openProfile(mkdtempSync(join(tmpdir(), 'geo-profile-')), hub.url);
  await enter(anna, 'Anna');
  await anna.go('Settings');
  await anna.see('It is turned off in this browser.');
  expect(await anna.flaws('member-push-off')).toEqual([]);
  await anna.press('Turn on');
  await anna.see(/^Your browser does not let this page tell you anything/);
  expect(await anna.flaws('member-push-refused')).toEqual([]);
  await grant(anna);
  await anna.page.reload();
  await anna.see('It is turned off in this browser.');
  await anna.press('Turn on');
  const unreachable = anna.page.getByText(/^What passes such news on for your browser cannot be reached/);
  await unreachable.waitFor({ timeout: 30_000 });
  expect(await anna.flaws('member-push-unreachable')).toEqual([]);
  expect(anna.complaints).toEqual([]);
  await anna.context.close();
}, 90_000);

/** Until the hub knows it: what it tells a page that is open it does not push. */
async function untilNoPageIsOpen(): Promise<void> {
  const figures = async (): Promise<string> => (await fetch(`${hub.hub.httpUrl}/metrics`)).text();
  await expect.poll(figures, { timeout: 10_000 }).toMatch(/^geo_hub_member_sockets 0$/m);
}

it('turned on in Ukrainian, it tells in Ukrainian what came with the page closed; turned off, the hub forgets it', async () => {
  const service: PushService = await startPushService();
  const its = new SubscribedBrowser(service.url, 'boris');
  const boris = await MemberPage.open(browser, hub.url);
  await enter(boris, 'Boris');
  await grant(boris);
  await boris.context.addInitScript(subscribingAt(its));
  await boris.page.reload();
  await boris.go('Settings');
  await boris.page.getByLabel('Language').selectOption('uk');
  await boris.press('Увімкнути');
  await boris.see('У цьому браузері ввімкнено.');
  expect(await boris.flaws('member-push-on')).toEqual([]);

  const carol = await openMember(hub.url, person(9), 'Carol');
  const found = await carol.connection.read<{ members: { publicKey: PublicKey }[] }>(
    'GET',
    '/participants?query=Boris',
  );
  const key = found.members[0]?.publicKey as PublicKey;
  // A window that shows nothing of the member.
  const beside = await boris.context.newPage();
  await beside.goto(`${hub.url}/icon.png`);
  const deliver = await deliverer(beside);
  await boris.page.close();
  await untilNoPageIsOpen();
  await carol.trust(key, 'UAH', UNIT);
  await vi.waitFor(() => expect(service.pushed).toHaveLength(1), 10_000);
  await deliver(its.open(service.pushed[0] as PushService['pushed'][number]));
  const line = 'uk: Хтось змінив, скільки ви можете бути йому винні.';
  await vi.waitFor(async () => expect(await shown(beside)).toEqual([line]), 10_000);

  const back = await MemberPage.openIn(boris.context, `${hub.url}/#/settings`);
  await back.see('У цьому браузері ввімкнено.');
  await back.press('Вимкнути');
  await back.see('У цьому браузері вимкнено.');
  expect(back.complaints).toEqual([]);
  await hub.stop();
  const store = await openStore(hub.dataDir);
  const ids: string[] = [];
  for await (const [id] of store.documents('push-subscription').entries()) ids.push(id);
  await store.close();
  expect(ids).toEqual([]);
  hub = await startMembersHub(hub, { mayPushInside: true });
}, 90_000);

it('the worker adds up what nobody has looked at, says something in any case, and opens the page', async () => {
  const dora = await MemberPage.open(browser, hub.url);
  await enter(dora, 'Dora');
  await grant(dora);
  await dora.context.addInitScript(subscribingAt(new SubscribedBrowser('http://127.0.0.1:9', 'dora')));
  await dora.page.reload();
  await dora.go('Settings');
  await dora.press('Turn on');
  await dora.see('It is turned on in this browser.');
  const deliver = await deliverer(dora.page);
  await deliver('{"kind":"received","count":2}   ');
  await deliver('{"kind":"received","count":1}   ');
  const paid = 'en: Payments to you: 3.';
  await vi.waitFor(async () => expect(await shown(dora.page)).toEqual([paid]), 10_000);
  await deliver('what is this');
  await vi.waitFor(
    async () => expect((await shown(dora.page)).toSorted()).toEqual([paid, 'en: Something has happened.']),
    10_000,
  );
  const [worker] = dora.context.serviceWorkers();
  // No browser lets a page be opened but by a real press: that it is asked to is seen.
  const asked = await worker?.evaluate(`new Promise((resolve) => {
    self.clients.matchAll = async () => [];
    self.clients.openWindow = async (address) => resolve(address);
    registration.getNotifications().then(([notification]) =>
      dispatchEvent(new NotificationEvent('notificationclick', { notification })));
  })`);
  expect(asked).toBe('/');
  await vi.waitFor(async () => expect(await shown(dora.page)).toHaveLength(1), 10_000);
}, 60_000);
