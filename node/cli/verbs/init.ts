import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { pidOf } from '#protocol/identity.ts';
import type { Config } from '../../config.ts';
import { askHidden } from '../ask.ts';
import type { AddVerb, Cli } from '../cli.ts';
import { readUserFile } from '../parse.ts';
import { newPassphrase } from '../passphrase.ts';
import { typed, usage } from '../problem.ts';
import { withSettings } from '../settings.ts';
import { list } from '../table.ts';
import { bold, line } from '../text.ts';
import { numbered, WHAT_WORDS_DO } from '../words.ts';

interface Options {
  readonly words?: true;
  readonly wordsFile?: string;
  readonly passphraseFile?: string;
}

type Flags = Readonly<Record<string, unknown>>;

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
      const { seedFromWords, wordsFromSeed } = await import('#protocol/words.ts');
      const { createKeyFile, hasKeyFile, newSeed } = await import('../../identity/key-file.ts');
      // Where there is an identity, that is what is wrong, whatever else is.
      const settings = hasKeyFile(config.dataDir) ? null : await newSettings(config, options as Flags);
      const words = await knownWords(options);
      const passphrase = options.passphraseFile === undefined ? null : await newPassphrase(options.passphraseFile);
      const seed = words === null ? newSeed() : typed(seedFromWords(words));
      const { publicKey } = await createKeyFile(config.dataDir, seed, passphrase);
      if (settings !== null) await writeSettings(config, settings);
      const made = {
        pid: pidOf(publicKey),
        publicKey,
        dataDir: config.dataDir,
        encrypted: passphrase !== null,
        imported: words !== null,
      };
      const fresh = words === null ? wordsFromSeed(seed) : null;
      return {
        document: { ...made, ...(fresh !== null && { words: fresh }) },
        text: textOf(made, config, fresh, startCommand(cli, config)),
      };
    }),
  );
};

/** The words of an identity that exists, or null for a new one. */
async function knownWords({ words, wordsFile }: Options): Promise<string | null> {
  if (wordsFile !== undefined && words === true) throw usage('Give either --words or --words-file, not both.');
  if (wordsFile !== undefined) return (await readUserFile(wordsFile)).toString('utf8');
  return words === true ? askHidden('The 24 words, on one line (they do not show): ') : null;
}

/** What config.toml is to say, or null for nothing new. */
async function newSettings(config: Config, options: Flags): Promise<object | null> {
  const { CONFIG_FILE } = await import('../../config.ts');
  const given = Object.entries(config).filter(([key]) => key in options && key !== 'dataDir');
  if (given.length === 0) return null;
  const path = join(config.dataDir, CONFIG_FILE);
  if (existsSync(path)) throw usage(`${path} exists already and stays as it is: change the settings there.`);
  return Object.fromEntries(
    given.map(([key, value]) => [key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), value]),
  );
}

async function writeSettings(config: Config, settings: object): Promise<void> {
  const { CONFIG_FILE } = await import('../../config.ts');
  const { writePrivateFile } = await import('../../private-file.ts');
  const { stringify } = await import('smol-toml');
  const text = `# Settings of this node. \`geo config example\` shows all there are.\n${stringify(settings)}`;
  await writePrivateFile(join(config.dataDir, CONFIG_FILE), text);
}

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
      ? 'Balances and trust lines do not come from words: they come back from your neighbours or from a backup.'
      : `${bold('Your 24 words, shown this once:').trusted}\n\n${numbered(words)}\n\n${WHAT_WORDS_DO}`;
  return [line`${bold(title)}`, facts, '', about, '', line`Next:  ${start}`].join('\n');
}
