/**
 * Looking for rings of debts (§5.2) with nothing but the own accounts: a walk goes from creditor to debtor until it comes
 * back to somebody who had it before. Each learns whom it came from and whom it went to, and what the ring could clear.
 */

import { type Account, clearableIn, clearableOut } from '../account.ts';
import { least } from '../amount.ts';
import { MIN_RING_HOPS, type RingFound, type RingNone, type RingWalk, ringMark } from '../clearing/ring.ts';
import type { Passage } from '../clearing/seeking.ts';
import type { PublicKey } from '../identity.ts';
import {
  DEAD_END_MS,
  FIRST_WALK_HOPS,
  MAX_CLEARING_HOPS,
  MAX_LOOK_AHEAD,
  MAX_RING_PROBES_PER_HOUR,
  MAX_WALK_STEPS,
  MAX_WALKS_PER_HOUR,
  MAX_WALKS_PER_SECOND,
  SEEK_ROUNDS,
  WALK_AFTER_MS,
  WALK_JITTER_MS,
  WALKS_PER_CHANGE,
} from '../limits.ts';
import { clearFound } from './clear.ts';
import { probeForRings } from './meet.ts';
import { debtorsOf, digestOf, isHeard, isOpen, isUnderWay, mayClear, openTo, pickByAmount } from './ring-accounts.ts';
import type { Turn } from './turn.ts';

const HOUR_MS = 3_600_000;

/** The neighbour has come to owe something: soon a ring is looked for, unless that is planned already. */
export function planWalk(turn: Turn, neighbour: PublicKey, equivalent: string): void {
  const account = turn.account(neighbour, equivalent);
  if (turn.records.seeking === 'never' || account === undefined || !mayClear(turn, account)) return;
  const seeking = seekingOf(turn, account);
  if (seeking.plannedForMs > turn.nowMs) return;
  // Another one each time, or those who got in each other's way would do so again.
  const digest = digestOf('jitter', turn.self, account.journalHead, String(seeking.walks));
  const jitterMs = Number.parseInt(digest.slice(0, 8), 16) % WALK_JITTER_MS;
  const plannedForMs = turn.nowMs + WALK_AFTER_MS + jitterMs;
  turn.learn({ ...seeking, plannedForMs });
  turn.schedule({ type: 'seek', neighbour, equivalent, tries: 0 }, plannedForMs);
}

/** After a payment, where rings are always looked for. */
export function paymentCounted(turn: Turn, neighbour: PublicKey, equivalent: string): void {
  if (turn.records.seeking === 'always') planWalk(turn, neighbour, equivalent);
}

/** Every now and then, though nothing changed: one walk, over one debt after the other. */
export function seekNowAndThen(turn: Turn, round: number): void {
  if (turn.records.seeking !== 'always' || round % SEEK_ROUNDS !== 0) return;
  const owed = [...turn.accounts()].filter((account) => clearableOut(account) > 0n);
  const account = owed[(round / SEEK_ROUNDS) % owed.length];
  // Nothing has changed for a while: any ring will do.
  if (account !== undefined) seek(turn, account.neighbour, account.equivalent, WALKS_PER_CHANGE - 1, MIN_RING_HOPS);
}

/** Looks for rings over each debt to this participant, as the owner wants it. */
export function seekEverywhere(turn: Turn, equivalent: string | null): void {
  for (const account of turn.accounts()) {
    if (equivalent === null || account.equivalent === equivalent) {
      planWalk(turn, account.neighbour, account.equivalent);
    }
  }
}

/** Begins a walk over the debt of a neighbour, or at last a probe, and plans what comes next in case it finds nothing. */
export function seek(
  turn: Turn,
  neighbour: PublicKey,
  equivalent: string,
  tries: number,
  leastHops = Math.max(MIN_RING_HOPS, FIRST_WALK_HOPS - 2 * tries),
): void {
  const account = turn.account(neighbour, equivalent);
  if (turn.records.seeking === 'never' || account === undefined || !mayClear(turn, account)) return;
  const seeking = seekingOf(turn, account);
  if (seeking.walks >= MAX_WALKS_PER_HOUR || isBeingCleared(turn, account)) return;
  const isProbe = tries >= WALKS_PER_CHANGE;
  const plannedForMs = turn.nowMs + (isProbe ? 0 : waitMs(tries));
  turn.learn({ ...seeking, walks: seeking.walks + 1, probes: seeking.probes + (isProbe ? 1 : 0), plannedForMs });
  if (isProbe) {
    if (seeking.probes < MAX_RING_PROBES_PER_HOUR) probeForRings(turn, account);
    return;
  }
  turn.schedule({ type: 'seek', neighbour, equivalent, tries: tries + 1 }, plannedForMs);
  if (!isOpen(turn, account)) return;
  // Only the neighbour knows this journal too, and it is told the id anyway.
  const id = digestOf('walk', turn.self, account.journalHead, String(turn.nowMs), String(seeking.walks)).slice(0, 32);
  const marks = [ringMark(id, turn.self)];
  const walk = { id, equivalent, marks, steps: MAX_WALK_STEPS, leastHops };
  pass(turn, { type: 'passage', ...walk, from: null, to: neighbour, tried: [] });
}

/** How long after a walk the next one begins; the probe waits until no dead end is believed that was one before the change. */
function waitMs(tries: number): number {
  const apartMs = 2 * WALK_AFTER_MS;
  return tries + 1 < WALKS_PER_CHANGE ? apartMs : DEAD_END_MS - tries * apartMs;
}

/** Sends a walk on. */
function pass(turn: Turn, passage: Omit<Passage, 'closedBy'>): void {
  const { id, equivalent, to, marks, steps, leastHops } = passage;
  turn.learn({ ...passage, closedBy: null });
  turn.send(to, { type: 'ring-walk', id, equivalent, marks, steps, leastHops });
}

/** A verified walk: its last mark is the sender's. */
export function receiveWalk(turn: Turn, from: PublicKey, walk: RingWalk): void {
  const { id, equivalent, steps, leastHops } = walk;
  const account = turn.account(from, equivalent);
  if (account === undefined || !isHeard(turn, from, MAX_WALKS_PER_SECOND)) return;
  const passage = turn.records.knowledge.passage(id);
  const own = ringMark(id, turn.self);
  if (turn.records.seeking === 'never' || turn.node.isFrozen || clearableIn(account) === 0n) {
    sayNone(turn, from, { id, equivalent, steps, deadForMs: DEAD_END_MS });
  } else if (walk.marks.includes(own)) {
    // Sent by chance, by one with too many debtors to look ahead.
    if (walk.marks.length - walk.marks.indexOf(own) < leastHops) {
      sayNone(turn, from, { id, equivalent, steps, deadForMs: 0 });
      return;
    }
    // A walk closes once for each; what comes back by way of nobody was never here.
    if (passage === undefined || passage.closedBy !== null || passage.to === from) return;
    if (isUnderWay(turn, account)) return;
    turn.learn({ ...passage, closedBy: from });
    turn.send(from, { type: 'ring-found', id, equivalent, nodes: [turn.self], amount: clearableIn(account) });
  } else {
    const marks = [...walk.marks, own].slice(-MAX_CLEARING_HOPS);
    const to =
      passage === undefined && steps > 0 ? nextOf(turn, { id, equivalent, marks, leastHops, not: [from] }) : null;
    if (to === null) {
      const deadForMs = deadFor(turn, { id, equivalent, marks, from });
      sayNone(turn, from, { id, equivalent, steps, deadForMs });
    } else pass(turn, { type: 'passage', id, equivalent, from, to, tried: [], marks, steps: steps - 1, leastHops });
  }
}

function sayNone(turn: Turn, to: PublicKey, none: Omit<RingNone, 'type'>): void {
  turn.send(to, { type: 'ring-none', ...none });
}

/**
 * How long no walk would go on from here, as far as is known: as long as the shortest of its dead ends, so that what was
 * true at one time is believed nowhere for longer than `DEAD_END_MS` and the time that its messages take. Whoever passed
 * this walk on is none.
 */
function deadFor(
  turn: Turn,
  { id, equivalent, marks, from }: Pick<Passage, 'id' | 'equivalent' | 'marks'> & { readonly from: PublicKey },
): number {
  const debtors = openTo(turn, equivalent, [from]);
  const places = placesOf(debtors, { id, marks });
  let deadForMs = DEAD_END_MS;
  for (const { neighbour } of debtors) {
    const thisMs = places.has(neighbour) ? 0 : turn.deadUntilMs(neighbour, equivalent) - turn.nowMs;
    deadForMs = Math.min(deadForMs, Math.max(0, thisMs));
  }
  return deadForMs;
}

/** A walk came back: another debtor is tried, or it goes back further. */
export function receiveNone(turn: Turn, from: PublicKey, none: RingNone): void {
  const { id, equivalent } = none;
  const passage = turn.records.knowledge.passage(id);
  if (passage?.to !== from || passage.equivalent !== equivalent || passage.closedBy !== null) return;
  const steps = Math.min(none.steps, passage.steps);
  turn.learn({ type: 'dead-end', neighbour: from, equivalent, untilMs: turn.nowMs + none.deadForMs });
  const tried = [...passage.tried, from];
  // Where it began it goes over one debt only.
  const { from: before } = passage;
  if (before === null) return;
  const to = steps === 0 ? null : nextOf(turn, { ...passage, not: [before, ...tried] });
  if (to === null) {
    sayNone(turn, before, { id, equivalent, steps, deadForMs: deadFor(turn, { ...passage, from: before }) });
  } else pass(turn, { ...passage, to, tried, steps: steps - 1 });
}

/**
 * The debtor a walk goes on to: one at which it closes the longest ring, if that is long enough; else one by chance that is
 * not on it, the likelier the more it owes.
 */
function nextOf(
  turn: Turn,
  walk: Pick<RingWalk, 'id' | 'equivalent' | 'marks' | 'leastHops'> & { readonly not: readonly PublicKey[] },
): PublicKey | null {
  const { id, equivalent, marks, not } = walk;
  const debtors = openTo(turn, equivalent, not);
  const places = debtors.length > MAX_LOOK_AHEAD ? new Map<PublicKey, number>() : placesOf(debtors, walk);
  const [longest] = [...places].sort(([, one], [, other]) => one - other);
  if (longest !== undefined && marks.length - longest[1] >= walk.leastHops) return longest[0];
  const open = debtorsOf(turn, equivalent, [...not, ...places.keys()]);
  return pickByAmount(open, clearableOut, digestOf('step', id, turn.self, String(not.length)))?.neighbour ?? null;
}

/** Those of the debtors that are on the walk, and where. */
function placesOf(
  debtors: readonly Account[],
  { id, marks }: Pick<RingWalk, 'id' | 'marks'>,
): ReadonlyMap<PublicKey, number> {
  const places = new Map<PublicKey, number>();
  for (const { neighbour } of debtors) {
    const at = marks.indexOf(ringMark(id, neighbour));
    if (at >= 0) places.set(neighbour, at);
  }
  return places;
}

/** A verified answer on its way back: the ring goes on with the one that it came from. */
export function receiveRing(turn: Turn, from: PublicKey, found: RingFound): void {
  const { id, equivalent, nodes } = found;
  const passage = turn.records.knowledge.passage(id);
  const account = turn.account(from, equivalent);
  if (turn.records.seeking === 'never' || account === undefined) return;
  if (passage?.to !== from || passage.equivalent !== equivalent || isUnderWay(turn, account)) return;
  const amount = least(found.amount, clearableOut(account));
  if (amount === 0n) return;
  if (nodes.at(-1) === turn.self) {
    if (passage.closedBy === null || passage.closedBy !== nodes.at(-2)) return;
    turn.learn({ ...passage, closedBy: null });
    clearFound(turn, { equivalent, nodes: [turn.self, ...nodes], amount, id });
    return;
  }
  const before = passage.from === null ? undefined : turn.account(passage.from, equivalent);
  if (before === undefined || nodes.includes(turn.self) || nodes.length >= MAX_CLEARING_HOPS) return;
  if (isUnderWay(turn, before)) return;
  const passable = least(amount, clearableIn(before));
  if (passable === 0n) return;
  turn.send(before.neighbour, { type: 'ring-found', id, equivalent, nodes: [turn.self, ...nodes], amount: passable });
}

function isBeingCleared(turn: Turn, { neighbour, equivalent }: Account): boolean {
  for (const attempt of turn.records.knowledge.ringAttempts()) {
    if (attempt.equivalent === equivalent && attempt.nodes[1] === neighbour) return true;
  }
  return false;
}

function seekingOf(turn: Turn, { neighbour, equivalent }: Account) {
  const hour = Math.floor(turn.nowMs / HOUR_MS);
  const known = turn.seeking(neighbour, equivalent);
  const isThisHour = known?.hour === hour;
  const base = { type: 'seeking', neighbour, equivalent, hour } as const;
  return {
    ...base,
    walks: isThisHour ? known.walks : 0,
    probes: isThisHour ? known.probes : 0,
    plannedForMs: known?.plannedForMs ?? 0,
  };
}
