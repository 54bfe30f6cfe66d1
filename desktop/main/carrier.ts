/**
 * Carries the API of the node to the page: each operation that the page may ask for, and the stream of events. The node
 * is found anew for each, by the files that it leaves for its owner: it may have been started again, by anybody.
 */
import { ApiError, type Client, connectClient, type EventStream } from '#node/api/client.ts';
import { type Operation, type OperationName, operations } from '#node/api/contract.ts';
import { Failure } from '#node/failure.ts';
import type { Answer, Facts, StreamNews } from '../preload/bridge.ts';
import type { CallInput } from './channels.ts';

/** Carries out an operation. Its input is checked by the contract here, before the node is asked, which checks it again. */
export async function askNode(folder: string, { name, input }: CallInput<'ask'>): Promise<Answer> {
  const flaw = inputFlaw(name, input);
  if (flaw !== null) return flaw;
  try {
    const client = await connectClient(folder);
    const method = client[name] as (input: object) => Promise<unknown>;
    return { ok: true, result: await method(input) };
  } catch (error) {
    return answerOf(error);
  }
}

/** Where news of a stream goes: the main process's end of a port. */
export interface StreamPort {
  postMessage(news: StreamNews): void;
  on(event: 'message' | 'close', listener: () => void): unknown;
  /** Lets through what came before somebody listened. */
  start(): void;
  close(): void;
}

/** Sends the events of the node to a port until either end closes. Whatever goes wrong is the end: the page comes back. */
export async function streamTo(folder: string, port: StreamPort, since: string | null): Promise<void> {
  const closed = Promise.withResolvers<null>();
  let isClosed = false;
  const close = (): void => {
    isClosed = true;
    closed.resolve(null);
  };
  port.on('close', close);
  // A page says one thing only: that it has heard enough.
  port.on('message', close);
  port.start();
  const stream = await connectClient(folder)
    .then((client: Client) => client.openEvents(since === null ? {} : { since }))
    .catch(() => null);
  if (stream !== null && !isClosed) await pass(stream, port, closed.promise);
  stream?.close();
  if (!isClosed) port.postMessage({ type: 'close' });
  port.close();
}

async function pass(stream: EventStream, port: StreamPort, closed: Promise<null>): Promise<void> {
  port.postMessage({ type: 'open' });
  const messages = stream[Symbol.asyncIterator]();
  try {
    while (true) {
      const next = await Promise.race([messages.next(), closed]);
      if (next === null || next.done === true) return;
      port.postMessage({ type: 'message', data: JSON.stringify(next.value) });
    }
  } catch {
    // The node went in the middle of an event.
  }
}

/** The answer to an input that is wrong, in the words of the API; null: nothing is. */
function inputFlaw(name: OperationName, input: Readonly<Record<string, unknown>>): Answer | null {
  const { params, query, body }: Operation = operations[name];
  const parts = [params, query, body].filter((part) => part !== undefined);
  const taken = new Set(parts.flatMap((part) => Object.keys(part.shape)));
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  for (const part of parts) {
    // What no part knows is told by the last one.
    const own = given.filter(([field]) => field in part.shape || (part === parts.at(-1) && !taken.has(field)));
    const issue = part.safeParse(Object.fromEntries(own)).error?.issues[0];
    if (issue !== undefined) return wrong(issue.path.map(String).join('.'), issue.message);
  }
  return parts.length === 0 && given.length > 0 ? wrong('', 'it takes nothing, and something was sent') : null;
}

function wrong(where: string, text: string): Answer {
  const why = `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
  return no('bad-request', `The request is wrong${where === '' ? '' : ` at “${where}”`}: ${why}.`, { where, why });
}

/** What the page is told of an error. */
function answerOf(error: unknown): Answer {
  if (error instanceof ApiError) {
    // The cookie was of the start before: the next call reads the new one.
    return no(error.code === 'no-token' ? 'unreachable' : error.code, error.message, error.facts);
  }
  if (error instanceof Failure)
    return no(error.code === 'node-unreachable' ? 'unreachable' : error.code, error.message);
  return no('bug', 'The program met an error of its own. Nothing is known to be changed.');
}

/** An answer that says no. */
export function no(code: string, message: string, facts: Facts = {}): Answer {
  return { ok: false, error: { code, message, facts } };
}
