import type { AddVerb } from '../cli.ts';
import { amountText, equivalentText, futureTime } from '../parse.ts';
import { qrCode } from '../qr.ts';
import { moneyOf, when } from '../show.ts';
import { bold, line } from '../text.ts';

interface Options {
  readonly memo?: string;
  readonly expires?: string;
  readonly qr: boolean;
}

export const addRequest: AddVerb = (program, run) => {
  program
    .command('request')
    .description('Ask to be paid: a signed invoice as link and QR code')
    .argument('<amount>', 'how much, such as 12.50', amountText)
    .argument('<equivalent>', 'such as UAH', equivalentText)
    .option('--memo <text>', 'What it is for')
    .option('--expires <when>', 'Until when it can be paid, such as 12h or 2031-12-31 (else 30 days)')
    .option('--no-qr', 'Show the link only')
    .action(
      run(async (cli, amount: string, equivalent: string, options: Options) => {
        const client = await cli.client();
        const request = await client.makeRequest({
          amount,
          equivalent,
          ...(options.memo !== undefined && { memo: options.memo }),
          ...(options.expires !== undefined && { expiresAtMs: futureTime(options.expires, Date.now()) }),
        });
        const { link } = request;
        const money = await moneyOf(cli);
        cli.say(
          line`Whoever opens this link can pay you ${money(amount, equivalent)}, until ${when(request.expiresAtMs)}. They run:  geo pay 'LINK'`,
        );
        const qr = options.qr ? await qrCode(link) : '';
        return { document: request, text: line`${{ trusted: qr }}${{ trusted: qr === '' ? '' : '\n' }}${bold(link)}` };
      }),
    );
};
