import type { Command } from 'commander';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import type { BackupContents } from '../../backup/contents.ts';
import type { Contact } from '../../contacts.ts';
import { cancelled, confirm } from '../ask.ts';
import type { AddVerb, Answer, Cli, Run } from '../cli.ts';
import { type Flags, newSettings } from '../new-settings.ts';
import { readUserFile } from '../parse.ts';
import { newPassphrase, passphraseSource } from '../passphrase.ts';
import { typed, usage } from '../problem.ts';
import { restorationText, WHAT_COMES_BACK } from '../restoration.ts';
import { withSettings } from '../settings.ts';
import { count, moneyOf, when } from '../show.ts';
import { list } from '../table.ts';
import { bold, line } from '../text.ts';
import { knownSeed } from '../words.ts';

export const addRestore: AddVerb = (program, run) => {
  const restore = program
    .command('restore')
    .description('Bring a node back after a loss: from words, or from a backup');
  addFrom(restore, run);
  addStatus(restore, run);
  addConfirm(restore, run);
};

interface Options {
  readonly words?: true;
  readonly wordsFile?: string;
  readonly keyFolder?: string;
  readonly passphraseFile?: string;
  readonly neighbour?: readonly string[];
  readonly oldCopy?: true;
}

function addFrom(restore: Command, run: Run): void {
  const command = restore
    .command('from', { isDefault: true })
    .description('Make the data folder of a node that comes back; it is started afterwards')
    .argument('[file]', 'a backup file; without one, all comes back from the neighbours')
    .option('--words', 'Asks for the 24 words, which do not show')
    .option('--words-file <file>', 'File with the 24 words')
    .option('--key-folder <folder>', 'Data folder with the identity, instead of words')
    .option('--passphrase-file <file>', 'File with the passphrase that encrypts the identity, or will')
    .option('--neighbour <who...>', 'Contact card of a neighbour, or address that ends in /p2p/ and a peer id')
    .option('--old-copy', 'The data folder itself was copied back from an old copy: say so before it is started');
  withSettings(command).action(
    run(async (cli, file: string | undefined, options: Options) =>
      options.oldCopy === true ? declareOld(cli, file) : restoreHere(cli, file, options),
    ),
  );
}

async function declareOld(cli: Cli, file: string | undefined): Promise<Answer> {
  if (file !== undefined) throw usage('Give either a backup file or --old-copy, not both.');
  const { readPublicIdentity } = await import('../../identity/key-file.ts');
  const { declareOldCopy } = await import('../../backup/restore.ts');
  const folder = await cli.folder();
  const { pid, publicKey } = await readPublicIdentity(folder);
  const { hosted } = await declareOldCopy(folder);
  const ofMembers =
    `It has the records of ${count(hosted, 'member')}. Start the hub as before: each of them signs nothing until its neighbours ` +
    'have shown their books and it has confirmed on its page what came back.\n';
  return {
    document: { pid, publicKey, dataDir: folder, hosted },
    text: `${bold('This folder is known to be an old copy.').trusted}\n${hosted > 0 ? ofMembers : ''}${nextText(cli, folder)}`,
  };
}

async function restoreHere(cli: Cli, file: string | undefined, options: Options): Promise<Answer> {
  // All that can be wrong is found before anything is written.
  const config = await cli.config({ ...options });
  const { dataDir } = config;
  const { identityOf } = await import('../../identity/key-file.ts');
  const { hasStore, occupied } = await import('../../backup/new-store.ts');
  const { restoreInto } = await import('../../backup/restore.ts');
  if (hasStore(dataDir)) throw occupied(dataDir);
  const { MAX_BACKUP_FILE_BYTES, openBackup } = await import('../../backup/file.ts');
  const { restoredSettings } = await import('../../backup/settings.ts');
  const bytes = file === undefined ? null : await readUserFile(file, MAX_BACKUP_FILE_BYTES);
  const given = await newSettings(config, options as Flags);
  const { seed, passphrase } = await seedOf(cli, options, dataDir);
  const { publicKey } = identityOf(seed);
  const backup = bytes === null ? null : await openBackup(bytes, identityOf(seed));
  const { network, settings } = restoredSettings(config, given, backup);
  const neighbours = await Promise.all((options.neighbour ?? []).map((who) => neighbourOf(who, network)));
  await restoreInto(dataDir, { seed, passphrase, backup, settings, neighbours });
  const accounts = backup?.records.filter(({ type }) => type === 'account').length ?? 0;
  const contacts = (backup?.contacts.length ?? 0) + neighbours.length;
  const document = { pid: pidOf(publicKey), publicKey, dataDir, network, accounts, contacts };
  return { document, text: restoredHereText(cli, document, backup) };
}

/** By words, by the identity of another folder, or by the one that is here already. */
async function seedOf(
  cli: Cli,
  { words, wordsFile, keyFolder, passphraseFile }: Options,
  folder: string,
): Promise<{ seed: Uint8Array; passphrase: string | null }> {
  const { hasKeyFile, readKeyFile } = await import('../../identity/key-file.ts');
  const seed = await knownSeed({ ...(words && { words }), ...(wordsFile !== undefined && { wordsFile }) });
  if (seed !== null) {
    const passphrase = passphraseFile === undefined ? null : await newPassphrase(passphraseFile);
    return { seed, passphrase };
  }
  if (keyFolder === undefined && !hasKeyFile(folder)) {
    throw usage(`Who is to come back? Add --words, and your 24 words are asked for. ${WHAT_COMES_BACK}`);
  }
  let asked: string | null = null;
  const identity = await readKeyFile(keyFolder ?? folder, async () => {
    asked = await passphraseSource(cli, passphraseFile)();
    return asked;
  });
  // A key that was encrypted there is to be so here.
  const passphrase = asked ?? (passphraseFile === undefined ? null : await newPassphrase(passphraseFile));
  return { seed: identity.seed, passphrase };
}

async function neighbourOf(who: string, network: string): Promise<Contact> {
  const nobody = { alias: null, verified: false, addedAtMs: Date.now() };
  if (who.startsWith('/')) {
    const { checkAddress } = await import('../../p2p/address.ts');
    const { text, participant } = typed(checkAddress(who));
    if (participant === null) throw usage(`${who} does not say who is there: it should end in /p2p/ and a peer id.`);
    return { ...nobody, publicKey: participant, cardName: null, addresses: [text] };
  }
  const { readCard } = await import('#protocol/card.ts');
  const { verifyWith } = await import('#protocol/statement.ts');
  const { nodeEd25519 } = await import('../../identity/ed25519.ts');
  const { publicKey, name, addresses } = typed(readCard(who, verifyWith(nodeEd25519), network));
  return { ...nobody, publicKey, cardName: name, addresses };
}

function restoredHereText(
  cli: Cli,
  {
    pid,
    dataDir,
    accounts,
    contacts,
  }: { pid: string; publicKey: PublicKey; dataDir: string; accounts: number; contacts: number },
  backup: BackupContents | null,
): string {
  const facts = list([
    ['PID', pid],
    ['Folder', dataDir],
    ['Backup', backup === null ? 'none: words only' : `of ${when(backup.createdAtMs)}, ${count(accounts, 'account')}`],
    [
      'Contacts',
      contacts === 0 ? 'none yet: connect with one neighbour at least (`geo peer connect`)' : String(contacts),
    ],
  ]);
  return [line`${bold('Your node can come back.')}`, facts, '', WHAT_COMES_BACK, nextText(cli, dataDir)].join('\n');
}

function nextText(cli: Cli, folder: string): string {
  const where = cli.namedFolder ? ` --data-dir ${folder}` : '';
  return [
    'It signs nothing new until your neighbours have shown their books and you have confirmed what came back.',
    '',
    line`Next:  geo start${where}`,
    line`       geo restore status${where}`,
    line`       geo restore confirm${where}`,
  ].join('\n');
}

function addStatus(restore: Command, run: Run): void {
  restore
    .command('status')
    .description('Show what has come back after a loss, account by account, and whom the node waits for')
    .action(
      run(async (cli) => {
        const client = await cli.client();
        const restoration = await client.getRestoration();
        return { document: { ...restoration }, text: restorationText(restoration, await moneyOf(cli)) };
      }),
    );
}

interface ConfirmOptions {
  readonly regardless?: true;
  readonly yes?: true;
}

function addConfirm(restore: Command, run: Run): void {
  restore
    .command('confirm')
    .description('Say that what came back is right: your limits are signed again, and the accounts are used')
    .option('--regardless', 'Also while connected neighbours do not agree yet; accounts with them stay out of use')
    .option('--yes', 'Do not ask')
    .action(
      run(async (cli, { regardless, yes }: ConfirmOptions) => {
        const client = await cli.client();
        const money = await moneyOf(cli);
        cli.say(restorationText(await client.getRestoration(), money));
        if (yes !== true) {
          if (!cli.canAsk) throw usage('To confirm without being asked, add --yes.');
          if (!(await confirm('Are these balances and limits right?'))) throw cancelled();
        }
        const restoration = await client.confirmRestored({ regardless: regardless === true });
        const text = `${bold('Confirmed.').trusted}\n\n${restorationText(restoration, money)}`;
        return { document: { ...restoration }, text };
      }),
    );
}
