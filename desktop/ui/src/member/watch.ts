/**
 * What a hub hides or invents, as far as the browser can tell. It keeps the newest of its own trust lines, and what the hub
 * shows has to be that; and each balance has to be what its certificates and checkpoints add up to.
 */
import type { Result } from '#node/api/contract.ts';
import { formatAmount } from '#protocol/amount.ts';
import type { SignedTrustLine } from '#protocol/trust-line.ts';
import type { WholeState } from '../carrier.ts';
import { accountName, type Checked } from './checked.ts';
import type { Kept } from './hub.ts';

/** A trust line of the member's own that the hub shows otherwise than the member signed it last. */
export interface LineAlarm {
  readonly type: 'line-hidden' | 'line-changed';
  readonly neighbour: string;
  readonly equivalent: string;
  /** As it was signed last. */
  readonly limit: string;
}

/** A balance that the hub shows and does not prove. */
export interface BalanceAlarm {
  readonly type: 'balance-unproven';
  readonly neighbour: string;
  readonly equivalent: string;
  /** As it is shown. */
  readonly balance: string;
}

export type Alarm = LineAlarm | BalanceAlarm;

export interface OwnLine {
  readonly neighbour: string;
  readonly equivalent: string;
  readonly seq: number;
  readonly limit: string;
  readonly status: string;
}

const PREFIX = 'geo-own-line-';

/** The newest that was signed of each line, as it was handed in. */
export async function ownLines(kept: Kept): Promise<readonly OwnLine[]> {
  const texts = await Promise.all((await kept.names(PREFIX)).map((name) => kept.get(name)));
  return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as OwnLine]));
}

/** Remembers a trust line that the hub has taken. */
export async function keepLine(kept: Kept, { line }: SignedTrustLine): Promise<void> {
  const { to: neighbour, equivalent, seq, limit, status } = line;
  const own: OwnLine = { neighbour, equivalent, seq, limit: formatAmount(limit), status };
  await kept.set(`${PREFIX}${neighbour}-${equivalent}`, JSON.stringify(own));
}

/** What of the trust lines that were shown after `lines` were remembered is not as it was signed last. */
export function alarmsIn(
  lines: readonly OwnLine[],
  shown: Result<'listTrustLines'>['trustLines'],
): readonly LineAlarm[] {
  return lines.flatMap(({ neighbour, equivalent, seq, limit, status }): readonly LineAlarm[] => {
    const card = shown.find((one) => one.neighbour.publicKey === neighbour && one.equivalent === equivalent);
    const given = card?.given ?? null;
    if (given === null || given.seq < seq) return [{ type: 'line-hidden', neighbour, equivalent, limit }];
    const isSame = given.seq > seq || (given.limit === limit && given.status === status);
    return isSame ? [] : [{ type: 'line-changed', neighbour, equivalent, limit }];
  });
}

/**
 * Balances that are shown otherwise than they are proven, or not shown at all: what is paid between the two looks at them is
 * among these. `checked` null: the hub proves nothing of what it shows.
 */
export function balanceAlarms(state: WholeState, checked: Checked | null): readonly BalanceAlarm[] {
  const shown = shownBalances(state);
  const flawed = new Set(checked?.unproven.map(({ neighbour, equivalent }) => accountName(neighbour, equivalent)));
  const names = new Set([...shown.keys(), ...(checked?.balances.keys() ?? [])]);
  return [...names].flatMap((name): readonly BalanceAlarm[] => {
    if (checked?.later.has(name) === true) return [];
    const balance = shown.get(name) ?? NO_BALANCE;
    // Of an account on which nothing was ever booked there is nothing to prove.
    const isProven = !flawed.has(name) && formatAmount(checked?.balances.get(name) ?? 0n) === balance;
    const [neighbour = '', equivalent = ''] = name.split('-');
    return isProven ? [] : [{ type: 'balance-unproven', neighbour, equivalent, balance }];
  });
}

/** Those that are shown later just the same: nothing was paid meanwhile. */
export function lastingAlarms(state: WholeState, alarms: readonly BalanceAlarm[]): readonly BalanceAlarm[] {
  const shown = shownBalances(state);
  return alarms.filter(
    ({ neighbour, equivalent, balance }) => (shown.get(accountName(neighbour, equivalent)) ?? NO_BALANCE) === balance,
  );
}

const NO_BALANCE = formatAmount(0n);

function shownBalances({ parts }: WholeState): ReadonlyMap<string, string> {
  return new Map(
    parts.getBalance.accounts.map(({ neighbour, equivalent, balance }) => [
      accountName(neighbour.publicKey, equivalent),
      balance,
    ]),
  );
}
