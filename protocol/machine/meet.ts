/**
 * Looking for rings from both sides (§5.2): a probe spreads to creditors and to debtors. Whoever gets it from both sides is
 * on a ring, and each half of it goes back to where the probe began.
 */

import { type Account, clearableIn, clearableOut } from '../account.ts';
import { least } from '../amount.ts';
import { OTHER_SIDE, type RingHalf, type RingProbe } from '../clearing/ring-probe.ts';
import type { RingSearch } from '../clearing/seeking.ts';
import type { PublicKey } from '../identity.ts';
import { MAX_RING_HALVES, MAX_RING_PROBES_PER_SECOND, RING_PROBE_FAN_OUT, RING_PROBE_HOPS } from '../limits.ts';
import { clearFound } from './clear.ts';
import { creditorsOf, debtorsOf, digestOf, isHeard, isOpen, isUnderWay, pickByAmount } from './ring-accounts.ts';
import type { Turn } from './turn.ts';

/** Begins one, over a debt to this participant among others. */
export function probeForRings(turn: Turn, { neighbour, equivalent, journalHead }: Account): void {
  const id = digestOf('ring-probe', turn.self, journalHead, String(turn.nowMs)).slice(0, 32);
  const search = { ...newSearch(id, equivalent), isOwn: true };
  const owed = spread(turn, { id, equivalent, side: 'owed', hops: 1 }, [neighbour]);
  const owes = spread(turn, { id, equivalent, side: 'owes', hops: 1 });
  turn.learn({ ...search, to: { owed, owes } });
}

function newSearch(id: string, equivalent: string): RingSearch {
  const [from, to] = [
    { owes: null, owed: null },
    { owes: [], owed: [] },
  ];
  return { type: 'ring-search', id, equivalent, isOwn: false, from, to, halves: [] };
}

/** Sends a probe on, to those in `first` and to others by chance; to whom. */
function spread(
  turn: Turn,
  { id, equivalent, side, hops }: Omit<RingProbe, 'type'>,
  first: readonly PublicKey[] = [],
): readonly PublicKey[] {
  const open = side === 'owed' ? debtorsOf(turn, equivalent, []) : creditorsOf(turn, equivalent);
  const amountOf = side === 'owed' ? clearableOut : clearableIn;
  const chosen = open.map(({ neighbour }) => neighbour).filter((neighbour) => first.includes(neighbour));
  while (chosen.length < RING_PROBE_FAN_OUT) {
    const left = open.filter(({ neighbour }) => !chosen.includes(neighbour));
    const picked = pickByAmount(left, amountOf, digestOf(side, id, turn.self, String(chosen.length)));
    if (picked === undefined) break;
    chosen.push(picked.neighbour);
  }
  for (const to of chosen) turn.send(to, { type: 'ring-probe', id, equivalent, side, hops });
  return chosen;
}

/** A probe of a neighbour. Of several of one side the first counts. */
export function receiveRingProbe(turn: Turn, from: PublicKey, { id, equivalent, side, hops }: RingProbe): void {
  const account = turn.account(from, equivalent);
  if (account === undefined || !isHeard(turn, from, MAX_RING_PROBES_PER_SECOND)) return;
  if (turn.records.seeking === 'never' || turn.node.isFrozen) return;
  // From a debtor: would a clearing be let out to it? From a creditor: is it owed anything?
  if (side === 'owes' ? !isOpen(turn, account) : clearableIn(account) === 0n) return;
  const known = turn.records.knowledge.ringSearch(id) ?? newSearch(id, equivalent);
  if (known.equivalent !== equivalent || known.isOwn || known.from[side] !== null) return;
  const search = { ...known, from: { ...known.from, [side]: from } };
  if (known.from[OTHER_SIDE[side]] !== null) tellHalves(turn, search);
  const to = hops < RING_PROBE_HOPS ? spread(turn, { id, equivalent, side, hops: hops + 1 }) : [];
  turn.learn({ ...search, to: { ...search.to, [side]: to } });
}

/** Both sides met here. */
function tellHalves(turn: Turn, { id, equivalent, from }: RingSearch): void {
  for (const side of ['owed', 'owes'] as const) {
    const half: RingHalf = { type: 'ring-half', id, equivalent, side, nodes: [], amount: UNBOUNDED };
    passHalf(turn, half, from[side]);
  }
}

/** More than any debt. */
const UNBOUNDED = 2n ** 63n - 1n;

/** Adds this participant to a half, and passes it on to where the probe of its side came from. */
function passHalf(turn: Turn, half: RingHalf, to: PublicKey | null): void {
  const account = to === null ? undefined : turn.account(to, half.equivalent);
  if (account === undefined || half.nodes.length >= RING_PROBE_HOPS || isUnderWay(turn, account)) return;
  const { side } = half;
  const amount = least(half.amount, side === 'owed' ? clearableIn(account) : clearableOut(account));
  if (amount === 0n) return;
  const nodes = side === 'owed' ? [turn.self, ...half.nodes] : [...half.nodes, turn.self];
  turn.send(account.neighbour, { ...half, nodes, amount });
}

/** A verified half of a ring, from one to whom the probe went. */
export function receiveRingHalf(turn: Turn, from: PublicKey, half: RingHalf): void {
  const { id, equivalent, side, nodes } = half;
  const search = turn.records.knowledge.ringSearch(id);
  const account = turn.account(from, equivalent);
  if (turn.records.seeking === 'never' || account === undefined || search?.equivalent !== equivalent) return;
  if (!search.to[side].includes(from) || nodes.includes(turn.self) || isUnderWay(turn, account)) return;
  const amount = least(half.amount, side === 'owed' ? clearableOut(account) : clearableIn(account));
  if (amount === 0n || search.halves.length >= MAX_RING_HALVES) return;
  // It came before, as messages may come twice: a ring is begun once.
  if (search.halves.some((known) => isOfOneMeeting(known, half) && known.side === side)) return;
  const lowered = { ...half, amount };
  turn.learn({ ...search, halves: [...search.halves, lowered] });
  if (search.isOwn) clearWith(turn, lowered, search.halves);
  else passHalf(turn, lowered, search.from[side]);
}

/** Tries to clear the ring that a half makes with one of the other side, from where the same participant got both. */
function clearWith(turn: Turn, half: RingHalf, others: readonly RingHalf[]): void {
  const other = others.find((known) => isOfOneMeeting(known, half) && known.side !== half.side);
  if (other === undefined) return;
  const [owed, owes] = half.side === 'owed' ? [half, other] : [other, half];
  const nodes = [turn.self, ...owed.nodes, ...owes.nodes.slice(1), turn.self];
  const { id, equivalent } = half;
  const amount = least(owed.amount, owes.amount);
  clearFound(turn, { equivalent, nodes, amount, id: `${id}/${meetingOf(owed)}` });
}

function isOfOneMeeting(one: RingHalf, other: RingHalf): boolean {
  return meetingOf(one) === meetingOf(other);
}

function meetingOf({ side, nodes }: RingHalf): PublicKey | undefined {
  return side === 'owed' ? nodes.at(-1) : nodes[0];
}
