/** What a person sees while the node looks for somebody in the directory. */
import { setTimeout } from 'node:timers/promises';
import type { Client } from '../api/client.ts';
import type { Cli } from './cli.ts';
import { count } from './show.ts';

/** An answer that comes at once needs no words. */
const FIRST_MS = 500;
const AGAIN_MS = 2_000;

/** The answer; says meanwhile whom the node looks for, and how far it is. */
export async function whileLooking<T>(cli: Cli, client: Client, answer: Promise<T>): Promise<T> {
  const answered = new AbortController();
  const telling = tell(cli, client, answered.signal);
  try {
    return await answer;
  } finally {
    answered.abort();
    await telling;
  }
}

async function tell(cli: Cli, client: Client, answered: AbortSignal): Promise<void> {
  if (cli.json) return;
  for (let pauseMs = FIRST_MS; ; pauseMs = AGAIN_MS) {
    // Its only reason to fail is that the answer has come; the node is asked for nothing then.
    await setTimeout(pauseMs, undefined, { signal: answered }).catch(() => undefined);
    if (answered.aborted) return;
    const network = await client.getNetwork().catch(() => null);
    for (const { pid, asked } of network?.directory?.lookUps ?? []) {
      if (!answered.aborted) cli.say(`Looking for ${pid} in the directory: ${count(asked, 'node')} asked so far.`);
    }
  }
}
