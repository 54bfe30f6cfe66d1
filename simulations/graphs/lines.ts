/** Reading big text files line by line, and saying where one is wrong. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** A file that cannot be read as what it should be; the message is for people. */
export class BadFile extends Error {
  constructor(path: string, line: number | null, what: string) {
    super(line === null ? `${path}: ${what}` : `${path}, line ${line}: ${what}`);
    this.name = 'BadFile';
  }
}

/** One line that says something, in its fields. */
export interface Line {
  readonly number: number;
  readonly fields: readonly string[];
}

const COMMENT = /^\s*(#|%|\/\/)/;
const MAX_LINE_CHARACTERS = 10_000;

/** The lines of a file that are neither empty nor comments (`#`, `%`, `//`), in fields of the separator of the first. */
export async function* linesOf(path: string): AsyncGenerator<Line> {
  const input = createReadStream(path, { encoding: 'utf8' });
  // Without this, an error before the first line is read would not reach the loop below.
  const failed = new Promise<never>((_resolve, reject) => input.once('error', reject));
  failed.catch(() => undefined);
  await Promise.race([failed, new Promise((resolve) => input.once('open', resolve))]).catch((error: unknown) => {
    throw new BadFile(path, null, error instanceof Error ? error.message : String(error));
  });
  let separator: string | RegExp | null = null;
  let number = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      const line = number === 1 ? text.replace(/^\uFEFF/, '') : text;
      if (line.trim() === '' || COMMENT.test(line)) continue;
      if (line.length > MAX_LINE_CHARACTERS) throw new BadFile(path, number, 'is too long for a line of text');
      separator ??= separatorOf(line);
      yield {
        number,
        fields: line
          .trim()
          .split(separator)
          .map((field) => field.trim()),
      };
    }
  } catch (error) {
    if (error instanceof BadFile) throw error;
    throw new BadFile(path, null, error instanceof Error ? error.message : String(error));
  }
}

function separatorOf(line: string): string | RegExp {
  for (const separator of [',', '\t', ';']) if (line.includes(separator)) return separator;
  return /\s+/;
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/;

/** A number as files have them, or null. */
export function numberIn(text: string | undefined): number | null {
  if (text === undefined || text.length > 400 || !NUMBER.test(text)) return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : null;
}

/** What a field is, shortened, for a message. */
export function shown(text: string | undefined): string {
  if (text === undefined) return 'nothing';
  return `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`;
}
