/**
 * Consent to clearings (§5.3). A line whose owner wants to be asked refuses a clearing and notes it as a proposal; when
 * the owner agrees, this participant begins the same ring itself. Nothing is reserved meanwhile.
 */
import { beginningAt, isPending, type ProposalRecord, type ProposalState, ringId } from '../clearing/proposal.ts';
import type { AnswerProposalCommand } from '../event.ts';
import type { PublicKey } from '../identity.ts';
import { PROPOSAL_LIFETIME_MS } from '../limits.ts';
import type { Route } from '../packet.ts';
import type { CommittedPosition } from '../position.ts';
import { refuse } from '../refusals.ts';
import { clearAgreed } from './clear.ts';
import type { Turn } from './turn.ts';

/** Has the owner agreed that this ring lowers the debt of the neighbour by so much? */
export function hasAgreed(
  turn: Turn,
  ring: { readonly equivalent: string; readonly nodes: readonly PublicKey[] },
  { to, amount }: { readonly to: PublicKey; readonly amount: bigint },
): boolean {
  const proposal = turn.proposal(to, ring.equivalent);
  if (!isPending(proposal, turn.nowMs) || proposal.state !== 'WAITING_CONFIRMATIONS') return false;
  return amount <= proposal.amount && proposal.id === ringId(ring.equivalent, ring.nodes);
}

/** May the owner be asked about the debt of this neighbour? Not while a question is open, and not soon after a no. */
export function mayBeAsked(turn: Turn, neighbour: PublicKey, equivalent: string): boolean {
  const proposal = turn.proposal(neighbour, equivalent);
  return proposal === undefined || proposal.state === 'COMMITTED' || turn.nowMs > proposal.expiresAtMs;
}

/** A ring was refused because the owner of a line wants to be asked: it is asked now. */
export function propose(turn: Turn, equivalent: string, { nodes, amount }: Route): void {
  const own = beginningAt(nodes, turn.self);
  const neighbour = own[1] as PublicKey;
  if (!mayBeAsked(turn, neighbour, equivalent)) return;
  save(turn, {
    ...{ type: 'proposal', neighbour, equivalent, id: ringId(equivalent, nodes), nodes: own, amount },
    ...{ state: 'PROPOSED', proposedAtMs: turn.nowMs, expiresAtMs: turn.nowMs + PROPOSAL_LIFETIME_MS },
  });
}

/** What the owner says to a proposal. Refuses (`no-proposal`) where none with this id is open. */
export function answerProposal(turn: Turn, { id, agrees }: AnswerProposalCommand): void {
  const proposal = [...turn.records.proposals()].find((known) => known.id === id);
  if (!isPending(proposal, turn.nowMs)) {
    turn.notify({ type: 'refused', refusal: refuse('no-proposal', { id }) });
    return;
  }
  const answered = withState(turn, proposal, agrees ? 'WAITING_CONFIRMATIONS' : 'REJECTED');
  if (agrees) clearAgreed(turn, answered);
}

/** A clearing is done: what was proposed is. */
export function concludeProposal(turn: Turn, { header: { equivalent }, route }: CommittedPosition): void {
  const to = beginningAt(route.nodes, turn.self)[1] as PublicKey;
  const proposal = turn.proposal(to, equivalent);
  if (!isPending(proposal, turn.nowMs) || proposal.id !== ringId(equivalent, route.nodes)) return;
  withState(turn, proposal, 'COMMITTED');
}

/** Silence is a no. */
export function expireProposals(turn: Turn): void {
  for (const proposal of turn.records.proposals()) {
    if (turn.nowMs <= proposal.expiresAtMs) continue;
    if (isPending(proposal, proposal.expiresAtMs)) withState(turn, proposal, 'REJECTED');
  }
}

function withState(turn: Turn, proposal: ProposalRecord, state: ProposalState): ProposalRecord {
  const changed: ProposalRecord = { ...proposal, state };
  save(turn, changed);
  return changed;
}

function save(turn: Turn, proposal: ProposalRecord): void {
  turn.saveProposal(proposal);
  const { id, neighbour, equivalent, amount, state } = proposal;
  turn.notify({ type: 'proposal', id, neighbour, equivalent, amount, state });
}
