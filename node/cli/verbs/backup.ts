import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Client } from '../../api/client.ts';
import type { Result } from '../../api/contract.ts';
import type { BackupInside } from '../../backup/inside.ts';
import type { AddVerb, Cli, Run } from '../cli.ts';
import { runningNode } from '../ledger-source.ts';
import { readUserFile } from '../parse.ts';
import { passphraseSource } from '../passphrase.ts';
import { count, moneyOf, type ShowMoney, when } from '../show.ts';
import { list, table } from '../table.ts';
import { bold, line } from '../text.ts';
import { knownSeed } from '../words.ts';

type Made = Result<'makeBackup'>;

export const addBackup: AddVerb = (program, run) => {
  const backup = program.command('backup').description('Back up accounts, contacts and settings in a sealed file');
  addNow(backup, run);
  addVerify(backup, run);
  addList(backup, run);
};

interface NowOptions {
  readonly out?: string;
  readonly passphraseFile?: string;
}

function addNow(backup: Command, run: Run): void {
  backup
    .command('now', { isDefault: true })
    .description('Make a backup file now; the node need not run')
    .option('--out <file>', 'Write it there too, such as on another disk')
    .option('--passphrase-file <file>', 'File with the passphrase of an encrypted identity, if the node is stopped')
    .action(
      run(async (cli, options: NowOptions) => {
        const client = await runningNode(cli);
        const made = client === null ? await makeStopped(cli, options) : await client.makeBackup();
        const path = options.out === undefined ? made.path : resolve(options.out);
        if (options.out !== undefined) {
          const { writeNewFile } = await import('../new-file.ts');
          await writeNewFile(path, [await readFile(made.path)]);
        }
        return { document: { ...made, path }, text: madeText({ ...made, path }) };
      }),
    );
}

function madeText({ path, accounts, contacts }: Made): string {
  return [
    line`${bold('A backup was made.')} ${count(accounts, 'account')}, ${count(contacts, 'contact')}.`,
    line`File  ${path}`,
    'Only your 24 words, or this node, can open it. Keep a copy on another disk.',
  ].join('\n');
}

async function makeStopped(cli: Cli, { passphraseFile }: NowOptions): Promise<Made> {
  const config = await cli.config();
  const identity = await identityHere(cli, passphraseFile);
  const { withStoppedBackup } = await import('../../backup/stopped.ts');
  const { backupFolder, describeFile } = await import('../../backup/keeper.ts');
  const { addBackupFile, rotateBackupFiles } = await import('../../backup/folder.ts');
  const { systemClock } = await import('../../clock.ts');
  return withStoppedBackup(config, identity, systemClock, async ({ backup, bytes }) => {
    const folder = backupFolder(config);
    const path = await addBackupFile(folder, bytes, backup.createdAtMs);
    await rotateBackupFiles(folder, identity);
    return describeFile(path, bytes, backup);
  });
}

async function identityHere(cli: Cli, passphraseFile: string | undefined) {
  const { readKeyFile } = await import('../../identity/key-file.ts');
  return readKeyFile(await cli.folder(), passphraseSource(cli, passphraseFile));
}

interface VerifyOptions {
  readonly words?: true;
  readonly wordsFile?: string;
  readonly passphraseFile?: string;
}

function addVerify(backup: Command, run: Run): void {
  backup
    .command('verify')
    .description('Open a backup file and say what is in it; by the key of this node, or by words')
    .argument('<file>', 'the backup file')
    .option('--words', 'Asks for the 24 words, which do not show')
    .option('--words-file <file>', 'File with the 24 words')
    .option('--passphrase-file <file>', 'File with the passphrase of an encrypted identity')
    .action(
      run(async (cli, file: string, options: VerifyOptions) => {
        const { MAX_BACKUP_FILE_BYTES, openBackup } = await import('../../backup/file.ts');
        const bytes = await readUserFile(file, MAX_BACKUP_FILE_BYTES);
        const { identityOf } = await import('../../identity/key-file.ts');
        const seed = await knownSeed(options);
        const identity = seed === null ? await identityHere(cli, options.passphraseFile) : identityOf(seed);
        const { inside } = await import('../../backup/inside.ts');
        const found = inside(await openBackup(bytes, identity));
        return { document: { file: resolve(file), ...found }, text: insideText(found, await moneyOf(cli)) };
      }),
    );
}

function insideText(found: BackupInside, money: ShowMoney): string {
  const rows = found.balances.map(({ equivalent, owedToMe, owedByMe }) => [
    equivalent,
    money(owedToMe, equivalent),
    money(owedByMe, equivalent),
  ]);
  const balances = table(
    [{ title: 'EQUIVALENT' }, { title: 'OWED TO YOU', align: 'right' }, { title: 'OWED BY YOU', align: 'right' }],
    rows,
  );
  const facts = list([
    ['Of', found.pid],
    ['Made', when(found.createdAtMs)],
    ['Network', found.network],
    ['Accounts', String(found.accounts)],
    ['Contacts', String(found.contacts)],
    ['Unfinished', count(found.unfinished, 'payment')],
    ['Settings', found.hasSettings ? 'yes' : 'none'],
  ]);
  const parts = [bold('The backup is whole.').trusted, facts];
  return [...parts, ...(balances === '' ? [] : ['', balances])].join('\n');
}

function addList(backup: Command, run: Run): void {
  backup
    .command('list')
    .description('Show the backup files there are, newest first')
    .option('--passphrase-file <file>', 'File with the passphrase of an encrypted identity, if the node is stopped')
    .action(
      run(async (cli, options: { passphraseFile?: string }) => {
        const client = await runningNode(cli);
        const listed = client === null ? await listStopped(cli, options.passphraseFile) : await listRunning(client);
        return { document: { ...listed }, text: listText(listed) };
      }),
    );
}

function listRunning(client: Client): Promise<Result<'listBackups'>> {
  return client.listBackups();
}

async function listStopped(cli: Cli, passphraseFile: string | undefined): Promise<Result<'listBackups'>> {
  const { backupFolder } = await import('../../backup/keeper.ts');
  const { listBackupFiles } = await import('../../backup/folder.ts');
  const folder = backupFolder(await cli.config());
  const backups = await listBackupFiles(folder, await identityHere(cli, passphraseFile));
  return { folder, trouble: null, failure: null, backups };
}

function listText({ folder, trouble, backups }: Result<'listBackups'>): string {
  const rows = backups.map(({ createdAtMs, accounts, contacts, bytes, path }) => [
    when(createdAtMs),
    String(accounts),
    String(contacts),
    `${Math.ceil(bytes / 1024)} KiB`,
    path,
  ]);
  const heads = [
    { title: 'MADE' },
    { title: 'ACCOUNTS', align: 'right' },
    { title: 'CONTACTS', align: 'right' },
    { title: 'SIZE', align: 'right' },
    { title: 'FILE' },
  ] as const;
  const shown = rows.length === 0 ? line`There are none in ${folder} yet.` : table(heads, rows);
  return trouble === null ? shown : `${shown}\n${line`The last change is in none of them: ${trouble}`}`;
}
