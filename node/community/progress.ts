/** What a run of a community tells while it goes on. */
import type { Circle, Debt, PaymentOutcome, TrustOutcome } from './outcome.ts';
import type { PayRow, TrustRow } from './rows.ts';

export type Progress =
  | { readonly type: 'starting'; readonly count: number }
  | { readonly type: 'up'; readonly count: number; readonly of: number }
  | { readonly type: 'linked' }
  | { readonly type: 'trust'; readonly row: TrustRow; readonly outcome: TrustOutcome }
  /** Maps that lack lines; told again from time to time. */
  | { readonly type: 'map-incomplete'; readonly participants: number }
  | { readonly type: 'map-complete'; readonly lines: number; readonly ms: number }
  /** Several rows: they start together. */
  | { readonly type: 'paying'; readonly rows: readonly PayRow[]; readonly group: string | null }
  /** The outcome is not known yet. */
  | { readonly type: 'waiting'; readonly row: PayRow }
  /** `isRepeated`: an earlier row is this very payment. */
  | { readonly type: 'paid'; readonly row: PayRow; readonly outcome: PaymentOutcome; readonly isRepeated: boolean }
  /** Circles are looked for; the debts before. */
  | { readonly type: 'clearing'; readonly debts: readonly Debt[] }
  | { readonly type: 'cleared'; readonly circles: readonly Circle[] }
  | { readonly type: 'debts'; readonly debts: readonly Debt[]; readonly zeroSum: boolean };

export type Tell = (progress: Progress) => void;
