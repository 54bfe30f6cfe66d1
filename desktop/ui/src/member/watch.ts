/**
 * What a hub hides or invents, as far as the browser can tell. It keeps the newest of its own trust lines, and what the hub
 * shows has to be that; and each balance has to be what its certificates and checkpoints add up to.
 */
import type { Result } from '#node/api/contract.ts';
import { formatAmount } from '#protocol/amount.ts';
import type { WholeState } from '../carrier.ts';
import { accountName, type Checked } from './checked.ts';
import type { Kept } from './hub.ts';
import { signedLineIn } from './signed-lines.ts';

/** A trust line of the member's own that the hub does not show as the member signed it last. */
export interface LineAlarm {
  readonly type: 'line-hidden';
  readonly neighbour: string;
  readonly equivalent: string;
  /** As it was signed last. */
  readonly limit: string;
}

/** The hub has let a neighbour owe more than the member has signed. */
export interface LimitAlarm {
  readonly type: 'limit-passed';
  readonly neighbour: string;
  readonly equivalent: string;
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

export type Alarm = LineAlarm | LimitAlarm | BalanceAlarm;

/** A trust line of the member's own that the hub has taken. */
export interface OwnLine {
  readonly neighbour: string;
  readonly equivalent: string;
  readonly seq: number;
  /** What the neighbour may owe under it, 10⁻⁸ units; 0 where it is not active. */
  readonly units: bigint;
  /** When the hub took it. */
  readonly atMs: number;
}

/** As it is kept: the document is the member's evidence. */
interface KeptLine {
  readonly document: string;
  readonly atMs: number;
}

const PREFIX = 'geo-own-line-';

/** The newest that was signed of each line and handed in. */
export async function ownLines(kept: Kept): Promise<readonly OwnLine[]> {
  const texts = await Promise.all((await kept.names(PREFIX)).map((name) => kept.get(name)));
  return texts.flatMap((text): readonly OwnLine[] => {
    const { document, atMs } = JSON.parse(text ?? '{}') as Partial<KeptLine>;
    const signed = document === undefined ? null : signedLineIn(document);
    if (signed === null || atMs === undefined) return [];
    const { to: neighbour, equivalent, seq, limit, status } = signed.line;
    return [{ neighbour, equivalent, seq, units: status === 'active' ? limit : 0n, atMs }];
  });
}

/** The documents of those, in base64url. */
export async function ownDocuments(kept: Kept): Promise<readonly string[]> {
  const texts = await Promise.all((await kept.names(PREFIX)).map((name) => kept.get(name)));
  return texts.flatMap((text) => (JSON.parse(text ?? '{}') as Partial<KeptLine>).document ?? []);
}

/** Remembers a trust line that the hub has taken, by its document in base64url. */
export async function keepLine(kept: Kept, document: string): Promise<void> {
  const line = signedLineIn(document)?.line;
  if (line === undefined) return;
  const keeping: KeptLine = { document, atMs: Date.now() };
  await kept.set(`${PREFIX}${line.to}-${line.equivalent}`, JSON.stringify(keeping));
}

/** What of the trust lines that were shown after `lines` were remembered is older than what was signed last, or not there. */
export function alarmsIn(
  lines: readonly OwnLine[],
  shown: Result<'listTrustLines'>['trustLines'],
): readonly LineAlarm[] {
  return lines.flatMap(({ neighbour, equivalent, seq, units }): readonly LineAlarm[] => {
    const card = shown.find((one) => one.neighbour.publicKey === neighbour && one.equivalent === equivalent);
    if ((card?.given?.seq ?? 0) >= seq) return [];
    return [{ type: 'line-hidden', neighbour, equivalent, limit: formatAmount(units) }];
  });
}

/** What came above the limits that the hub had taken. */
export function limitAlarms(checked: Checked | null): readonly LimitAlarm[] {
  const passed = checked?.passed ?? [];
  return passed.map(({ neighbour, equivalent, units }) => {
    return { type: 'limit-passed', neighbour, equivalent, limit: formatAmount(units) };
  });
}

/**
 * Balances that are shown otherwise than they are proven, or not shown at all: what is paid between the two looks at them is
 * among these. `checked` null: the hub proves nothing of what it shows.
 */
export function balanceAlarms(state: WholeState, checked: Checked | null): readonly BalanceAlarm[] {
  const shown = shownBalances(state);
  const flawed = new Set(checked?.unproven.map(({ neighbour, equivalent }) => accountName(neighbour, equivalent)));
  const names = new Set([...shown.keys(), ...(checked?.balances.keys() ?? []), ...flawed]);
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
