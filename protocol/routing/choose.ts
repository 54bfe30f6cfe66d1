/**
 * What a payer does next (§6.4): send, ask along the likeliest routes, or give up.
 */
import type { Capacities } from './capacities.ts';
import type { NumberedRoute } from './flow.ts';
import type { Plan, Planner } from './plan.ts';
import type { View } from './view.ts';

export type Choice =
  /** Routes that carry the amount, for all that is known. */
  | { readonly type: 'send'; readonly routes: readonly NumberedRoute[] }
  /** Routes to ask along, each with the amount that may pass at most. */
  | { readonly type: 'probe'; readonly routes: readonly NumberedProbe[] }
  /** Nothing that is hoped for carries the amount; the routes carry what is. */
  | { readonly type: 'none'; readonly routes: readonly NumberedRoute[] };

/** A route to ask along, and for each of its hops what is to go over it by other routes of the plan. */
export interface NumberedProbe extends NumberedRoute {
  readonly beside: readonly bigint[];
}

/** What could be paid, in 10⁻⁸ units: what is known to pass, and what may pass at most. */
export interface Outlook {
  readonly atLeast: bigint;
  readonly atMost: bigint;
  /** Over which `atMost` would go: the hops that they use up are those that stop more. */
  readonly routes: readonly NumberedRoute[];
  /** Routes to ask along to learn more; empty when nothing more can be learned. */
  readonly probes: readonly NumberedProbe[];
}

export interface Scene {
  readonly view: View;
  readonly capacities: Capacities;
  readonly planner: Planner;
  /** Routes that may be asked along now. */
  readonly probesAtOnce: number;
}

/**
 * For a payment of `amount`. A route is asked along before anything is sent over it, unless asking gains nothing: there
 * is no other route, or all of it carried as much a short while ago. When no more probes are to be made (`mayProbe`), what
 * is hoped for is sent: a refusal is an answer too.
 */
export function choosePayment(scene: Scene, amount: bigint, mayProbe: boolean): Choice {
  const { planner } = scene;
  const known = planner.plan(amount, 'known');
  if (known.total >= amount) return { type: 'send', routes: known.routes };
  const hoped = planner.plan(amount, 'hoped');
  if (hoped.total < amount) return { type: 'none', routes: hoped.routes };
  // Hops that were asked about may carry more than they were asked for; others first.
  const cautious = planner.plan(amount, 'cautious');
  const best = cautious.total >= amount ? cautious : hoped;
  const unproven = unprovenOf(scene, best);
  const [only] = best.routes;
  const isSure =
    only !== undefined && best.routes.length === 1 && (isLikely(scene, only) || !planner.hasAlternative(only.nodes));
  if (isSure || unproven.length === 0 || !mayProbe) return { type: 'send', routes: best.routes };
  return { type: 'probe', routes: probesOf(scene, best, unproven, amount) };
}

/** For "how much can I pay": up to `most`. */
export function outlookOf(scene: Scene, most: bigint): Outlook {
  const known = scene.planner.plan(most, 'known');
  const hoped = scene.planner.plan(most, 'hoped');
  const unproven = known.total >= hoped.total ? [] : unprovenOf(scene, hoped);
  const atMost = hoped.total > known.total ? hoped.total : known.total;
  const probes = unproven.length === 0 ? [] : probesOf(scene, hoped, unproven, most);
  return { atLeast: known.total, atMost, routes: hoped.routes, probes };
}

/** Routes of a plan with a hop of which nobody has said yet that it would carry all that the plan sends over it. */
function unprovenOf({ capacities }: Scene, { routes }: Plan): readonly NumberedRoute[] {
  return routes.filter(({ nodes }) =>
    hopsOf(nodes).some(([from, to]) => capacities.bounds(from, to).atLeast < sentOver(routes, from, to)),
  );
}

function hopsOf(nodes: readonly number[]): readonly (readonly [from: number, to: number])[] {
  return nodes.slice(1).map((to, at) => [nodes[at] as number, to] as const);
}

/** What routes send over a hop together. */
function sentOver(routes: readonly NumberedRoute[], from: number, to: number): bigint {
  let sent = 0n;
  for (const { nodes, amount } of routes) {
    const at = nodes.indexOf(from);
    if (at >= 0 && nodes[at + 1] === to) sent += amount;
  }
  return sent;
}

/** Has every hop carried as much so lately that it is believed to again? */
function isLikely({ view, capacities }: Scene, { nodes, amount }: NumberedRoute): boolean {
  return nodes.every((to, at) => {
    const from = nodes[at - 1];
    return from === undefined || from === view.source || capacities.isLikely(from, to, amount);
  });
}

/** Each unproven route of a plan with all that may pass over it, and others that share none of their unproven hops. */
function probesOf(
  { view, planner, capacities, probesAtOnce }: Scene,
  plan: Plan,
  unproven: readonly NumberedRoute[],
  amount: bigint,
): readonly NumberedProbe[] {
  const probes: NumberedProbe[] = unproven.slice(0, probesAtOnce).map((route) => {
    const others = plan.routes.filter((other) => other !== route);
    return {
      nodes: route.nodes,
      amount: planner.width(route.nodes, 'hoped'),
      beside: hopsOf(route.nodes).map(([from, to]) => sentOver(others, from, to)),
    };
  });
  const closed = new Map<number, Set<number>>();
  const close = (nodes: readonly number[], part: bigint): void => {
    for (const [from, to] of hopsOf(nodes)) {
      if (from === view.source || capacities.bounds(from, to).atLeast >= part) continue;
      closed.set(from, (closed.get(from) ?? new Set()).add(to));
    }
  };
  for (const { nodes, amount: part } of probes) close(nodes, part);
  while (probes.length < probesAtOnce) {
    const nodes = planner.another(amount, closed);
    if (nodes === null || planner.width(nodes, 'known') >= amount) break;
    probes.push({ nodes, amount, beside: hopsOf(nodes).map(() => 0n) });
    close(nodes, amount);
  }
  return probes;
}
