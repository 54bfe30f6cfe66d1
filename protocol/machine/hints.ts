/**
 * Hints of indexers (§6.5), on the asking side: hops to be asked about, never believed. An indexer that names hops that are
 * not there, or does not answer, is asked last.
 */
import type { Hints } from '../hints.ts';
import type { PublicKey } from '../identity.ts';
import type { Refusal } from '../refusals.ts';
import type { Search } from '../routing/search.ts';
import { hopsOfChain } from './find.ts';
import { awaited, takeAnswer } from './search.ts';
import type { Turn } from './turn.ts';

/** An answer that this participant has asked for. Routes that do not lead from it to the receiver are left out. */
export function receiveHints(turn: Turn, from: PublicKey, { id, routes }: Hints): void {
  const waiting = awaited(turn, 'hints', id);
  if (waiting === null || waiting.question.from !== from) return;
  const { search, question } = waiting;
  const fitting = routes.filter(
    (nodes) => nodes[0] === turn.self && nodes.at(-1) === search.receiver && new Set(nodes).size === nodes.length,
  );
  takeAnswer(turn, search, question, { named: fitting.flatMap((nodes) => hopsOfChain(nodes, [from])) });
}

/** A hop was asked about: whoever named it was right, or was not. `refusal` is null when something passed. */
export function judgeIndexers(
  turn: Turn,
  search: Search,
  hop: { from: PublicKey; to: PublicKey },
  refusal: Refusal | null,
): void {
  const named = search.named.find(({ from, to }) => from === hop.from && to === hop.to);
  const isWrong = refusal?.code === 'no-trust-line';
  for (const indexer of named?.by ?? []) noteIndexer(turn, indexer, !isWrong);
}

/** An indexer was of use, or was not. */
export function noteIndexer(turn: Turn, publicKey: PublicKey, isRight: boolean): void {
  const { right = 0, wrong = 0 } = turn.indexer(publicKey) ?? {};
  turn.learn({ type: 'indexer', publicKey, right: right + (isRight ? 1 : 0), wrong: wrong + (isRight ? 0 : 1) });
}
