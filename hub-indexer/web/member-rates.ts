/** How often each member may ask for what, and strangers by where they ask from. In bounded memory. */
import type { PublicKey } from '#protocol/identity.ts';
import {
  HTTP_AT_ONCE_EACH,
  HTTP_PER_SECOND,
  HTTP_PER_SECOND_EACH,
  INVITED_PER_MINUTE,
  MAX_REMEMBERED,
  MEMBER_REQUESTS_PER_MINUTE,
  NEWCOMERS_PER_MINUTE,
} from '../limits.ts';
import { Rates } from '../rates.ts';
import { refuse, type WebRefusal } from './codes.ts';

/** What a request counts as. */
export type Action = keyof typeof MEMBER_REQUESTS_PER_MINUTE;

const WHAT: Readonly<Record<Action, string>> = {
  login: 'logins',
  payments: 'payments',
  'trust-lines': 'changes of trust lines',
  rest: 'requests',
};

/** What may be asked how often, in words, as the OpenAPI document says it; null: by whoever has not shown who it is. */
export function rateInWords(action: Action | null): string {
  return action === null
    ? `At most ${60 * HTTP_PER_SECOND_EACH} ${WHAT.rest} a minute are answered from one place`
    : `At most ${MEMBER_REQUESTS_PER_MINUTE[action]} ${WHAT[action]} a minute are answered`;
}

export class MemberRates {
  /** Milliseconds of a clock that never steps back. */
  readonly #elapsedMs: () => number;
  readonly #members: Readonly<Record<Action, Rates>>;
  readonly #guesses: Rates;
  readonly #newcomers: Rates;
  readonly #invited: Rates;
  readonly #places: Rates;

  constructor(elapsedMs: () => number) {
    this.#elapsedMs = elapsedMs;
    const nowMs = elapsedMs();
    const ratesOf = (perMinute: number): Rates =>
      new Rates({ each: perMinute / 60, atOnceEach: perMinute, all: HTTP_PER_SECOND }, MAX_REMEMBERED, nowMs);
    this.#guesses = ratesOf(MEMBER_REQUESTS_PER_MINUTE.login);
    this.#newcomers = ratesOf(NEWCOMERS_PER_MINUTE);
    this.#invited = ratesOf(INVITED_PER_MINUTE);
    this.#members = {
      login: ratesOf(MEMBER_REQUESTS_PER_MINUTE.login),
      payments: ratesOf(MEMBER_REQUESTS_PER_MINUTE.payments),
      'trust-lines': ratesOf(MEMBER_REQUESTS_PER_MINUTE['trust-lines']),
      rest: ratesOf(MEMBER_REQUESTS_PER_MINUTE.rest),
    };
    const each = { each: HTTP_PER_SECOND_EACH, atOnceEach: HTTP_AT_ONCE_EACH, all: HTTP_PER_SECOND };
    this.#places = new Rates(each, MAX_REMEMBERED, nowMs);
  }

  /** Why this member may not do so now; null: it may. Ask only of a member who is known to be it. */
  member(action: Action, member: PublicKey): WebRefusal<'too-often'> | null {
    return this.#members[action].take(member, this.#elapsedMs()) ? null : tooOften(action);
  }

  /**
   * The same of who says to be it, by where that is from: whoever guesses for another keeps only itself from logging in.
   */
  guess(place: string, member: PublicKey): WebRefusal<'too-often'> | null {
    return this.#guesses.take(`${place} ${member}`, this.#elapsedMs()) ? null : tooOften('login');
  }

  /** Whether somebody more may join from there, whom the operator has not invited; `inviter`: the member who has. */
  newcomer(place: string, inviter: PublicKey | null): WebRefusal<'too-often'> | null {
    const nowMs = this.#elapsedMs();
    if (!this.#newcomers.take(place, nowMs)) return tooMany(NEWCOMERS_PER_MINUTE);
    return inviter === null || this.#invited.take(inviter, nowMs) ? null : tooMany(INVITED_PER_MINUTE);
  }

  /** The same of somebody who has not said, or not shown, who it is. */
  stranger(place: string): WebRefusal<'too-often'> | null {
    if (this.#places.take(place, this.#elapsedMs())) return null;
    return refuse('too-often', { what: WHAT.rest, perMinute: 60 * HTTP_PER_SECOND_EACH, retryAfterS: 1 });
  }
}

function tooOften(action: Action): WebRefusal<'too-often'> {
  const perMinute = MEMBER_REQUESTS_PER_MINUTE[action];
  return refuse('too-often', { what: WHAT[action], perMinute, retryAfterS: Math.ceil(60 / perMinute) });
}

function tooMany(perMinute: number): WebRefusal<'too-often'> {
  return refuse('too-often', { what: 'newcomers', perMinute, retryAfterS: Math.ceil(60 / perMinute) });
}
