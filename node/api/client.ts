/** The client of a node's API: one method for each operation of the contract, and the stream of events. */
import { on, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import WebSocket from 'ws';
import type { z } from 'zod';
import { Failure } from '../failure.ts';
import { readApiFiles } from './address.ts';
import type { ErrorCode } from './codes.ts';
import {
  EVENTS_PATH,
  eventMessage,
  type Input,
  LEDGER_PATH,
  type Operation,
  type OperationName,
  operations,
  type Result,
} from './contract.ts';
import { errorBody } from './schemas.ts';

/** What a node answered instead of a result. `message` is whole sentences for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  readonly facts: z.infer<typeof errorBody>['error']['facts'];
  /** May the very same request succeed later? */
  readonly retry: boolean;

  constructor({ code, message, facts, retry }: z.infer<typeof errorBody>['error']) {
    super(message);
    this.code = code;
    this.facts = facts;
    this.retry = retry;
  }
}

type EventMessage = z.infer<typeof eventMessage>;

/** Events as they come, until the node stops or `close` is called. */
export interface EventStream extends AsyncIterable<EventMessage> {
  close(): void;
}

type Method<N extends OperationName> = (
  ...input: Record<never, never> extends Input<N> ? [input?: Input<N>] : [input: Input<N>]
) => Promise<Result<N>>;

/** Every method throws `ApiError` when the node says no, and `Failure` with `node-unreachable` when nobody answers. */
export type Client = { readonly [N in OperationName]: Method<N> } & {
  /** Resolves when events are being received. `since`: the cursor of the last event seen. */
  readonly openEvents: (options?: { since?: string }) => Promise<EventStream>;
  /** The whole ledger as a file (§13.6), byte by byte as it comes. */
  readonly openLedger: () => Promise<AsyncIterable<Uint8Array>>;
};

/** A client of the node that runs on this data folder, with the rights of the folder's owner. */
export async function connectClient(folder: string): Promise<Client> {
  const { url, cookie } = await readApiFiles(folder);
  return createClient(url, cookie);
}

/** A client of the node at this address, with the rights of the token. */
export function createClient(url: string, token: string): Client {
  const names = Object.keys(operations) as OperationName[];
  const methods = names.map((name) => [name, (input: object = {}) => call(url, token, name, input)] as const);
  return {
    ...(Object.fromEntries(methods) as unknown as Omit<Client, 'openEvents' | 'openLedger'>),
    openEvents: ({ since } = {}) => openEvents(url, token, since),
    openLedger: () => openLedger(url, token),
  };
}

async function call(url: string, token: string, name: OperationName, input: object): Promise<unknown> {
  const operation: Operation = operations[name];
  const body: Record<string, unknown> = {};
  const query = new URLSearchParams();
  let path = operation.path;
  for (const [field, value] of Object.entries(input)) {
    if (value === undefined) continue;
    if (operation.params !== undefined && field in operation.params.shape) {
      path = path.replace(`{${field}}`, encodeURIComponent(inPath(field, String(value))));
    } else if (operation.query !== undefined && field in operation.query.shape) query.set(field, String(value));
    else body[field] = value;
  }
  const target = new URL(query.size > 0 ? `${path}?${query.toString()}` : path, url);
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  const init: RequestInit = { method: operation.method, headers };
  if (operation.body !== undefined) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(body);
  }
  const { ok, answer } = await request(target, init);
  if (!ok) throw errorOf(answer, url);
  const result = operations[name].result.safeParse(answer);
  if (!result.success) throw notANode(url, result.error);
  return result.data;
}

/** Node.js takes a head of 16 KiB; a character takes up to 12 bytes of it. */
const MAX_IN_PATH = 1_024;
/** A contact card names someone too, and its characters take a byte each. */
const MAX_PLAIN_IN_PATH = 8_192;

/** A part of a path, if it can be one: addresses cut dots out however they are written, and are not endless. */
function inPath(where: string, text: string): string {
  const most = /^[\w:/-]*$/.test(text) ? MAX_PLAIN_IN_PATH : MAX_IN_PATH;
  const why = /^\.{1,2}$/.test(text)
    ? 'it should not be “.” or “..”, which mean something else in an address'
    : `it has ${text.length} characters, and should have at most ${most}`;
  if (text.length <= most && !/^\.{1,2}$/.test(text)) return text.toWellFormed();
  const message = `The request is wrong at “${where}”: ${why}.`;
  throw new ApiError({ code: 'bad-request', message, facts: { where, why }, retry: false });
}

async function request(target: URL, init: RequestInit): Promise<{ ok: boolean; answer: unknown }> {
  try {
    const response = await fetch(target, init);
    return { ok: response.ok, answer: await response.json() };
  } catch (cause) {
    if (cause instanceof SyntaxError) throw notANode(target.origin, cause);
    throw unreachable(target.origin, cause);
  }
}

async function openLedger(url: string, token: string): Promise<AsyncIterable<Uint8Array>> {
  let response: Response;
  try {
    response = await fetch(new URL(LEDGER_PATH, url), { headers: { authorization: `Bearer ${token}` } });
  } catch (cause) {
    throw unreachable(url, cause);
  }
  if (!response.ok) throw errorOf(await response.json().catch(() => null), url);
  if (response.body === null) throw notANode(url, null);
  return whole(response.body, url);
}

/** A connection that ends early is told as what it is. */
async function* whole(body: AsyncIterable<Uint8Array>, url: string): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw unreachable(url, cause);
  }
}

async function openEvents(url: string, token: string, since: string | undefined): Promise<EventStream> {
  const target = new URL(EVENTS_PATH, url.replace(/^http/, 'ws'));
  if (since !== undefined) target.searchParams.set('since', since);
  const socket = new WebSocket(target, { headers: { authorization: `Bearer ${token}` } });
  // Before the handshake ends, so that no message is missed.
  const messages = on(socket, 'message', { close: ['close'] });
  socket.once('unexpected-response', (_request, response: IncomingMessage) => {
    json(response).then(
      (answer) => socket.emit('error', errorOf(answer, url)),
      (cause: unknown) => socket.emit('error', notANode(url, cause)),
    );
  });
  try {
    await once(socket, 'open');
  } catch (error) {
    // Nothing waits on it, and it rejects with the same error.
    messages.next().catch(() => undefined);
    socket.on('error', () => undefined);
    socket.terminate();
    throw error instanceof ApiError || error instanceof Failure ? error : unreachable(url, error);
  }
  return {
    close: () => socket.close(),
    async *[Symbol.asyncIterator]() {
      for await (const [data] of messages) yield eventMessage.parse(JSON.parse(String(data)));
    },
  };
}

function errorOf(answer: unknown, url: string): ApiError | Failure {
  const parsed = errorBody.safeParse(answer);
  return parsed.success ? new ApiError(parsed.data.error) : notANode(url, parsed.error);
}

function unreachable(url: string, cause: unknown): Failure {
  return new Failure('node-unreachable', `No node answers at ${url}.`, { cause, hint: 'Start it with `geo start`.' });
}

function notANode(url: string, cause: unknown): Failure {
  return new Failure('node-unreachable', `What answers at ${url} does not speak this version of the API.`, {
    cause,
    hint: 'Check the address, and that the node and this program are of the same version.',
  });
}
