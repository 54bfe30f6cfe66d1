/**
 * "How much can I pay this one now?" (§6.4): told at once from what is known, then better with each answer. Nothing is
 * reserved or saved, and nobody is asked for more than the person wants to know.
 */
import { availableOut } from '../account.ts';
import type { QuoteCommand } from '../event.ts';
import { MAX_QUOTES, MAX_SEARCH_ROUNDS } from '../limits.ts';
import type { PlannedRoute } from '../payment.ts';
import { refuse } from '../refusals.ts';
import { choosePayment, type Outlook, outlookOf, type Scene } from '../routing/choose.ts';
import type { Search } from '../routing/search.ts';
import { closestOf } from './pay.ts';
import {
  askForHops,
  awaitsProbes,
  beginSearch,
  endSearch,
  mayProbe,
  namedRoutes,
  ownRefusals,
  probeAlong,
  sceneOf,
  stoppingOf,
} from './search.ts';
import type { Turn } from './turn.ts';

/** Begins a quote: the first notice comes in this step. Refuses one to oneself. */
export function startQuote(turn: Turn, { quoteId, receiver, equivalent, most, randomness }: QuoteCommand): void {
  if (receiver === turn.self) {
    turn.notify({ type: 'refused', refusal: refuse('to-self', { what: 'payment' }) });
    return;
  }
  let own = 0n;
  for (const account of turn.accounts()) if (account.equivalent === equivalent) own += availableOut(account);
  // The own accounts bound it: more is asked of nobody.
  const wanted = own < most ? own : most;
  const search = beginSearch(turn, {
    ...{ id: quoteId, purpose: 'quote', receiver, equivalent, randomness, asked: most },
    wanted: wanted > 0n ? wanted : 1n,
  });
  const mayAsk = wanted > 0n && countQuotes(turn) < MAX_QUOTES;
  refineQuote(turn, mayAsk ? search : { ...search, askedNeighbours: true, probed: MAX_SEARCH_ROUNDS });
}

function countQuotes(turn: Turn): number {
  let count = 0;
  for (const { purpose } of turn.records.knowledge.searches()) if (purpose === 'quote') count++;
  return count;
}

/** Tells what is known by now, and asks for more unless nothing more can be learned. */
export function refineQuote(turn: Turn, search: Search): void {
  const scene = sceneOf(turn, search);
  const outlook = outlookOf(scene, search.wanted);
  const isProbing = outlook.probes.length > 0 && mayProbe(search) && !awaitsProbes(search);
  if (isProbing) probeAlong(turn, search, namedRoutes(scene, outlook.probes));
  const waits = isProbing || search.awaits.length > 0;
  const isFinal = !waits && (outlook.atLeast >= search.wanted || !askForHops(turn, search));
  tell(turn, search, scene, outlook, isFinal);
  if (isFinal) endSearch(turn, search);
}

function tell(turn: Turn, search: Search, scene: Scene, outlook: Outlook, isFinal: boolean): void {
  const { atLeast, atMost } = outlook;
  // One more than there is of the own: so the own hop that stops it says so.
  const own = ownRefusals(turn, search, scene, search.wanted < search.asked ? search.wanted + 1n : search.wanted);
  const stopping = stoppingOf(scene, outlook.routes, [...search.refusals, ...own]);
  const stoppedBy = atLeast >= search.asked ? null : closestOf(stopping);
  const { id: quoteId, receiver, equivalent } = search;
  const routes = isFinal || atLeast >= search.asked ? routesFor(scene, search) : [];
  turn.notify({ type: 'quote', quoteId, receiver, equivalent, atLeast, atMost, stoppedBy, routes, isFinal });
}

function routesFor(scene: Scene, { wanted, asked }: Search): readonly PlannedRoute[] {
  const choice = wanted < asked ? null : choosePayment(scene, asked, false);
  return choice?.type === 'send' ? namedRoutes(scene, choice.routes) : [];
}
