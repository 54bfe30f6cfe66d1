/** What a hub keeps of where its members come from and with what: nothing, on disk or in its log. */
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { HTTP_AT_ONCE_EACH } from '#hub-indexer/limits.ts';
import { createLog } from '#node/log.ts';
import { openDatabase } from '#node/store/database.ts';
import { openStore } from '#node/store/store.ts';
import { DATABASE, WATERMARK } from '#node/store/swap.ts';
import { toBase64url } from '#protocol/base64url.ts';
import { openMember, order, startMembersHub } from '#test/support/members.ts';
import { person } from '#test/support/people.ts';
import { SubscribedBrowser, startPushService } from '#test/support/push-service.ts';
import { startReverseProxy } from '#test/support/reverse-proxy.ts';
import { temporaryFolder } from '#test/support/store.ts';

const UNIT = 100_000_000n;
const [anna, boris] = [person(91), person(92)];
const ANNAS = { address: '203.0.113.77', userAgent: 'Traceable/7.3 (Annas-phone)' };
const BORIS = { address: '2001:db8:77:5:a:b:c:d', userAgent: 'Traceable/7.3 (Boris-tablet)' };
/** Of an IPv6 address, the network too: it is what is counted by. */
const TRACES = [
  ANNAS.address,
  BORIS.address,
  '2001:db8:77:5',
  'Traceable',
  'Annas-phone',
  'Boris-tablet',
  'its-device',
];

/** The texts of these that are in what a folder holds: in its files as they are, and in the values of its store. */
async function tracesIn(folder: string, texts: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  const look = (bytes: Uint8Array | string): void => {
    const text = typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1');
    for (const trace of texts) if (text.includes(Buffer.from(trace).toString('latin1'))) found.add(trace);
  };
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const name of names) {
    look(name);
    if (statSync(join(folder, name)).isFile()) look(readFileSync(join(folder, name)));
  }
  // Tables of LevelDB are compressed.
  if (names.includes(DATABASE)) {
    const database = await openDatabase(join(folder, DATABASE), join(folder, WATERMARK));
    for await (const [key, value] of database.entries('')) {
      look(key);
      look(value);
    }
    await database.close();
  }
  return [...found].sort();
}

/** Somebody who guesses, from this place. */
async function refusedLogin(url: string): Promise<void> {
  const ask = async (path: string, body: object) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    return fetch(`${url}/api/v1${path}`, init);
  };
  const participant = anna.key;
  const { challenge } = (await (await ask('/auth/challenge', { participant })).json()) as { challenge: string };
  const login = await ask('/auth/login', { participant, challenge, signature: toBase64url(new Uint8Array(64)) });
  expect([login.status, await login.json()]).toMatchObject([401, { error: { code: 'login-refused' } }]);
}

it('neither address nor device of a member is kept, nor where its browser takes notifications', async () => {
  const logs = temporaryFolder();
  const log = createLog({ level: 'trace', file: join(logs, 'hub.log') });
  const hub = await startMembersHub(undefined, { isBehindProxy: true, mayPushInside: true, log });
  const service = await startPushService();
  const [annas, boriss] = [await startReverseProxy(hub.url, ANNAS), await startReverseProxy(hub.url, BORIS)];
  const one = await openMember(annas, anna, 'Anna');
  const other = await openMember(boriss, boris, 'Boris');
  const page = await one.connection.openEvents(null);
  await once(page, 'open');
  await other.trust(one.key, 'UAH', 100n * UNIT);
  for (const member of [one, other]) await member.renewMandate();
  await other.connection.act('PUT', '/push/subscriptions', new SubscribedBrowser(service.url, 'its-device').toJSON());
  expect((await one.pay(order(other.key, UNIT))).state).toBe('paid');
  expect((await one.pay(order(other.key, 1_000n * UNIT))).state).toBe('refused');
  await refusedLogin(annas);
  // Who is counted by that address has asked too often: so it was seen, and who comes from elsewhere goes on.
  const asked = await Promise.all(Array.from({ length: 2 * HTTP_AT_ONCE_EACH }, () => fetch(`${annas}/api/v1/hub`)));
  expect(asked.map(({ status }) => status)).toContain(429);
  expect((await fetch(`${boriss}/api/v1/hub`)).status).toBe(200);
  await expect.poll(() => service.pushed.map(({ path }) => path), { timeout: 10_000 }).toEqual(['/its-device']);
  page.close();
  await hub.stop();

  expect(await tracesIn(logs, TRACES)).toEqual([]);
  expect(await tracesIn(hub.dataDir, TRACES)).toEqual([]);
  // What is there would be found: in the log, in files, and in what is compressed.
  expect(await tracesIn(logs, ['hints are served over HTTP'])).toHaveLength(1);
  expect(await tracesIn(hub.dataDir, ['Anna', anna.key])).toEqual(['Anna', anna.key].sort());
  const store = await openStore(hub.dataDir);
  await store.documents('note').put('x', { from: ANNAS.address.repeat(3), with: BORIS.userAgent });
  await store.close();
  expect(await tracesIn(hub.dataDir, TRACES)).toEqual([ANNAS.address, 'Boris-tablet', 'Traceable']);
}, 120_000);
