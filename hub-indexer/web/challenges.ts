/**
 * Challenges to log in. Half of one is random and time, the other half its seal for one key, so that nothing has to be
 * kept of those that are asked for: whoever asks takes no memory and pushes out nobody. Only those that were answered
 * rightly are remembered, until they expire; the rate of logins bounds how many.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { PublicKey } from '#protocol/identity.ts';
import { CHALLENGE_LIFETIME_MS } from '../limits.ts';

const CHALLENGE_BYTES = 32;
const TIME_BYTES = 6;
const OPEN_BYTES = 16;

export class Challenges {
  /** New at each start: what was asked for before it does not count. */
  readonly #secret = randomBytes(32);
  /** In the order in which they were answered. */
  readonly #spent = new Map<string, number>();

  issue(participant: PublicKey, nowMs: number): { readonly challenge: Uint8Array; readonly expiresAtMs: number } {
    const expiresAtMs = nowMs + CHALLENGE_LIFETIME_MS;
    const open = randomBytes(OPEN_BYTES);
    open.writeUIntBE(expiresAtMs, 0, TIME_BYTES);
    return { challenge: Uint8Array.from(Buffer.concat([open, this.#seal(open, participant)])), expiresAtMs };
  }

  /** Is it one of this hub's for this key, not too old and not answered yet? */
  isOpen(challenge: Uint8Array, participant: PublicKey, nowMs: number): boolean {
    if (challenge.length !== CHALLENGE_BYTES) return false;
    const bytes = Buffer.from(challenge);
    const open = bytes.subarray(0, OPEN_BYTES);
    if (!timingSafeEqual(this.#seal(open, participant), bytes.subarray(OPEN_BYTES))) return false;
    return nowMs < open.readUIntBE(0, TIME_BYTES) && !this.#spent.has(bytes.toString('latin1'));
  }

  /** It has been answered. */
  spend(challenge: Uint8Array, nowMs: number): void {
    for (const [spent, untilMs] of this.#spent) {
      if (untilMs > nowMs) break;
      this.#spent.delete(spent);
    }
    this.#spent.set(Buffer.from(challenge).toString('latin1'), nowMs + CHALLENGE_LIFETIME_MS);
  }

  #seal(open: Uint8Array, participant: PublicKey): Buffer {
    const seal = createHmac('sha256', this.#secret).update(open).update(participant).digest();
    return seal.subarray(0, CHALLENGE_BYTES - OPEN_BYTES);
  }
}
