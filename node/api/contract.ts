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
import {
  account,
  amount,
  amountInput,
  balance,
  contact,
  cursor,
  duration,
  equivalent,
  equivalentInput,
  held,
  historyEntry,
  instant,
  invoice,
  linkInput,
  mapLine,
  participant,
  payment,
  paymentId,
  peer,
  refusal,
  scope,
  token,
  transaction,
  trustCard,
  txId,
  whoInput,
} from './schemas.ts';

/** What a token must allow for an operation. */
export type Scope = z.infer<typeof scope>;

/** One operation. Names of `params`, `query` and `body` never overlap, so that a client passes them as one object. */
interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `{name}` for each of `params`. */
  readonly path: string;
  readonly scope: Scope;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  readonly result: z.ZodType;
}

/** How long an operation waits for a payment unless told otherwise, and at most. */
export const DEFAULT_WAIT_MS = 30_000;
// Below the 5 minutes after which common HTTP clients give up.
const MAX_WAIT_MS = 240_000;

/** Longest id that a person may give to a payment. */
export const MAX_ID_CHARACTERS = 128;

const done = z.object({ done: z.literal(true) });

const waitMs = z
  .int()
  .min(0)
  .max(MAX_WAIT_MS)
  .optional()
  .describe(`How long to wait for a final state, ${DEFAULT_WAIT_MS} unless given; then the state is told as it is`);

const id = z
  .string()
  .min(1)
  .max(MAX_ID_CHARACTERS)
  .describe('Any text that names this payment: the same id again is the same payment, never a second one');

const memo = z.string().max(1_000).describe('Only the receiver can read it; at most 207 bytes of UTF-8');

const limitQuery = z.coerce.number<string | number>().int().min(1);

const equivalentQuery = z.strictObject({ equivalent: equivalentInput.optional() });

const base64 = z.base64().max(200_000);

const policyInput = z
  .strictObject({
    canBeIntermediate: z.boolean(),
    autoClearing: z.boolean(),
    dailyLimit: amountInput.nullable(),
    announce: z.boolean(),
    blocked: z.array(whoInput).max(16),
  })
  .partial();

const moneyInput = z.strictObject({ equivalent: equivalentInput, amount: amountInput });

const receiptFacts = z.object({
  txId,
  paymentId,
  network: z.string(),
  kind: z.enum(['pay', 'clear']),
  payer: participant,
  receiver: participant,
  equivalent,
  total: amount.describe('What the receiver got, over all routes'),
  routeAmount: amount.describe('What went over the route of this receipt'),
  hops: z.int(),
  createdAtMs: instant,
});

/** All operations by name. */
export const operations = {
  getStatus: {
    method: 'GET',
    path: '/v1/status',
    scope: 'read',
    summary: 'Who this node is, how it is doing, and which amounts are held and why',
    result: z.object({
      participant,
      network: z.string(),
      version: z.string(),
      instance: z.string().describe('New at each start'),
      startedAtMs: instant,
      uptimeMs: duration,
      addresses: z.array(z.string()),
      restoredAtMs: instant.nullable().describe('Set: records were lost, and the node signs nothing new'),
      counts: z.object({
        contacts: z.int(),
        linked: z.int(),
        accounts: z.int(),
        trustLinesGiven: z.int(),
        trustLinesReceived: z.int(),
        unsettled: z.int().describe('Positions that still owe or await a message'),
        mapLines: z.int(),
      }),
      held: z.array(held),
    }),
  },
  stop: {
    method: 'POST',
    path: '/v1/stop',
    scope: 'admin',
    summary: 'Stop the node; answers before it does',
    result: z.object({ stopping: z.literal(true) }),
  },
  getId: {
    method: 'GET',
    path: '/v1/id',
    scope: 'read',
    summary: 'This participant, its addresses and its contact card',
    result: z.object({
      participant,
      network: z.string(),
      addresses: z.array(z.string()),
      card: z.string().describe('geo: link'),
    }),
  },
  makeCard: {
    method: 'POST',
    path: '/v1/cards',
    scope: 'admin',
    summary: 'Make a contact card; with a suggested limit it is an invitation',
    body: z.strictObject({
      suggestedLimit: moneyInput.optional().describe('What the one who takes it is asked to let this participant owe'),
      expiresAtMs: instant.optional(),
    }),
    result: z.object({ card: z.string().describe('geo: link') }),
  },
  listPeers: {
    method: 'GET',
    path: '/v1/peers',
    scope: 'read',
    summary: 'Neighbours that are linked now',
    result: z.object({ peers: z.array(peer) }),
  },
  connectPeer: {
    method: 'POST',
    path: '/v1/peers',
    scope: 'admin',
    summary: 'Stay connected with someone, at these addresses or the known ones; answers when linked or after waitMs',
    body: z.strictObject({
      who: whoInput,
      addresses: z.array(z.string().max(512)).max(16).optional(),
      waitMs: z.int().min(0).max(60_000).optional().describe('5000 unless given'),
    }),
    result: z.object({ participant, linked: z.boolean() }),
  },
  listContacts: {
    method: 'GET',
    path: '/v1/contacts',
    scope: 'read',
    summary: 'The address book',
    result: z.object({ contacts: z.array(contact) }),
  },
  putContact: {
    method: 'POST',
    path: '/v1/contacts',
    scope: 'admin',
    summary: 'Add someone by contact card, or by key and addresses; or change alias, addresses or the verified mark',
    body: z.strictObject({
      who: whoInput,
      alias: z.string().max(1_000).optional(),
      addresses: z.array(z.string().max(512)).max(16).optional(),
      verified: z.boolean().optional().describe('You met and compared words or scanned the code'),
      allowLookAlike: z.boolean().optional().describe('Take an alias although it looks like another one'),
    }),
    result: z.object({
      contact,
      suggestedLimit: z
        .object({ equivalent, amount })
        .nullable()
        .describe('What an invitation suggests to let them owe'),
      warnings: z.array(z.string()),
    }),
  },
  removeContact: {
    method: 'DELETE',
    path: '/v1/contacts/{who}',
    scope: 'admin',
    summary: 'Remove someone with whom no account is open',
    params: z.strictObject({ who: whoInput }),
    result: done,
  },
  listTrustLines: {
    method: 'GET',
    path: '/v1/trust-lines',
    scope: 'read',
    summary: 'Who may owe whom up to how much, both directions',
    query: equivalentQuery,
    result: z.object({ trustLines: z.array(trustCard) }),
  },
  setTrustLine: {
    method: 'PUT',
    path: '/v1/trust-lines',
    scope: 'admin',
    summary: 'Let a contact owe this participant up to a limit; policies that are not given stay as they are',
    body: z.strictObject({
      who: whoInput,
      equivalent: equivalentInput,
      limit: amountInput,
      status: z.enum(['active', 'frozen']).optional().describe('active unless given'),
      policy: policyInput.optional(),
      waitMs: z.int().min(0).max(60_000).optional().describe('Wait for the neighbour to have it; 5000 unless given'),
    }),
    result: trustCard,
  },
  closeTrustLine: {
    method: 'POST',
    path: '/v1/trust-lines/close',
    scope: 'admin',
    summary: 'Close the own trust line: no new debt; what is owed can still be paid back',
    body: z.strictObject({
      who: whoInput,
      equivalent: equivalentInput,
      waitMs: z.int().min(0).max(60_000).optional().describe('Wait for the neighbour to have it; 5000 unless given'),
    }),
    result: trustCard,
  },
  getBalance: {
    method: 'GET',
    path: '/v1/balance',
    scope: 'read',
    summary: 'What is owed, allowed, available and held, by neighbour and equivalent, and net',
    query: equivalentQuery,
    result: z.object({
      accounts: z.array(account),
      net: z.array(z.object({ equivalent, net: balance, owedToMe: amount, owedByMe: amount })),
    }),
  },
  pay: {
    method: 'POST',
    path: '/v1/payments',
    scope: 'pay',
    summary: 'Pay someone. A payment that was refused is answered with 200, state ABORTED and its refusal',
    body: z.strictObject({
      to: whoInput,
      equivalent: equivalentInput,
      amount: amountInput,
      id: id.optional(),
      memo: memo.optional(),
      waitMs,
    }),
    result: payment,
  },
  getPayment: {
    method: 'GET',
    path: '/v1/payments/{id}',
    scope: 'read',
    summary: 'How a payment of this participant stands, by the id that was given to it or by its payment id',
    params: z.strictObject({ id }),
    result: payment,
  },
  previewPayment: {
    method: 'POST',
    path: '/v1/payments/preview',
    scope: 'read',
    summary:
      'What a payment would do now: the route by the map, what I will owe to whom. Limits further on are not known',
    body: z.strictObject({ to: whoInput, equivalent: equivalentInput, amount: amountInput }),
    result: z.object({
      to: participant,
      equivalent,
      amount,
      payable: z.boolean().describe('A route is on the map and my first hop carries it'),
      route: z.array(participant).nullable(),
      firstHop: z
        .object({
          neighbour: participant,
          balanceNow: balance,
          balanceAfter: balance,
          limit: amount.describe('Most that I may owe the neighbour'),
          availableOut: amount,
        })
        .nullable(),
      refusal: refusal.nullable(),
    }),
  },
  getReceipt: {
    method: 'GET',
    path: '/v1/payments/{id}/receipt',
    scope: 'read',
    summary: 'The certificate of a committed payment or transaction as a file that anyone can check',
    params: z.strictObject({ id: id.describe('Id of a payment of mine, payment id, or transaction id') }),
    result: z.object({ fileName: z.string(), base64, facts: receiptFacts }),
  },
  verifyReceipt: {
    method: 'POST',
    path: '/v1/receipts/verify',
    scope: 'read',
    summary: 'Check a receipt; one that proves nothing is refused with what is wrong',
    body: z.strictObject({ base64 }),
    result: z.object({ valid: z.literal(true), facts: receiptFacts }),
  },
  makeRequest: {
    method: 'POST',
    path: '/v1/requests',
    scope: 'pay',
    summary: 'Ask to be paid: a signed invoice as link',
    body: z.strictObject({
      equivalent: equivalentInput,
      amount: amountInput.optional().describe('Not given: the payer says how much'),
      memo: z.string().max(1_000).optional().describe('One line; whoever has the link can read it'),
      expiresAtMs: instant.optional().describe('30 days from now unless given'),
    }),
    result: invoice,
  },
  readRequest: {
    method: 'POST',
    path: '/v1/requests/read',
    scope: 'read',
    summary: 'Read and check an invoice',
    body: z.strictObject({ link: linkInput }),
    result: invoice,
  },
  payRequest: {
    method: 'POST',
    path: '/v1/requests/pay',
    scope: 'pay',
    summary: 'Pay an invoice; the same invoice again is the same payment',
    body: z.strictObject({
      link: linkInput,
      amount: amountInput.optional().describe('Where the invoice leaves it to the payer'),
      waitMs,
    }),
    result: payment,
  },
  getHistory: {
    method: 'GET',
    path: '/v1/history',
    scope: 'read',
    summary: 'What was paid, received, passed on and cleared, newest first',
    query: z.strictObject({
      before: z.string().max(256).optional().describe('`next` of the page before'),
      limit: limitQuery.max(1_000).optional().describe('100 unless given'),
    }),
    result: z.object({
      entries: z.array(historyEntry),
      next: z.string().nullable().describe('null: this was the last page'),
    }),
  },
  getTransaction: {
    method: 'GET',
    path: '/v1/transactions/{txId}',
    scope: 'read',
    summary: 'One transaction: positions, states, what is held for whom',
    params: z.strictObject({ txId }),
    result: transaction,
  },
  resolveTransaction: {
    method: 'POST',
    path: '/v1/transactions/{txId}/resolve',
    scope: 'admin',
    summary: 'Ask again, now, what became of it',
    params: z.strictObject({ txId }),
    result: transaction,
  },
  letGo: {
    method: 'POST',
    path: '/v1/transactions/{txId}/let-go',
    scope: 'admin',
    summary:
      'Give up what is held for the upstream neighbour, at own risk: what goes downstream may still have to be paid',
    params: z.strictObject({ txId }),
    body: z.strictObject({ routeIndex: z.int().min(0), position: z.int().min(0) }),
    result: transaction,
  },
  listTokens: {
    method: 'GET',
    path: '/v1/tokens',
    scope: 'admin',
    summary: 'Tokens of other programs',
    result: z.object({ tokens: z.array(token) }),
  },
  makeToken: {
    method: 'POST',
    path: '/v1/tokens',
    scope: 'admin',
    summary: 'Let another program use this node, within bounds',
    body: z.strictObject({
      name: z.string().max(1_000),
      scope,
      dailyCaps: z.array(moneyInput).max(64).optional(),
      expiresAtMs: instant.optional(),
    }),
    result: z.object({ secret: z.string().describe('Shown this once; only its hash is kept'), token }),
  },
  revokeToken: {
    method: 'DELETE',
    path: '/v1/tokens/{name}',
    scope: 'admin',
    summary: 'Revoke a token at once',
    params: z.strictObject({ name: z.string().min(1).max(256) }),
    result: done,
  },
  getTopology: {
    method: 'GET',
    path: '/v1/topology',
    scope: 'read',
    summary: 'Announced trust lines that this node knows: counts by equivalent, and a list',
    query: z.strictObject({
      equivalent: equivalentInput.optional(),
      limit: limitQuery.max(100_000).optional().describe('1000 unless given'),
    }),
    result: z.object({
      counts: z.array(z.object({ equivalent, lines: z.int(), participants: z.int() })),
      lines: z.array(mapLine),
    }),
  },
} as const satisfies Record<string, Operation>;

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
