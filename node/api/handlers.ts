/** Every operation of the contract with what carries it out; a missing one does not compile. */
import type { OperationName } from './contract.ts';
import type { Handler } from './handler.ts';
import * as backup from './operations/backup.ts';
import * as clearing from './operations/clearing.ts';
import * as health from './operations/health.ts';
import * as neighbourhood from './operations/neighbourhood.ts';
import * as network from './operations/network.ts';
import * as payments from './operations/payments.ts';
import * as people from './operations/people.ts';
import * as quote from './operations/quote.ts';
import * as settings from './operations/settings.ts';
import * as tokens from './operations/tokens.ts';
import * as transactions from './operations/transactions.ts';
import * as trust from './operations/trust.ts';
import * as ui from './operations/ui.ts';

export const handlers: { readonly [N in OperationName]: Handler<N> } = {
  ...people,
  ...network,
  ...neighbourhood,
  ...trust,
  ...payments,
  ...quote,
  ...transactions,
  ...clearing,
  ...tokens,
  ...health,
  ...backup,
  ...ui,
  ...settings,
};
