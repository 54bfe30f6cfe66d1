/** All that is compared. */
import { MIN_RING_HOPS } from '#protocol/clearing/ring.ts';
import { FIRST_WALK_HOPS, MAX_CLEARING_HOPS, RING_PROBE_FAN_OUT, WALKS_PER_CHANGE } from '#protocol/limits.ts';
import { type ArenaSettings, type Cleared, runStrategy } from './arena.ts';
import { clearCentrally } from './central.ts';
import { checkCleared, type DebtGraph } from './debts.ts';
import { AS_NODES, MarkedWalk, type MarkedWalkSettings, markedWalk } from './strategies/marked-walk.ts';
import { type MeetingSettings, meeting } from './strategies/meeting.ts';
import { Walk, type WalkSettings, walk } from './strategies/walk.ts';
import { walkThenMeet } from './strategies/walk-then-meet.ts';
import type { Strategy } from './view.ts';

export interface Method {
  readonly name: string;
  readonly run: (graph: DebtGraph, best: Float64Array, settings: ArenaSettings) => Cleared;
}

const MEETING: Omit<MeetingSettings, 'name'> = {
  fanOuts: [2, 3],
  tellsNoWay: true,
  tellsExcess: false,
  isLongestFirst: true,
};
const WALK: Omit<WalkSettings, 'name'> = { isByAmount: true, leastHops: () => 0, tellsNoWay: true, mostHops: 64 };
/** The walks of nodes, which close any ring at once, and no probes. */
const WALKS: Omit<MarkedWalkSettings, 'name'> = { ...AS_NODES, leastHops: () => MIN_RING_HOPS };
/** Searches of a participant after each of which rings may be one hop shorter. */
const SEARCHES_PER_HOP = 2;
const LONG = 12;

const LONG_FIRST: MarkedWalkSettings = {
  ...AS_NODES,
  name: '',
  noWay: 'told',
  // 8, 6, 4, then all: rings of three hops are the shortest.
  leastHops: (walks) => Math.max(MIN_RING_HOPS, FIRST_WALK_HOPS - 2 * walks),
};

const LONG_WALKS_FIRST = walkThenMeet({
  name: 'no-way told, then probes',
  walk: (accounts) => new MarkedWalk(LONG_FIRST, accounts),
  meeting: { ...MEETING, name: '' },
  patience: 2,
});

/** What `protocol/README.md` §5.2 says: walks, long rings first, and a probe when they have found nothing. */
const NODES: Strategy = asNodes('as nodes do it', {});

/** The one that is used where none is named. */
export const CLEARING: Method = local(NODES);

/** Longest rings of a central search: how much is cleared by length. */
const CENTRAL_HOPS = [3, 4, 6, 8, 12, MAX_CLEARING_HOPS];

export const METHODS: readonly Method[] = [
  ...CENTRAL_HOPS.map(central),
  CLEARING,
  local(LONG_WALKS_FIRST),
  local(asNodes('as nodes, any ring at once', { leastHops: () => MIN_RING_HOPS })),
  local(asNodes('as nodes, walks go on, then probes', { goesOn: true })),
  local(markedWalk({ ...WALKS, name: 'any ring at once, without probes' })),
  local(markedWalk({ ...WALKS, name: '… and walks go on', goesOn: true })),
  local(markedWalk({ ...WALKS, name: '… and no-way untold', noWay: 'untold' })),
  local(markedWalk({ ...WALKS, name: '… and dead ends last', noWay: 'untold', deadEnds: 'last' })),
  local(markedWalk({ ...WALKS, name: '… and dead ends never again', noWay: 'untold', deadEnds: 'never' })),
  local(markedWalk({ ...WALKS, name: '… and 64 steps', steps: 64 })),
  local(markedWalk({ ...WALKS, name: '… and shortest closing', closes: 'shortest' })),
  local(markedWalk({ ...WALKS, name: '… and no-way told', noWay: 'told' })),
  local(
    walkThenMeet({
      name: 'walks, then probes that meet',
      walk: (accounts) => new Walk({ ...WALK, name: '' }, accounts),
      meeting: { ...MEETING, name: '' },
      patience: 3,
    }),
  ),
  local(meeting({ ...MEETING, name: 'probes that meet' })),
  local(meeting({ ...MEETING, name: 'probes that meet, shortest first', isLongestFirst: false })),
  local(meeting({ ...MEETING, name: 'probes that meet, no-way untold', tellsNoWay: false })),
  local(meeting({ ...MEETING, name: 'probes that meet, excess told', tellsExcess: true })),
  local(walk({ ...WALK, name: 'walks, uniform', isByAmount: false })),
  local(walk({ ...WALK, name: 'walks, by amount' })),
  local(walk({ ...WALK, name: 'walks, by amount, no-way untold', tellsNoWay: false })),
  local(
    walk({
      ...WALK,
      name: 'walks, by amount, long first',
      leastHops: (searches) => LONG - searches / SEARCHES_PER_HOP,
    }),
  ),
  planned(),
];

/** As nodes do it, but for what is said of the walks. */
function asNodes(name: string, walks: Partial<MarkedWalkSettings>): Strategy {
  return walkThenMeet({
    name,
    walk: (accounts) => new MarkedWalk({ ...AS_NODES, ...walks, name: '' }, accounts),
    meeting: { name: '', fanOuts: [RING_PROBE_FAN_OUT], tellsNoWay: false, tellsExcess: false, isLongestFirst: false },
    patience: WALKS_PER_CHANGE,
  });
}

function central(mostHops: number): Method {
  return { name: `central, shortest first, ≤ ${mostHops} hops`, run: (graph) => clearCentrally(graph, mostHops) };
}

function local(strategy: Strategy): Method {
  return { name: strategy.name, run: (graph, _best, settings) => runStrategy(graph, strategy, settings) };
}

/**
 * Not local: walks and probes go over what the optimum clears first, and over the rest of the debts only then. What it
 * leaves is not for want of knowledge of what should stay, but because rings have at most 16 hops.
 */
function planned(): Method {
  const name = 'long rings first, optimum known';
  const strategy = NODES;
  return {
    name,
    run: (graph, best, settings) => {
      const plan = graph.amounts.map((amount, edge) => amount - (best[edge] as number));
      const first = runStrategy({ ...graph, amounts: plan }, strategy, settings);
      const rest = graph.amounts.map((_, edge) => (best[edge] as number) + (first.left[edge] as number));
      const messageCap = Math.max(0, settings.messageCap - first.messages / Math.max(1, graph.edges));
      const second = runStrategy({ ...graph, amounts: rest }, strategy, { ...settings, messageCap });
      checkCleared(graph, second.left);
      return {
        left: second.left,
        rings: first.rings + second.rings,
        hops: first.hops + second.hops,
        messages: first.messages + second.messages,
        rounds: first.rounds + second.rounds,
        curve: [],
      };
    },
  };
}
