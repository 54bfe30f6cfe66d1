import { Argument } from 'commander';
import type { PublicKey } from '#protocol/identity.ts';
import type { Books } from '../../export/books.ts';
import type { AddVerb, Answer, Cli } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { withLedger } from '../ledger-source.ts';
import { writeNewFile } from '../new-file.ts';
import { Stop } from '../problem.ts';
import { count } from '../show.ts';
import { line } from '../text.ts';

const FORMATS = ['json', 'csv', 'hledger', 'beancount'] as const;
type Format = (typeof FORMATS)[number];

interface Options {
  readonly out: string;
  readonly passphraseFile?: string;
}

export const addExport: AddVerb = (program, run) => {
  program
    .command('export')
    .description('Write all accounts and transactions to a file')
    .addArgument(
      new Argument('<format>', 'json: all with every signature, for `geo verify`; the others: for bookkeeping').choices(
        FORMATS,
      ),
    )
    .requiredOption('--out <file>', 'Write it there; an existing file is not replaced')
    .option('--passphrase-file <file>', 'To read memos of a node that is stopped: passphrase of an encrypted identity')
    .action(
      run(async (cli, format: Format, options: Options) =>
        format === 'json' ? exportJson(cli, options) : exportBooks(cli, format, options),
      ),
    );
};

/** The ledger, and nothing that is not in it: names and memos stay here. */
function exportJson(cli: Cli, { out }: Options): Promise<Answer> {
  return withLedger(cli, async (source) => {
    await writeNewFile(out, await source.bytes());
    return {
      document: { file: out, format: 'json' },
      text: line`Written to ${out}: all accounts and transactions with their signatures.\nAnyone can check it:  geo verify ${out}`,
    };
  });
}

function exportBooks(cli: Cli, format: Exclude<Format, 'json'>, { out, passphraseFile }: Options): Promise<Answer> {
  return withLedger(cli, async (source) => {
    const { readBooks } = await import('../../export/books.ts');
    const notes = await source.notes(passphraseFile);
    const books = await readBooks(await source.bytes(), notes);
    if ('why' in books) throw doesNotAddUp(books.why);
    await writeNewFile(out, await linesOf(format, books, notes.nameOf));
    const entries = books.entries.length;
    return {
      document: { file: out, format, accounts: books.accounts.length, entries },
      text: line`Written to ${out}: ${count(books.accounts.length, 'account')}, ${count(entries, 'transaction')}.${CHECKS[format](out)}`,
    };
  });
}

/** How the program that it is for checks it. */
const CHECKS: Readonly<Record<Exclude<Format, 'json'>, (out: string) => string>> = {
  csv: () => '',
  hledger: (out) => ` To check it:  hledger -f ${out} check`,
  beancount: (out) => ` To check it:  bean-check ${out}`,
};

async function linesOf(
  format: Exclude<Format, 'json'>,
  books: Books,
  nameOf: (key: PublicKey) => string | null,
): Promise<Iterable<string>> {
  switch (format) {
    case 'csv':
      return (await import('../../export/csv.ts')).csvOf(books, nameOf);
    case 'hledger':
      return (await import('../../export/hledger.ts')).hledgerOf(books, nameOf);
    case 'beancount':
      return (await import('../../export/beancount.ts')).beancountOf(books, nameOf);
  }
}

/** Books that hide a difference would be worse than none. */
export function doesNotAddUp(why: string): Stop {
  return new Stop({
    code: 'ledger-broken',
    message: `The ledger does not add up: ${why}. Nothing was written. \`geo export json\` and \`geo verify\` say more.`,
    facts: { why },
    exitCode: EXIT.error,
  });
}
