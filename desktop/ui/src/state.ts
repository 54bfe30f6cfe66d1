/** What the page knows of the node: read whole at the start, and again when an event says that something changed. */
import { signal } from '@preact/signals';
import type { Result } from '#node/api/contract.ts';
import { ask, otherCarrier } from './api.ts';
import { AskError } from './ask-error.ts';
import type { WholeState } from './carrier.ts';

/** `stuck`: the page cannot go on, and whoever answers it has no part in that. */
export type Connection = 'connecting' | 'live' | 'unreachable' | 'signed-out' | 'stuck';

/** How the page stands with the node. */
export const connection = signal<Connection>('connecting');

/** What the page is stuck by. */
export const stuckBy = signal<unknown>(null);

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

/** When what is shown was read, where it is not of now: it was kept from an earlier visit. */
export const keptAtMs = signal<number | null>(null);

/** Someone as the API gives them. */
export interface Person {
  readonly pid: string;
  readonly name: string | null;
}

/** How much of the history several screens show. */
export const HISTORY_ENTRIES = 100;

async function read(): Promise<Known> {
  const other = otherCarrier();
  if (other !== null) return knownFrom((await other.readState()).parts);
  const [getStatus, listContacts, getBalance, listTrustLines, listHeld, getClearing, getHistory] = await Promise.all([
    ask('getStatus', {}),
    ask('listContacts', {}),
    ask('getBalance', {}),
    ask('listTrustLines', {}),
    ask('listHeld', {}),
    ask('getClearing', {}),
    ask('getHistory', { limit: HISTORY_ENTRIES }),
  ]);
  return knownFrom({ getStatus, listContacts, getBalance, listTrustLines, listHeld, getClearing, getHistory });
}

/** The same as the screens have it. */
export function knownFrom(parts: WholeState['parts']): Known {
  return {
    status: parts.getStatus,
    contacts: parts.listContacts.contacts,
    balance: parts.getBalance,
    trustLines: parts.listTrustLines.trustLines,
    held: parts.listHeld.held,
    clearing: parts.getClearing,
    history: parts.getHistory.entries,
    historyNext: parts.getHistory.next,
  };
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
        keptAtMs.value = null;
        if (connection.value === 'stuck' || connection.value === 'unreachable') connection.value = 'live';
      }
    } catch (error) {
      noteTrouble(error);
    } finally {
      reading = null;
    }
  })();
  return reading;
}

/** Codes of who is let in no more; the last two are a hub's, of a member. */
export const NOT_LET_IN: ReadonlySet<string> = new Set([
  'signed-out',
  'link-used',
  'member-suspended',
  'login-refused',
]);

/**
 * What an error says about the connection; what the node refused is not its matter. One that is no answer is of the page itself:
 * where there is nothing to show yet, that has to be said.
 */
export function noteTrouble(error: unknown): void {
  const code = error instanceof AskError ? error.code : null;
  if (code === null ? known.value === null : code === 'nothing-kept') {
    stuckBy.value = error;
    connection.value = 'stuck';
  } else if (code !== null && NOT_LET_IN.has(code)) connection.value = 'signed-out';
  else if (code === 'unreachable') connection.value = 'unreachable';
}
