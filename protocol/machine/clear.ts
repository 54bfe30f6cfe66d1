/**
 * Beginning a clearing (§5): the initiator stands at both ends of a ring of debts.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { clearableIn, clearableOut } from '../account.ts';
import { least, MAX_AMOUNT } from '../amount.ts';
import type { ProposalRecord } from '../clearing/proposal.ts';
import type { RingAttempt } from '../clearing/seeking.ts';
import type { ClearCommand } from '../event.ts';
import type { PublicKey } from '../identity.ts';
import { MAX_CLEARING_HOPS, MAX_RING_REFUSALS } from '../limits.ts';
import { type Header, type PaymentId, packetFlaw, type Route, txIdOf } from '../packet.ts';
import type { Abort, CommittedPosition, PreparedPosition } from '../position.ts';
import { type Refusal, refuse } from '../refusals.ts';
import { makeHeader, makeRoute, prepareFirst, signFirst } from './attempt.ts';
import { propose } from './consent.ts';
import { whyNotOut } from './reserve.ts';
import { planWalk } from './seek.ts';
import type { Turn } from './turn.ts';

/** A ring and what is to be cleared on it. `nodes` begins and ends with this participant, each the creditor of the next. */
interface Ring {
  readonly equivalent: string;
  readonly nodes: readonly PublicKey[];
  /** 10⁻⁸ units. */
  readonly amount: bigint;
}

/** Clears a ring that begins and ends here (§5): prepare first, commit when the packet has come round. */
export function startClearing(turn: Turn, command: ClearCommand): void {
  const { paymentId, randomness } = command;
  const refusal = begin(turn, { ...command, paymentId, randomness, attempts: 0 });
  if (refusal !== null) turn.notify({ type: 'refused', refusal });
}

/** Clears a ring that a walk found; where there is less than was said, less. */
export function clearFound(turn: Turn, ring: Ring & { readonly id: string }): void {
  const { id, equivalent, nodes, amount } = ring;
  const first = nodes[1] as PublicKey;
  // Nobody but the two of the account knows its journal: what is derived from it cannot be foreseen by others.
  const secret = digestOf(id, turn.self, turn.account(first, equivalent)?.journalHead ?? '');
  attempt(turn, {
    ...{ type: 'ring-attempt', equivalent, nodes, amount, refusals: 0 },
    ...{ paymentId: digestOf(secret, 'id') as PaymentId, randomness: digestOf(secret, 'salt') },
  });
}

/** The owner has agreed to a ring: it is begun from here, with what is there now. */
export function clearAgreed(turn: Turn, { id, equivalent, nodes, amount }: ProposalRecord): void {
  const next = turn.account(nodes[1] as PublicKey, equivalent);
  const last = turn.account(nodes.at(-2) as PublicKey, equivalent);
  if (next === undefined || last === undefined) return;
  const now = least(amount, least(clearableOut(next), clearableIn(last)));
  if (now > 0n) clearFound(turn, { equivalent, nodes, amount: now, id: `${id}/${turn.nowMs}` });
}

function attempt(turn: Turn, ring: RingAttempt): void {
  const refusal = begin(turn, { ...ring, attempts: ring.refusals });
  if (refusal === null) turn.learn(ring);
  else turn.learn({ type: 'ended-ring-attempt', paymentId: ring.paymentId });
}

/**
 * The own attempt was refused. Where less is owed, that is tried. Where others hold it just now, mostly another clearing of
 * the same ring, they are let by: a piece would only make two rings of one. A walk later finds what they leave.
 */
export function clearingAborted(turn: Turn, { header }: PreparedPosition, { cause }: Abort): void {
  const ring = turn.records.knowledge.ringAttempt(header.paymentId);
  if (ring === undefined) return;
  turn.learn({ type: 'ended-ring-attempt', paymentId: ring.paymentId });
  if (cause.code !== 'nothing-to-clear') return;
  const { maxNow, reserved } = cause;
  const isBusy = maxNow + reserved >= ring.amount;
  if (maxNow > 0n && !isBusy && ring.refusals < MAX_RING_REFUSALS) {
    attempt(turn, { ...ring, amount: maxNow, refusals: ring.refusals + 1 });
  } else planWalk(turn, ring.nodes[1] as PublicKey, ring.equivalent);
}

/** The own attempt is done: what is left of the debt may be on other rings. */
export function clearingCommitted(turn: Turn, { header, route }: CommittedPosition): void {
  turn.learn({ type: 'ended-ring-attempt', paymentId: header.paymentId });
  planWalk(turn, route.nodes[1] as PublicKey, header.equivalent);
}

/** Why it does not begin, or null. */
function begin(
  turn: Turn,
  ring: Ring & { readonly paymentId: PaymentId; readonly randomness: string; readonly attempts: number },
): Refusal | null {
  const { paymentId, equivalent, amount, nodes, randomness, attempts } = ring;
  if (nodes.length < 2 || nodes.length > MAX_CLEARING_HOPS + 1 || amount < 1n || amount > MAX_AMOUNT) {
    return refuse('bad-route', { why: `a ring has up to ${MAX_CLEARING_HOPS} hops and carries something` });
  }
  const route = makeRoute({ randomness, attempts }, 0, nodes, amount);
  const header = makeHeader(
    turn,
    { kind: 'clear', paymentId, receiver: turn.self, equivalent, total: amount, sealedMemo: null },
    [route],
  );
  const txId = txIdOf(header);
  // The same once more, at the same moment: it is under way.
  if (turn.position(txId, 0, 0) !== undefined) return null;
  const refusal = whyNotClear(turn, header, route);
  if (refusal?.code === 'no-auto-clearing') propose(turn, equivalent, route);
  if (refusal !== null) return refusal;
  const made = { txId, header, routes: [route] };
  const signatures = signFirst(turn, made);
  if (signatures === null) return refuse('bad-document', { why: 'it is not signed' });
  prepareFirst(turn, made, signatures);
  return null;
}

function whyNotClear(turn: Turn, header: Header, route: Route): Refusal | null {
  if (turn.node.isFrozen) return refuse('node-restored', {});
  const flaw = packetFlaw(header, route);
  if (flaw !== null) return refuse('bad-route', { why: flaw });
  const hop = { from: null, to: route.nodes[1] as PublicKey, number: 0, amount: route.amount, ring: route.nodes };
  return whyNotOut(turn, header, hop);
}

function digestOf(...parts: readonly string[]): string {
  return bytesToHex(sha256(utf8ToBytes(['geo/1/clear', ...parts].join('/'))));
}
