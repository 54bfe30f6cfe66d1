/** What the page knows of the node: read whole at the start, and again when an event says that something changed. */
import { signal } from '@preact/signals';
import type { Result } from '#node/api/contract.ts';
import { ask } from './api.ts';
import { AskError } from './ask-error.ts';

export type Connection = 'connecting' | 'live' | 'unreachable' | 'signed-out';

/** How the page stands with the node. */
export const connection = signal<Connection>('connecting');

/** All of the node that several screens show. */
export interface Known {
  readonly status: Result<'getStatus'>;
  readonly contacts: Result<'listContacts'>['contacts'];
  readonly balance: Result<'getBalance'>;
  readonly trustLines: Result<'listTrustLines'>['trustLines'];
  readonly held: Result<'listHeld'>['held'];
  readonly clearing: Result<'getClearing'>;
  /** Its first page. */
  readonly history: Result<'getHistory'>['entries'];
  /** Where older entries go on; null: there are none. */
  readonly historyNext: string | null;
}

/** Null: nothing was read yet. */
export const known = signal<Known | null>(null);

/** Someone as the API gives them. */
export interface Person {
  readonly pid: string;
  readonly name: string | null;
}

/** How much of the history several screens show. */
export const HISTORY_ENTRIES = 100;

async function read(): Promise<Known> {
  const [status, { contacts }, balance, { trustLines }, { held }, clearing, { entries, next }] = await Promise.all([
    ask('getStatus', {}),
    ask('listContacts', {}),
    ask('getBalance', {}),
    ask('listTrustLines', {}),
    ask('listHeld', {}),
    ask('getClearing', {}),
    ask('getHistory', { limit: HISTORY_ENTRIES }),
  ]);
  return { status, contacts, balance, trustLines, held, clearing, history: entries, historyNext: next };
}

let reading: Promise<void> | null = null;
let isStale = false;

/** Reads everything again. What is asked for while it is being read is read once more afterwards. */
export function refresh(): Promise<void> {
  isStale = true;
  reading ??= (async () => {
    try {
      while (isStale) {
        isStale = false;
        known.value = await read();
      }
    } catch (error) {
      noteTrouble(error);
    } finally {
      reading = null;
    }
  })();
  return reading;
}

/** What an error says about the connection; what the node refused is not its matter. */
export function noteTrouble(error: unknown): void {
  const code = error instanceof AskError ? error.code : 'unreachable';
  if (code === 'signed-out' || code === 'link-used') connection.value = 'signed-out';
  else if (code === 'unreachable') connection.value = 'unreachable';
}
