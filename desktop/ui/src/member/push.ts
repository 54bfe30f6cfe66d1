/**
 * Being told of what happens while the page is closed, through the push service of who makes the browser. It is on where
 * the browser is subscribed and the worker has words to say it with; the words are in the language of then.
 */
import type { Hub } from './hub.ts';

/** How it stands: `unreachable` is the push service, `refused` it is by the browser, or by who uses it. */
export type Telling = 'on' | 'off' | 'refused' | 'unsupported' | 'unreachable';

/** Of one thing, and of several: `{count}` stands for how many. */
interface Said {
  readonly one: string;
  readonly many: string;
}

/** What the worker says. */
export interface PushWords {
  readonly language: string;
  readonly kinds: Readonly<Record<'received' | 'trust-line' | 'proposal', Said>>;
  /** Of what a newer hub tells. */
  readonly other: string;
  /** That a press opens the page. */
  readonly open: string;
}

/** Where the worker finds them: it has no module in common with the page. */
export type WordsCache = 'geo-member-words';
export type WordsPlace = '/push-words';

const CACHE: WordsCache = 'geo-member-words';
const PLACE: WordsPlace = '/push-words';
const SUBSCRIPTIONS = '/push/subscriptions';
/** It is turned on, off, or told once more, and not two of these at once: whoever was last would undo the others. */
const LOCK = 'geo-push';
/** A worker or a push service that is not there by then does not come. */
const PATIENCE_MS = 15_000;

const locked = <T>(work: () => Promise<T>): Promise<T> => navigator.locks.request(LOCK, work);

const isSupported = (): boolean =>
  'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis;

/** How it stands in this browser. */
export async function tellingNow(): Promise<Telling> {
  if (!isSupported()) return 'unsupported';
  if (Notification.permission === 'denied') return 'refused';
  return (await subscriptionNow()) !== null && (await hasWords()) ? 'on' : 'off';
}

/** Turns it on; called as somebody presses, else the browser does not ask. Throws `AskError` where the hub does not take it. */
export async function turnOn(hub: Hub, words: PushWords): Promise<Telling> {
  if (!isSupported()) return 'unsupported';
  if ((await Notification.requestPermission()) !== 'granted') return 'refused';
  const { publicKey } = await hub.read<{ readonly publicKey: string }>('GET', '/push');
  return locked(async () => {
    let subscription: PushSubscription;
    try {
      subscription = await inTime(subscribe(publicKey));
    } catch (error) {
      return error instanceof DOMException && error.name === 'NotAllowedError' ? 'refused' : 'unreachable';
    }
    await handIn(hub, subscription);
    await (await caches.open(CACHE)).put(PLACE, Response.json(words));
    return 'on';
  });
}

/** Turns it off. Where the hub cannot be told, it hears of it from the push service. */
export function turnOff(hub: Hub): Promise<void> {
  return locked(async () => {
    const endpoint = await unsubscribe();
    if (endpoint !== null) await hub.act('DELETE', SUBSCRIPTIONS, { endpoint }).catch(() => undefined);
  });
}

/** The same without the hub. */
export async function stopTelling(): Promise<void> {
  await locked(unsubscribe);
}

/** What was subscribed, or null. */
async function unsubscribe(): Promise<string | null> {
  if (!isSupported()) return null;
  await caches.delete(CACHE);
  const subscription = await subscriptionNow();
  await subscription?.unsubscribe().catch(() => false);
  return subscription?.endpoint ?? null;
}

/** Where it is on, the hub is told once more: it may have forgotten it, and the browser may have changed it. */
export function stayTold(hub: Hub): Promise<void> {
  return locked(async () => {
    if (!isSupported() || Notification.permission !== 'granted' || !(await hasWords())) return;
    const { publicKey } = await hub.read<{ readonly publicKey: string }>('GET', '/push');
    await handIn(hub, await inTime(subscribe(publicKey)));
  });
}

async function handIn(hub: Hub, subscription: PushSubscription): Promise<void> {
  const { endpoint, keys } = subscription.toJSON();
  await hub.act('PUT', SUBSCRIPTIONS, { endpoint, keys: { p256dh: keys?.p256dh, auth: keys?.auth } });
}

/** The subscription that there is, or a new one. */
async function subscribe(publicKey: string): Promise<PushSubscription> {
  const { pushManager } = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: publicKey };
  try {
    return await pushManager.subscribe(options);
  } catch (error) {
    // There is one to another key: the hub was made anew.
    if (!(error instanceof DOMException) || error.name !== 'InvalidStateError') throw error;
    await (await pushManager.getSubscription())?.unsubscribe();
    return pushManager.subscribe(options);
  }
}

async function subscriptionNow(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration?.pushManager.getSubscription()) ?? null;
}

async function hasWords(): Promise<boolean> {
  return (await caches.match(PLACE, { cacheName: CACHE })) !== undefined;
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('it takes too long')), PATIENCE_MS);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
