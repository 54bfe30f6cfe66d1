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

/** The name of one of them. */
export type Used = keyof typeof ROUTES;
