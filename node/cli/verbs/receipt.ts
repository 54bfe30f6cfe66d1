import type { Command } from 'commander';
import { formatAmount } from '#protocol/amount.ts';
import { pidOf } from '#protocol/identity.ts';
import type { AddVerb, Run } from '../cli.ts';
import { writeNewFile } from '../new-file.ts';
import { readUserFile } from '../parse.ts';
import { typed } from '../problem.ts';
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
    .option('--qr', 'Show it as a QR code too')
    .action(
      run(async (cli, id: string, options: { out?: string; qr?: true }) => {
        const client = await cli.client();
        const { fileName, base64, facts } = await client.getReceipt({ id });
        if (options.out !== undefined) await writeNewFile(options.out, [Buffer.from(base64, 'base64')]);
        const written =
          options.out === undefined
            ? line`To give it to someone:  geo receipt show ${id} --out ${fileName}`
            : line`Written to ${options.out}. Anyone can check it:  geo receipt verify ${options.out}`;
        const file = options.out === undefined ? {} : { file: options.out };
        const link = LINK_START + Buffer.from(base64, 'base64').toString('base64url');
        return {
          document: { fileName, base64, link, facts, ...file },
          text: `${factsText(facts, await moneyOf(cli))}\n${written}${options.qr === true ? await qrText(link) : ''}`,
        };
      }),
    );
}

function addVerify(receipt: Command, run: Run): void {
  receipt
    .command('verify')
    .description('Check a receipt; needs no node and no network')
    .argument('<file>', 'the receipt: its file, or the link that its QR code holds')
    .action(
      run(async (cli, file: string) => {
        const bytes = await receiptBytes(file);
        const { verifyReceipt } = await import('#protocol/receipt.ts');
        const { verifyWith } = await import('#protocol/statement.ts');
        const { nodeEd25519 } = await import('../../identity/ed25519.ts');
        const { payer, receiver, total, routeAmount, ...rest } = typed(verifyReceipt(bytes, verifyWith(nodeEd25519)));
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

/** A receipt in one line of text, for a QR code. */
const LINK_START = 'geo:receipt/';

/** Of a file, of a link, or of a file that holds the link; white space in a link means nothing. */
async function receiptBytes(file: string): Promise<Uint8Array> {
  const content = file.startsWith(LINK_START) ? Buffer.from(file) : await readUserFile(file);
  if (content.subarray(0, LINK_START.length).toString('latin1') !== LINK_START) return new Uint8Array(content);
  const text = content.toString('latin1').slice(LINK_START.length).replace(/\s+/g, '');
  const bytes = Buffer.from(text, 'base64url');
  // Characters that are none of base64 are left out silently.
  return bytes.toString('base64url') === text ? new Uint8Array(bytes) : new Uint8Array(content);
}

async function qrText(link: string): Promise<string> {
  const { qrCode } = await import('../qr.ts');
  const code = await qrCode(link);
  return code === '' ? '\nIt is too long for a QR code.' : `\n\n${code}`;
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
