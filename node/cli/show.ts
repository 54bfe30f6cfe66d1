/** How people, amounts and times are shown. */
import { formatAmountFixed, UNIT } from '#protocol/amount.ts';
import { MAX_PRECISION } from '#protocol/equivalent.ts';
import type { Cli } from './cli.ts';

/** A participant as the API gives it. */
interface Person {
  readonly pid: string;
  readonly name: string | null;
}

/** How someone is called: by name, else by the whole PID. */
export function nameOf({ pid, name }: Person): string {
  return name ?? pid;
}

/** An amount of the API with its unit, `12.50 UAH`; with the decimals that the settings give to its equivalent. */
export type ShowMoney = (decimal: string, equivalent: string) => string;

export async function moneyOf(cli: Cli): Promise<ShowMoney> {
  const { precisionOf } = await import('../config.ts');
  const config = await cli.config();
  return (decimal, equivalent) =>
    `${formatAmountFixed(unitsOf(decimal), precisionOf(config, equivalent))} ${equivalent}`;
}

/** A decimal of the API in 10⁻⁸ units. */
export function unitsOf(decimal: string): bigint {
  const [, sign, whole = '', decimals = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal) ?? [];
  const units = BigInt(whole) * UNIT + BigInt(decimals.padEnd(MAX_PRECISION, '0'));
  return sign === '-' ? -units : units;
}

/** When, in local time, to the minute. */
export function when(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** A span, roughly: `3 min`. */
export function span(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} days`;
}

/** The number with its noun: `1 line`, `2 lines`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
