/**
 * Causes: how a refusal travels in an ABORT (§9.2): its number and the facts that help the payer.
 *
 * A cause explains; it is not signed and decides nothing. Numbers are never reused. A number that this version does
 * not know becomes the refusal `not-explained`.
 */
import { amountOrZero, nullable, record, uint } from './codec.ts';
import { MAX_CLEARING_HOPS } from './limits.ts';
import { type Refusal, type RefusalCode, refuse } from './refusals.ts';

/** Wire form of a refusal: which hop (0 is payer → first), the limit that stopped it, what would pass now, what others hold. */
export interface Cause {
  readonly number: number;
  readonly hop: number | null;
  readonly limit: bigint | null;
  readonly maxNow: bigint | null;
  readonly reserved: bigint | null;
}

export const causeShape = record<Cause>({
  number: uint(65_535),
  hop: nullable(uint(MAX_CLEARING_HOPS)),
  limit: nullable(amountOrZero()),
  maxNow: nullable(amountOrZero()),
  reserved: nullable(amountOrZero()),
});

/** Wire numbers of the refusals that travel (§9.2). */
export const causeNumbers = {
  insufficient: 1,
  'no-trust-line': 2,
  'line-closed': 3,
  'line-frozen': 4,
  'not-intermediate': 5,
  'daily-limit': 6,
  blocked: 7,
  'neighbour-offline': 8,
  'neighbour-overdue': 9,
  'too-much-open': 10,
  expired: 11,
  'too-little-time': 12,
  'lifetime-too-long': 13,
  'from-the-future': 14,
  'already-paid': 15,
  cancelled: 16,
  'node-restored': 17,
  'amounts-do-not-add-up': 18,
  'let-go': 19,
  'nothing-to-clear': 20,
  'no-auto-clearing': 21,
  'account-unsure': 22,
  'too-old': 23,
  'below-smallest': 24,
  'not-delegated': 25,
} as const satisfies Partial<Record<RefusalCode, number>>;

type TravellingCode = keyof typeof causeNumbers;

const codesByNumber: ReadonlyMap<number, TravellingCode> = new Map(
  Object.entries(causeNumbers).map(([code, number]) => [number, code as TravellingCode] as const),
);

function none(number: number): Cause {
  return { number, hop: null, limit: null, maxNow: null, reserved: null };
}

/** A refusal as it travels. Refusals that never leave a node become `not-explained`. */
export function causeOf(refusal: Refusal): Cause {
  const number = (causeNumbers as Partial<Record<RefusalCode, number>>)[refusal.code] ?? 0;
  const cause = none(number);
  if (refusal.code === 'not-explained') return none(refusal.number);
  if (refusal.code === 'insufficient') {
    return { ...cause, hop: refusal.hop, limit: refusal.limit, maxNow: refusal.maxNow, reserved: refusal.reserved };
  }
  if (refusal.code === 'nothing-to-clear') {
    return { ...cause, hop: refusal.hop, maxNow: refusal.maxNow, reserved: refusal.reserved };
  }
  if (refusal.code === 'daily-limit') return { ...cause, hop: refusal.hop, maxNow: refusal.maxNow };
  if (refusal.code === 'below-smallest') return { ...cause, hop: refusal.hop, limit: refusal.limit };
  return 'hop' in refusal && number !== 0 ? { ...cause, hop: refusal.hop } : cause;
}

/** The refusal that a cause stands for. */
export function refusalOf(cause: Cause): Refusal {
  const hop = cause.hop ?? 0;
  const maxNow = cause.maxNow ?? 0n;
  const code = codesByNumber.get(cause.number);
  switch (code) {
    case undefined:
      return refuse('not-explained', { number: cause.number });
    case 'insufficient':
      return refuse(code, { hop, limit: cause.limit ?? 0n, maxNow, reserved: cause.reserved ?? 0n });
    case 'nothing-to-clear':
      return refuse(code, { hop, maxNow, reserved: cause.reserved ?? 0n });
    case 'daily-limit':
      return refuse(code, { hop, maxNow });
    case 'no-trust-line':
    case 'line-closed':
    case 'line-frozen':
    case 'not-intermediate':
    case 'blocked':
    case 'neighbour-offline':
    case 'neighbour-overdue':
    case 'too-much-open':
    case 'no-auto-clearing':
    case 'account-unsure':
    case 'too-old':
    case 'not-delegated':
      return refuse(code, { hop });
    case 'below-smallest':
      return refuse(code, { hop, limit: cause.limit ?? 0n });
    case 'expired':
    case 'too-little-time':
    case 'lifetime-too-long':
    case 'from-the-future':
    case 'already-paid':
    case 'cancelled':
    case 'node-restored':
    case 'amounts-do-not-add-up':
    case 'let-go':
      return refuse(code, {});
  }
}
