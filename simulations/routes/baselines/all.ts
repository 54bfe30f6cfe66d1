/** Every way of routing that GEO is compared with, in the order of the table. */
import { disjointPaths } from './disjoint-paths.ts';
import { maxFlow, restrictedFlow } from './max-flow.ts';
import type { Baseline } from './method.ts';
import { shortestPath } from './shortest-path.ts';
import { silentWhispers } from './silent-whispers.ts';
import { speedyMurmurs } from './speedy-murmurs.ts';

export const BASELINES: readonly Baseline[] = [
  maxFlow,
  restrictedFlow,
  disjointPaths,
  shortestPath,
  speedyMurmurs,
  silentWhispers,
];
