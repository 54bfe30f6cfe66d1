/** Access tokens: JWTs that say for some minutes in which session a request is made. They let a member read, not act. */
import { randomBytes } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { Store } from '#node/store/store.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { LruCache } from '#protocol/lru.ts';
import { ACCESS_LIFETIME_MS, MAX_REMEMBERED } from '../limits.ts';
import { type AtRest, sealedDocuments } from '../members/sealed-documents.ts';

const ALGORITHM = 'HS256';
const SECRET_ID = 'access-tokens-sealed';
/** Earlier versions kept one here that was not sealed. */
const UNSEALED_ID = 'access-tokens';
const SECRET_BYTES = 32;
/** Longer than any that is made here. */
const MAX_CHARACTERS = 1_024;

interface Good {
  readonly sessionId: string;
  readonly expiresAtS: number;
}

export class AccessTokens {
  readonly #secret: Uint8Array;
  readonly #hub: PublicKey;
  /** Tokens that were found good, with what they say: each comes with many requests. */
  readonly #good = new LruCache<string, Good | null>(MAX_REMEMBERED);

  private constructor(secret: Uint8Array, hub: PublicKey) {
    this.#secret = secret;
    this.#hub = hub;
  }

  /** With the secret of this hub, made at its first start: whoever has it can read what any member may who is signed in. */
  static async open(store: Pick<Store, 'documents'>, atRest: AtRest, hub: PublicKey): Promise<AccessTokens> {
    const documents = store.documents<Uint8Array>('hub-secret');
    if (documents.get(UNSEALED_ID) !== undefined) await documents.delete(UNSEALED_ID);
    const secrets = sealedDocuments<Uint8Array>(documents, atRest);
    const kept = secrets.get(SECRET_ID);
    if (kept !== undefined) return new AccessTokens(kept, hub);
    const secret = Uint8Array.from(randomBytes(SECRET_BYTES));
    await secrets.put(SECRET_ID, secret);
    return new AccessTokens(secret, hub);
  }

  async issue(
    session: { readonly id: string; readonly participant: PublicKey },
    nowMs: number,
  ): Promise<{ readonly token: string; readonly expiresAtMs: number }> {
    const issuedAtS = Math.floor(nowMs / 1_000);
    const expiresAtS = issuedAtS + ACCESS_LIFETIME_MS / 1_000;
    const token = await new SignJWT({ sid: session.id })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .setIssuer(this.#hub)
      .setAudience(this.#hub)
      .setSubject(session.participant)
      .setIssuedAt(issuedAtS)
      .setExpirationTime(expiresAtS)
      .sign(this.#secret);
    return { token, expiresAtMs: expiresAtS * 1_000 };
  }

  /** The session that a token names. Whether it has ended is another question. */
  async read(token: string, nowMs: number): Promise<{ readonly sessionId: string } | 'wrong' | 'expired'> {
    if (token.length > MAX_CHARACTERS) return 'wrong';
    const known = this.#good.has(token) ? this.#good.get(token, () => null) : null;
    if (known !== null) {
      const { sessionId, expiresAtS } = known;
      return Math.floor(nowMs / 1_000) < expiresAtS ? { sessionId } : 'expired';
    }
    try {
      const { payload } = await jwtVerify<{ sid: string; exp: number }>(token, this.#secret, {
        algorithms: [ALGORITHM],
        issuer: this.#hub,
        audience: this.#hub,
        requiredClaims: ['sub', 'sid', 'exp'],
        currentDate: new Date(nowMs),
      });
      const good = { sessionId: payload.sid, expiresAtS: payload.exp };
      this.#good.get(token, () => good);
      return { sessionId: good.sessionId };
    } catch (error) {
      if (error instanceof errors.JWTExpired) return 'expired';
      if (error instanceof errors.JOSEError) return 'wrong';
      throw error;
    }
  }
}
