/**
 * Who may use the node from a browser: whoever opens a link that the owner's own tools asked for. A link works once and
 * for a minute. What it is exchanged for lasts until the owner signs that browser out or does not use it for a month,
 * also when the node is started anew, and has two halves. Cookies know no ports: whatever else serves pages on this
 * machine is sent the cookie too. So the page holds a key besides, which the browser keeps from pages of other ports;
 * one without the other opens nothing. Only hashes are kept.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Documents } from '../store/store.ts';

/** How long a link waits to be opened. */
export const LINK_LIFETIME_MS = 60_000;
/** A browser that was not used for so long is signed out. */
export const SESSION_IDLE_MS = 30 * 86_400_000;
/** How old what the disk says of the last use may be: not every request is worth a write. */
const USE_NOTED_MS = 3_600_000;
/** Far more than one person opens; the oldest give way. */
const MAX_LINKS = 16;
const MAX_SESSIONS = 64;
const SECRET_BYTES = 32;
const ID_BYTES = 8;

/** The two halves of what a browser is let in with. */
export interface UiSession {
  /** In a cookie that no script can read. */
  readonly cookie: string;
  /** Held by the page, and sent with each request. */
  readonly key: string;
}

/** A browser that was let in, as it is stored under its hash. */
export interface PageSession {
  /** Of both halves together. */
  readonly hash: string;
  /** Names it to its owner; opens nothing. */
  readonly id: string;
  /** Such as "Firefox, Linux"; null: it did not say. */
  readonly browser: string | null;
  readonly openedAtMs: number;
  readonly usedAtMs: number;
}

export class UiSessions {
  readonly #documents: Documents<PageSession>;
  /** Hash of the secret → when it ends. */
  readonly #links = new Map<string, number>();
  /** By hash, the longest unused first. */
  readonly #sessions = new Map<string, PageSession>();
  /** What is to be told when a session ends, by its id. */
  readonly #endings = new Map<string, Set<() => void>>();

  private constructor(documents: Documents<PageSession>) {
    this.#documents = documents;
  }

  /** Reads the sessions of earlier starts. */
  static async read(documents: Documents<PageSession>): Promise<UiSessions> {
    const sessions = new UiSessions(documents);
    const stored: PageSession[] = [];
    for await (const [, session] of documents.entries()) stored.push(session);
    stored.sort((one, other) => one.usedAtMs - other.usedAtMs);
    for (const session of stored) sessions.#sessions.set(session.hash, session);
    return sessions;
  }

  /** A new secret for a link. */
  makeLink(nowMs: number): { readonly secret: string; readonly expiresAtMs: number } {
    const secret = randomSecret();
    const expiresAtMs = nowMs + LINK_LIFETIME_MS;
    this.#links.set(hashOf(secret), expiresAtMs);
    for (const oldest of this.#links.keys()) {
      if (this.#links.size <= MAX_LINKS) break;
      this.#links.delete(oldest);
    }
    return { secret, expiresAtMs };
  }

  /** What the secret of a link is exchanged for, once and in time, on disk when it resolves; else why not. */
  async open(
    secret: string,
    nowMs: number,
    browser: string | null,
  ): Promise<(UiSession & Pick<PageSession, 'id'>) | 'unknown' | 'expired'> {
    const linkHash = hashOf(secret);
    const expiresAtMs = this.#links.get(linkHash);
    if (expiresAtMs === undefined) return 'unknown';
    this.#links.delete(linkHash);
    if (expiresAtMs <= nowMs) return 'expired';
    const halves: UiSession = { cookie: randomSecret(), key: randomSecret() };
    const [hash, id] = [hashOf(bothOf(halves)), randomBytes(ID_BYTES).toString('hex')];
    const session: PageSession = { hash, id, browser, openedAtMs: nowMs, usedAtMs: nowMs };
    this.#sessions.set(hash, session);
    await this.#documents.put(hash, session);
    for (const oldest of this.#sessions.values()) {
      if (this.#sessions.size <= MAX_SESSIONS) break;
      await this.#end(oldest);
    }
    return { ...halves, id };
  }

  /** The session to which both halves belong, used now; null: there is none, or it has ended. */
  use(halves: UiSession, nowMs: number): PageSession | null {
    const session = this.#sessions.get(hashOf(bothOf(halves)));
    if (session === undefined) return null;
    if (isOver(session, nowMs)) {
      // One whose end is not on disk has ended all the same: it is over by its own time.
      this.#end(session).catch(() => undefined);
      return null;
    }
    const used = { ...session, usedAtMs: Math.max(session.usedAtMs, nowMs) };
    // The last used comes last.
    this.#sessions.delete(session.hash);
    this.#sessions.set(session.hash, used);
    const stored = this.#documents.get(session.hash)?.usedAtMs ?? 0;
    // A use that is not on disk only ends the session a little sooner.
    if (used.usedAtMs - stored > USE_NOTED_MS) this.#documents.put(session.hash, used).catch(() => undefined);
    return used;
  }

  /** All that are open, the last used first. */
  all(nowMs: number): PageSession[] {
    return [...this.#sessions.values()].filter((session) => !isOver(session, nowMs)).reverse();
  }

  /** Signs a browser out, for good when it resolves. False: there is no such session. */
  async end(id: string): Promise<boolean> {
    const session = [...this.#sessions.values()].find((one) => one.id === id);
    if (session === undefined) return false;
    await this.#end(session);
    return true;
  }

  /** Calls back when the session ends. Returns what takes that back. */
  whenEnded(id: string, callback: () => void): () => void {
    const all = this.#endings.get(id) ?? new Set();
    this.#endings.set(id, all.add(callback));
    return () => {
      all.delete(callback);
      if (all.size === 0) this.#endings.delete(id);
    };
  }

  async #end({ hash, id }: PageSession): Promise<void> {
    this.#sessions.delete(hash);
    for (const callback of this.#endings.get(id) ?? []) callback();
    await this.#documents.delete(hash);
  }
}

function isOver({ usedAtMs }: PageSession, nowMs: number): boolean {
  return nowMs - usedAtMs >= SESSION_IDLE_MS;
}

function randomSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** A hash tells who measures the time of a look-up nothing about the secret. */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function bothOf({ cookie, key }: UiSession): string {
  return `${cookie} ${key}`;
}
