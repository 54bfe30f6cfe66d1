/** What a payment would do, as people are told before they pay. */
import { availableOut } from '#protocol/account.ts';
import { formatAmount } from '#protocol/amount.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_PAYMENT_HOPS } from '#protocol/limits.ts';
import type { PaymentPreview } from '#protocol/machine/preview.ts';
import { refuse } from '#protocol/refusals.ts';
import type { ParticipantContext } from './context.ts';
import type { Result } from './contract.ts';
import { viewParticipant, viewRefusal } from './views.ts';

interface Order {
  readonly receiver: PublicKey;
  readonly equivalent: string;
  /** 10⁻⁸ units. */
  readonly amount: bigint;
}

/** What a payment over these routes would do. */
export function viewPreview(
  context: ParticipantContext,
  { receiver, equivalent, amount }: Order,
  { routes, stoppedBy }: PaymentPreview,
): Result<'previewPayment'> {
  const nodes = routes[0]?.nodes ?? null;
  // Without a route, what the person sees is the account that came closest.
  const neighbour = nodes?.[1] ?? stoppedBy?.to;
  const refusal = stoppedBy?.refusal ?? refuse('no-route', { maxHops: MAX_PAYMENT_HOPS });
  return {
    to: viewParticipant(context, receiver),
    equivalent,
    amount: formatAmount(amount),
    payable: nodes !== null,
    route: nodes === null ? null : nodes.map((node) => viewParticipant(context, node)),
    firstHop: neighbour === undefined ? null : viewFirstHop(context, neighbour, equivalent, amount),
    refusal: nodes === null ? viewRefusal(context, refusal, { equivalent, hop: stoppedBy }) : null,
  };
}

function viewFirstHop(
  context: ParticipantContext,
  neighbour: PublicKey,
  equivalent: string,
  amount: bigint,
): Result<'previewPayment'>['firstHop'] {
  const account = context.driver.records.account(neighbour, equivalent);
  if (account === undefined) return null;
  return {
    neighbour: viewParticipant(context, neighbour),
    balanceNow: formatAmount(account.balance),
    balanceAfter: formatAmount(account.balance - amount),
    limit: formatAmount(account.limitReceived),
    availableOut: formatAmount(availableOut(account)),
  };
}
