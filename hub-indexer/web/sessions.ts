/**
 * In which browsers members are logged in. A session is a family of refresh tokens of which one counts at a time; each
 * is an id of the session and 256 random bits, whose hash is kept. One that was used before ends the session: either its
 * owner or a thief has come second.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Documents, Store } from '#node/store/store.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_SESSIONS_EACH, REFRESH_LIFETIME_MS } from '../limits.ts';

interface Session {
  readonly participant: PublicKey;
  /** sha256 of the secret of the token that counts. */
  readonly hash: Uint8Array;
  readonly expiresAtMs: number;
}

/** A session that goes on, with the token that counts from now on. */
export interface Continued {
  readonly id: string;
  readonly participant: PublicKey;
  readonly refreshToken: string;
  readonly expiresAtMs: number;
}

/** Why a token does not count: there is no such session, it has not been used for too long, it was used before. */
type TokenFlaw = 'wrong' | 'expired' | 'reused';

const ID_BYTES = 16;
const SECRET_BYTES = 32;
const TOKEN_PATTERN = /^[A-Za-z0-9_-]{64}$/;

export class Sessions {
  readonly #documents: Documents<Session>;
  readonly #byId = new Map<string, Session>();
  readonly #idsByMember = new Map<PublicKey, Set<string>>();
  /** Named by the ids of sessions. */
  readonly #ended = new EventEmitter().setMaxListeners(0);

  private constructor(documents: Documents<Session>) {
    this.#documents = documents;
  }

  /** Reads them from the store, and forgets those that have expired. */
  static async open(store: Pick<Store, 'documents'>, nowMs: number): Promise<Sessions> {
    const sessions = new Sessions(store.documents<Session>('session'));
    const expired: string[] = [];
    for await (const [id, session] of sessions.#documents.entries()) {
      if (session.expiresAtMs <= nowMs) expired.push(id);
      else sessions.#remember(id, session);
    }
    for (const id of expired) await sessions.#documents.delete(id);
    return sessions;
  }

  /** Whose session it is, if it has not ended. */
  memberOf(id: string, nowMs: number): PublicKey | null {
    const session = this.#byId.get(id);
    return session !== undefined && nowMs < session.expiresAtMs ? session.participant : null;
  }

  /** Calls back when the session is ended, and not when it expires. Returns what takes that back. */
  whenEnded(id: string, callback: () => void): () => void {
    this.#ended.once(id, callback);
    return () => void this.#ended.off(id, callback);
  }

  async begin(participant: PublicKey, nowMs: number): Promise<Continued> {
    const id = randomBytes(ID_BYTES).toString('hex');
    const begun = this.#next(id, participant, nowMs);
    await this.#endOldest(participant, id);
    await begun.written;
    return begun.continued;
  }

  /** The member whose token this is, without using it up; null: of none that counts. */
  holderOf(refreshToken: string): PublicKey | null {
    const parts = partsOf(refreshToken);
    return parts === null ? null : (this.#byId.get(parts.id)?.participant ?? null);
  }

  /** Uses a token up for the next one. One write. */
  async rotate(refreshToken: string, nowMs: number): Promise<Continued | TokenFlaw> {
    const found = this.#find(refreshToken, nowMs);
    if ('flaw' in found) return this.#refuse(found);
    const { written, continued } = this.#next(found.id, found.participant, nowMs);
    await written;
    return continued;
  }

  /** Ends all sessions of a member. */
  async endAll(participant: PublicKey): Promise<void> {
    for (const [id, session] of [...this.#byId]) if (session.participant === participant) await this.#forget(id);
  }

  /** Ends the session of a token. */
  async end(refreshToken: string, nowMs: number): Promise<'ended' | TokenFlaw> {
    const found = this.#find(refreshToken, nowMs);
    if ('flaw' in found) return this.#refuse(found);
    await this.#forget(found.id);
    return 'ended';
  }

  #find(
    token: string,
    nowMs: number,
  ): { readonly id: string; readonly participant: PublicKey } | { readonly id: string; readonly flaw: TokenFlaw } {
    const parts = partsOf(token);
    const session = parts === null ? undefined : this.#byId.get(parts.id);
    if (parts === null || session === undefined) return { id: '', flaw: 'wrong' };
    const { id, secret } = parts;
    if (!timingSafeEqual(hashOf(secret), session.hash)) return { id, flaw: 'reused' };
    return nowMs < session.expiresAtMs ? { id, participant: session.participant } : { id, flaw: 'expired' };
  }

  /** Whatever is wrong with a token of a session, the session ends. */
  async #refuse({ id, flaw }: { readonly id: string; readonly flaw: TokenFlaw }): Promise<TokenFlaw> {
    await this.#forget(id);
    return flaw;
  }

  /** Lets another token count, at once in memory: of two who use one at the same time, the second has used it again. */
  #next(id: string, participant: PublicKey, nowMs: number): { written: Promise<void>; continued: Continued } {
    const secret = randomBytes(SECRET_BYTES);
    const expiresAtMs = nowMs + REFRESH_LIFETIME_MS;
    const session = { participant, hash: Uint8Array.from(hashOf(secret)), expiresAtMs };
    this.#remember(id, session);
    const refreshToken = Buffer.concat([Buffer.from(id, 'hex'), secret]).toString('base64url');
    return { written: this.#documents.put(id, session), continued: { id, participant, refreshToken, expiresAtMs } };
  }

  #remember(id: string, session: Session): void {
    this.#byId.set(id, session);
    const ids = this.#idsByMember.get(session.participant) ?? new Set();
    this.#idsByMember.set(session.participant, ids.add(id));
  }

  async #forget(id: string): Promise<void> {
    const session = this.#byId.get(id);
    if (session === undefined) return;
    this.#byId.delete(id);
    const ids = this.#idsByMember.get(session.participant);
    ids?.delete(id);
    if (ids?.size === 0) this.#idsByMember.delete(session.participant);
    this.#ended.emit(id);
    await this.#documents.delete(id);
  }

  async #endOldest(participant: PublicKey, besides: string): Promise<void> {
    const ids = [...(this.#idsByMember.get(participant) ?? [])];
    if (ids.length <= MAX_SESSIONS_EACH) return;
    const age = (id: string): number => this.#byId.get(id)?.expiresAtMs ?? 0;
    const [oldest] = ids.filter((id) => id !== besides).sort((a, b) => age(a) - age(b));
    if (oldest !== undefined) await this.#forget(oldest);
  }
}

function partsOf(token: string): { readonly id: string; readonly secret: Buffer } | null {
  if (!TOKEN_PATTERN.test(token)) return null;
  const bytes = Buffer.from(token, 'base64url');
  return { id: bytes.subarray(0, ID_BYTES).toString('hex'), secret: bytes.subarray(ID_BYTES) };
}

function hashOf(secret: Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest();
}
