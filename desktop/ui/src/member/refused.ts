/** Refusals of the protocol as the pages are told those of a node. */
import { formatAmount } from '#protocol/amount.ts';
import { isRefusal, type Refusal } from '#protocol/refusals.ts';
import { AskError } from '../ask-error.ts';

/** The value itself. Throws `AskError` for a refusal. */
export function refused<T>(value: T | Refusal): T {
  if (!isRefusal(value)) return value;
  const { kind: _kind, code, ...facts } = value;
  const told = Object.entries(facts).map(([name, fact]): [string, string | number | boolean | null] => [
    name,
    typeof fact === 'bigint' ? formatAmount(fact) : (fact as string | number | boolean | null),
  ]);
  throw new AskError(code, '', Object.fromEntries(told));
}
