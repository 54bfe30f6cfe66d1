/** What came back after a loss, account by account, in words. */
import type { Result } from '../api/contract.ts';
import { restoredText } from './restored.ts';
import { count, nameOf, type ShowMoney, unitsOf } from './show.ts';
import { table } from './table.ts';
import { line } from './text.ts';

type Restoration = Result<'getRestoration'>;
type Account = Restoration['accounts'][number];

/** Said wherever words bring a node back: people who know other wallets believe that words restore everything. */
export const WHAT_COMES_BACK =
  'Your words bring back who you are; your balances come back from your neighbours or a backup file.';

const HEADS = [
  { title: 'WITH' },
  { title: 'BALANCE', align: 'right' },
  { title: 'THEY MAY OWE YOU', align: 'right' },
  { title: 'YOU MAY OWE THEM', align: 'right' },
  { title: 'STATE' },
] as const;

/** Every account with its balance, both limits, and whether its neighbour agrees. */
export function restorationText({ restored, accounts, missing, notKept }: Restoration, money: ShowMoney): string {
  const rows = [
    ...accounts.map((account) => [
      nameOf(account.neighbour),
      balanceText(account, money),
      money(account.limitGiven, account.equivalent),
      money(account.limitReceived, account.equivalent),
      stateText(account),
    ]),
    ...missing.map(({ neighbour, equivalent, linked }) => [
      nameOf(neighbour),
      `? ${equivalent}`,
      '?',
      '?',
      linked ? 'comes back from them' : 'waits for them (offline)',
    ]),
  ];
  return [
    restored === null ? 'No records are missing: this node has lost none, or all that came back is in use.' : '',
    restored === null ? '' : restoredText(restored),
    table(HEADS, rows),
    notKept > 0 ? line`Your neighbours had no room to keep ${count(notKept, 'more contact')} for you.` : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const STATES: Readonly<Record<Account['standing'], string>> = {
  confirmed: 'in use',
  agreed: 'they agree; confirm it',
  unsure: 'comparing books',
  suspended: 'out of use: they broke the protocol',
};

function stateText({ standing, linked }: Account): string {
  return standing === 'unsure' && !linked ? 'waits for them (offline)' : STATES[standing];
}

function balanceText({ owesMe, iOwe, equivalent }: Account, money: ShowMoney): string {
  if (unitsOf(owesMe) > 0n) return `owes you ${money(owesMe, equivalent)}`;
  return unitsOf(iOwe) > 0n ? `you owe ${money(iOwe, equivalent)}` : `even, ${money('0', equivalent)}`;
}
