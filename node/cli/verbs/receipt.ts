import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { formatAmount } from '#protocol/amount.ts';
import { pidOf } from '#protocol/identity.ts';
import type { AddVerb, Run } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { readUserFile } from '../parse.ts';
import { Stop, typed } from '../problem.ts';
import { moneyOf, nameOf, type ShowMoney, when } from '../show.ts';
import { list } from '../table.ts';
import { bold, good, line } from '../text.ts';

/** What a receipt says, from the API or from the file itself. */
interface Facts {
  readonly txId: string;
  readonly network: string;
  readonly kind: 'pay' | 'clear';
  readonly payer: { readonly pid: string; readonly name: string | null };
  readonly receiver: { readonly pid: string; readonly name: string | null };
  readonly equivalent: string;
  readonly total: string;
  readonly createdAtMs: number;
}

export const addReceipt: AddVerb = (program, run) => {
  const receipt = program.command('receipt').description('Proofs of payment that anyone can check');
  addShow(receipt, run);
  addVerify(receipt, run);
};

function addShow(receipt: Command, run: Run): void {
  receipt
    .command('show')
    .description('Show the receipt of a payment, or write it to a file')
    .argument('<id>', 'id of the payment or of the transaction')
    .option('--out <file>', 'Write it there; an existing file is not replaced')
    .action(
      run(async (cli, id: string, options: { out?: string }) => {
        const client = await cli.client();
        const { fileName, base64, facts } = await client.getReceipt({ id });
        if (options.out !== undefined) await writeNew(options.out, Buffer.from(base64, 'base64'));
        const written =
          options.out === undefined
            ? line`To give it to someone:  geo receipt show ${id} --out ${fileName}`
            : line`Written to ${options.out}. Anyone can check it:  geo receipt verify ${options.out}`;
        const file = options.out === undefined ? {} : { file: options.out };
        return {
          document: { fileName, base64, facts, ...file },
          text: `${factsText(facts, await moneyOf(cli))}\n${written}`,
        };
      }),
    );
}

function addVerify(receipt: Command, run: Run): void {
  receipt
    .command('verify')
    .description('Check a receipt; needs no node and no network')
    .argument('<file>', 'the receipt')
    .action(
      run(async (cli, path: string) => {
        const bytes = await readUserFile(path);
        const { verifyReceipt } = await import('#protocol/receipt.ts');
        const { verifyWith } = await import('#protocol/statement.ts');
        const { nodeEd25519 } = await import('../../identity/ed25519.ts');
        const { payer, receiver, total, routeAmount, ...rest } = typed(
          verifyReceipt(new Uint8Array(bytes), verifyWith(nodeEd25519)),
        );
        const facts = {
          ...rest,
          payer: { pid: pidOf(payer), publicKey: payer, name: null },
          receiver: { pid: pidOf(receiver), publicKey: receiver, name: null },
          total: formatAmount(total),
          routeAmount: formatAmount(routeAmount),
        };
        const text = line`${good('Valid')}: signed by everyone on its way, and by the receiver.`;
        return { document: { valid: true, facts }, text: `${text}\n${factsText(facts, await moneyOf(cli))}` };
      }),
    );
}

function factsText(facts: Facts, money: ShowMoney): string {
  const { payer, receiver, total, equivalent, kind, createdAtMs, txId, network } = facts;
  const sum = money(total, equivalent);
  const what =
    kind === 'clear'
      ? line`${bold(`A circle of debts of ${sum} was cleared`)}`
      : line`${bold(`${nameOf(payer)} paid ${nameOf(receiver)} ${sum}`)}`;
  const rows = list([
    ['Payer', payer.pid],
    ['Receiver', receiver.pid],
    ['Made', `${when(createdAtMs)}, by the payer's clock`],
    ['Network', network],
    ['Transaction', txId],
  ]);
  return `${what}\n${rows}`;
}

async function writeNew(path: string, content: Uint8Array): Promise<void> {
  try {
    await writeFile(path, content, { flag: 'wx' });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const why = code === 'EEXIST' ? 'it exists already' : code;
    const message = `Cannot write ${path}: ${why}.`;
    throw new Stop({ code: 'file-unwritable', message, facts: { path, why }, exitCode: EXIT.error });
  }
}
