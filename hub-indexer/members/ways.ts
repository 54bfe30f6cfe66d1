/**
 * Ways between members: the hub is an indexer (§6.5) for those whom it hosts, over all trust lines that they have, also
 * those that are on no public map. It answers members only, each for itself; what it tells is what a search among
 * neighbours (§6.7) would find out, without asking hundreds of them for each payment.
 */
import { randomBytes } from 'node:crypto';
import { answerHints } from '#node/indexer.ts';
import type { HintRequest, Hints } from '#protocol/hints.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { DurableRecord, LineRecord } from '#protocol/records.ts';
import { MapIndex } from '../index/map-index.ts';

const SEED_BYTES = 8;

export class MemberWays {
  readonly #index = new MapIndex(randomBytes(SEED_BYTES));

  /** Lines of a member, as they were loaded. */
  learn(lines: Iterable<LineRecord>): void {
    for (const line of lines) this.#note(line);
  }

  /** Records of a member that are on disk now. */
  saved(records: readonly DurableRecord[]): void {
    for (const record of records) if (record.type === 'line') this.#note(record);
  }

  /** Answers the frame of a member if it is a request for hints. False: it is something else. */
  answer(from: PublicKey, frame: Uint8Array, send: (to: PublicKey, frame: Uint8Array) => void): boolean {
    return answerHints({ answer: (asker, request) => this.#hints(asker, request) }, from, frame, send);
  }

  #hints(from: PublicKey, { id, equivalent, source, target, most }: HintRequest): Hints | null {
    // Which ways others have is not its business.
    if (source !== from) return null;
    return { type: 'hints', id, ...this.#index.answer(equivalent, source, target, most) };
  }

  #note({ signed: { line } }: LineRecord): void {
    this.#index.set(line, line.status === 'active');
  }
}
