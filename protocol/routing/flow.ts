/**
 * A flow of one payment over several routes (§6.4), as net amounts between participants: what goes both ways between two
 * cancels out.
 */

/** A chain of participants, as numbers, and what goes over it. */
export interface NumberedRoute {
  readonly nodes: readonly number[];
  readonly amount: bigint;
}

export class Flow {
  /** Amounts > 0, by from and to. */
  readonly #amounts = new Map<number, Map<number, bigint>>();

  /** Does anything flow from or to the participant? */
  touches(number: number): boolean {
    return this.#amounts.has(number);
  }

  /** What flows from one to the other; below 0: the other way. */
  between(from: number, to: number): bigint {
    return (this.#amounts.get(from)?.get(to) ?? 0n) - (this.#amounts.get(to)?.get(from) ?? 0n);
  }

  /** Sends an amount along a chain. */
  push(nodes: readonly number[], amount: bigint): void {
    for (const [at, from] of nodes.entries()) {
      const to = nodes[at + 1];
      if (to === undefined) return;
      const net = this.between(from, to) + amount;
      this.#set(from, to, net > 0n ? net : 0n);
      this.#set(to, from, net < 0n ? -net : 0n);
    }
  }

  /**
   * Takes the flow apart into routes, the one that carries most first: at most so many, of at most so many hops, no
   * participant twice on one. Together they may carry less than the flow.
   */
  routes(source: number, target: number, mostHops: number, mostRoutes: number): readonly NumberedRoute[] {
    const left = new Map([...this.#amounts].map(([from, hops]) => [from, new Map(hops)]));
    const routes: NumberedRoute[] = [];
    while (routes.length < mostRoutes) {
      const route = widest(left, source, target, mostHops);
      if (route === null) break;
      routes.push(route);
      for (const [at, from] of route.nodes.entries()) {
        const to = route.nodes[at + 1];
        const hops = left.get(from);
        if (to === undefined || hops === undefined) continue;
        const rest = (hops.get(to) as bigint) - route.amount;
        if (rest === 0n) hops.delete(to);
        else hops.set(to, rest);
      }
    }
    return routes;
  }

  #set(from: number, to: number, amount: bigint): void {
    let hops = this.#amounts.get(from);
    if (hops === undefined) {
      hops = new Map();
      this.#amounts.set(from, hops);
    }
    if (amount === 0n) hops.delete(to);
    else hops.set(to, amount);
  }
}

/** The chain whose smallest hop is greatest; of equal ones one with fewest hops, so that nobody is on it twice. */
function widest(
  hops: ReadonlyMap<number, ReadonlyMap<number, bigint>>,
  source: number,
  target: number,
  mostHops: number,
): NumberedRoute | null {
  interface Label {
    readonly node: number;
    readonly width: bigint;
    readonly before: Label | null;
  }
  const reached = new Map<number, bigint>();
  let best: Label | null = null;
  let level: Label[] = [{ node: source, width: -1n, before: null }];
  for (let hop = 1; hop <= mostHops && level.length > 0; hop++) {
    const next = new Map<number, Label>();
    for (const label of level) {
      for (const [to, amount] of hops.get(label.node) ?? []) {
        const width = label.width < 0n || amount < label.width ? amount : label.width;
        if (to === source || width <= (reached.get(to) ?? 0n)) continue;
        reached.set(to, width);
        next.set(to, { node: to, width, before: label });
      }
    }
    best = next.get(target) ?? best;
    next.delete(target);
    level = [...next.values()];
  }
  if (best === null) return null;
  const nodes: number[] = [];
  for (let label: Label | null = best; label !== null; label = label.before) nodes.push(label.node);
  return { nodes: nodes.reverse(), amount: best.width };
}
