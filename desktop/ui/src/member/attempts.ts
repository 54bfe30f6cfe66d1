/** The attempts that a member has signed, kept before they are sent: whatever becomes of the page, it knows what it signed. */
import { fromBase64url, toBase64url } from '#protocol/base64url.ts';
import { encode } from '#protocol/codec.ts';
import { type HandedAttempt, handedAttemptShape, readHanded } from '#protocol/delegation/handed-in.ts';
import { type PaymentId, txIdOf } from '#protocol/packet.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Kept } from './hub.ts';

/** One of them. Not sent: nobody else can have seen it. */
export interface KeptAttempt {
  readonly attempt: HandedAttempt;
  readonly isSent: boolean;
}

interface Written {
  readonly document: string;
  readonly isSent: boolean;
}

export class Attempts {
  readonly #kept: Kept;

  constructor(kept: Kept) {
    this.#kept = kept;
  }

  /** Kept for good when it resolves. */
  async keep(attempt: HandedAttempt): Promise<void> {
    await this.#write(attempt, false);
  }

  /** It is about to leave this browser. */
  async sending(attempt: HandedAttempt): Promise<void> {
    await this.#write(attempt, true);
  }

  /** Those of a payment, in the order in which they were made. */
  async of(paymentId: PaymentId): Promise<readonly KeptAttempt[]> {
    const names = await this.#kept.names(`${PREFIX}${paymentId}-`);
    const texts = await Promise.all(names.map((name) => this.#kept.get(name)));
    const all = texts.flatMap((text) => {
      const { document, isSent } = JSON.parse(text ?? '{}') as Partial<Written>;
      const attempt = readHanded(handedAttemptShape, fromBase64url(document ?? ''));
      return isRefusal(attempt) ? [] : [{ attempt, isSent: isSent !== false }];
    });
    return all.toSorted((a, b) => a.attempt.header.createdAtMs - b.attempt.header.createdAtMs);
  }

  /** Each under a name of its own, so that two windows do not overwrite what the other has written. */
  async #write(attempt: HandedAttempt, isSent: boolean): Promise<void> {
    const { header } = attempt;
    const written: Written = { document: toBase64url(encode(handedAttemptShape, attempt)), isSent };
    await this.#kept.set(`${PREFIX}${header.paymentId}-${txIdOf(header)}`, JSON.stringify(written));
  }
}

const PREFIX = 'geo-attempt-';
