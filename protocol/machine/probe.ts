/**
 * Probes (§6.6): each participant on the route says what its hops could carry now, in the order of rule 9, and passes the
 * question on; the answer goes back the same way. Nothing is reserved and nothing is saved.
 */
import { least, MAX_AMOUNT } from '../amount.ts';
import { causeOf, refusalOf } from '../cause.ts';
import type { PublicKey } from '../identity.ts';
import { MAX_QUESTIONS_PER_SECOND } from '../limits.ts';
import type { Header } from '../packet.ts';
import type { RefusedHop } from '../payment.ts';
import { MAX_NARROWINGS, type Narrowing, type Probe, type ProbeAnswer, refusalStatement } from '../probe.ts';
import { type Refusal, refuse } from '../refusals.ts';
import { passed, refusedAbove, silent } from '../routing/estimate.ts';
import type { AskedRoute, Search } from '../routing/search.ts';
import { judgeIndexers } from './hints.ts';
import { whyNotIn, whyNotOut } from './reserve.ts';
import { awaited, noteHop, passableOf, takeAnswer } from './search.ts';
import type { Turn } from './turn.ts';

/** How far a probe gets here. */
interface Judged {
  readonly amount: bigint;
  readonly narrowings: readonly Narrowing[];
}

/** A verified probe from p(i−1). A frozen node signs nothing, not even a refusal, and strangers get no answer. */
export function receiveProbe(turn: Turn, from: PublicKey, probe: Probe): void {
  const { id, equivalent, nodes } = probe;
  if (turn.node.isFrozen || turn.account(from, equivalent) === undefined || !countQuestion(turn, from)) return;
  const position = nodes.indexOf(turn.self);
  const next = nodes[position + 1];
  const judged = judge(turn, probe, position);
  if (judged.amount > 0n && next !== undefined) turn.send(next, { ...probe, ...judged });
  else turn.send(from, { type: 'probe-answer', id, equivalent, nodes, ...judged });
}

/** Counts a question of a neighbour; false: it has asked too much in this second, and is not answered. */
export function countQuestion(turn: Turn, neighbour: PublicKey, most = MAX_QUESTIONS_PER_SECOND): boolean {
  const second = Math.floor(turn.nowMs / 1_000);
  const before = turn.records.knowledge.questionsOf(neighbour);
  const count = before?.second === second ? before.count + 1 : 1;
  turn.learn({ type: 'questions', neighbour, second, count });
  return count <= most;
}

/** What of the amount both hops could carry, with what is to go over them beside. Each reason that lowers it is told and signed. */
function judge(turn: Turn, probe: Probe, position: number): Judged {
  const { equivalent, nodes, beside } = probe;
  const header: Pick<Header, 'kind' | 'equivalent' | 'createdAtMs' | 'payer' | 'receiver'> = {
    ...{ kind: 'pay', equivalent, createdAtMs: turn.nowMs },
    ...{ payer: nodes[0] as PublicKey, receiver: nodes.at(-1) as PublicKey },
  };
  const from = nodes[position - 1] as PublicKey;
  const to = nodes[position + 1];
  const isLast = to === undefined;
  const whyNot = (amount: bigint, goesIn: bigint, goesOut: bigint): Refusal | null => {
    const { smallest } = turn.node.dust;
    if (amount < smallest) return refuse('below-smallest', { hop: position - 1, limit: smallest });
    const refusal = whyNotIn(turn, header, { from, number: position - 1, amount: goesIn, isLast });
    if (refusal !== null || to === undefined) return refusal;
    return whyNotOut(turn, header, { from, to, number: position, amount: goesOut });
  };
  let { amount } = probe;
  let goesIn = together(amount, beside[position - 1]);
  let goesOut = together(amount, beside[position]);
  const narrowings = [...probe.narrowings];
  while (amount > 0n && narrowings.length < MAX_NARROWINGS) {
    const refusal = whyNot(amount, goesIn, goesOut);
    if (refusal === null) break;
    narrowings.push(...narrowing(turn, probe, position, refusal));
    const passable = passableOf(refusal);
    if (isAt(refusal, position)) goesOut = passable < goesOut ? passable : 0n;
    else goesIn = passable < goesIn ? passable : 0n;
    amount = least(amount, least(goesIn, goesOut));
  }
  return { amount, narrowings };
}

/** What is asked of a hop: the amount of the route, and what is to go over the hop beside. */
function together(amount: bigint, beside = 0n): bigint {
  return least(amount + beside, MAX_AMOUNT);
}

function isAt(refusal: Refusal, hop: number): boolean {
  return 'hop' in refusal && refusal.hop === hop;
}

/** A narrowing that a host may not sign is left out: the payer would not believe it. */
function narrowing(turn: Turn, probe: Probe, position: number, refusal: Refusal): readonly Narrowing[] {
  const cause = causeOf(refusal);
  const signature = turn.sign(refusalStatement(turn.records.network, probe, { position, cause }));
  return signature === null ? [] : [{ position, cause, signature }];
}

/** An answer on its way back; at the payer it says what the hops can carry. Only there are its signatures looked at. */
export function receiveProbeAnswer(turn: Turn, answer: ProbeAnswer): void {
  const position = answer.nodes.indexOf(turn.self);
  if (position > 0) {
    turn.send(answer.nodes[position - 1] as PublicKey, answer);
    return;
  }
  const waiting = awaited(turn, 'probe', answer.id);
  if (waiting === null) return;
  const { search, question } = waiting;
  if (question.route.nodes.join() !== answer.nodes.join()) return;
  const { learned, refusals } = learnFrom(turn, search, question.route, answer);
  takeAnswer(turn, learned, question, { refusals });
}

/** Takes the hops of an answered route in, up to where it ended or where nobody has signed for what is missing. */
function learnFrom(
  turn: Turn,
  search: Search,
  { nodes, amount: asked, beside }: AskedRoute,
  answer: ProbeAnswer,
): { readonly learned: Search; readonly refusals: readonly RefusedHop[] } {
  const refusals: RefusedHop[] = [];
  let learned = search;
  let amount = asked;
  const isCut = isCutShort(asked, answer);
  for (let hop = 0; hop + 1 < nodes.length && amount > 0n; hop++) {
    const [from, to] = [nodes[hop] as PublicKey, nodes[hop + 1] as PublicKey];
    const { nowMs } = turn;
    const reasons = answer.narrowings.filter(({ cause }) => cause.hop === hop).map(({ cause }) => refusalOf(cause));
    const passes = reasons.reduce((most, reason) => least(most, passableOf(reason)), together(amount, beside[hop]));
    for (const refusal of reasons) refusals.push({ from, to, refusal });
    judgeIndexers(turn, search, { from, to }, refusals.findLast((refused) => refused.to === to)?.refusal ?? null);
    amount = least(amount, passes);
    learned = noteHop(turn, learned, from, to, (known) => {
      if (reasons.length > 0) return refusedAbove(known, passes, nowMs);
      return isCut ? silent(known, nowMs) : passed(known, passes, nowMs);
    });
  }
  return { learned, refusals };
}

/** Does it say that less passes than anybody has signed for? Then somebody on the way back cut it, or lies. */
function isCutShort(asked: bigint, { amount, narrowings }: ProbeAnswer): boolean {
  return amount < narrowings.reduce((signed, { cause }) => least(signed, cause.maxNow ?? 0n), asked);
}
