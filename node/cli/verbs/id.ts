import type { Command } from 'commander';
import type { AddVerb, Cli, Run } from '../cli.ts';
import { amountText, equivalentText, futureTime } from '../parse.ts';
import { passphraseSource } from '../passphrase.ts';
import { usage } from '../problem.ts';
import { qrCode } from '../qr.ts';
import { moneyOf } from '../show.ts';
import { list } from '../table.ts';
import { bold, line } from '../text.ts';
import { numbered, WHAT_WORDS_DO } from '../words.ts';

export const addId: AddVerb = (program, run) => {
  const id = program.command('id').description('Show who you are, and make contact cards');
  addShow(id, run);
  addWords(id, run);
  addCard(id, run);
  addQr(id, run);
};

function addShow(id: Command, run: Run): void {
  id.command('show', { isDefault: true })
    .description('Show your name, PID, key and addresses')
    .action(
      run(async (cli) => {
        const client = await cli.client();
        const self = await client.getId();
        const text = list([
          ['Name', self.participant.name ?? 'none: set name in config.toml'],
          ['PID', self.participant.pid],
          ['Key', self.participant.publicKey],
          ['Network', self.network],
          ['Addresses', self.addresses.join(', ') || 'none'],
          ['Card', self.card],
        ]);
        return { document: self, text };
      }),
    );
}

function addWords(id: Command, run: Run): void {
  id.command('words')
    .description('Show the 24 words that are your identity; the node need not run')
    .option('--passphrase-file <file>', 'File with the passphrase of an encrypted identity')
    .action(
      run(async (cli, options: { passphraseFile?: string }) => {
        const { wordsFromSeed } = await import('#protocol/words.ts');
        const { readKeyFile } = await import('../../identity/key-file.ts');
        const { seed } = await readKeyFile(await cli.folder(), passphraseSource(cli, options.passphraseFile));
        const words = wordsFromSeed(seed);
        return { document: { words }, text: `${numbered(words)}\n\n${WHAT_WORDS_DO}` };
      }),
    );
}

interface CardOptions {
  readonly equivalent?: string;
  readonly limit?: string;
  readonly expires?: string;
}

function withCardOptions(command: Command): Command {
  return command
    .option('--limit <amount>', 'Ask the one who takes the card to let you owe up to this', amountText)
    .option('--equivalent <name>', 'What the limit is counted in, such as UAH', equivalentText)
    .option('--expires <when>', 'Until when the card is good, such as 30d or 2031-12-31');
}

/** The card, with what people need to know about it. */
async function makeCard(cli: Cli, options: CardOptions): Promise<{ card: string; about: string }> {
  const { equivalent, limit, expires } = options;
  if ((equivalent === undefined) !== (limit === undefined)) {
    throw usage('An invitation needs both --limit and --equivalent, such as --limit 100 --equivalent UAH.');
  }
  const money = await moneyOf(cli);
  const client = await cli.client();
  const { card } = await client.makeCard({
    ...(equivalent !== undefined && limit !== undefined && { suggestedLimit: { equivalent, amount: limit } }),
    ...(expires !== undefined && { expiresAtMs: futureTime(expires, Date.now()) }),
  });
  const asks =
    equivalent !== undefined && limit !== undefined
      ? `It asks them to let you owe up to ${money(limit, equivalent)}. They run:  geo contact add 'LINK'`
      : "They run:  geo contact add 'LINK'";
  return { card, about: `Send this link to someone who should trust you or pay you. ${asks}` };
}

function addCard(id: Command, run: Run): void {
  withCardOptions(id.command('card').description('Make a contact card; with a limit it is an invitation')).action(
    run(async (cli, options: CardOptions) => {
      const { card, about } = await makeCard(cli, options);
      cli.say(about);
      return { document: { card }, text: card };
    }),
  );
}

function addQr(id: Command, run: Run): void {
  withCardOptions(id.command('qr').description('Show a contact card as a QR code')).action(
    run(async (cli, options: CardOptions) => {
      const { card } = await makeCard(cli, options);
      const qr = await qrCode(card);
      return { document: { card, qr }, text: line`${{ trusted: qr }}\n${bold(card)}` };
    }),
  );
}
