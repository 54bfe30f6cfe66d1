/**
 * Keeps the files of the page, so that it opens without a connection; and says that something has happened while the page
 * is closed. Nothing of the member goes through it: what the hub answers is never kept here, and it is told a kind and a
 * count.
 */
import type { PushWords, WordsCache, WordsPlace } from './push.ts';

/** Of the types for service workers, which do not go together with those of pages, only what is used. */
interface Happening extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Happening {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Pushing extends Happening {
  readonly data: { text(): string } | null;
}
interface Pressing extends Happening {
  readonly notification: Notification;
}
interface Page {
  focus(): Promise<unknown>;
}
interface Worker {
  addEventListener(type: 'install' | 'activate', listener: (event: Happening) => void): void;
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void;
  addEventListener(type: 'push', listener: (event: Pushing) => void): void;
  addEventListener(type: 'notificationclick', listener: (event: Pressing) => void): void;
  skipWaiting(): Promise<void>;
  readonly registration: Pick<ServiceWorkerRegistration, 'getNotifications'> & {
    showNotification(title: string, options: NotificationOptions & { readonly renotify: boolean }): Promise<void>;
  };
  readonly clients: {
    claim(): Promise<void>;
    matchAll(which: { readonly type: 'window'; readonly includeUncontrolled: boolean }): Promise<readonly Page[]>;
    openWindow(address: string): Promise<unknown>;
  };
}

const worker = self as unknown as Worker;

const CACHE = 'geo-member';
const SHELL = '/';
/** Files that are named by the page alone, and that its address names. */
const BESIDE = ['/manifest.webmanifest', '/icon.svg', '/icon.png'];
/** A hub that does not answer by then is taken for away. */
const PATIENCE_MS = 4_000;
const WORDS_CACHE: WordsCache = 'geo-member-words';
const WORDS_PLACE: WordsPlace = '/push-words';
/** Where the browser has lost the words: it has to show something, or tells nothing any more. */
const FEW_WORDS = { language: 'en', other: 'Something has happened.', open: 'Press to see it.' } as const;

worker.addEventListener('install', (event) => {
  event.waitUntil(keepShell().then(() => worker.skipWaiting()));
});
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (request.mode === 'navigate' && pathname === SHELL) event.respondWith(shell(event));
  // Their names change with what is in them.
  else if (pathname.startsWith('/assets/') || BESIDE.includes(pathname)) event.respondWith(file(request));
});

/** One after the other: each counts on what the one before has shown. */
let telling: Promise<void> = Promise.resolve();
worker.addEventListener('push', (event) => {
  telling = telling.catch(() => undefined).then(() => tell(event.data?.text() ?? ''));
  event.waitUntil(telling);
});
worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openPage());
});

/** Says in words what the hub has told. What nobody has looked at yet is counted on. */
async function tell(text: string): Promise<void> {
  const { kind, count } = readTold(text);
  const words = await wordsKept();
  const said = words.kinds?.[kind as keyof PushWords['kinds']];
  const shown = await worker.registration.getNotifications({ tag: kind });
  const all = shown.reduce((sum, { data }) => sum + (data as { readonly count: number }).count, count);
  const title = said === undefined ? words.other : (all === 1 ? said.one : said.many).replace('{count}', String(all));
  await worker.registration.showNotification(title, {
    ...{ body: words.open, lang: words.language, icon: '/icon.png', data: { count: all } },
    ...{ tag: kind, renotify: true },
  });
}

function readTold(text: string): { readonly kind: string; readonly count: number } {
  try {
    const { kind, count } = JSON.parse(text) as { readonly kind?: unknown; readonly count?: unknown };
    if (typeof kind === 'string' && Number.isSafeInteger(count)) return { kind, count: count as number };
  } catch {
    // Of a hub that speaks otherwise: that something has happened is said all the same.
  }
  return { kind: 'other', count: 1 };
}

async function wordsKept(): Promise<Partial<PushWords> & typeof FEW_WORDS> {
  const kept = await caches.match(WORDS_PLACE, { cacheName: WORDS_CACHE });
  return kept === undefined ? FEW_WORDS : ((await kept.json()) as typeof FEW_WORDS);
}

async function openPage(): Promise<void> {
  const [open] = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  await (open === undefined ? worker.clients.openWindow(SHELL) : open.focus());
}

/** The page as the hub has it, else as it was kept. */
async function shell(event: Happening): Promise<Response> {
  const cache = await caches.open(CACHE);
  try {
    const fresh = await fetch(SHELL, { signal: AbortSignal.timeout(PATIENCE_MS), cache: 'no-cache' });
    if (fresh.ok) event.waitUntil(keepIfNew(fresh.clone()).catch(() => undefined));
    return fresh;
  } catch (error) {
    const kept = await cache.match(SHELL);
    if (kept === undefined) throw error;
    return kept;
  }
}

async function file(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request.url);
  if (kept !== undefined) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) await cache.put(request.url, fresh.clone());
  return fresh;
}

async function keepIfNew(fresh: Response): Promise<void> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(SHELL);
  if (kept === undefined || (await kept.text()) !== (await fresh.text())) await keepShell();
}

/** The page and all that it may load: the page last, so that what it names is there. What it names no more goes. */
async function keepShell(): Promise<void> {
  const cache = await caches.open(CACHE);
  const page = await fetch(SHELL, { cache: 'no-cache' });
  const files = new Set(namedIn(await page.clone().text()));
  for (const name of files) {
    const answer = (await cache.match(name)) ?? (await fetch(name));
    if (!answer.ok) throw new Error(`${name} is not there`);
    await cache.put(name, answer.clone());
    if (name.endsWith('.js')) for (const further of namedIn(await answer.text())) files.add(further);
  }
  await cache.addAll(BESIDE);
  const kept = await cache.keys();
  await cache.put(SHELL, page);
  for (const { url } of kept) {
    const { pathname } = new URL(url);
    if (pathname.startsWith('/assets/') && !files.has(pathname)) await cache.delete(url);
  }
}

/** The files of `/assets/` that a page or a script names. */
function namedIn(text: string): string[] {
  const found = text.matchAll(/["'`](?:\/assets\/|assets\/|\.\/)([\w-]+-[\w-]{8}\.(?:js|css))["'`]/g);
  return [...found].map((match) => `/assets/${match[1]}`);
}
