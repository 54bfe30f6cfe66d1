/** How people, amounts and moments are shown. Names come from others: they are text, apart from what is around. */
import { formatMoney, formatTime, shortPid } from './format.ts';
import { locale } from './i18n.tsx';
import type { Person } from './state.ts';

/** Someone, as they are called here. */
export function Name({ of }: { readonly of: Person }) {
  return of.name === null ? <bdi title={of.pid}>{shortPid(of.pid)}</bdi> : <bdi class="name">{of.name}</bdi>;
}

/** An amount with its currency. */
export function Money({ amount, of }: { readonly amount: string; readonly of: string }) {
  return <bdi class="money">{formatMoney(amount, of, locale.value)}</bdi>;
}

/** A moment, in local time. */
export function Time({ at }: { readonly at: number }) {
  return <time dateTime={new Date(at).toISOString()}>{formatTime(at, locale.value)}</time>;
}
