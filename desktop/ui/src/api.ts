/** The node's API as the page uses it. Only types come from the contract, so that no schema is loaded. */
import type { Input, OperationName, operations, Result } from '#node/api/contract.ts';

type Contract = typeof operations;

/** What the page asks for, as the contract has it: another path does not compile. */
const ROUTES = {
  getStatus: ['GET', '/v1/status'],
  getId: ['GET', '/v1/id'],
  listContacts: ['GET', '/v1/contacts'],
  putContact: ['POST', '/v1/contacts'],
  removeContact: ['DELETE', '/v1/contacts/{who}'],
  makeCard: ['POST', '/v1/cards'],
  connectPeer: ['POST', '/v1/peers'],
  listTrustLines: ['GET', '/v1/trust-lines'],
  setTrustLine: ['PUT', '/v1/trust-lines'],
  closeTrustLine: ['POST', '/v1/trust-lines/close'],
  getBalance: ['GET', '/v1/balance'],
  getNeighbourhood: ['GET', '/v1/neighbourhood'],
  listHeld: ['GET', '/v1/held'],
  getHistory: ['GET', '/v1/history'],
  getClearing: ['GET', '/v1/clearing'],
  seekRings: ['POST', '/v1/clearing/searches'],
  answerProposal: ['POST', '/v1/clearing/proposals/{id}'],
  getSettings: ['GET', '/v1/settings'],
  changeSettings: ['PUT', '/v1/settings'],
  listPeers: ['GET', '/v1/peers'],
  resolveTransaction: ['POST', '/v1/transactions/{txId}/resolve'],
  letGo: ['POST', '/v1/transactions/{txId}/let-go'],
  getDust: ['GET', '/v1/dust'],
  setDust: ['PUT', '/v1/dust'],
  listBackups: ['GET', '/v1/backups'],
  makeBackup: ['POST', '/v1/backups'],
  readBackup: ['GET', '/v1/backups/{name}'],
  verifyBackup: ['POST', '/v1/backups/{name}/verification'],
  getRestoration: ['GET', '/v1/restoration'],
  confirmRestored: ['POST', '/v1/restoration/confirm'],
  diagnose: ['POST', '/v1/diagnosis'],
  listPageSessions: ['GET', '/v1/ui/sessions'],
  endPageSession: ['DELETE', '/v1/ui/sessions/{id}'],
  quotePayment: ['POST', '/v1/payments/quote'],
  previewPayment: ['POST', '/v1/payments/preview'],
  pay: ['POST', '/v1/payments'],
  getReceipt: ['GET', '/v1/payments/{id}/receipt'],
  verifyReceipt: ['POST', '/v1/receipts/verify'],
  makeRequest: ['POST', '/v1/requests'],
  readRequest: ['POST', '/v1/requests/read'],
  payRequest: ['POST', '/v1/requests/pay'],
} as const satisfies {
  readonly [N in OperationName]?: readonly [Contract[N]['method'], Contract[N]['path']];
};

export type Used = keyof typeof ROUTES;

type Facts = NonNullable<Result<'pay'>['refusal']>['facts'];

/** What the node answered instead of a result; `unreachable` and `signed-out` are of the page itself. */
export class AskError extends Error {
  readonly code: string;
  readonly facts: Facts;

  constructor(code: string, message: string, facts: Facts = {}) {
    super(message);
    this.code = code;
    this.facts = facts;
  }
}

const KEY = 'geo-key';
const SESSION = 'geo-session';
const KEY_HEADER = 'x-geo-key' satisfies typeof import('#node/api/contract.ts').UI_KEY_HEADER;
const SESSION_PATH = '/ui/session' satisfies typeof import('#node/api/contract.ts').UI_SESSION_PATH;
const PROTOCOL = 'geo' satisfies typeof import('#node/api/contract.ts').UI_PROTOCOL;
const LEDGER_PATH = '/v1/ledger' satisfies typeof import('#node/api/contract.ts').LEDGER_PATH;
const EVENTS_PATH = '/v1/events' satisfies typeof import('#node/api/contract.ts').EVENTS_PATH;

/** Carries out an operation of the API. Throws `AskError`. */
export async function ask<N extends Used>(name: N, input: Input<N>, signal?: AbortSignal): Promise<Result<N>> {
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
  const { error } = answer as { error: { code: string; message: string; facts: Facts } };
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
  try {
    const response = await fetch(LEDGER_PATH, { headers: { [KEY_HEADER]: localStorage.getItem(KEY) ?? '' } });
    if (response.ok) return await response.blob();
    const { error } = (await response.json()) as { error: { code: string; message: string; facts: Facts } };
    throw new AskError(error.code === 'no-token' ? 'signed-out' : error.code, error.message, error.facts);
  } catch (cause) {
    if (cause instanceof AskError) throw cause;
    throw new AskError('unreachable', cause instanceof Error ? cause.message : String(cause));
  }
}

/** The stream of events, from after this cursor on. */
export function openEvents(since: string | null): WebSocket {
  const url = new URL(EVENTS_PATH, location.href);
  url.protocol = 'ws:';
  if (since !== null) url.searchParams.set('since', since);
  return new WebSocket(url, [PROTOCOL, localStorage.getItem(KEY) ?? 'none']);
}
