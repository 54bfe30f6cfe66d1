import type { Command } from 'commander';
import type { Result } from '../../api/contract.ts';
import type { AddVerb, Run } from '../cli.ts';
import { equivalentText, limitText, whoText } from '../parse.ts';
import { moneyOf, nameOf, type ShowMoney } from '../show.ts';
import { bold, dim, line } from '../text.ts';

type TrustCard = Result<'setTrustLine'>;

export const addTrust: AddVerb = (program, run) => {
  const trust = program.command('trust').description('Who may owe you how much, and how much you may owe them');
  addSet(trust, run);
  addClose(trust, run);
  addList(trust, run);
};

interface SetOptions {
  readonly announce?: boolean;
  readonly intermediate?: boolean;
  readonly autoClearing?: boolean;
  readonly dailyLimit?: string | false;
  readonly block?: string[] | false;
  readonly freeze?: true;
}

function addSet(trust: Command, run: Run): void {
  trust
    .command('set')
    .description('Let someone owe you up to a limit; what you do not say about it stays as it is')
    .argument('<who>', 'alias, PID, key or contact card', whoText)
    .argument('<limit>', 'most they may owe you, such as 500', limitText)
    .argument('<equivalent>', 'what it is counted in, such as UAH', equivalentText)
    .option('--announce', 'Put the line on the public map, if they agree: without limit and balance')
    .option('--no-announce', 'Take it off the map, and theirs to you')
    .option('--intermediate', 'Let payments of others pass through you over it')
    .option('--no-intermediate', 'Let only payments to you and from you use it')
    .option('--auto-clearing', 'Let circles of debt be cleared over it without asking')
    .option('--no-auto-clearing', 'Ask before clearing')
    .option('--daily-limit <amount>', 'Most by which their debt may grow in a day (UTC)', limitText)
    .option('--no-daily-limit', 'No such limit')
    .option('--block <who...>', 'Payers and receivers whose payments are not served over it; replaces the list')
    .option('--no-block', 'Block nobody')
    .option('--freeze', 'Let no new debt arise until it is set again')
    .action(
      run(async (cli, who: string, limit: string, equivalent: string, options: SetOptions) => {
        const client = await cli.client();
        const { announce, intermediate, autoClearing, dailyLimit, block, freeze } = options;
        const card = await client.setTrustLine({
          who,
          limit,
          equivalent,
          ...(freeze && { status: 'frozen' as const }),
          policy: {
            ...(announce !== undefined && { announce }),
            ...(intermediate !== undefined && { canBeIntermediate: intermediate }),
            ...(autoClearing !== undefined && { autoClearing }),
            ...(dailyLimit !== undefined && { dailyLimit: dailyLimit === false ? null : dailyLimit }),
            ...(block !== undefined && { blocked: block === false ? [] : block }),
          },
        });
        return { document: card, text: cardText(card, await moneyOf(cli)) };
      }),
    );
}

function addClose(trust: Command, run: Run): void {
  trust
    .command('close')
    .description('Let no new debt arise; what is owed can still be paid back')
    .argument('<who>', 'alias, PID or key', whoText)
    .argument('<equivalent>', 'such as UAH', equivalentText)
    .action(
      run(async (cli, who: string, equivalent: string) => {
        const client = await cli.client();
        const card = await client.closeTrustLine({ who, equivalent });
        return { document: card, text: cardText(card, await moneyOf(cli)) };
      }),
    );
}

function addList(trust: Command, run: Run): void {
  trust
    .command('list')
    .description('Show all trust lines, both directions')
    .argument('[equivalent]', 'only this one, such as UAH', equivalentText)
    .action(
      run(async (cli, equivalent: string | undefined) => {
        const client = await cli.client();
        const { trustLines } = await client.listTrustLines(equivalent === undefined ? {} : { equivalent });
        const money = await moneyOf(cli);
        const cards = trustLines.map((card) => cardText(card, money)).join('\n\n');
        const empty = 'Nobody trusts nobody yet. Let someone owe you:  geo trust set WHO LIMIT EQUIVALENT';
        return { document: { trustLines }, text: cards || empty };
      }),
    );
}

/** Both directions on one card. */
function cardText(card: TrustCard, money: ShowMoney): string {
  const { neighbour, equivalent, given, received } = card;
  const name = nameOf(neighbour);
  return [
    line`${bold(name)} in ${equivalent}`,
    `  ${direction(name, 'you', given, equivalent, money)}${given?.acked === false ? line` ${dim(`(${name} does not have this yet, and gets it when connected)`)}` : ''}`,
    ...lineNotes(given, equivalent, money).map((note) => line`    ${note}`),
    `  ${direction('you', name, received, equivalent, money)}`,
    ...lineNotes(received, equivalent, money).map((note) => line`    ${note}`),
  ].join('\n');
}

type Line = TrustCard['given'];

function direction(debtor: string, creditor: string, trust: Line, equivalent: string, money: ShowMoney): string {
  const Debtor = debtor === 'you' ? 'You' : debtor;
  if (trust === null) return line`${Debtor} may owe ${creditor} nothing: there is no trust line`;
  if (trust.status === 'closed') return line`${Debtor} may owe ${creditor} nothing new: the trust line is closed`;
  const limit = money(trust.limit, equivalent);
  const frozen = trust.status === 'frozen' || trust.conflicting ? ' (frozen: nothing new until it is set again)' : '';
  return line`${Debtor} may owe ${creditor} up to ${limit}${frozen}`;
}

/** What is not as usual, and whether it is on the map. */
function lineNotes(trust: Line, equivalent: string, money: ShowMoney): string[] {
  if (trust === null || trust.status === 'closed') return [];
  const { canBeIntermediate, autoClearing, dailyLimit, announce, blocked } = trust.policy;
  const onMap = trust.announced ? 'on the public map' : 'wanted on the public map; waiting for both to agree';
  return [
    ...(announce || trust.announced ? [onMap] : []),
    ...(canBeIntermediate ? [] : ['payments of others may not pass over it']),
    ...(autoClearing ? [] : ['asks before debts are cleared']),
    ...(dailyLimit === null ? [] : [`at most ${money(dailyLimit, equivalent)} more a day`]),
    ...(blocked.length === 0 ? [] : [`blocked: ${blocked.map(nameOf).join(', ')}`]),
    ...(trust.conflicting ? ['two different versions of it were signed: proof of a lie'] : []),
  ];
}
