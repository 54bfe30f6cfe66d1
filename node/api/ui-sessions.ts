/**
 * Who may use the node from a browser: whoever opens a link that the owner's own tools asked for. A link works once and
 * for a minute. What it is exchanged for lasts until the node stops, and has two halves. Cookies know no ports: whatever
 * else serves pages on this machine is sent the cookie too. So the page holds a key besides, which the browser keeps
 * from pages of other ports; one without the other opens nothing. Only hashes are kept, and nothing is stored.
 */
import { createHash, randomBytes } from 'node:crypto';

/** How long a link waits to be opened. */
export const LINK_LIFETIME_MS = 60_000;
/** Far more than one person opens; the oldest give way. */
const MAX_LINKS = 16;
const MAX_SESSIONS = 64;
const SECRET_BYTES = 32;

/** The two halves of what a browser is let in with. */
export interface UiSession {
  /** In a cookie that no script can read. */
  readonly cookie: string;
  /** Held by the page, and sent with each request. */
  readonly key: string;
}

export class UiSessions {
  /** Hash of the secret → when it ends. */
  readonly #links = new Map<string, number>();
  /** Hashes of cookie and key together. */
  readonly #sessions = new Set<string>();

  /** A new secret for a link. */
  makeLink(nowMs: number): { readonly secret: string; readonly expiresAtMs: number } {
    const secret = randomSecret();
    const expiresAtMs = nowMs + LINK_LIFETIME_MS;
    this.#links.set(hashOf(secret), expiresAtMs);
    dropOldest(this.#links, MAX_LINKS);
    return { secret, expiresAtMs };
  }

  /** What the secret of a link is exchanged for, once and in time; else why not. */
  open(secret: string, nowMs: number): UiSession | 'unknown' | 'expired' {
    const hash = hashOf(secret);
    const expiresAtMs = this.#links.get(hash);
    if (expiresAtMs === undefined) return 'unknown';
    this.#links.delete(hash);
    if (expiresAtMs <= nowMs) return 'expired';
    const session: UiSession = { cookie: randomSecret(), key: randomSecret() };
    this.#sessions.add(hashOf(bothOf(session)));
    dropOldest(this.#sessions, MAX_SESSIONS);
    return session;
  }

  /** Do both halves belong to one session of this start? */
  isGood(session: UiSession): boolean {
    return this.#sessions.has(hashOf(bothOf(session)));
  }
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

function dropOldest(collection: Map<string, number> | Set<string>, most: number): void {
  for (const oldest of collection.keys()) {
    if (collection.size <= most) return;
    collection.delete(oldest);
  }
}
