/**
 * Refusals: the expected ways to say no (§9).
 *
 * A refusal is a value, never thrown: `{ kind: 'refusal', code, ...facts }`. The union is closed, so that every
 * place that explains refusals to people (command line, API, window) fails to compile when a code is missing.
 * Codes that travel in an ABORT keep their number for ever (cause.ts); numbers are never reused.
 */

/** The facts that each refusal carries, by code. Amounts are in 10⁻⁸ units, instants in UTC milliseconds. */
export interface RefusalFacts {
  // What a person or a program typed.
  /** Text that is not an amount. `why` says what is wrong, `limit` what would be right. */
  'bad-amount': { input: string; why: string; limit: string };
  'bad-equivalent': { input: string; why: string; limit: string };
  'bad-key': { input: string; why: string; limit: string };
  'bad-pid': { input: string; why: string; limit: string };
  'bad-words': { input: string; why: string; limit: string };
  'bad-name': { input: string; why: string; limit: string };
  'bad-address': { input: string; why: string; limit: string };
  'bad-link': { input: string; why: string; limit: string };
  /** Text that cannot be a memo. */
  'bad-memo': { input: string; why: string; limit: string };
  /** Bytes that do not prove a payment. */
  'bad-receipt': { input: string; why: string; limit: string };
  'bad-time': { input: string; why: string; limit: string };
  /** Bytes that are not the strict encoding of what was expected (§1.1). `where` is a path such as `header.total`. */
  'bad-encoding': { where: string; why: string; limit: string };

  // What the person asked and the node will not do.
  'limit-below-debt': { debt: bigint; reserved: bigint; asked: bigint };
  /** Chosen routes that no participant would take. */
  'bad-route': { why: string };
  'no-account': { neighbour: string; equivalent: string };
  'to-self': { what: string };
  'unknown-transaction': { id: string };
  'id-reused': { paymentId: string };
  /** A document that its owner signed does not fit what is known. */
  'bad-document': { why: string };
  'too-many-neighbours': { limit: number };
  'not-held': { id: string };
  'no-proposal': { id: string };
  /** So many linked neighbours have not shown the same books as this restored node yet. */
  'not-agreed': { neighbours: number };
  /** There is nothing to confirm: no records were lost. */
  'not-restored': Facts0;

  // Why a payment or a clearing did not go through; all but the first travel in ABORT (cause.ts has their numbers).
  // `hop` 0 is payer → first participant.
  /** No chain of at most `maxHops` trust lines is known from payer to receiver. */
  'no-route': { maxHops: number };
  /** The hop cannot take the amount: `limit` stopped it, `maxNow` would pass, other payments hold `reserved`. */
  insufficient: { hop: number; limit: bigint; maxNow: bigint; reserved: bigint };
  'no-trust-line': { hop: number };
  'line-closed': { hop: number };
  'line-frozen': { hop: number };
  /** The owner of the line lets nobody pay through over it. */
  'not-intermediate': { hop: number };
  'daily-limit': { hop: number; maxNow: bigint };
  blocked: { hop: number };
  'neighbour-offline': { hop: number };
  /** The next participant has left earlier payments unfinished past their time. */
  'neighbour-overdue': { hop: number };
  'too-much-open': { hop: number };
  expired: Facts0;
  'too-little-time': Facts0;
  'lifetime-too-long': Facts0;
  'from-the-future': Facts0;
  /** Another attempt with the same payment id was committed. */
  'already-paid': Facts0;
  cancelled: Facts0;
  /** A node on the way lost records and signs nothing new until its neighbours have confirmed its accounts. */
  'node-restored': Facts0;
  'amounts-do-not-add-up': Facts0;
  /** A person on the way gave up a held amount at their own risk. */
  'let-go': Facts0;
  /** Less is owed than is to be cleared; `reserved` of it is spoken for by packets under way. */
  'nothing-to-clear': { hop: number; maxNow: bigint; reserved: bigint };
  'no-auto-clearing': { hop: number };
  /** One of the two lost records, and they have not come to agree on the account yet. */
  'account-unsure': { hop: number };
  /** The packet is older than what the two neighbours have settled by a checkpoint. */
  'too-old': { hop: number };
  /** A participant on the way passes nothing below `limit`. */
  'below-smallest': { hop: number; limit: bigint };
  /** A host signs for a participant that has to sign itself now: it is away, or what it allowed is used up (§11). */
  'not-delegated': { hop: number };
  /** A cause of a later version of the protocol. */
  'not-explained': { number: number };
}

type Facts0 = Record<never, never>;

export type RefusalCode = keyof RefusalFacts;

/** One refusal. Narrow it by `code` to reach its facts. */
export type Refusal<C extends RefusalCode = RefusalCode> = {
  readonly [K in C]: { readonly kind: 'refusal'; readonly code: K } & Readonly<RefusalFacts[K]>;
}[C];

/** Makes a refusal: `refuse('no-route', { maxHops: 6 })`. */
export function refuse<C extends RefusalCode>(code: C, facts: RefusalFacts[C]): Refusal<C> {
  return { kind: 'refusal', code, ...facts };
}

/** Tells a refusal from the value a function would have returned. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'refusal';
}
