import type { Result } from '../../api/contract.ts';
import type { AddVerb } from '../cli.ts';
import { heldHint } from '../held.ts';
import { equivalentText } from '../parse.ts';
import { moneyOf, nameOf, type ShowMoney, unitsOf } from '../show.ts';
import { table } from '../table.ts';
import { bold, line } from '../text.ts';

export const addBalance: AddVerb = (program, run) => {
  program
    .command('balance')
    .description('Show who owes whom, and what can be paid')
    .argument('[equivalent]', 'only this one, such as UAH', equivalentText)
    .action(
      run(async (cli, equivalent: string | undefined) => {
        const client = await cli.client();
        const balance = await client.getBalance(equivalent === undefined ? {} : { equivalent });
        const { totals } = await client.listHeld(equivalent === undefined ? {} : { equivalent });
        const money = await moneyOf(cli);
        const text = [textOf(balance, money), heldHint(totals, money)].filter((part) => part !== '').join('\n');
        return { document: { ...balance, held: totals }, text };
      }),
    );
};

function textOf({ accounts, net }: Result<'getBalance'>, money: ShowMoney): string {
  if (accounts.length === 0) {
    return 'You have no accounts yet. Trust someone (`geo trust set`), or ask someone to trust you (`geo id card`).';
  }
  const rows = accounts.map((account) => {
    const { neighbour, equivalent, reservedIn, reservedOut } = account;
    const held = unitsOf(reservedIn) + unitsOf(reservedOut) > 0n;
    return [
      nameOf(neighbour),
      balanceText(account, money),
      money(account.availableOut, equivalent),
      money(account.availableIn, equivalent),
      held ? `${money(reservedIn, equivalent)} in, ${money(reservedOut, equivalent)} out` : '',
      account.linked ? 'yes' : 'no',
      STANDINGS[account.standing],
    ];
  });
  const isAnyUnusable = accounts.some(({ standing }) => standing !== 'confirmed');
  const heads = [
    { title: 'WITH' },
    { title: 'BALANCE', align: 'right' },
    { title: 'YOU CAN PAY', align: 'right' },
    { title: 'THEY CAN PAY', align: 'right' },
    { title: 'HELD' },
    { title: 'CONNECTED' },
    { title: isAnyUnusable ? 'USE' : '' },
  ] as const;
  const totals = net.map(({ equivalent, net, owedToMe, owedByMe }) => {
    const both = `owed to you ${money(owedToMe, equivalent)}, owed by you ${money(owedByMe, equivalent)}`;
    return line`In all ${bold(money(net, equivalent))} (${both})`;
  });
  return `${table(heads, rows)}\n\n${totals.join('\n')}`;
}

const STANDINGS: Readonly<Record<Result<'getBalance'>['accounts'][number]['standing'], string>> = {
  confirmed: '',
  unsure: 'not until they show their books',
  agreed: 'not until you confirm',
  suspended: 'no: they broke the protocol',
};

function balanceText({ owesMe, iOwe, equivalent }: Result<'getBalance'>['accounts'][number], money: ShowMoney): string {
  if (unitsOf(owesMe) > 0n) return `owes you ${money(owesMe, equivalent)}`;
  return unitsOf(iOwe) > 0n ? `you owe ${money(iOwe, equivalent)}` : `even, ${money('0', equivalent)}`;
}
