/** Passphrases come from a file or a prompt, never from arguments or variables, which other users can see. */
import { askHidden } from './ask.ts';
import type { Cli } from './cli.ts';
import { readUserFile } from './parse.ts';
import { usage } from './problem.ts';

/** Where the passphrase of an encrypted identity comes from when it turns out to be needed; null: from nowhere. */
export function passphraseSource(cli: Pick<Cli, 'canAsk'>, file: string | undefined): () => Promise<string | null> {
  return async () => {
    if (file !== undefined) return readPassphrase(file);
    return cli.canAsk ? askHidden('Passphrase: ') : null;
  };
}

/** A passphrase for a new identity. */
export async function newPassphrase(file: string): Promise<string> {
  const { MIN_PASSPHRASE_CHARACTERS } = await import('../identity/key-file.ts');
  const passphrase = await readPassphrase(file);
  const characters = [...passphrase].length;
  if (characters >= MIN_PASSPHRASE_CHARACTERS) return passphrase;
  throw usage(
    `The passphrase in ${file} has ${characters} characters; it needs at least ${MIN_PASSPHRASE_CHARACTERS}. ` +
      'Four random words are a good one.',
  );
}

/** The first line, since editors end a file with a line end. */
async function readPassphrase(file: string): Promise<string> {
  const text = (await readUserFile(file)).toString('utf8');
  return text.split(/\r?\n/, 1)[0] as string;
}
