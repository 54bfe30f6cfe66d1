/** Operations on clearing: circles of debt that cancel themselves (§5). */
import { clearableIn, clearableOut } from '#protocol/account.ts';
import { formatAmount } from '#protocol/amount.ts';
import type { ProposalRecord } from '#protocol/clearing/proposal.ts';
import { parseEquivalent } from '#protocol/equivalent.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { ParticipantContext } from '../context.ts';
import type { Result } from '../contract.ts';
import { command, type ParticipantHandler, within } from '../handler.ts';
import { viewParticipant } from '../views.ts';

/** In which most of what a search finds is cleared. */
const SEARCH_MS = 4_000;
/** Circles told by one answer; more are in the history. */
const MOST_TOLD = 1_000;

export const getClearing: ParticipantHandler<'getClearing'> = (context) => view(context);

export const seekRings: ParticipantHandler<'seekRings'> = async (
  context,
  { equivalent: written, waitMs = SEARCH_MS },
) => {
  const equivalent = written === undefined ? null : parseEquivalent(written);
  if (isRefusal(equivalent)) return equivalent;
  const cleared: Result<'seekRings'>['cleared'] = [];
  const cancel = context.events.subscribe(({ happening }) => {
    if (happening.type !== 'cleared' || cleared.length >= MOST_TOLD) return;
    const { txId, amount } = happening;
    const [position] = context.driver.records.positions(txId);
    // A clearing goes from creditor to debtor.
    const participants = (position?.route.nodes ?? []).slice(1).reverse();
    cleared.push({
      ...{ txId, equivalent: happening.equivalent, amount: formatAmount(amount) },
      participants: participants.map((key) => viewParticipant(context, key)),
    });
  });
  try {
    const refusal = await command(context, { type: 'seek-rings', equivalent });
    if (refusal !== null) return refusal;
    // It never ends by itself: others may find circles at any time.
    await within(context, new Promise<void>(() => undefined), waitMs);
    return { cleared, clearing: view(context) };
  } finally {
    cancel();
  }
};

export const answerProposal: ParticipantHandler<'answerProposal'> = async (context, { id, agrees }) =>
  (await command(context, { type: 'answer-proposal', id, agrees })) ?? view(context);

function view(context: ParticipantContext): Result<'getClearing'> {
  const { records } = context.driver;
  const sums = new Map<string, { owedToMe: bigint; owedByMe: bigint }>();
  for (const account of records.accounts()) {
    const sum = sums.get(account.equivalent) ?? { owedToMe: 0n, owedByMe: 0n };
    sum.owedToMe += clearableOut(account);
    sum.owedByMe += clearableIn(account);
    sums.set(account.equivalent, sum);
  }
  const isWaiting = ({ state }: ProposalRecord): number => (state === 'PROPOSED' ? 0 : 1);
  return {
    sought: records.seeking,
    equivalents: [...sums].map(([equivalent, { owedToMe, owedByMe }]) => ({
      equivalent,
      owedToMe: formatAmount(owedToMe),
      owedByMe: formatAmount(owedByMe),
      atMost: formatAmount(owedToMe < owedByMe ? owedToMe : owedByMe),
    })),
    proposals: [...records.proposals()]
      .sort((one, other) => isWaiting(one) - isWaiting(other) || other.proposedAtMs - one.proposedAtMs)
      .map((proposal) => viewProposal(context, proposal)),
  };
}

function viewProposal(
  context: ParticipantContext,
  { id, equivalent, nodes, amount, state, proposedAtMs, expiresAtMs }: ProposalRecord,
): Result<'getClearing'>['proposals'][number] {
  const show = (key: PublicKey | undefined) => viewParticipant(context, key as PublicKey);
  const isOver = context.clock.nowMs() > expiresAtMs && state !== 'COMMITTED';
  return {
    ...{ id, equivalent, amount: formatAmount(amount), proposedAtMs, expiresAtMs },
    debtor: show(nodes[1]),
    creditor: show(nodes.at(-2)),
    participants: nodes.slice(0, -1).map(show),
    state: isOver ? 'REJECTED' : state,
  };
}
