/**
 * Searching for routes (§6.4): looks at what is known, asks along the likeliest routes, then indexers, then neighbours, and
 * takes in what they answer. What is found is used by whoever began the search: a payment or a quote.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { availableOut } from '../account.ts';
import { blinded } from '../finding.ts';
import type { PublicKey } from '../identity.ts';
import {
  ANSWER_WAIT_MS,
  FIND_BUDGET,
  MAX_ASKED_INDEXERS,
  MAX_NAMED_HOPS,
  MAX_PAYMENT_HOPS,
  MAX_PROBES_AT_ONCE,
  MAX_ROUTES,
  MAX_SEARCH_ROUNDS,
} from '../limits.ts';
import type { PlannedRoute, RefusedHop } from '../payment.ts';
import type { Refusal } from '../refusals.ts';
import { Capacities } from '../routing/capacities.ts';
import type { Scene } from '../routing/choose.ts';
import { type HopEstimate, refusedAbove, silent, unknownHop } from '../routing/estimate.ts';
import type { NumberedRoute } from '../routing/flow.ts';
import { PathFinder } from '../routing/path.ts';
import { Planner } from '../routing/plan.ts';
import type { AskedRoute, Awaited, NamedHop, Search } from '../routing/search.ts';
import { type OwnHop, View } from '../routing/view.ts';
import { askNeighbours } from './find.ts';
import { noteIndexer } from './hints.ts';
import { tryNext } from './pay.ts';
import { refineQuote } from './quote.ts';
import { whyNotOut } from './reserve.ts';
import type { Turn } from './turn.ts';

/** Begins a search; nobody is asked yet. `refused` is known already and bounds it. */
export function beginSearch(
  turn: Turn,
  of: Pick<Search, 'id' | 'purpose' | 'receiver' | 'equivalent' | 'wanted' | 'asked' | 'randomness'>,
  refused: readonly RefusedHop[] = [],
): Search {
  let search: Search = {
    ...of,
    type: 'search',
    round: 0,
    probed: 0,
    awaits: [],
    askedIndexers: false,
    askedNeighbours: false,
    named: [],
    hops: [],
    refusals: [],
  };
  for (const { from, to, refusal } of refused) {
    search = withHop(search, from, to, (hop) => refusedAbove(hop, passableOf(refusal), turn.nowMs));
  }
  turn.learn(search);
  return search;
}

/** Forgets a search; answers that still come tell of hops, and begin nothing. */
export function endSearch(turn: Turn, { id }: Pick<Search, 'id'>): void {
  if (turn.search(id) !== undefined) turn.learn({ type: 'ended-search', id });
}

/** What can be seen of the network now, for one search. */
export function sceneOf(turn: Turn, search: Search): Scene {
  const { receiver, equivalent, wanted, named } = search;
  const view = new View({
    ...{ self: turn.self, receiver, named },
    graph: turn.records.topology.graph(equivalent),
    own: ownHops(turn, equivalent),
  });
  const isOnMap = (hop: NamedHop): boolean => turn.records.topology.graph(equivalent)?.has(hop.to, hop.from) === true;
  const capacities = new Capacities(view, {
    ...{ wanted, nowMs: turn.nowMs, learned: search.hops },
    remembered: turn.hopEstimates(equivalent),
    doubted: named.filter((hop) => hop.by.length === 1 && !isOnMap(hop)),
  });
  const probesAtOnce = search.probed === 0 ? turn.records.firstProbes : MAX_PROBES_AT_ONCE;
  return { view, capacities, planner: new Planner(view, capacities), probesAtOnce };
}

/** The hops out of the own accounts over which something could be sent now. */
function ownHops(turn: Turn, equivalent: string): readonly OwnHop[] {
  const hops: OwnHop[] = [];
  for (const account of turn.accounts()) {
    if (account.equivalent !== equivalent) continue;
    if (whyNotOwnHop(turn, account.neighbour, equivalent, 1n) === null) {
      hops.push({ to: account.neighbour, capacity: availableOut(account) });
    }
  }
  return hops;
}

/** Why the own hop to a neighbour does not take an amount now, or null. */
export function whyNotOwnHop(turn: Turn, to: PublicKey, equivalent: string, amount: bigint): Refusal | null {
  const hop = { from: null, to, number: 0, amount };
  return whyNotOut(turn, { kind: 'pay', equivalent, createdAtMs: turn.nowMs }, hop);
}

/** Own hops that could have led to the receiver and do not take an amount. */
export function ownRefusals(
  turn: Turn,
  search: Search,
  { view, planner }: Scene,
  amount: bigint,
): readonly RefusedHop[] {
  const refused: RefusedHop[] = [];
  for (const { neighbour, equivalent } of turn.accounts()) {
    if (equivalent !== search.equivalent) continue;
    const number = view.numberOf(neighbour);
    const leads = neighbour === search.receiver || (number >= 0 && planner.leadsToTarget(number));
    const refusal = leads ? whyNotOwnHop(turn, neighbour, equivalent, amount) : null;
    if (refusal !== null) refused.push({ from: turn.self, to: neighbour, refusal });
  }
  return refused;
}

/** Those of the refusing hops that routes use up, so that they stop more; all of them when there is none. */
export function stoppingOf(
  { view }: Scene,
  routes: readonly NumberedRoute[],
  refused: readonly RefusedHop[],
): readonly RefusedHop[] {
  const usedUp = refused.filter(({ from, to, refusal }) => {
    const [tail, head] = [view.numberOf(from), view.numberOf(to)];
    let used = 0n;
    for (const { nodes, amount } of routes) {
      if (nodes.some((number, at) => number === tail && nodes[at + 1] === head)) used += amount;
    }
    return used >= passableOf(refusal);
  });
  return usedUp.length > 0 ? usedUp : refused;
}

/** May it still ask along routes? */
export function mayProbe(search: Search): boolean {
  return search.probed < MAX_SEARCH_ROUNDS;
}

/** Does it wait for what routes can carry? */
export function awaitsProbes(search: Search): boolean {
  return search.awaits.some(({ what }) => what === 'probe');
}

/** Routes with keys instead of numbers. */
export function namedRoutes<R extends NumberedRoute>({ view }: Scene, routes: readonly R[]): readonly Named<R>[] {
  return routes.map((route) => ({ ...route, nodes: route.nodes.map((number) => view.keyOf(number)) }));
}

type Named<R extends NumberedRoute> = Omit<R, 'nodes'> & Pick<PlannedRoute, 'nodes'>;

/** Asks along routes how much could pass, and waits for the answers. */
export function probeAlong(turn: Turn, search: Search, routes: readonly AskedRoute[]): void {
  const awaits: Awaited[] = [];
  for (const [at, route] of routes.entries()) {
    const id = questionId(search, `probe ${at}`);
    awaits.push({ what: 'probe', id, route });
    const { equivalent } = search;
    turn.send(route.nodes[1] as PublicKey, { type: 'probe', id, equivalent, ...route, narrowings: [] });
  }
  wait(turn, { ...search, probed: search.probed + 1 }, awaits);
}

/** Asks others who is linked with whom: indexers first, then neighbours. False: nobody is left to be asked. */
export function askForHops(turn: Turn, search: Search): boolean {
  const { indexers } = turn.records;
  if (!search.askedIndexers && indexers.length > 0) {
    askIndexers(turn, search, indexers);
    return true;
  }
  return !search.askedNeighbours && !isOnMap(turn, search) && askAround(turn, search);
}

/**
 * Does the own map show any chain to the receiver, whatever it carries? Neighbours are asked by those without a map, not
 * because known ways carry too little; and what indexers named does not count, since it may not be there.
 */
function isOnMap(turn: Turn, { receiver, equivalent }: Search): boolean {
  const own: OwnHop[] = [];
  for (const account of turn.accounts()) {
    if (account.equivalent === equivalent) own.push({ to: account.neighbour, capacity: 0n });
  }
  const graph = turn.records.topology.graph(equivalent);
  const view = new View({ self: turn.self, receiver, graph, own, named: [] });
  return new PathFinder(view, MAX_PAYMENT_HOPS).isReachable;
}

function askIndexers(turn: Turn, search: Search, indexers: readonly PublicKey[]): void {
  const { receiver: target, equivalent } = search;
  const awaits: Awaited[] = [];
  for (const [at, from] of bestOf(turn, indexers).entries()) {
    const id = questionId(search, `hints ${at}`);
    awaits.push({ what: 'hints', id, from });
    turn.send(from, { type: 'hint-request', id, equivalent, source: turn.self, target, most: MAX_ROUTES });
  }
  wait(turn, { ...search, askedIndexers: true }, awaits);
}

/** Those whose hops were there most often, in the order of the owner where nothing speaks for either. */
function bestOf(turn: Turn, indexers: readonly PublicKey[]): readonly PublicKey[] {
  const doubt = (key: PublicKey): number => {
    const { right = 0, wrong = 0 } = turn.indexer(key) ?? {};
    return wrong / (right + wrong + 8);
  };
  return [...indexers].sort((one, other) => doubt(one) - doubt(other)).slice(0, MAX_ASKED_INDEXERS);
}

function askAround(turn: Turn, search: Search): boolean {
  const id = questionId(search, 'find');
  const asked = askNeighbours(turn, {
    ...{ type: 'find', id, equivalent: search.equivalent, target: blinded(id, search.receiver) },
    ...{ nodes: [turn.self], budget: FIND_BUDGET },
  });
  const next: Search = { ...search, askedNeighbours: true };
  if (asked > 0) wait(turn, next, [{ what: 'found', id }]);
  else turn.learn(next);
  return asked > 0;
}

/** New questions, and the time after which their answers are late. */
function wait(turn: Turn, search: Search, awaits: readonly Awaited[]): void {
  const round = search.round + 1;
  turn.learn({ ...search, round, awaits: [...search.awaits, ...awaits] });
  turn.schedule({ type: 'search', id: search.id, round }, turn.nowMs + ANSWER_WAIT_MS);
}

/** The id of a question: nobody can guess it, and nobody learns from two of them that they belong together. */
function questionId({ randomness, round }: Search, what: string): string {
  return bytesToHex(sha256(concatBytes(hexToBytes(randomness), utf8ToBytes(`${what} of round ${round}`)))).slice(0, 32);
}

/** The search that waits for the answer to a question, and the question. */
export function awaited<W extends Awaited['what']>(
  turn: Turn,
  what: W,
  id: string,
): { readonly search: Search; readonly question: Extract<Awaited, { what: W }> } | null {
  for (const { id: searchId } of turn.records.knowledge.searches()) {
    const search = turn.search(searchId);
    const question = search?.awaits.find((one) => one.what === what && one.id === id);
    if (search !== undefined && question !== undefined) {
      return { search, question: question as Extract<Awaited, { what: W }> };
    }
  }
  return null;
}

/** An answer has come, and with it hops or refusals: whoever searches goes on. */
export function takeAnswer(
  turn: Turn,
  search: Search,
  question: Awaited,
  news: { readonly named?: readonly NamedHop[]; readonly refusals?: readonly RefusedHop[] },
): void {
  // A search through neighbours brings several answers; it is over when they are late.
  const awaits = question.what === 'found' ? search.awaits : search.awaits.filter((one) => one !== question);
  const named = withNamed(search.named, news.named ?? []);
  const next: Search = { ...search, awaits, named, refusals: [...search.refusals, ...(news.refusals ?? [])] };
  turn.learn(next);
  goOn(turn, next);
}

/** Hops that are named again are named by one more. */
function withNamed(known: readonly NamedHop[], news: readonly NamedHop[]): readonly NamedHop[] {
  const all = [...known];
  for (const hop of news) {
    const at = all.findIndex(({ from, to }) => from === hop.from && to === hop.to);
    const before = all[at];
    if (before !== undefined) all[at] = { ...before, by: [...new Set([...before.by, ...hop.by])] };
    else if (all.length < MAX_NAMED_HOPS) all.push(hop);
  }
  return all;
}

/** The answers of a round are late: hops over which they would have come are believed less, and silent indexers. */
export function answersAreLate(turn: Turn, search: Search): void {
  let next: Search = { ...search, awaits: [] };
  for (const question of search.awaits) {
    if (question.what === 'hints') noteIndexer(turn, question.from, false);
    if (question.what !== 'probe') continue;
    const { nodes } = question.route;
    for (const [at, from] of nodes.entries()) {
      const to = nodes[at + 1];
      if (to !== undefined) next = noteHop(turn, next, from, to, (hop) => silent(hop, turn.nowMs));
    }
  }
  turn.learn(next);
  goOn(turn, next);
}

/** Notes a refusal of an attempt: it bounds the hop as one of a probe does, in the search under way. */
export function learnRefusal(turn: Turn, search: Search | undefined, equivalent: string, refused: RefusedHop): void {
  const { from, to, refusal } = refused;
  const change = (hop: HopEstimate): HopEstimate => refusedAbove(hop, passableOf(refusal), turn.nowMs);
  turn.learn(change(turn.hopEstimate(from, to, equivalent)));
  if (search !== undefined) turn.learn(withHop(search, from, to, change));
}

/** What of an amount a hop would let pass that refused it. */
export function passableOf(refusal: Refusal): bigint {
  return 'maxNow' in refusal ? refusal.maxNow : 0n;
}

/** Notes what a hop did: for the search it is a bound, for later ones a likelihood. */
export function noteHop(
  turn: Turn,
  search: Search,
  from: PublicKey,
  to: PublicKey,
  change: (hop: HopEstimate) => HopEstimate,
): Search {
  turn.learn(change(turn.hopEstimate(from, to, search.equivalent)));
  return withHop(search, from, to, change);
}

function withHop(search: Search, from: PublicKey, to: PublicKey, change: (hop: HopEstimate) => HopEstimate): Search {
  const isIt = (hop: HopEstimate): boolean => hop.from === from && hop.to === to;
  const known = search.hops.find(isIt) ?? unknownHop(from, to, search.equivalent);
  return { ...search, hops: [...search.hops.filter((hop) => !isIt(hop)), change(known)] };
}

/** Whoever began the search looks at what is known now. */
function goOn(turn: Turn, search: Search): void {
  if (search.purpose === 'quote') refineQuote(turn, search);
  else {
    const payment = turn.payment(search.id);
    if (payment?.state === 'NEW') tryNext(turn, payment);
  }
}
