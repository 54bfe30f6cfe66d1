import { type Command, Option } from 'commander';
import type { AddVerb, Run } from '../cli.ts';
import { futureTime, moneyText } from '../parse.ts';
import { moneyOf, when } from '../show.ts';
import { table } from '../table.ts';
import { bold, line } from '../text.ts';

export const addToken: AddVerb = (program, run) => {
  const token = program.command('token').description('Let other programs use this node, within bounds');
  addCreate(token, run);
  addList(token, run);
  addRevoke(token, run);
};

interface CreateOptions {
  readonly scope: 'read' | 'pay' | 'admin';
  readonly dailyCap?: string[];
  readonly expires?: string;
}

function addCreate(token: Command, run: Run): void {
  token
    .command('create')
    .description('Make a token; it is shown once')
    .argument('<name>', 'what you call it, such as the name of the program')
    .addOption(
      new Option('--scope <scope>', 'What it allows; each includes the one before')
        .choices(['read', 'pay', 'admin'])
        .default('read'),
    )
    .option('--daily-cap <cap...>', 'Most it may pay in a day (UTC), such as UAH=100; then nothing else')
    .option('--expires <when>', 'Until when it works, such as 30d or 2031-12-31')
    .action(
      run(async (cli, name: string, options: CreateOptions) => {
        const client = await cli.client();
        const { scope, dailyCap, expires } = options;
        const made = await client.makeToken({
          name,
          scope,
          ...(dailyCap !== undefined && { dailyCaps: dailyCap.map(moneyText) }),
          ...(expires !== undefined && { expiresAtMs: futureTime(expires, Date.now()) }),
        });
        cli.say('This is shown once. The program sends it as “Authorization: Bearer …”.');
        return { document: made, text: line`${bold(made.secret)}` };
      }),
    );
}

function addList(token: Command, run: Run): void {
  token
    .command('list')
    .description('Show all tokens, without their secrets')
    .action(
      run(async (cli) => {
        const client = await cli.client();
        const { tokens } = await client.listTokens();
        const money = await moneyOf(cli);
        const rows = tokens.map(({ name, scope, dailyCaps, createdAtMs, expiresAtMs }) => [
          name,
          scope,
          dailyCaps.map(({ amount, equivalent }) => money(amount, equivalent)).join(', '),
          when(createdAtMs),
          expiresAtMs === null ? 'never' : when(expiresAtMs),
        ]);
        const heads = ['NAME', 'ALLOWS', 'A DAY AT MOST', 'MADE', 'EXPIRES'].map((title) => ({ title }));
        return { document: { tokens }, text: table(heads, rows) || 'There are no tokens.' };
      }),
    );
}

function addRevoke(token: Command, run: Run): void {
  token
    .command('revoke')
    .description('Make a token useless at once')
    .argument('<name>', 'see `geo token list`')
    .action(
      run(async (cli, name: string) => {
        const client = await cli.client();
        await client.revokeToken({ name });
        return { document: { revoked: name }, text: line`The token ${name} no longer works.` };
      }),
    );
}
