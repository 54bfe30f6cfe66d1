/**
 * Operations of a node that a hub carries out for its members (§5.2 of the design): the same inputs, results and refusals,
 * at the places of the members' API. What costs the member is not among them; it hands that in, signed (handed-in.ts).
 */
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { ParticipantContext } from '#node/api/context.ts';
import { type CheckedInput, type OperationName, operations } from '#node/api/contract.ts';
import type { ParticipantHandler } from '#node/api/handler.ts';
import { confirmRestored, getRestoration } from '#node/api/operations/backup.ts';
import { answerProposal, getClearing, seekRings } from '#node/api/operations/clearing.ts';
import { getNeighbourhood } from '#node/api/operations/neighbourhood.ts';
import { getPayment, getReceipt, readRequest, verifyReceipt } from '#node/api/operations/payments.ts';
import { getStatus, listContacts, putContact, removeContact } from '#node/api/operations/people.ts';
import { quotePayment } from '#node/api/operations/quote.ts';
import { getHistory, getTransaction, listHeld, resolveTransaction } from '#node/api/operations/transactions.ts';
import { getBalance, listTrustLines } from '#node/api/operations/trust.ts';
import { isAnyRefusal } from '#node/refusals.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { WebRefusal } from './codes.ts';
import type { Access } from './guard.ts';
import type { Action } from './member-rates.ts';
import { Refused } from './node-errors.ts';
import { previewPayment } from './preview.ts';
import { addRoute } from './routes.ts';

/** As that of a node; the hub itself may refuse, too. */
export type HubHandler<N extends OperationName> = (
  ...given: Parameters<ParticipantHandler<N>>
) => ReturnType<ParticipantHandler<N>> | Promise<Awaited<ReturnType<ParticipantHandler<N>>> | WebRefusal>;

interface Place<N extends OperationName> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly access: Exclude<Access, 'anyone'>;
  readonly action?: Action;
  readonly handler: HubHandler<N>;
}

const get = <N extends OperationName>(path: string, handler: HubHandler<N>): Place<N> => ({
  ...{ method: 'GET', path, access: 'member', handler },
});
const ask = <N extends OperationName>(path: string, handler: HubHandler<N>): Place<N> => ({
  ...{ method: 'POST', path, access: 'member', handler },
});
const change = <N extends OperationName>(
  method: 'POST' | 'DELETE',
  path: string,
  handler: HubHandler<N>,
): Place<N> => ({ ...{ method, path, access: 'signed', handler } });

/** Where each is, after `/api/v1`. */
const PLACES = {
  getStatus: get('/participants/me/status', getStatus),
  listContacts: get('/participants/me/contacts', listContacts),
  putContact: change('POST', '/participants/me/contacts', putContact),
  removeContact: change('DELETE', '/participants/me/contacts/:who', removeContact),
  getRestoration: get('/participants/me/restoration', getRestoration),
  confirmRestored: change('POST', '/participants/me/restoration', confirmRestored),
  listTrustLines: get('/trustlines', listTrustLines),
  getBalance: get('/balance', getBalance),
  listHeld: get('/balance/held', listHeld),
  getHistory: get('/balance/history', getHistory),
  getNeighbourhood: get('/neighbourhood', getNeighbourhood),
  getTransaction: get('/transactions/:txId', getTransaction),
  resolveTransaction: change('POST', '/transactions/:txId/resolve', resolveTransaction),
  getPayment: get('/payments/:id', getPayment),
  quotePayment: ask('/payments/quote', quotePayment),
  previewPayment: ask('/payments/preview', previewPayment),
  getReceipt: get('/payments/:id/receipt', getReceipt),
  verifyReceipt: ask('/receipts/verify', verifyReceipt),
  readRequest: ask('/requests/read', readRequest),
  getClearing: get('/clearing', getClearing),
  seekRings: change('POST', '/clearing/searches', seekRings),
  answerProposal: change('POST', '/clearing/proposals/:id', answerProposal),
} as const satisfies { readonly [N in OperationName]?: Place<N> };

/** Adds them all. `contextOf` gives what belongs to a member. */
export function addNodeOperations(scope: FastifyInstance, contextOf: (member: PublicKey) => ParticipantContext): void {
  for (const name of Object.keys(PLACES) as (keyof typeof PLACES)[]) {
    addOperation(scope, name, PLACES[name] as unknown as Place<OperationName>, contextOf);
  }
}

function addOperation<N extends OperationName>(
  scope: FastifyInstance,
  name: N,
  { method, path, access, action, handler }: Place<N>,
  contextOf: (member: PublicKey) => ParticipantContext,
): void {
  const { summary, result, ...parts } = operations[name] as {
    readonly summary: string;
    readonly params?: z.ZodObject;
    readonly query?: z.ZodObject;
    readonly body?: z.ZodObject;
    readonly result: z.ZodType;
  };
  addRoute(scope, {
    ...{ method, path, name, summary, access, result },
    ...(action && { action }),
    input: {
      ...(parts.params && { params: parts.params }),
      ...(parts.query && { querystring: parts.query }),
      ...(parts.body && { body: parts.body }),
    },
    async handle(given, { member }) {
      const context = contextOf(member.publicKey);
      const { params, querystring, body } = given as { params?: object; querystring?: object; body?: object };
      const input = { ...params, ...querystring, ...body };
      const answer = await handler(context, input as CheckedInput<N>, null);
      return isAnyRefusal(answer) ? new Refused(context, answer) : answer;
    },
  });
}
