/** What is done to a stage by hand, in any order: nothing that was on its way is miscounted, and everything heals. */
import { describe, expect, it } from 'vitest';
import { type Happened, Stage } from '#simulations/design/stage.ts';
import type { CreditGraph } from '#simulations/graphs/credit-graph.ts';
import { checkAtRest } from '#simulations/network-at-rest.ts';
import { Random } from '#simulations/random.ts';
import { drawnGraph } from '#simulations/study/drawn.ts';

const NAMES = ['A', 'B', 'C', 'D', 'E', 'F'];
/** The slowest repetition comes after ten minutes, and may come twice. */
const REST_MS = 45 * 60_000;
const ACTIONS = 60;

function graphOf(random: Random): CreditGraph {
  const lines = NAMES.flatMap((from) =>
    NAMES.filter((to) => to !== from && random.permille(500)).map((to) => ({
      ...{ from, to },
      limit: random.between(1, 20),
      owed: 0,
    })),
  );
  const graph = drawnGraph({ participants: NAMES.map((name) => ({ name })), lines, precision: 2 });
  if (typeof graph === 'string') throw new Error(graph);
  return graph;
}

/** Messages that were sent and neither arrived nor were lost. */
class Books {
  readonly open = new Set<number>();
  payments = 0;

  take(happened: readonly Happened[]): void {
    for (const one of happened) {
      if (one.type === 'told') this.payments += one.notice.type === 'received' ? 1 : 0;
      if (!('flight' in one)) continue;
      if (one.type === 'sent') this.open.add(one.flight.id);
      else if (!this.open.delete(one.flight.id)) throw new Error(`message ${one.flight.id} ended twice`);
    }
  }
}

function play(seed: number): { readonly stage: Stage; readonly books: Books } {
  const random = new Random(seed);
  const graph = graphOf(random);
  const stage = new Stage({ graph, delayMs: 50, clears: random.permille(500), isMapKnown: true });
  const books = new Books();
  const cuts = new Set<number>();
  const pairOf = (account: number) => [graph.a[account] as number, graph.b[account] as number] as const;
  for (let action = 0; action < ACTIONS; action++) {
    const [one, other] = [random.below(NAMES.length), random.below(NAMES.length)];
    const account = random.below(graph.a.length);
    switch (random.below(6)) {
      case 0:
      case 1:
        if (one !== other) books.take(stage.pay(one, other, random.between(1, 800)).happened);
        break;
      case 2:
        books.take(random.permille(500) ? stage.crash(one) : stage.restart(one));
        break;
      case 3:
        if (!cuts.has(account)) books.take(stage.cut(...pairOf(account)));
        cuts.add(account);
        break;
      case 4:
        if (cuts.delete(account)) books.take(stage.join(...pairOf(account)));
        break;
      case 5:
        stage.seekRings();
        break;
    }
    for (let steps = random.below(12); steps > 0; steps--) books.take(stage.step(stage.nowMs + 2_000));
    expect([...books.open].sort((a, b) => a - b)).toEqual(stage.flights.map(({ id }) => id).sort((a, b) => a - b));
  }
  for (let index = 0; index < NAMES.length; index++) books.take(stage.restart(index));
  for (const account of cuts) books.take(stage.join(...pairOf(account)));
  const untilMs = stage.nowMs + REST_MS;
  while (stage.nowMs < untilMs) books.take(stage.step(untilMs));
  return { stage, books };
}

describe('a stage', () => {
  it.each(Array.from({ length: 30 }, (_, index) => index + 1))('is whole again after anything: seed %d', (seed) => {
    const { stage, books } = play(seed);
    expect(checkAtRest(stage.network, stage.graph)).toEqual([]);
    expect([stage.flights, [...books.open]]).toEqual([[], []]);
  });

  it('of one seed is the same each time, and something was paid', () => {
    const [one, again] = [play(3), play(3)];
    expect(again.stage.nowMs).toBe(one.stage.nowMs);
    expect(again.stage.network.events).toBe(one.stage.network.events);
    expect(again.books.payments).toBe(one.books.payments);
    expect(one.books.payments).toBeGreaterThan(0);
  });
});
