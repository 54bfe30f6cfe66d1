/** What all readers of networks share. */
import { stat } from 'node:fs/promises';
import type { GraphBuilder } from './credit-graph.ts';
import { BadFile, numberIn, shown } from './lines.ts';

/** What a file is read into. */
export interface Reader {
  readonly path: string;
  readonly builder: GraphBuilder;
  /** Steps in a unit. */
  readonly scale: number;
}

/** What fits into memory. */
export const MOST_ACCOUNTS = 10_000_000;
const MOST_NAME_CHARACTERS = 1_000;
/** Of files that are read as a whole or whose lines may be of any length. */
const MOST_MEGABYTES = 400;

/** Refuses what would not fit into memory; to be asked after each line. Throws `BadFile`. */
export function checkSize({ path, builder }: Reader, line: number | null): void {
  if (builder.accounts <= MOST_ACCOUNTS) return;
  throw new BadFile(path, line, `has more than ${MOST_ACCOUNTS} accounts: take a part of the network`);
}

/** Refuses a file that is too big to be read as a whole. Throws `BadFile`. */
export async function checkBytes(path: string): Promise<void> {
  const { size } = await stat(path).catch((error: unknown) => {
    throw new BadFile(path, null, error instanceof Error ? error.message : String(error));
  });
  const megabytes = Math.ceil(size / 1e6);
  if (megabytes <= MOST_MEGABYTES) return;
  throw new BadFile(
    path,
    null,
    `has ${megabytes} MB, and at most ${MOST_MEGABYTES} are read: write the network as lines of src,dst,limit`,
  );
}

/** A name, or a refusal. Throws `BadFile`. */
export function nameIn(reader: Reader, line: number | null, text: unknown, what: string): string {
  if (typeof text === 'string' && text !== '' && text.length <= MOST_NAME_CHARACTERS) return text;
  const why = typeof text === 'string' ? shown(text) : typeof text;
  throw new BadFile(
    reader.path,
    line,
    text === undefined || text === ''
      ? `${what} is missing`
      : `${what} is ${why}: write a name of at most ${MOST_NAME_CHARACTERS} characters`,
  );
}

/** An amount from 0 up, in steps, where the file's 1 is `unit` units. Throws `BadFile`. */
export function amountIn(
  reader: Reader,
  line: number | null,
  text: string | undefined,
  what: string,
  unit = 1,
): number {
  const amount = numberIn(text);
  if (amount === null) throw new BadFile(reader.path, line, `${what} is ${shown(text)}: write a number`);
  if (amount < 0) throw new BadFile(reader.path, line, `${what} is ${amount}: write 0 or more`);
  return Math.round(amount * unit * reader.scale);
}
