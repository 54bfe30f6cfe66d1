import type { Command } from 'commander';
import type { Result } from '../../api/contract.ts';
import type { AddVerb, Run } from '../cli.ts';
import { whileLooking } from '../looking.ts';
import { wholeNumber, whoText } from '../parse.ts';
import { usage } from '../problem.ts';
import { moneyOf, nameOf, type ShowMoney } from '../show.ts';
import { list, table } from '../table.ts';
import { bad, bold, line } from '../text.ts';

export const addContact: AddVerb = (program, run) => {
  const contact = program.command('contact').description('The people you know');
  addAdd(contact, run);
  addList(contact, run);
  addRemove(contact, run);
  addVerify(contact, run);
};

const DEFAULT_WAIT_S = 20;
const MAX_WAIT_S = 60;

interface AddOptions {
  readonly wait: number;
  readonly address?: string[];
  readonly as?: string;
  readonly allowLookAlike?: true;
}

function addAdd(contact: Command, run: Run): void {
  contact
    .command('add')
    .description('Add someone, or change how you call them or where they are')
    .argument('<who>', 'contact card (geo:… link), PID (looked up in the directory) or public key', whoText)
    .argument('[alias]', 'what you call them')
    .option('--as <alias>', 'The same')
    .option('--address <address...>', 'Where they can be reached, such as /ip4/192.0.2.1/tcp/4610')
    .option('--allow-look-alike', 'Take an alias although it looks like another one')
    .option(
      '--wait <seconds>',
      'How long to look for them in the directory',
      wholeNumber('a number of seconds', 0, MAX_WAIT_S),
      DEFAULT_WAIT_S,
    )
    .action(
      run(async (cli, who: string, typedAlias: string | undefined, options: AddOptions) => {
        const alias = typedAlias ?? options.as;
        if (typedAlias !== undefined && options.as !== undefined) throw usage('Two aliases are given; one is enough.');
        const client = await cli.client();
        const adding = client.putContact({
          who,
          ...(alias !== undefined && { alias }),
          ...(options.address !== undefined && { addresses: options.address }),
          ...(options.allowLookAlike && { allowLookAlike: true }),
          waitMs: options.wait * 1_000,
        });
        const added = await whileLooking(cli, client, adding);
        return { document: added, text: addedText(added, await moneyOf(cli)) };
      }),
    );
}

function addedText({ contact, found, suggestedLimit, warnings }: Result<'putContact'>, money: ShowMoney): string {
  const name = nameOf(contact);
  const card = list([
    ['PID', contact.pid],
    ['Calls itself', contact.cardName ?? undefined],
    ['Addresses', contact.addresses.join(', ') || 'none known'],
    ['Verified', contact.verified ? 'yes' : 'no: when you meet, compare PIDs and run `geo contact verify`'],
  ]);
  const next =
    suggestedLimit === null
      ? line`To let them owe you:  geo trust set ${shellWord(name)} LIMIT EQUIVALENT`
      : line`They ask that you let them owe up to ${money(suggestedLimit.amount, suggestedLimit.equivalent)}. If you trust them that far:\n  geo trust set ${shellWord(name)} ${suggestedLimit.amount} ${suggestedLimit.equivalent}`;
  return [
    line`${bold(name)} is in your contacts${found ? ', found in the directory' : ''}.`,
    ...warnings.map((text) => line`${bad('Warning:')} ${text}`),
    card,
    next,
  ].join('\n');
}

/** As it has to be typed: quoted where a shell would split or change it. */
function shellWord(name: string): string {
  return /^[\p{L}\p{N}_./-]+$/u.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}

function addList(contact: Command, run: Run): void {
  contact
    .command('list')
    .description('Show all contacts')
    .action(
      run(async (cli) => {
        const client = await cli.client();
        const { contacts } = await client.listContacts();
        const rows = contacts.map((contact) => [
          contact.name ?? '',
          contact.cardName !== null && contact.cardName !== contact.name ? contact.cardName : '',
          contact.verified ? 'yes' : 'no',
          contact.linked ? 'yes' : 'no',
          contact.pid,
        ]);
        const heads = ['NAME', 'CALLS ITSELF', 'VERIFIED', 'CONNECTED', 'PID'].map((title) => ({ title }));
        const empty =
          'You have no contacts yet. Ask someone for a contact card (`geo id card` prints it), then `geo contact add`.';
        return { document: { contacts }, text: table(heads, rows) || empty };
      }),
    );
}

function addRemove(contact: Command, run: Run): void {
  contact
    .command('remove')
    .description('Remove someone with whom no account is open')
    .argument('<who>', 'alias, PID or key', whoText)
    .action(
      run(async (cli, who: string) => {
        const client = await cli.client();
        await client.removeContact({ who });
        return { document: { removed: who }, text: line`${who} is no longer in your contacts.` };
      }),
    );
}

function addVerify(contact: Command, run: Run): void {
  contact
    .command('verify')
    .description('Mark someone as met: you compared PIDs, or scanned the QR code of their own screen')
    .argument('<who>', 'alias, PID or key', whoText)
    .option('--undo', 'Take the mark away')
    .action(
      run(async (cli, who: string, options: { undo?: true }) => {
        const client = await cli.client();
        const { contact } = await client.putContact({ who, verified: options.undo !== true });
        const text = contact.verified
          ? line`${nameOf(contact)} is marked as verified: PID ${contact.pid}.`
          : line`${nameOf(contact)} is no longer marked as verified.`;
        return { document: { contact }, text };
      }),
    );
}
