/** A design as a study file has it, and back. Whatever else a file says stays as it is. */
import type { DesignFile } from '#simulations/design/contract.ts';
import type { Study } from '#simulations/study/shape.ts';
import type { Design } from './model.ts';

export type RawStudy = NonNullable<DesignFile['raw']>;

/** Around the middle of a drawing, for people that a file has no place for. */
const CIRCLE = 200;

/** What is drawn of a study. */
export function designOf({ network, demand }: Study): Design {
  const people = network.participants ?? [];
  return {
    people: people.map(({ name, x, y }, index) => ({
      name,
      ...(x === undefined || y === undefined ? placeAt(index, people.length) : { x, y }),
    })),
    lines: network.lines ?? [],
    payments: demand.list ?? [],
    precision: network.precision,
  };
}

/** The study with the drawing in it. Payments that are drawn by chance stay so until the first one is chosen. */
export function studyOf(design: Design, before: RawStudy | null): RawStudy {
  const raw = before ?? { study: 'network', clearing: 'on' };
  const {
    graph: _graph,
    format: _format,
    limits: _limits,
    ...network
  } = (raw.network ?? {}) as Record<string, unknown>;
  return {
    ...raw,
    network: {
      ...network,
      participants: design.people.map(({ name, x, y }) => ({ name, x, y })),
      lines: design.lines.map(({ from, to, limit, owed }) => ({ from, to, limit, ...(owed > 0 && { owed }) })),
    },
    ...demandOf(design, raw),
  };
}

function demandOf({ payments }: Design, { demand }: RawStudy): Record<string, unknown> {
  if (payments.length > 0) return { demand: { kind: 'list', list: payments.map((payment) => ({ ...payment })) } };
  // The last one was taken away: what was chosen before must not come back.
  return (demand as { kind?: unknown } | undefined)?.kind === 'list' ? { demand: { kind: 'uniform' } } : {};
}

function placeAt(index: number, count: number): { x: number; y: number } {
  const angle = (index / count) * 2 * Math.PI;
  return { x: Math.round(CIRCLE * Math.cos(angle)), y: Math.round(CIRCLE * Math.sin(angle)) };
}
