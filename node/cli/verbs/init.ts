import type { Command } from 'commander';
import { pidOf } from '#protocol/identity.ts';
import type { Config } from '../../config.ts';
import type { AddVerb, Cli } from '../cli.ts';
import { type Flags, newSettings, writeSettings } from '../new-settings.ts';
import { newPassphrase } from '../passphrase.ts';
import { WHAT_COMES_BACK } from '../restoration.ts';
import { withSettings } from '../settings.ts';
import { list } from '../table.ts';
import { bold, line } from '../text.ts';
import { knownSeed, numbered, WHAT_WORDS_DO } from '../words.ts';

interface Options {
  readonly words?: true;
  readonly wordsFile?: string;
  readonly passphraseFile?: string;
}

export const addInit: AddVerb = (program, run) => {
  const command: Command = program
    .command('init')
    .description(
      'Make an identity, or bring one back from its 24 words; settings that are given are kept in config.toml',
    )
    .option('--words', 'Bring an identity back: asks for its words, which do not show')
    .option('--words-file <file>', 'Bring an identity back from a file with its words')
    .option('--passphrase-file <file>', 'Encrypt the identity with the passphrase in this file');
  withSettings(command).action(
    run(async (cli, options: Options) => {
      // All that can be wrong is found before anything is written.
      const config = await cli.config({ ...options });
      const { hasKeyFile } = await import('../../identity/key-file.ts');
      const { makeIdentity } = await import('../../identity/make-identity.ts');
      // Where there is an identity, that is what is wrong, whatever else is.
      const settings = hasKeyFile(config.dataDir) ? null : await newSettings(config, options as Flags);
      const seed = await knownSeed(options);
      const passphrase = options.passphraseFile === undefined ? null : await newPassphrase(options.passphraseFile);
      const { publicKey, words } = await makeIdentity(config.dataDir, seed === null ? null : { seed }, passphrase);
      if (settings !== null) await writeSettings(config.dataDir, settings);
      const made = {
        pid: pidOf(publicKey),
        publicKey,
        dataDir: config.dataDir,
        encrypted: passphrase !== null,
        imported: seed !== null,
      };
      return {
        document: { ...made, ...(words !== null && { words }) },
        text: textOf(made, config, words, startCommand(cli, config)),
      };
    }),
  );
};

function startCommand(cli: Cli, { dataDir }: Config): string {
  return cli.namedFolder ? `geo start --data-dir ${dataDir}` : 'geo start';
}

function textOf(
  made: { pid: string; imported: boolean; encrypted: boolean },
  config: Config,
  words: string | null,
  start: string,
): string {
  const facts = list([
    ['Name', config.name ?? 'none yet; your contacts see your PID'],
    ['PID', made.pid],
    ['Folder', config.dataDir],
    ['Key', made.encrypted ? 'encrypted with your passphrase' : 'kept plain; only your user can read the file'],
  ]);
  const title = made.imported ? 'Your identity is back.' : 'You have a new identity.';
  const about =
    words === null
      ? `${WHAT_COMES_BACK} See \`geo restore status\` when it runs.`
      : `${bold('Your 24 words, shown this once:').trusted}\n\n${numbered(words)}\n\n${WHAT_WORDS_DO}`;
  return [line`${bold(title)}`, facts, '', about, '', line`Next:  ${start}`].join('\n');
}
