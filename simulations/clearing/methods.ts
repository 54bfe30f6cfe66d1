/** All that is compared. */
import { MAX_CLEARING_HOPS, RING_PROBE_FAN_OUT, WALKS_PER_CHANGE } from '#protocol/limits.ts';
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
/** Searches of a participant after each of which rings may be one hop shorter. */
const SEARCHES_PER_HOP = 2;
const LONG = 12;
const SHORTEST = 3;
const LONGEST_WAIT = 8;

const LONG_FIRST: MarkedWalkSettings = {
  ...AS_NODES,
  name: '',
  noWay: 'told',
  // 8, 6, 4, then all: rings of three hops are the shortest.
  leastHops: (walks) => Math.max(SHORTEST, LONGEST_WAIT - 2 * walks),
};

const WINNER = walkThenMeet({
  name: 'long rings first, then probes',
  walk: (accounts) => new MarkedWalk(LONG_FIRST, accounts),
  meeting: { ...MEETING, name: '' },
  patience: 2,
});

/** The one that is used where none is named. Nodes do not do it this way: see `AS_NODES_DO`. */
export const CLEARING: Method = local(WINNER);

/** What `protocol/README.md` §5.2 says: walks, and a probe when they have found nothing. */
const AS_NODES_DO: Method = local(
  walkThenMeet({
    name: 'as nodes do it',
    walk: (accounts) => new MarkedWalk({ ...AS_NODES, name: '' }, accounts),
    meeting: { name: '', fanOuts: [RING_PROBE_FAN_OUT], tellsNoWay: false, tellsExcess: false, isLongestFirst: false },
    patience: WALKS_PER_CHANGE,
  }),
);

/** Longest rings of a central search: how much is cleared by length. */
const CENTRAL_HOPS = [3, 4, 6, 8, 12, MAX_CLEARING_HOPS];

export const METHODS: readonly Method[] = [
  ...CENTRAL_HOPS.map(central),
  CLEARING,
  AS_NODES_DO,
  local(markedWalk({ ...AS_NODES, name: 'as nodes, without probes' })),
  local(markedWalk({ ...AS_NODES, name: 'as nodes, walks go on', goesOn: true })),
  local(markedWalk({ ...AS_NODES, name: 'as nodes, no-way untold', noWay: 'untold' })),
  local(markedWalk({ ...AS_NODES, name: '… and dead ends last', noWay: 'untold', deadEnds: 'last' })),
  local(markedWalk({ ...AS_NODES, name: '… and dead ends never again', noWay: 'untold', deadEnds: 'never' })),
  local(markedWalk({ ...AS_NODES, name: 'as nodes, 64 steps', steps: 64 })),
  local(markedWalk({ ...AS_NODES, name: 'as nodes, shortest closing', closes: 'shortest' })),
  local(markedWalk({ ...AS_NODES, name: 'as nodes, no-way told', noWay: 'told' })),
  local(
    walkThenMeet({
      name: 'no-way answered, then probes',
      walk: (accounts) => new MarkedWalk({ ...AS_NODES, name: '', goesOn: true }, accounts),
      meeting: { ...MEETING, name: '', tellsNoWay: false },
      patience: 3,
    }),
  ),
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
  const strategy = WINNER;
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
