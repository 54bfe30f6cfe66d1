import { formatAmountFixed } from '#protocol/amount.ts';
import type { Result } from '../../api/contract.ts';
import type { AddVerb } from '../cli.ts';
import { limitText } from '../parse.ts';
import { unitsOf } from '../show.ts';

interface Options {
  readonly smallest?: string;
  readonly letGoUpTo?: string;
  readonly budget?: string;
}

/** A command of `geo tx`. */
export const addDust: AddVerb = (tx, run) => {
  tx.command('dust')
    .description('Show or say which amounts, in any equivalent, are not worth waiting for')
    .option('--smallest <amount>', 'Pass on no smaller payments of others; 0: any', limitText)
    .option(
      '--let-go-up-to <amount>',
      'Let go by itself what is held a day past its time, up to this; 0: nothing',
      limitText,
    )
    .option('--budget <amount>', 'Put no more than this at risk in that way, in all', limitText)
    .action(
      run(async (cli, options: Options) => {
        const client = await cli.client();
        const isAsked = Object.keys(options).length === 0;
        const dust = isAsked ? await client.getDust() : await client.setDust(options);
        return { document: { ...dust }, text: textOf(dust) };
      }),
    );
};

const DECIMALS = 2;

function textOf({ smallest, letGoUpTo, budget, spent }: Result<'getDust'>): string {
  const shown = (decimal: string): string => formatAmountFixed(unitsOf(decimal), DECIMALS);
  const passed =
    unitsOf(smallest) === 0n
      ? 'Payments of others are passed on whatever their size.'
      : `Payments of others below ${shown(smallest)} are not passed on.`;
  const letGo =
    unitsOf(letGoUpTo) === 0n || unitsOf(budget) === 0n
      ? 'What is held waits for its answer however long that takes: nothing is let go by itself.'
      : `Up to ${shown(letGoUpTo)} that is held is let go a day past its time, at your own risk: ` +
        `${shown(budget)} at most in all, of which ${shown(spent)} has been put at risk.`;
  return `${passed}\n${letGo}`;
}
