/**
 * What a language has to say about everything that the node refuses or fails at. The codes are those of the API: one
 * that a language says nothing about does not compile.
 */
import type { Result } from '#node/api/contract.ts';

/** Every code that comes with an error or a refusal. */
export type ErrorCode = NonNullable<Result<'pay'>['refusal']>['code'];

/** Codes that speak of a hop: `from` pays to `to`, and `to` refuses. */
export type HopCode =
  | 'insufficient'
  | 'no-trust-line'
  | 'line-closed'
  | 'line-frozen'
  | 'not-intermediate'
  | 'daily-limit'
  | 'blocked'
  | 'neighbour-offline'
  | 'neighbour-overdue'
  | 'too-much-open'
  | 'nothing-to-clear'
  | 'no-auto-clearing'
  | 'account-unsure'
  | 'too-old'
  | 'below-smallest'
  | 'not-delegated';

/** Who reads it stands at one end of the hop, at the other, or at neither: verbs and pronouns differ. */
export interface HopText {
  readonly fromYou: string;
  readonly toYou: string;
  /** Languages with cases have `{to}` in the nominative and `{from}` in the dative, as the strangers below are. */
  readonly between: string;
}

/** A text that depends on a number, by the plural categories of the language. */
export interface Counted {
  /** The fact that is counted. */
  readonly by: string;
  readonly forms: Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;
}

/** Sentences that follow some of them. */
export interface MoreSentences {
  readonly passes: string;
  readonly passesNothing: string;
  readonly holds: string;
  readonly payLess: string;
  readonly askThem: string;
  readonly raiseYours: string;
  readonly askOthers: string;
  readonly askedNobody: string;
  /** Whoever is not known on a hop: the one who pays there, and the one who refuses. */
  readonly strangerFrom: string;
  readonly strangerTo: string;
  /** Under a refusal that may pass by itself. */
  readonly retryLater: string;
  /** Not of the API: the browser met something of its own. */
  readonly unforeseen: string;
}

/** All of it in one language. */
export interface RefusalMessages {
  readonly plain: Readonly<Record<Exclude<ErrorCode, HopCode>, string | Counted>>;
  readonly hops: Readonly<Record<HopCode, HopText>>;
  readonly more: MoreSentences;
}
