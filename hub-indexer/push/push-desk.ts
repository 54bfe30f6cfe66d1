/**
 * Tells browsers of members whose page is closed that something has happened, through the push service of each browser
 * (RFC 8030). Each member is told at most once a minute, and never of what an open page of it has got; what comes meanwhile
 * is counted. Nobody waits for it, and whatever goes wrong there is counted and no more.
 */
import { ECDH } from 'node:crypto';
import PQueue from 'p-queue';
import webPush from 'web-push';
import type { Clock } from '#node/clock.ts';
import type { Log } from '#node/log.ts';
import type { Notice } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import {
  CALL_WAIT_MS,
  MAX_QUEUED_PUSHES,
  PUSH_DELAY_MS,
  PUSH_INTERVAL_MS,
  PUSH_TTL_S,
  PUSHES_AT_ONCE,
} from '../limits.ts';
import { refuse, type WebRefusal } from '../web/codes.ts';
import { post } from './call.ts';
import { addressesOf, BadEndpoint, type Reach, readEndpoint } from './endpoint.ts';
import type { PushKeys } from './keys.ts';
import { PUSH_KINDS, type PushKind, payloadOf, pushKindOf } from './kinds.ts';
import type { PushMetrics } from './metrics.ts';
import type { Subscription, Subscriptions } from './subscriptions.ts';

interface PushDeskOptions {
  readonly subscriptions: Subscriptions;
  readonly keys: PushKeys;
  /** How a push service reaches the operator: `mailto:` or `https:`. */
  readonly contact: string;
  readonly reach: Reach;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: PushMetrics;
}

/** What becomes of an open page. */
interface OpenPage {
  /** It has answered: it has got everything until then. */
  readonly heard: () => void;
  readonly closed: () => void;
}

/** Of a member who is to be told, or was within the minute. */
interface Waiting {
  readonly counts: Map<PushKind, number>;
  cancel: () => void;
}

export class PushDesk {
  readonly #options: PushDeskOptions;
  readonly #queue = new PQueue({ concurrency: PUSHES_AT_ONCE });
  readonly #stopping = new AbortController();
  readonly #waiting = new Map<PublicKey, Waiting>();
  /** How to ask the open pages of a member whether they are still there: a connection may be dead for long before it ends. */
  readonly #open = new Map<PublicKey, Set<() => void>>();

  constructor(options: PushDeskOptions) {
    this.#options = options;
  }

  /** What browsers subscribe to. */
  get publicKey(): string {
    return this.#options.keys.publicKey;
  }

  /** A browser of a member wants to be told; why it cannot be, or null. On disk when it resolves. */
  async subscribe(member: PublicKey, subscription: Subscription): Promise<WebRefusal | null> {
    const { reach, subscriptions } = this.#options;
    try {
      await addressesOf(readEndpoint(subscription.endpoint, reach), reach, this.#soon());
    } catch (error) {
      if (!(error instanceof BadEndpoint)) throw error;
      return refuse('bad-endpoint', { why: error.message });
    }
    if (!isPoint(subscription.p256dh)) return refuse('bad-endpoint', { why: 'what it encrypts to is no key' });
    await subscriptions.put(member, subscription);
    return null;
  }

  unsubscribe(member: PublicKey, endpoint: string): Promise<void> {
    return this.#options.subscriptions.delete(member, endpoint);
  }

  /** The member is none any more. */
  forget(member: PublicKey): Promise<void> {
    this.#waiting.get(member)?.cancel();
    this.#waiting.delete(member);
    return this.#options.subscriptions.forget(member);
  }

  /** A page of the member is open, and shows what happens; `ask` asks it for an answer, after all that it was told. */
  opened(member: PublicKey, ask: () => void): OpenPage {
    const pages = this.#open.get(member) ?? new Set();
    this.#open.set(member, pages.add(ask));
    const heard = (): void => this.#waiting.get(member)?.counts.clear();
    heard();
    return {
      heard,
      closed: () => {
        pages.delete(ask);
        if (pages.size === 0 && this.#open.get(member) === pages) this.#open.delete(member);
      },
    };
  }

  /** The machine of a member tells something. */
  told(member: PublicKey, notice: Notice): void {
    const kind = pushKindOf(notice, member);
    if (kind === null || this.#stopping.signal.aborted) return;
    if (!this.#options.subscriptions.has(member)) return;
    let waiting = this.#waiting.get(member);
    if (waiting === undefined) {
      waiting = { counts: new Map(), cancel: () => undefined };
      this.#waiting.set(member, waiting);
      this.#arm(member, waiting, PUSH_DELAY_MS);
    }
    const isFirst = waiting.counts.size === 0;
    waiting.counts.set(kind, (waiting.counts.get(kind) ?? 0) + 1);
    if (isFirst) for (const ask of this.#open.get(member) ?? []) ask();
  }

  /** Before the store is closed. */
  async stop(): Promise<void> {
    for (const { cancel } of this.#waiting.values()) cancel();
    this.#waiting.clear();
    this.#queue.clear();
    this.#stopping.abort();
    await this.#queue.onIdle();
  }

  #arm(member: PublicKey, waiting: Waiting, afterMs: number): void {
    const { clock } = this.#options;
    waiting.cancel = clock.wakeAt(clock.nowMs() + afterMs, () => this.#takeOne(member, waiting));
  }

  /** One kind at a time; others have their turn in a minute. */
  #takeOne(member: PublicKey, waiting: Waiting): void {
    const kind = PUSH_KINDS.find((one) => waiting.counts.has(one));
    if (kind === undefined) {
      this.#waiting.delete(member);
      return;
    }
    this.#arm(member, waiting, PUSH_INTERVAL_MS);
    if (this.#queue.size >= MAX_QUEUED_PUSHES) {
      this.#options.metrics.count('late');
      return;
    }
    const count = waiting.counts.get(kind) ?? 0;
    waiting.counts.delete(kind);
    void this.#queue.add(() => this.#send(member, payloadOf(kind, count)));
  }

  async #send(member: PublicKey, payload: string): Promise<void> {
    const { subscriptions, metrics, log } = this.#options;
    try {
      const sent = subscriptions.of(member).map((one) => this.#sendTo(member, one, payload));
      for (const outcome of await Promise.all(sent)) metrics.count(outcome);
    } catch (error) {
      metrics.count('failed');
      log.error({ error }, 'a member could not be told');
    }
  }

  async #sendTo(member: PublicKey, subscription: Subscription, payload: string): Promise<'sent' | 'gone' | 'failed'> {
    const { subscriptions, reach, log } = this.#options;
    let status: number;
    try {
      status = await this.#call(subscription, payload);
    } catch (error) {
      // Without the address: who knows it may send there.
      const { code = '' } = error as NodeJS.ErrnoException;
      log.debug({ code, host: readEndpoint(subscription.endpoint, reach).host }, 'a push service is not there');
      return 'failed';
    }
    if (status >= 200 && status < 300) return 'sent';
    if (status !== 404 && status !== 410) return 'failed';
    await subscriptions.delete(member, subscription.endpoint);
    return 'gone';
  }

  async #call({ endpoint, p256dh, auth }: Subscription, payload: string): Promise<number> {
    const { keys, contact: subject, reach } = this.#options;
    const signal = this.#soon();
    const url = readEndpoint(endpoint, reach);
    const addresses = await addressesOf(url, reach, signal);
    const { headers, body } = webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, payload, {
      vapidDetails: { subject, ...keys },
      TTL: PUSH_TTL_S,
    });
    return post({ url, headers, body, addresses, signal });
  }

  /** Ends what takes too long, and everything once the hub stops. */
  #soon(): AbortSignal {
    return AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(CALL_WAIT_MS)]);
  }
}

/** Is it a point of P-256? Nothing can be encrypted to anything else. */
function isPoint(base64url: string): boolean {
  try {
    ECDH.convertKey(base64url, 'prime256v1', 'base64url', undefined, 'uncompressed');
    return true;
  } catch {
    return false;
  }
}
