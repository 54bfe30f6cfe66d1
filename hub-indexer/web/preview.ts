/** What a payment of a member would do: over ways that its map shows, or else over those that a payment would find. */
import { previewPayment as previewOnMap } from '#node/api/operations/payments.ts';
import { quoteOf } from '#node/api/quote-of.ts';
import { viewPreview } from '#node/api/view-preview.ts';
import { isAnyRefusal } from '#node/refusals.ts';
import { parseAmount } from '#protocol/amount.ts';
import { MAX_PRECISION } from '#protocol/equivalent.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { blockedBy } from './blocked.ts';
import type { HubHandler } from './operations.ts';

/** So long others are asked where no way is known. */
const ASKING_MS = 2_000;

/** Most lines of members are on no map: what the map shows alone would say that there is no way where there is one. */
export const previewPayment: HubHandler<'previewPayment'> = async (context, input, guest) => {
  const known = await previewOnMap(context, input, guest);
  if (isAnyRefusal(known) || known.payable) return known;
  const amount = parseAmount(known.amount, MAX_PRECISION);
  if (isRefusal(amount)) return amount;
  const { to, equivalent } = known;
  const order = { receiver: to.publicKey as PublicKey, equivalent, most: amount };
  const told = await quoteOf(context, order, ASKING_MS, ({ routes }) => routes.length > 0);
  if (isAnyRefusal(told)) return known;
  if (told.routes.length === 0) return blockedBy(context.driver.records, told.stoppedBy, equivalent) ?? known;
  return viewPreview(context, { ...order, amount }, { routes: told.routes, stoppedBy: null });
};
