/**
 * What a payment would do now, for all that is known (§6.4): asks nobody and changes nothing.
 */
import type { PublicKey } from '../identity.ts';
import type { PlannedRoute, RefusedHop } from '../payment.ts';
import type { Records } from '../records.ts';
import { choosePayment } from '../routing/choose.ts';
import { closestOf } from './pay.ts';
import { beginSearch, namedRoutes, ownRefusals, sceneOf } from './search.ts';
import { Turn } from './turn.ts';

/** Routes that a payment would be sent over or asked about first; without any, the own hop that comes closest. */
export interface PaymentPreview {
  readonly routes: readonly PlannedRoute[];
  /** Only when there is no route: why not, as far as the own accounts tell. */
  readonly stoppedBy: RefusedHop | null;
}

/** @param amount 1 … 2⁶³−1. Limits further on are known only as far as they were asked about lately. */
export function previewPayment(
  records: Records,
  { receiver, equivalent, amount }: { receiver: PublicKey; equivalent: string; amount: bigint },
  nowMs: number,
): PaymentPreview {
  const turn = new Turn(records, nowMs, neverSigns);
  const id = '00'.repeat(32) as Parameters<Turn['search']>[0];
  const asked = { id, purpose: 'payment', receiver, equivalent, wanted: amount, asked: amount } as const;
  const search = beginSearch(turn, { ...asked, randomness: id });
  const scene = sceneOf(turn, search);
  const choice = choosePayment(scene, amount, true);
  if (choice.type === 'none') return { routes: [], stoppedBy: closestOf(ownRefusals(turn, search, scene, amount)) };
  // Others are only asked about in case the likeliest does not do.
  const routes = choice.type === 'send' ? choice.routes : choice.routes.slice(0, 1);
  return { routes: namedRoutes(scene, routes), stoppedBy: null };
}

function neverSigns(): never {
  throw new Error('bug: a preview signs nothing');
}
