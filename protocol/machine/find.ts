/**
 * Finding a way without a map (§6.7): passes a question on to neighbours that a payment could go to, within its budget,
 * and an answer back.
 */
import { availableOut } from '../account.ts';
import { blinded, type Find, type Found } from '../finding.ts';
import type { PublicKey } from '../identity.ts';
import { MAX_FIND_BREADTH, MAX_PAYMENT_HOPS } from '../limits.ts';
import type { NamedHop } from '../routing/search.ts';
import { countQuestion } from './probe.ts';
import { awaited, takeAnswer, whyNotOwnHop } from './search.ts';
import type { Turn } from './turn.ts';

/** A verified question; its last participant is the sender. One that was here before is not passed on again. */
export function receiveFind(turn: Turn, from: PublicKey, find: Find): void {
  const { id, equivalent, target, nodes } = find;
  const known = turn.records.knowledge.hasSeen(id) || nodes.includes(turn.self);
  if (turn.node.isFrozen || known || turn.account(from, equivalent) === undefined) return;
  if (!countQuestion(turn, from)) return;
  turn.learn({ type: 'seen-question', id });
  const here = [...nodes, turn.self];
  const answer = (chain: readonly PublicKey[]): void =>
    turn.send(from, { type: 'found', id, equivalent, nodes: chain });
  if (blinded(id, turn.self) === target) {
    answer(here);
    return;
  }
  for (const neighbour of usable(turn, equivalent)) {
    if (blinded(id, neighbour) !== target) continue;
    if (here.length <= MAX_PAYMENT_HOPS) answer([...here, neighbour]);
    return;
  }
  if (here.length < MAX_PAYMENT_HOPS) askNeighbours(turn, { ...find, nodes: here, budget: find.budget - 1 });
}

/** Asks neighbours that something could be sent to, and shares the budget out among them; how many were asked. */
export function askNeighbours(turn: Turn, find: Find): number {
  const asked = [...usable(turn, find.equivalent)]
    .filter((neighbour) => !find.nodes.includes(neighbour))
    // Another order for each question, so that not always the same are asked.
    .sort((one, other) => (blinded(find.id, one) < blinded(find.id, other) ? -1 : 1))
    .slice(0, Math.min(MAX_FIND_BREADTH, find.budget));
  const budget = Math.floor(find.budget / Math.max(asked.length, 1));
  for (const neighbour of asked) turn.send(neighbour, { ...find, budget });
  return asked.length;
}

function* usable(turn: Turn, equivalent: string): IterableIterator<PublicKey> {
  for (const account of turn.accounts()) {
    if (account.equivalent !== equivalent || availableOut(account) === 0n) continue;
    if (whyNotOwnHop(turn, account.neighbour, equivalent, 1n) === null) yield account.neighbour;
  }
}

/** A chain on its way back to the one who asked, where its hops are as good as those on a map. */
export function receiveFound(turn: Turn, found: Found): void {
  const { id, nodes } = found;
  const position = nodes.indexOf(turn.self);
  if (position > 0) {
    turn.send(nodes[position - 1] as PublicKey, found);
    return;
  }
  const waiting = awaited(turn, 'found', id);
  if (waiting === null || nodes.at(-1) !== waiting.search.receiver) return;
  takeAnswer(turn, waiting.search, waiting.question, { named: hopsOfChain(nodes, []) });
}

/** The hops of a chain behind the first, which the own accounts show. */
export function hopsOfChain(nodes: readonly PublicKey[], by: readonly PublicKey[]): readonly NamedHop[] {
  const hops: NamedHop[] = [];
  for (let at = 1; at + 1 < nodes.length; at++) {
    hops.push({ from: nodes[at] as PublicKey, to: nodes[at + 1] as PublicKey, by });
  }
  return hops;
}
