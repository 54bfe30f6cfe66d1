/** How single rows and their outcomes are told to people. */
import { formatAmountFixed } from '#protocol/amount.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_PAYMENT_HOPS } from '#protocol/limits.ts';
import { explain, type Teller } from '../api/words.ts';
import { count, unitsOf } from '../cli/show.ts';
import { bad, good, line } from '../cli/text.ts';
import type { AnyRefusal } from '../refusals.ts';
import type { PaymentOutcome, PaymentRefusal, TrustOutcome } from './outcome.ts';

type Precisions = ReadonlyMap<string, number>;

/** `12.50`, with the decimals that the file uses for the equivalent. */
export function numberText(amount: string, equivalent: string, precisions: Precisions): string {
  return formatAmountFixed(unitsOf(amount), precisions.get(equivalent) ?? 0);
}

/** `12.50 UAH` */
export function moneyText(amount: string, equivalent: string, precisions: Precisions): string {
  return `${numberText(amount, equivalent, precisions)} ${equivalent}`;
}

export function trustText(outcome: TrustOutcome, precisions: Precisions): string {
  const { from, to, equivalent, limit, refusal } = outcome;
  const what = line`${from} lets ${to} owe up to ${moneyText(limit, equivalent, precisions)}`;
  if (refusal === null) return what;
  if (refusal.lowest === null) return line`${what}: ${bad('refused')} (${refusal.code})`;
  const owed = moneyText(refusal.lowest, equivalent, precisions);
  return line`${{ trusted: what }}: ${bad('refused')}, ${to} owes ${owed} already. The limit stays as it was.`;
}

/** What became of a payment. `isRepeated`: an earlier row is this very payment. */
export function paymentText(outcome: PaymentOutcome, isRepeated: boolean, precisions: Precisions): string {
  const { state, hops, ms, routes, refusal, equivalent } = outcome;
  if (state === 'COMMITTED') {
    const what = isRepeated ? 'done before, nothing moved again (same ID)' : 'done';
    const ways = routes.map(({ nodes, amount }) => {
      const part = routes.length > 1 ? ` (${moneyText(amount, equivalent, precisions)})` : '';
      return `${nodes.join(' → ')}${part}`;
    });
    const way = line`${count(hops ?? 0, 'hop')}, ${ms} ms: ${ways.join(' and ')}`;
    return line`${good(what)}, ${{ trusted: way }}`;
  }
  const why = refusal === null ? '' : refusalText(refusal, outcome, precisions);
  return line`${bad(isRepeated ? 'refused as before' : 'refused')}. ${why}`;
}

/** Says it as a node would, with the names of the file in place of keys. */
function refusalText(
  { code, hop, limit, maxNow }: PaymentRefusal,
  { from, to, equivalent }: PaymentOutcome,
  precisions: Precisions,
): string {
  // A node says “you”, and here nobody is.
  if (code === 'no-route') return `No chain of at most ${MAX_PAYMENT_HOPS} trust lines leads from ${from} to ${to}.`;
  const teller: Teller = {
    self: '' as PublicKey,
    callName: (name) => name,
    precisionOf: () => precisions.get(equivalent) ?? 0,
  };
  const facts = {
    ...{ kind: 'refusal', code, hop: 0, reserved: 0n },
    ...{ limit: unitsOf(limit ?? '0'), maxNow: unitsOf(maxNow ?? '0') },
  };
  const named = hop && { from: hop.from as PublicKey, to: hop.to as PublicKey };
  return explain(facts as unknown as AnyRefusal, { equivalent, hop: named }, teller);
}
