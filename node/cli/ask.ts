/** Questions on a terminal. They go to standard error, so that standard output holds the answer of the verb only. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { EXIT } from './exit-codes.ts';
import { Stop } from './problem.ts';

/** Does the person agree? Anything but a clear yes is a no. */
export async function confirm(question: string): Promise<boolean> {
  const answer = await ask(`${question} [y/N] `, true);
  return /^\s*(y|yes)\s*$/i.test(answer);
}

/** Reads a line that is not shown while it is typed. */
export async function askHidden(question: string): Promise<string> {
  const answer = await ask(question, false);
  process.stderr.write('\n');
  return answer;
}

async function ask(question: string, shown: boolean): Promise<string> {
  const output = shown ? process.stderr : new Writable({ write: (_chunk, _encoding, done) => done() });
  // From here on the terminal itself shows nothing that is typed, so the question must not come earlier.
  const lines = createInterface({ input: process.stdin, output, terminal: process.stdin.isTTY });
  if (!shown) process.stderr.write(question);
  const given = new AbortController();
  lines.on('SIGINT', () => given.abort());
  lines.on('close', () => given.abort());
  try {
    return await lines.question(question, { signal: given.signal });
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
    throw cancelled();
  } finally {
    lines.close();
  }
}

/** The person did not agree, or pressed Ctrl-C at a question. */
export function cancelled(): Stop {
  return new Stop({ code: 'cancelled', message: 'Cancelled: nothing was done.', facts: {}, exitCode: EXIT.error });
}
