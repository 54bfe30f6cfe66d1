/** The bridge of the desktop program against a real node: whatever the page asks for, it gets what HTTP gives. */
import { once } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askNode } from '#desktop/main/carrier.ts';
import { EVENTS_CHANNEL } from '#desktop/main/channels.ts';
import { FirstStart } from '#desktop/main/first-start.ts';
import { type Receivers, receiveCalls } from '#desktop/main/ipc.ts';
import { Keychain } from '#desktop/main/keychain.ts';
import type { StreamNews } from '#desktop/preload/bridge.ts';
import { ROUTES, type Used } from '#desktop/ui/src/operations.ts';
import { readApiFiles } from '#node/api/address.ts';
import { type Client, connectClient } from '#node/api/client.ts';
import { MAX_BACKUP_CHARACTERS } from '#node/first-run.ts';
import { wordsFromSeed } from '#protocol/words.ts';
import { IpcOfTest, portPair, StorageOfTest } from '#test/support/desktop.ts';
import { type GeoFolder, GeoFolders, startPair } from '#test/support/geo.ts';
import { person } from '#test/support/people.ts';

let folders: GeoFolders;
let alice: GeoFolder;
let bobClient: Client;
let ipc: IpcOfTest;

beforeAll(async () => {
  folders = await GeoFolders.create();
  const pair = await startPair(folders);
  alice = pair.alice;
  bobClient = await connectClient(pair.bob.path);
  ipc = new IpcOfTest();
  // What this test does not call is not there.
  const first = new FirstStart({
    folder: folders.add('carol').path,
    keychain: await Keychain.open(new StorageOfTest(), 'linux', folders.path),
    startNode: async () => undefined,
  });
  const receivers = {
    ask: (input) => askNode(alice.path, input),
    getFirstRun: () => first.course(),
    makeIdentity: (input) => first.make(input),
    endFirstRun: () => first.start(),
  } as Partial<Receivers> as Receivers;
  receiveCalls(ipc, { receivers, folder: alice.path, onPlaceWanted: () => undefined });
});

afterAll(async () => {
  await folders.close();
});

const overBridge = (name: string, input: object) => ipc.invoke('geo:ask', { name, input });

/** As the page in a browser asks, but for the right to. */
async function overHttp(name: Used, input: object): Promise<unknown> {
  const { url, cookie } = await readApiFiles(alice.path);
  const [method, template] = ROUTES[name];
  const fields = new Map(Object.entries(input));
  const path = template.replace(/\{(\w+)\}/g, (_whole, field: string) => {
    const value = encodeURIComponent(String(fields.get(field)));
    fields.delete(field);
    return value;
  });
  const target = new URL(path, url);
  const headers: Record<string, string> = { authorization: `Bearer ${cookie}` };
  const init: RequestInit = { method, headers };
  if (method === 'GET') for (const [field, value] of fields) target.searchParams.set(field, String(value));
  else if (method !== 'DELETE') {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(Object.fromEntries(fields));
  }
  const response = await fetch(target, init);
  const answer = (await response.json()) as { error: { code: string; message: string; facts: object } };
  if (response.ok) return { ok: true, result: answer };
  const { code, message, facts } = answer.error;
  return { ok: false, error: { code, message, facts } };
}

const stranger = person(1).key;

/** An input for each operation that may be asked twice, and gives the same both times. */
const GOOD: { readonly [N in Used]?: () => object | Promise<object> } = {
  listContacts: () => ({}),
  putContact: () => ({ who: stranger, alias: 'Carol' }),
  listTrustLines: () => ({}),
  getBalance: () => ({}),
  listHeld: () => ({ limit: 10 }),
  getNeighbourhood: () => ({ equivalent: 'UAH' }),
  getSettings: () => ({}),
  changeSettings: () => ({ clearing: 'asked' }),
  getDust: () => ({}),
  listPageSessions: () => ({}),
  getHistory: () => ({ limit: 1 }),
  previewPayment: () => ({ to: 'Bob', equivalent: 'UAH', amount: '3' }),
  getReceipt: () => ({ id: 'tea' }),
  pay: () => ({ to: 'Bob', equivalent: 'UAH', amount: '2.5', id: 'tea', memo: 'Tea' }),
  readRequest: async () => ({ link: (await bobClient.makeRequest({ equivalent: 'UAH', amount: '1' })).link }),
};

/** What they are refused for: by the contract, and by the node. */
const BAD: readonly (readonly [Used, object])[] = [
  ['getHistory', { limit: 0 }],
  ['getHistory', { limit: '5; drop' }],
  ['getHistory', { before: 'yesterday' }],
  ['listHeld', { surprise: 'x' }],
  ['putContact', { who: 'nobody I know' }],
  ['putContact', { who: 7 }],
  ['putContact', {}],
  ['setTrustLine', { who: 'Bob', equivalent: 'UAH', limit: '-1' }],
  ['setTrustLine', { who: 'Bob', equivalent: 'U A H', limit: '1' }],
  ['setTrustLine', { who: 'Bob', equivalent: 'UAH', limit: '1', waitMs: 1e9 }],
  ['previewPayment', { to: 'Bob', equivalent: 'UAH', amount: '1e3' }],
  ['pay', { to: 'Bob', equivalent: 'UAH', amount: '1', id: '..' }],
  ['pay', { to: 'Bob', equivalent: 'UAH', amount: '1', more: true }],
  ['getReceipt', { id: 'never made' }],
  ['readRequest', { link: 'geo:pay/AAAA' }],
  ['payRequest', { link: 'not a link' }],
  ['connectPeer', { who: 'nobody I know' }],
  ['removeContact', { who: 'nobody I know' }],
  ['closeTrustLine', { who: 'nobody I know', equivalent: 'UAH' }],
  ['answerProposal', { id: '5d'.repeat(16), agrees: true }],
  ['resolveTransaction', { txId: '5d'.repeat(32) }],
  ['letGo', { txId: '5d'.repeat(32), routeIndex: 0, position: 0 }],
  ['readBackup', { name: 'never-made' }],
  ['verifyBackup', { name: 'never-made' }],
  ['confirmRestored', {}],
  ['endPageSession', { id: 'ab'.repeat(8) }],
  ['verifyReceipt', { base64: 'AAAA' }],
  ['setDust', { equivalent: 'U A H' }],
];

describe('the bridge', () => {
  it('pays for real', async () => {
    const answer = await overBridge('pay', { to: 'Bob', equivalent: 'UAH', amount: '2.5', id: 'tea', memo: 'Tea' });
    expect(answer).toMatchObject({ ok: true, result: { state: 'COMMITTED' } });
    expect((await bobClient.getBalance()).net).toMatchObject([{ equivalent: 'UAH', net: '2.5' }]);
  });

  it.each(Object.keys(GOOD) as Used[])('gives for %s what HTTP gives', async (name) => {
    const input = (await GOOD[name]?.()) as object;
    const answer = await overBridge(name, input);
    expect(answer).toMatchObject({ ok: true });
    expect(answer).toEqual(await overHttp(name, input));
  });

  it('gives for what changes from one time to the next the same form', async () => {
    const names = [
      'getStatus',
      'getId',
      'setTrustLine',
      'quotePayment',
      'makeRequest',
      'payRequest',
      'connectPeer',
      'makeCard',
      'getClearing',
      'seekRings',
      'listPeers',
      'listBackups',
      'makeBackup',
      'getRestoration',
      'diagnose',
    ] as const;
    const inputs: Readonly<Record<(typeof names)[number], object>> = {
      getStatus: {},
      getId: {},
      setTrustLine: { who: 'Bob', equivalent: 'UAH', limit: '50', waitMs: 0 },
      quotePayment: { to: 'Bob', equivalent: 'UAH', waitMs: 0 },
      makeRequest: { equivalent: 'UAH', amount: '4' },
      payRequest: { link: (await bobClient.makeRequest({ equivalent: 'UAH', amount: '1' })).link },
      connectPeer: { who: 'Bob' },
      makeCard: {},
      getClearing: {},
      seekRings: {},
      listPeers: {},
      listBackups: {},
      makeBackup: {},
      getRestoration: {},
      diagnose: {},
    };
    for (const name of names) {
      const [bridged, plain] = [await overBridge(name, inputs[name]), await overHttp(name, inputs[name])];
      expect([name, bridged]).toMatchObject([name, { ok: true }]);
      expect([name, formOf(bridged)]).toEqual([name, formOf(plain)]);
    }
    // Together with those above and below, that is all that the page calls.
    const all = new Set<string>([...names, ...Object.keys(GOOD), ...BAD.map(([name]) => name)]);
    expect([...all].sort()).toEqual(Object.keys(ROUTES).sort());
  });

  it.each(BAD)('refuses %s %j in the same words', async (name, input) => {
    const answer = await overBridge(name, input);
    expect(answer).toMatchObject({ ok: false });
    expect(answer).toEqual(await overHttp(name, input));
  });

  it.each(['makeToken', 'stop', 'makeUiLink', 'constructor', '__proto__', ''])(
    'carries out nothing that the page has no use for: %s',
    async (name) => {
      expect(await overBridge(name, {})).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    },
  );
});

describe('the first start over the bridge', () => {
  const wishes = { name: '', words: null, backup: null, passphrase: null };

  it.each([
    ['makeIdentity', {}],
    ['makeIdentity', { name: '', words: null, passphrase: null }],
    ['makeIdentity', { ...wishes, backup: 7 }],
    ['makeIdentity', { ...wishes, backup: new Uint8Array(7) }],
    ['makeIdentity', { ...wishes, backup: 'A'.repeat(MAX_BACKUP_CHARACTERS + 1) }],
    ['makeIdentity', { ...wishes, words: 'word '.repeat(1_000) }],
    ['makeIdentity', { ...wishes, folder: '/tmp' }],
    ['getFirstRun', { folder: '/tmp' }],
    ['endFirstRun', { passphrase: 'correct horse' }],
  ])('takes nothing of another form: %s', async (call, input) => {
    expect(await ipc.invoke(`geo:${call}`, input)).toMatchObject({ ok: false, error: { code: 'bad-request' } });
  });

  it('refuses a backup with what the page needs to say why, and begins with what is right', async () => {
    const words = 'one two three';
    expect(await ipc.invoke('geo:makeIdentity', { ...wishes, words })).toMatchObject({
      error: { code: 'bad-words', facts: { why: 'it has 3 words', limit: expect.any(String) as string } },
    });
    const backup = Buffer.from('a picture').toString('base64');
    expect(await ipc.invoke('geo:makeIdentity', { ...wishes, words: wordsFromSeed(person(3).seed), backup })).toEqual({
      ok: false,
      error: { code: 'backup-unusable', message: 'This is not a backup file of GEO.', facts: {} },
    });
    expect(await ipc.invoke('geo:getFirstRun', {})).toMatchObject({ ok: true, result: { identity: null } });
    expect(await ipc.invoke('geo:makeIdentity', { ...wishes, words: wordsFromSeed(person(3).seed) })).toMatchObject({
      ok: true,
      result: { identity: { words: null, backup: null }, passphrase: 'kept' },
    });
    expect(await ipc.invoke('geo:endFirstRun', {})).toEqual({ ok: true, result: {} });
  });
});

/** The names and types of all that is in an answer. */
function formOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(formOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, formOf(part)]));
}

/** News of a stream, until something is so. */
async function untilNews(page: MessagePort, isSo: (news: StreamNews) => boolean): Promise<StreamNews> {
  while (true) {
    const [news] = (await once(page, 'message')) as [StreamNews];
    if (isSo(news)) return news;
  }
}

const isReceived = (news: StreamNews): boolean => news.type === 'message' && news.data.includes('"received"');
const dataOf = (news: StreamNews): string => (news.type === 'message' ? news.data : '');

describe('events over the bridge', () => {
  it('are those of the node, go on after a cursor, and end when the page has heard enough', async () => {
    const { page: port, main } = portPair();
    ipc.send(EVENTS_CHANNEL, { since: null }, [main]);
    expect(await untilNews(port, () => true)).toEqual({ type: 'open' });
    const heard = untilNews(port, isReceived);
    await bobClient.pay({ to: 'Alice', equivalent: 'UAH', amount: '0.25' });
    const event = JSON.parse(dataOf(await heard)) as { cursor: string; notice: object };
    expect(event.notice).toMatchObject({ type: 'received', amount: '0.25', payer: { name: 'Bob' } });
    port.postMessage('close');
    await once(port, 'close');

    await bobClient.pay({ to: 'Alice', equivalent: 'UAH', amount: '0.75' });
    const second = portPair();
    const missed = untilNews(second.page, isReceived);
    ipc.send(EVENTS_CHANNEL, { since: event.cursor }, [second.main]);
    expect(JSON.parse(dataOf(await missed))).toMatchObject({ notice: { type: 'received', amount: '0.75' } });
    second.page.close();
  });

  it.each([
    ['another page', { since: null }, { url: 'https://example.org/', parent: null }],
    ['a frame inside of the page', { since: null }, { url: 'geo-app://app/ui/index.html', parent: {} }],
    ['a page that is gone', { since: null }, null],
    ['a request of another form', { since: 'a b' }, undefined],
    ['no request', null, undefined],
  ])('are closed to %s', async (_who, request, frame) => {
    const { page, main } = portPair();
    ipc.send(EVENTS_CHANNEL, request, [main], frame);
    await once(page, 'close');
  });

  it('end with the node, and calls then say that it cannot be reached, until it is there again', async () => {
    const { page, main } = portPair();
    ipc.send(EVENTS_CHANNEL, { since: null }, [main]);
    await untilNews(page, ({ type }) => type === 'open');
    const ended = untilNews(page, ({ type }) => type === 'close');
    await alice.json(['stop']);
    await ended;
    expect(await overBridge('getStatus', {})).toMatchObject({ ok: false, error: { code: 'unreachable' } });
    await alice.json(['start', '--background']);
    expect(await overBridge('getStatus', {})).toMatchObject({ ok: true });
  });
});
