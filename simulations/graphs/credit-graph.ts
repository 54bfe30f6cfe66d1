/**
 * A network of credit as numbers: who has an account with whom, both limits, and who owes whom.
 *
 * Amounts are whole steps of 10^−precision of a unit, held as numbers: exact, since each stays below 2⁵³. Direction is
 * that of trust: the line A→B with limit L lets B owe A up to L, so B can pay A up to L.
 */

/** Accounts in compact arrays; number i joins `a[i]` < `b[i]`. */
export interface CreditGraph {
  readonly nodes: number;
  /** Name of each participant as its file has it; null: they have only numbers. */
  readonly names: readonly string[] | null;
  /** Decimals of a step: 2 means that 1 is 0.01 of a unit. */
  readonly precision: number;
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** Limit of the line a→b: most that b may owe a. */
  readonly limitOfA: Float64Array;
  /** Limit of the line b→a: most that a may owe b. */
  readonly limitOfB: Float64Array;
  /** What b owes a; negative when a owes b. */
  readonly owedToA: Float64Array;
  /** What was left out or replaced while it was built. */
  readonly notes: readonly string[];
}

/** Decimals of amounts unless something else is asked for. */
export const DEFAULT_PRECISION = 2;
/** Most decimals that amounts of the protocol have. */
const PROTOCOL_DECIMALS = 8;
/** Limits and debts in steps are cut to this: two of them add up exactly, and they fit the protocol at 2 decimals. */
export const MAX_STEPS = 4_000_000_000_000;

/** One step as an amount of the protocol, in 10⁻⁸ units. */
export function stepSize(precision: number): bigint {
  return 10n ** BigInt(PROTOCOL_DECIMALS - precision);
}

/** An amount of steps as people write it. */
export function inUnits(steps: number, precision: number): string {
  return (steps / 10 ** precision).toFixed(precision);
}

/** Collects accounts in any order. A line that comes twice counts as it came last; a line to oneself is left out. */
export class GraphBuilder {
  readonly #precision: number;
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];
  #nodes = 0;
  /** By smaller end: larger end → account number. */
  readonly #accounts: Map<number, number>[] = [];
  readonly #a: number[] = [];
  readonly #b: number[] = [];
  readonly #limitOfA: number[] = [];
  readonly #limitOfB: number[] = [];
  readonly #owedToA: number[] = [];
  readonly #seen = new Set<number>();
  #repeated = 0;
  #toOneself = 0;
  #cut = 0;

  constructor(precision = DEFAULT_PRECISION) {
    this.#precision = precision;
  }

  /** Number of the participant with this name: a new one the first time. */
  node(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#nodes);
    this.#names.push(name);
    return this.#nodes++;
  }

  /** How many accounts there are so far. */
  get accounts(): number {
    return this.#a.length;
  }

  /** Makes sure that there are participants 0 … count − 1. */
  grow(count: number): void {
    this.#nodes = Math.max(this.#nodes, count);
  }

  /** The line `from` → `to`: `to` may owe `from` up to `limit` steps. */
  line(from: number, to: number, limit: number): void {
    const account = this.#account(from, to);
    if (account === null) return;
    const direction = 2 * account + (from < to ? 0 : 1);
    if (this.#seen.has(direction)) this.#repeated++;
    this.#seen.add(direction);
    if (from < to) this.#limitOfA[account] = this.#bounded(limit);
    else this.#limitOfB[account] = this.#bounded(limit);
  }

  /** A whole account: what each may owe the other, and what `first` owes `second` (negative: the other way). */
  account(first: number, second: number, limitOfFirst: number, limitOfSecond: number, owed: number): void {
    const account = this.#account(first, second);
    if (account === null) return;
    if (this.#seen.has(2 * account)) this.#repeated++;
    this.#seen.add(2 * account);
    const isInOrder = first < second;
    this.#limitOfA[account] = this.#bounded(isInOrder ? limitOfFirst : limitOfSecond);
    this.#limitOfB[account] = this.#bounded(isInOrder ? limitOfSecond : limitOfFirst);
    this.#owedToA[account] = this.#bounded(isInOrder ? -owed : owed);
  }

  /**
   * A channel where nobody owes anything and each can pay so much: the other trusts it so far. Several of the same two are
   * one account, and what each can pay adds up.
   */
  channel(first: number, second: number, firstCanPay: number, secondCanPay: number): void {
    const account = this.#account(first, second);
    if (account === null) return;
    const [ofA, ofB] = first < second ? [secondCanPay, firstCanPay] : [firstCanPay, secondCanPay];
    this.#limitOfA[account] = this.#bounded((this.#limitOfA[account] as number) + ofA);
    this.#limitOfB[account] = this.#bounded((this.#limitOfB[account] as number) + ofB);
  }

  build(): CreditGraph {
    const notes: string[] = [];
    if (this.#toOneself > 0) notes.push(`${this.#toOneself} lines from a participant to itself left out`);
    if (this.#repeated > 0) notes.push(`${this.#repeated} lines came again: the last one counts`);
    if (this.#cut > 0) notes.push(`${this.#cut} amounts cut to ${inUnits(MAX_STEPS, this.#precision)}`);
    return {
      nodes: this.#nodes,
      names: this.#names.length > 0 ? this.#names : null,
      precision: this.#precision,
      a: Int32Array.from(this.#a),
      b: Int32Array.from(this.#b),
      limitOfA: Float64Array.from(this.#limitOfA),
      limitOfB: Float64Array.from(this.#limitOfB),
      owedToA: Float64Array.from(this.#owedToA),
      notes,
    };
  }

  #bounded(steps: number): number {
    if (Math.abs(steps) <= MAX_STEPS) return steps;
    this.#cut++;
    return steps < 0 ? -MAX_STEPS : MAX_STEPS;
  }

  #account(first: number, second: number): number | null {
    if (first === second) {
      this.#toOneself++;
      return null;
    }
    const a = Math.min(first, second);
    const b = Math.max(first, second);
    this.grow(b + 1);
    let ofA = this.#accounts[a];
    if (ofA === undefined) {
      ofA = new Map();
      this.#accounts[a] = ofA;
    }
    const known = ofA.get(b);
    if (known !== undefined) return known;
    const account = this.#a.length;
    ofA.set(b, account);
    this.#a.push(a);
    this.#b.push(b);
    this.#limitOfA.push(0);
    this.#limitOfB.push(0);
    this.#owedToA.push(0);
    return account;
  }
}

/** The median of the limits above 0, in steps; 0 when there is none. */
export function medianLimit({ limitOfA, limitOfB }: CreditGraph): number {
  const limits = Float64Array.from([...limitOfA, ...limitOfB].filter((limit) => limit > 0)).sort();
  return limits[limits.length >> 1] ?? 0;
}

/** How many trust lines there are: limits above 0. */
export function lineCount({ limitOfA, limitOfB }: CreditGraph): number {
  const isLine = (limit: number) => limit > 0;
  return limitOfA.filter(isLine).length + limitOfB.filter(isLine).length;
}
