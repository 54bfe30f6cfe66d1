import type { Result } from '../../api/contract.ts';
import type { AddVerb } from '../cli.ts';
import { amountText, equivalentText, wholeNumber, whoText } from '../parse.ts';
import { moneyOf, nameOf, type ShowMoney, unitsOf } from '../show.ts';
import { bold, line } from '../text.ts';

const DEFAULT_WAIT_S = 5;
const MAX_WAIT_S = 60;

export const addCapacity: AddVerb = (program, run) => {
  program
    .command('capacity')
    .description('Show how much you can pay someone now, and what stops it; asks those on the way, reserves nothing')
    .argument('<who>', 'alias, PID, key or contact card', whoText)
    .argument('<equivalent>', 'such as UAH', equivalentText)
    .option('--most <amount>', 'Most that matters: nobody is asked for more', amountText)
    .option(
      '--wait <seconds>',
      'How long to wait for answers; 0: what is known at once',
      wholeNumber('a number of seconds', 0, MAX_WAIT_S),
      DEFAULT_WAIT_S,
    )
    .action(
      run(async (cli, to: string, equivalent: string, options: { most?: string; wait: number }) => {
        const client = await cli.client();
        const { most, wait } = options;
        const quote = await client.quotePayment({ to, equivalent, ...(most && { most }), waitMs: wait * 1_000 });
        return { document: { quote }, text: textOf(quote, await moneyOf(cli)) };
      }),
    );
};

function textOf(
  { to, equivalent, atLeast, atMost, stoppedBy, isFinal }: Result<'quotePayment'>,
  money: ShowMoney,
): string {
  const name = nameOf(to);
  const isNothing = unitsOf(atLeast) === 0n;
  const sure = isNothing
    ? line`As far as is known, you cannot pay ${name} anything in ${equivalent} now.`
    : line`You can pay ${name} ${bold(money(atLeast, equivalent))} now.`;
  const perhaps =
    !isFinal && unitsOf(atMost) > unitsOf(atLeast)
      ? line`It may be up to ${money(atMost, equivalent)}: not everybody on the way has answered. Ask again.`
      : '';
  const why = stoppedBy === null ? '' : line`Why not more: ${stoppedBy.text}`;
  return [sure, perhaps, why].filter((part) => part !== '').join('\n');
}
