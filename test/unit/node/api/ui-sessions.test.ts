import { beforeEach, describe, expect, it } from 'vitest';
import { browserName } from '#node/api/browser-name.ts';
import { LINK_LIFETIME_MS, type PageSession, SESSION_IDLE_MS, UiSessions } from '#node/api/ui-sessions.ts';
import { type Documents, openStore, type Store } from '#node/store/store.ts';
import { temporaryFolder } from '#test/support/store.ts';

const NOW_MS = 1_000_000;

let store: Store;
let documents: Documents<PageSession>;
let sessions: UiSessions;

beforeEach(async () => {
  store = await openStore(temporaryFolder());
  documents = store.documents('page-session');
  sessions = await UiSessions.read(documents);
  return () => store.close();
});

async function opened(nowMs = NOW_MS, browser: string | null = null) {
  const session = await sessions.open(sessions.makeLink(nowMs).secret, nowMs, browser);
  if (typeof session === 'string') throw new Error(session);
  return session;
}

describe('a link', () => {
  it('works once', async () => {
    const { secret, expiresAtMs } = sessions.makeLink(NOW_MS);
    expect(expiresAtMs).toBe(NOW_MS + LINK_LIFETIME_MS);
    const session = await sessions.open(secret, expiresAtMs - 1, null);
    expect(session).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{16}$/) as string });
    expect(await sessions.open(secret, NOW_MS, null)).toBe('unknown');
  });

  it('works for a minute', async () => {
    const { secret, expiresAtMs } = sessions.makeLink(NOW_MS);
    expect(await sessions.open(secret, expiresAtMs, null)).toBe('expired');
    expect(await sessions.open(secret, NOW_MS, null)).toBe('unknown');
  });

  it('gives way when there are too many', async () => {
    const { secret } = sessions.makeLink(NOW_MS);
    const others = Array.from({ length: 16 }, () => sessions.makeLink(NOW_MS).secret);
    expect(await sessions.open(secret, NOW_MS, null)).toBe('unknown');
    expect(typeof (await sessions.open(others[0] as string, NOW_MS, null))).toBe('object');
  });
});

describe('a session', () => {
  it('needs both of its halves, and those of one session', async () => {
    const [one, other] = [await opened(), await opened()];
    expect([one, other].map((session) => sessions.use(session, NOW_MS)?.id)).toEqual([one.id, other.id]);
    expect(sessions.use({ cookie: one.cookie, key: other.key }, NOW_MS)).toBeNull();
    expect(sessions.use({ cookie: one.cookie, key: '' }, NOW_MS)).toBeNull();
    expect(sessions.use({ cookie: '', key: one.key }, NOW_MS)).toBeNull();
  });

  it('is there after a new start, with nothing on disk that opens it', async () => {
    const { cookie, key, id } = await opened(NOW_MS, 'Firefox, Linux');
    sessions = await UiSessions.read(documents);
    expect(sessions.all(NOW_MS)).toMatchObject([{ id, browser: 'Firefox, Linux', openedAtMs: NOW_MS }]);
    expect(sessions.use({ cookie, key }, NOW_MS)?.id).toBe(id);
    for await (const [, session] of documents.entries()) {
      expect(JSON.stringify(session)).not.toContain(cookie);
      expect(JSON.stringify(session)).not.toContain(key);
    }
  });

  it('ends when it was not used for a month, and what is used stays', async () => {
    const [used, unused] = [await opened(), await opened()];
    const laterMs = NOW_MS + SESSION_IDLE_MS - 1;
    expect(sessions.use(used, laterMs)?.usedAtMs).toBe(laterMs);
    expect(sessions.all(laterMs + 1).map(({ id }) => id)).toEqual([used.id]);
    expect(sessions.use(unused, laterMs + 1)).toBeNull();
    expect(sessions.use(unused, NOW_MS)).toBeNull();
    // The use is put on disk a little later.
    const atNextStart = async () => (await UiSessions.read(documents)).all(laterMs + 1).map(({ id }) => id);
    await expect.poll(atNextStart).toEqual([used.id]);
  });

  it('is ended for good, and whoever waits for that is told once', async () => {
    const [one, other] = [await opened(), await opened()];
    const told: string[] = [];
    sessions.whenEnded(one.id, () => told.push('one'));
    sessions.whenEnded(one.id, () => told.push('one, who went'))();
    sessions.whenEnded(other.id, () => told.push('other'));
    expect([await sessions.end(one.id), await sessions.end(one.id)]).toEqual([true, false]);
    expect(told).toEqual(['one']);
    expect(sessions.use(one, NOW_MS)).toBeNull();
    sessions = await UiSessions.read(documents);
    expect(sessions.all(NOW_MS).map(({ id }) => id)).toEqual([other.id]);
  });

  it('gives way when there are too many, the longest unused first', async () => {
    const [first, second] = [await opened(), await opened()];
    sessions.use(first, NOW_MS + 1);
    const others = [];
    for (let count = 0; count < 63; count++) others.push(await opened());
    expect(sessions.use(second, NOW_MS)).toBeNull();
    expect([first, ...others].every((session) => sessions.use(session, NOW_MS) !== null)).toBe(true);
  });
});

describe('a browser', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox, Linux'],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0',
      'Edge, Windows',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
      'Safari, macOS',
    ],
    [
      'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36',
      'Chrome, Android',
    ],
    ['curl/8', null],
    ['', null],
    [undefined, null],
  ])('%s is %s', (userAgent, name) => {
    expect(browserName(userAgent)).toBe(name);
  });
});
