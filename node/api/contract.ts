/**
 * The API of a node (§5.2 of the design): one table of operations from which the server's routes, the client and the
 * OpenAPI document are made. HTTP with JSON under `/v1` on the loopback interface; events over WebSocket.
 *
 * Every operation answers 200 with its `result`, or another status with `errorBody`. Requests are strict: an unknown
 * field, a repeated key or a wrong type is refused with `bad-request`, and nothing is changed.
 *
 * Durability: an operation that changes something answers when the change is on disk.
 */
import { z } from 'zod';
import { backupOperations } from './contract/backup.ts';
import { clearingOperations } from './contract/clearing.ts';
import { healthOperations } from './contract/health.ts';
import { networkOperations } from './contract/network.ts';
import { paymentsOperations } from './contract/payments.ts';
import { peopleOperations } from './contract/people.ts';
import { settingsOperations } from './contract/settings.ts';
import { tokensOperations } from './contract/tokens.ts';
import { transactionsOperations } from './contract/transactions.ts';
import { trustOperations } from './contract/trust.ts';
import { uiOperations } from './contract/ui.ts';
import { cursor } from './schemas.ts';

export { DEFAULT_QUOTE_WAIT_MS, DEFAULT_WAIT_MS, MAX_ID_CHARACTERS } from './contract/inputs.ts';
export type { Operation, Scope } from './contract/operation.ts';
export { eventMessage } from './event-schemas.ts';

/** All operations by name. */
export const operations = {
  ...peopleOperations,
  ...networkOperations,
  ...trustOperations,
  ...paymentsOperations,
  ...transactionsOperations,
  ...clearingOperations,
  ...tokensOperations,
  ...healthOperations,
  ...backupOperations,
  ...uiOperations,
  ...settingsOperations,
} as const;

export type OperationName = keyof typeof operations;

type Part<N extends OperationName, P extends 'params' | 'query' | 'body'> = (typeof operations)[N] extends {
  readonly [K in P]: infer S extends z.ZodType;
}
  ? { in: z.input<S>; out: z.output<S> }
  : { in: Record<never, never>; out: Record<never, never> };

/** What a client passes to an operation: its params, query and body as one object. */
export type Input<N extends OperationName> = Part<N, 'params'>['in'] & Part<N, 'query'>['in'] & Part<N, 'body'>['in'];

/** What the server's handler gets: the same, checked. */
export type CheckedInput<N extends OperationName> = Part<N, 'params'>['out'] &
  Part<N, 'query'>['out'] &
  Part<N, 'body'>['out'];

/** What an operation answers. */
export type Result<N extends OperationName> = z.output<(typeof operations)[N]['result']>;

/** Where events come from, over WebSocket; each message is an `eventMessage`. */
export const EVENTS_PATH = '/v1/events';

/** Query of the event stream: without `since`, events from now on. */
export const eventsQuery = z.strictObject({ since: cursor.optional() });

/** The OpenAPI 3.1 document. */
export const OPENAPI_PATH = '/v1/openapi.json';

/** The whole ledger as a file (§13.6), `application/x-ndjson`, as it is at one moment; needs scope `read`. */
export const LEDGER_PATH = '/v1/ledger';

/** The pages of this node, for a browser. */
export const UI_PATH = '/ui/';

/** Where a page exchanges the secret of its link: `{ secret }` for a cookie and `{ key, id }`. */
export const UI_SESSION_PATH = '/ui/session';
/** Where the first run in a browser is asked for its steps; of its own server, before there is a node. */
export const FIRST_RUN_PATH = '/first-run';

/** How far the first run in a folder has come; told to the page that leads through it. */
export interface FirstRunCourse {
  /** Where everything is kept. */
  readonly folder: string;
  /** What the settings of the folder call the participant; null: nothing yet. */
  readonly name: string | null;
  readonly identity: {
    readonly pid: string;
    /** Null: it came back by its words. */
    readonly words: string | null;
    /** What it came back from beside them; null: from nothing else. */
    readonly backup: { readonly createdAtMs: number; readonly accounts: number; readonly contacts: number } | null;
  } | null;
  /** Without one the key is kept plain (`may`), or a keychain keeps one that nobody knows (`kept`); or there has to be one. */
  readonly passphrase: 'may' | 'kept' | 'must';
  readonly leastPassphrase: number;
  readonly mostBackupBytes: number;
}

/** Who somebody wants to be in a folder. */
export interface FirstRunWishes {
  /** As it was typed; empty: none. */
  readonly name: string;
  /** Of an identity that exists; null: a new one. */
  readonly words: string | null;
  /** A backup file of that identity, as base64; null: words are all there is. */
  readonly backup: string | null;
  readonly passphrase: string | null;
}

/** The header with which a page sends its key; a WebSocket sends it as a subprotocol behind `UI_PROTOCOL`. */
export const UI_KEY_HEADER = 'x-geo-key';
export const UI_PROTOCOL = 'geo';
