/**
 * What makes a node an indexer (§6.5): a part beside it that is told what enters the map, and that answers requests for
 * hints before they come to the machine. Without one a node answers none.
 */
import type { HintRequest, Hints } from '#protocol/hints.ts';
import { HINT_REQUEST_NUMBER } from '#protocol/hints.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { decodeMessage, encodeMessage } from '#protocol/link.ts';
import type { DurableRecord, Records } from '#protocol/records.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

/** What the node gives the indexer beside it. */
export interface IndexerNode {
  /** Read only. Its map is the truth of what was announced. */
  readonly records: Records;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Take part in the gossip about an equivalent. Without effect before the node is up. */
  follow(equivalent: string): void;
}

export interface Indexer {
  /** The answer, or null where none is given: the participant asks too often. */
  answer(from: PublicKey, request: HintRequest): Hints | null;
  /** Records that are on disk now, in the order in which they were saved. */
  saved(records: readonly DurableRecord[]): void;
  /** The node is up. */
  started(): void;
  /** Queries of strangers that are taken a second, all together. */
  readonly queriesPerSecond: number;
  /** Before the node's store is closed. */
  stop(): Promise<void>;
}

/** Answers the frame if it is a request for hints. False: it is for the machine. */
export function answerHints(
  indexer: Pick<Indexer, 'answer'>,
  from: PublicKey,
  frame: Uint8Array,
  send: (to: PublicKey, frame: Uint8Array) => void,
): boolean {
  // Not decoded twice: a message is an array of which the first item is its number.
  if (frame[1] !== HINT_REQUEST_NUMBER) return false;
  const request = decodeMessage(frame);
  if (isRefusal(request) || request.type !== 'hint-request') return false;
  const hints = indexer.answer(from, request);
  if (hints !== null) send(from, encodeMessage(hints));
  return true;
}
