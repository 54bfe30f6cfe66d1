import { describe, expect, it } from 'vitest';
import { arcsOf, initialCapacities } from '#simulations/routes/capacities.ts';
import { fraction } from '#simulations/routes/fractional.ts';
import { canPassLayers } from '#simulations/routes/layered-flow.ts';
import { Oracle } from '#simulations/routes/oracle.ts';
import { Reach } from '#simulations/routes/restricted.ts';
import { creditGraph, nodeOf } from '#test/support/credit-graphs.ts';

function judge(lines: readonly string[], amount: number) {
  const graph = creditGraph(...lines);
  const arcs = arcsOf(graph);
  const demand = { from: nodeOf(graph, 'P'), to: nodeOf(graph, 'R'), amount };
  const { isFlow, isBounded, paths } = new Oracle(arcs).judge(initialCapacities(graph), demand);
  return { isFlow, isBounded, routes: paths?.length ?? null };
}

/** A chain of so many hops from P to R. */
function chain(hops: number, limit: number, name: string): string[] {
  const nodes = ['P', ...Array.from({ length: hops - 1 }, (_, at) => `${name}${at}`), 'R'];
  return nodes.slice(1).map((node, at) => `${nodes[at]}>${node} ${limit}`);
}

describe('what could have been paid', () => {
  it('is told of one route, of several, and of none', () => {
    expect(judge(chain(3, 5, 'a'), 5)).toEqual({ isFlow: true, isBounded: true, routes: 1 });
    expect(judge(chain(3, 5, 'a'), 6)).toEqual({ isFlow: false, isBounded: false, routes: null });
    expect(judge([...chain(3, 5, 'a'), ...chain(4, 5, 'b')], 10)).toEqual({ isFlow: true, isBounded: true, routes: 2 });
  });

  it('more than six hops are a flow and no route', () => {
    expect(judge(chain(6, 5, 'a'), 5)).toEqual({ isFlow: true, isBounded: true, routes: 1 });
    expect(judge(chain(7, 5, 'a'), 5)).toEqual({ isFlow: true, isBounded: false, routes: null });
  });

  it('more than eight routes are a flow and no payment', () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => chain(2, 1, `n${at}x`)).flat();
    expect(judge(many(8), 8)).toEqual({ isFlow: true, isBounded: true, routes: 8 });
    expect(judge(many(9), 9)).toEqual({ isFlow: true, isBounded: false, routes: null });
  });

  it('eight routes of which one is wide: only the weight of their number tells that nine would be needed', () => {
    const lines = [...chain(2, 5, 'w'), ...Array.from({ length: 10 }, (_, at) => chain(2, 1, `n${at}x`)).flat()];
    expect(judge(lines, 12)).toEqual({ isFlow: true, isBounded: true, routes: 8 });
    expect(judge(lines, 13)).toEqual({ isFlow: true, isBounded: false, routes: null });
  });

  it('a long detour round a narrow place needs the hops that it needs', () => {
    const lines = ['P>A 10', 'A>B 5', 'B>R 10', 'A>C 5', 'C>D 5', 'D>B 5'];
    expect(judge(lines, 10)).toEqual({ isFlow: true, isBounded: true, routes: 2 });
  });

  it('layers alone would let one account carry twice: the tighter bound does not', () => {
    // X>Y is hop 1 of P-X-Y and hop 2 of P-V-X-Y; it carries 5 altogether.
    const lines = ['P>X 5', 'P>V 5', 'V>X 5', 'X>Y 5', 'Y>R 10', 'Y>Z 10', 'Z>R 10'];
    expect(judge(lines, 10)).toEqual({ isFlow: false, isBounded: false, routes: null });
    // With a way round that is too long there is a flow of 10, and still no routes.
    const round = ['X>a 5', 'a>b 5', 'b>c 5', 'c>d 5', 'd>e 5', 'e>R 5'];
    expect(judge([...lines, ...round], 10)).toEqual({ isFlow: true, isBounded: false, routes: null });
    const graph = creditGraph(...lines, ...round);
    const [arcs, capacities] = [arcsOf(graph), initialCapacities(graph)];
    const reach = new Reach(arcs, capacities, nodeOf(graph, 'P'), nodeOf(graph, 'R'));
    expect(canPassLayers(arcs, reach, capacities, 10)).toBe(true);
    expect(fraction(arcs, reach, capacities, 10)).toEqual({ type: 'impossible' });
  });
});
