/** How the words of an identity are asked for and shown, and what people must know about them. */
import { askHidden } from './ask.ts';
import { readUserFile } from './parse.ts';
import { typed, usage } from './problem.ts';

/** The seed of an identity that exists, by its words, typed or in a file; null: no words were spoken of. */
export async function knownSeed(options: { words?: true; wordsFile?: string }): Promise<Uint8Array | null> {
  const { words, wordsFile } = options;
  if (wordsFile !== undefined && words === true) throw usage('Give either --words or --words-file, not both.');
  if (wordsFile === undefined && words !== true) return null;
  const { seedFromWords } = await import('#protocol/words.ts');
  if (wordsFile !== undefined) return typed(seedFromWords((await readUserFile(wordsFile)).toString('utf8')));
  return typed(seedFromWords(await askHidden('The 24 words, on one line (they do not show): ')));
}

/** The words with their numbers, four a line. */
export function numbered(words: string): string {
  const cells = words.split(' ').map((word, index) => `${String(index + 1).padStart(2)} ${word.padEnd(10)}`);
  const rows: string[] = [];
  for (let at = 0; at < cells.length; at += 4)
    rows.push(
      cells
        .slice(at, at + 4)
        .join(' ')
        .trimEnd(),
    );
  return rows.join('\n');
}

/** People who know other wallets believe that words restore everything. */
export const WHAT_WORDS_DO = `Write them down on paper, in order, and show them to nobody.
  They bring back who you are: your key and your PID. Whoever has them is you.
  They do not bring back what is owed: balances and trust lines come back from your neighbours or from a backup.`;
