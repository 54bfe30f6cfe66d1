import { resolve } from 'node:path';
import type { AddVerb } from '../cli.ts';
import { runningNode } from '../ledger-source.ts';
import { passphraseSource } from '../passphrase.ts';
import { count } from '../show.ts';
import { bold, line } from '../text.ts';
import { stopNode } from './stop.ts';

export const addMove: AddVerb = (program, run) => {
  program
    .command('move')
    .description('Move the node to another machine: stop it here for good, and put all there is in a backup file')
    .argument('<file>', 'where the backup file goes')
    .option('--passphrase-file <file>', 'File with the passphrase of an encrypted identity')
    .action(
      run(async (cli, file: string, options: { passphraseFile?: string }) => {
        const path = resolve(file);
        const config = await cli.config();
        const { readKeyFile } = await import('../../identity/key-file.ts');
        // What could be wrong is found while the node still runs.
        const identity = await readKeyFile(config.dataDir, passphraseSource(cli, options.passphraseFile));
        const { withStoppedBackup } = await import('../../backup/stopped.ts');
        const { writeTombstone } = await import('../../backup/tombstone.ts');
        const { systemClock } = await import('../../clock.ts');
        const { writeNewFile } = await import('../new-file.ts');
        if ((await runningNode(cli)) !== null) await stopNode(cli);
        const { accounts, contacts } = await withStoppedBackup(config, identity, systemClock, async (sealed) => {
          await writeNewFile(path, [sealed.bytes]);
          await writeTombstone(config.dataDir, { movedAtMs: sealed.backup.createdAtMs, file: path });
          const ofType = sealed.backup.records.filter(({ type }) => type === 'account').length;
          return { accounts: ofType, contacts: sealed.backup.contacts.length };
        });
        return {
          document: { file: path, accounts, contacts },
          text: [
            line`${bold('The node has ended here for good.')} ${count(accounts, 'account')}, ${count(contacts, 'contact')}.`,
            line`File  ${path}`,
            'On the other machine:  geo restore FILE --words',
            'This folder does not start again; delete it when the node runs there and you have confirmed what came back.',
          ].join('\n'),
        };
      }),
    );
};
