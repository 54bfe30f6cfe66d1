/** The node's API as the page uses it. Only types come from the contract, so that no schema is loaded. */
import type { Input, Result } from '#node/api/contract.ts';
import type { Answer } from '../../preload/bridge.ts';
import { AskError } from './ask-error.ts';
import { BridgeEvents, bridge } from './bridge.ts';
import type { Carrier, Events } from './carrier.ts';
import { ROUTES, type Used } from './operations.ts';

const KEY = 'geo-key';
const SESSION = 'geo-session';
const KEY_HEADER = 'x-geo-key' satisfies typeof import('#node/api/contract.ts').UI_KEY_HEADER;
const SESSION_PATH = '/ui/session' satisfies typeof import('#node/api/contract.ts').UI_SESSION_PATH;
const PROTOCOL = 'geo' satisfies typeof import('#node/api/contract.ts').UI_PROTOCOL;
const LEDGER_PATH = '/v1/ledger' satisfies typeof import('#node/api/contract.ts').LEDGER_PATH;
const EVENTS_PATH = '/v1/events' satisfies typeof import('#node/api/contract.ts').EVENTS_PATH;

/** Null: a node, by HTTP or over the bridge. */
let other: Carrier | null = null;

/** From now on everything goes over this carrier. */
export function carryWith(carrier: Carrier): void {
  other = carrier;
}

/** The carrier, where it is none of a node. */
export function otherCarrier(): Carrier | null {
  return other;
}

/** Is there anybody who carries this out? */
export function can(name: Used): boolean {
  return other === null || other.can(name);
}

/** Carries out an operation of the API, over whichever carrier there is. Throws `AskError`. */
export async function ask<N extends Used>(name: N, input: Input<N>, signal?: AbortSignal): Promise<Result<N>> {
  if (other !== null) return other.ask(name, input, signal);
  if (bridge !== null) return (await unlessAborted(bridge.ask(name, input as object), signal)) as Result<N>;
  const [method, template] = ROUTES[name];
  const fields = new Map(Object.entries(input as object).filter(([, value]) => value !== undefined));
  const path = template.replace(/\{(\w+)\}/g, (_whole, field: string) => {
    const value = encodeURIComponent(String(fields.get(field)));
    fields.delete(field);
    return value;
  });
  if (method === 'DELETE') return (await send(method, path, null, signal)) as Result<N>;
  if (method !== 'GET') return (await send(method, path, Object.fromEntries(fields), signal)) as Result<N>;
  const query = new URLSearchParams([...fields].map(([field, value]): [string, string] => [field, String(value)]));
  return (await send(method, query.size === 0 ? path : `${path}?${query}`, null, signal)) as Result<N>;
}

/** The result in an answer of the bridge. What goes over it is not called back: who no longer waits does not hear of it. */
async function unlessAborted(asked: Promise<Answer>, signal?: AbortSignal): Promise<unknown> {
  const answer = await asked;
  if (signal?.aborted === true) throw new AskError('aborted', '');
  if (answer.ok) return answer.result;
  throw new AskError(answer.error.code, answer.error.message, answer.error.facts);
}

async function send(method: string, path: string, body: object | null, signal?: AbortSignal): Promise<unknown> {
  const headers: Record<string, string> = { [KEY_HEADER]: localStorage.getItem(KEY) ?? '' };
  if (body !== null) headers['content-type'] = 'application/json';
  const init: RequestInit = { method, headers, credentials: 'same-origin' };
  if (body !== null) init.body = JSON.stringify(body);
  if (signal !== undefined) init.signal = signal;
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(path, init);
    answer = await response.json();
  } catch (cause) {
    if (signal?.aborted === true) throw new AskError('aborted', '');
    throw new AskError('unreachable', cause instanceof Error ? cause.message : String(cause));
  }
  if (response.ok) return answer;
  const { error } = answer as { error: { code: string; message: string; facts: AskError['facts'] } };
  throw new AskError(error.code === 'no-token' ? 'signed-out' : error.code, error.message, error.facts);
}

/** Exchanges the secret of a one-time link for the right to use the node. Throws `AskError`. */
export async function openSession(secret: string): Promise<void> {
  const { key, id } = (await send('POST', SESSION_PATH, { secret })) as { key: string; id: string };
  localStorage.setItem(KEY, key);
  localStorage.setItem(SESSION, id);
}

/** Names this browser among those that the node has let in. */
export function ownSession(): string | null {
  return localStorage.getItem(SESSION);
}

/** Forgets what this browser was let in with. */
export function leave(): void {
  localStorage.removeItem(KEY);
  localStorage.removeItem(SESSION);
}

/** The whole ledger as a file. Throws `AskError`. */
export async function readLedger(): Promise<Blob> {
  if (other !== null) return other.readLedger();
  try {
    const response = await fetch(LEDGER_PATH, { headers: { [KEY_HEADER]: localStorage.getItem(KEY) ?? '' } });
    if (response.ok) return await response.blob();
    const { error } = (await response.json()) as { error: { code: string; message: string; facts: AskError['facts'] } };
    throw new AskError(error.code === 'no-token' ? 'signed-out' : error.code, error.message, error.facts);
  } catch (cause) {
    if (cause instanceof AskError) throw cause;
    throw new AskError('unreachable', cause instanceof Error ? cause.message : String(cause));
  }
}

/** The stream of events, from after this cursor on: events `open`, `message` with JSON in `data`, and `close`. */
export function openEvents(since: string | null): Events {
  if (other !== null) return other.openEvents(since);
  if (bridge !== null) return new BridgeEvents(bridge, since);
  const url = new URL(EVENTS_PATH, location.href);
  url.protocol = 'ws:';
  if (since !== null) url.searchParams.set('since', since);
  return new WebSocket(url, [PROTOCOL, localStorage.getItem(KEY) ?? 'none']);
}
