/**
 * The operations of the API that the page uses, and no others: the desktop program carries out nothing else for it.
 * Only types come from the contract, so that no schema is loaded.
 */
import type { OperationName, operations } from '#node/api/contract.ts';

type Contract = typeof operations;

/** What the page asks for, as the contract has it: another path does not compile. */
export const ROUTES = {
  getStatus: ['GET', '/v1/status'],
  getId: ['GET', '/v1/id'],
  listContacts: ['GET', '/v1/contacts'],
  putContact: ['POST', '/v1/contacts'],
  connectPeer: ['POST', '/v1/peers'],
  listTrustLines: ['GET', '/v1/trust-lines'],
  setTrustLine: ['PUT', '/v1/trust-lines'],
  getBalance: ['GET', '/v1/balance'],
  listHeld: ['GET', '/v1/held'],
  getHistory: ['GET', '/v1/history'],
  quotePayment: ['POST', '/v1/payments/quote'],
  previewPayment: ['POST', '/v1/payments/preview'],
  pay: ['POST', '/v1/payments'],
  getReceipt: ['GET', '/v1/payments/{id}/receipt'],
  makeRequest: ['POST', '/v1/requests'],
  readRequest: ['POST', '/v1/requests/read'],
  payRequest: ['POST', '/v1/requests/pay'],
} as const satisfies {
  readonly [N in OperationName]?: readonly [Contract[N]['method'], Contract[N]['path']];
};

/** The name of one of them. */
export type Used = keyof typeof ROUTES;
