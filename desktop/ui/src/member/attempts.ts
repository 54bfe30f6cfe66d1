/** The attempts that a member has signed, kept before they are sent: whatever becomes of the page, it knows what it signed. */
import { fromBase64url, toBase64url } from '#protocol/base64url.ts';
import { encode } from '#protocol/codec.ts';
import { type HandedAttempt, handedAttemptShape, readHanded } from '#protocol/delegation/handed-in.ts';
import { MAX_DELEGATION_LIFETIME_MS } from '#protocol/limits.ts';
import { type Header, type PaymentId, txIdOf } from '#protocol/packet.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { accountName } from './checked.ts';
import { alone, type Kept } from './hub.ts';
import type { Shown } from './outcome.ts';

/** One of them. Not sent: nobody else can have seen it. */
export interface KeptAttempt {
  readonly attempt: HandedAttempt;
  readonly isSent: boolean;
  /** What proves how it ended; null: nothing was shown yet that does. */
  readonly proof: Shown | null;
}

/** As they are kept; bytes in base64url. */
interface Written {
  readonly document: string;
  readonly isSent: boolean;
}
interface WrittenProof {
  readonly receipt: string | null;
  readonly aborts: readonly string[];
  readonly decline: string | null;
}

/** An attempt that may have left this browser, and what it lets go over own accounts (as in `accountName`), 10⁻⁸ units. */
interface Sent {
  readonly atMs: number;
  readonly over: readonly { readonly account: string; readonly units: string }[];
}

const PREFIX = 'geo-attempt-';
const PROOF_PREFIX = 'geo-proof-of-attempt-';
/** What was sent while the longest mandate lasts. */
const GONE = 'geo-gone-over';

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
    await this.#noteGone(attempt);
    await this.#write(attempt, true);
  }

  /** It has ended, and this proves how: nobody need be asked again. Kept for good when it resolves. */
  async proven({ header }: HandedAttempt, proof: Shown): Promise<void> {
    await this.#kept.set(`${PROOF_PREFIX}${nameOf(header)}`, writtenProof(proof));
  }

  /** Those of a payment, in the order in which they were made. */
  async of(paymentId: PaymentId): Promise<readonly KeptAttempt[]> {
    const all = await this.#read(`${PREFIX}${paymentId}-`);
    const proofs = all.map(({ attempt }) => this.#kept.get(`${PROOF_PREFIX}${nameOf(attempt.header)}`));
    const texts = await Promise.all(proofs);
    const proven = all.map((one, index) => ({ ...one, proof: proofIn(texts[index] ?? null) }));
    return proven.toSorted((a, b) => a.attempt.header.createdAtMs - b.attempt.header.createdAtMs);
  }

  async #read(prefix: string): Promise<readonly Omit<KeptAttempt, 'proof'>[]> {
    const texts = await Promise.all((await this.#kept.names(prefix)).map((name) => this.#kept.get(name)));
    return texts.flatMap((text) => {
      const { document, isSent } = JSON.parse(text ?? '{}') as Partial<Written>;
      const attempt = readHanded(handedAttemptShape, fromBase64url(document ?? ''));
      return isRefusal(attempt) ? [] : [{ attempt, isSent: isSent !== false }];
    });
  }

  /** What attempts that were sent lately let go over each account of the member, as in `accountName`. */
  async goneOver(): Promise<ReadonlyMap<string, bigint>> {
    const gone = new Map<string, bigint>();
    for (const { account, units } of Object.values(await this.#readGone()).flatMap(({ over }) => over)) {
      gone.set(account, (gone.get(account) ?? 0n) + BigInt(units));
    }
    return gone;
  }

  /** In one small note: it is asked for after each payment, and a member may have made thousands. */
  async #noteGone({ header, routes }: HandedAttempt): Promise<void> {
    const over = routes.map(({ nodes, amount }) => ({
      account: accountName(nodes[1] ?? '', header.equivalent),
      units: String(amount),
    }));
    const sent: Sent = { atMs: header.createdAtMs, over };
    await alone(GONE, async () => {
      const all = { ...(await this.#readGone()), [txIdOf(header)]: sent };
      await this.#kept.set(GONE, JSON.stringify(all));
    });
  }

  async #readGone(): Promise<Readonly<Record<string, Sent>>> {
    const all = JSON.parse((await this.#kept.get(GONE)) ?? '{}') as Record<string, Sent>;
    const sinceMs = Date.now() - MAX_DELEGATION_LIFETIME_MS;
    return Object.fromEntries(Object.entries(all).filter(([, { atMs }]) => atMs >= sinceMs));
  }

  /** Each under a name of its own, so that two windows do not overwrite what the other has written. */
  async #write(attempt: HandedAttempt, isSent: boolean): Promise<void> {
    const written: Written = { document: toBase64url(encode(handedAttemptShape, attempt)), isSent };
    await this.#kept.set(`${PREFIX}${nameOf(attempt.header)}`, JSON.stringify(written));
  }
}

const nameOf = (header: Header): string => `${header.paymentId}-${txIdOf(header)}`;

function writtenProof({ receipt, aborts, decline }: Shown): string {
  const textOf = (bytes: Uint8Array | null): string | null => (bytes === null ? null : toBase64url(bytes));
  const proof: WrittenProof = { receipt: textOf(receipt), aborts: aborts.map(toBase64url), decline: textOf(decline) };
  return JSON.stringify(proof);
}

function proofIn(text: string | null): Shown | null {
  if (text === null) return null;
  const { receipt, aborts, decline } = JSON.parse(text) as WrittenProof;
  const bytesOf = (written: string | null): Uint8Array | null => (written === null ? null : fromBase64url(written));
  return { receipt: bytesOf(receipt), aborts: aborts.map(fromBase64url), decline: bytesOf(decline) };
}
