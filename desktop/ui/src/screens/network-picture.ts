/** The map around this participant as a picture: who is where, in which colour, and which amounts are known. */
import type { Result } from '#node/api/contract.ts';
import { formatMoney, isZero, magnitude } from '../format.ts';
import type { Arrow, Dot, Picture, Tone } from '../graph/picture.ts';
import { RING, ringPlaces } from '../graph/rings.ts';
import { locale } from '../i18n.tsx';
import type { Known, Person } from '../state.ts';

type Neighbourhood = Result<'getNeighbourhood'>;

interface Looks {
  readonly chosen: string | null;
  /** Those who are looked for; nobody: all are shown alike. */
  readonly found: ReadonlySet<string>;
  readonly call: (person: Person) => string;
}

/** Draws it. Own accounts are labelled with what is owed. */
export function pictureOf({ people, lines }: Neighbourhood, { balance }: Known, looks: Looks): Picture {
  const places = ringPlaces(
    people.map(({ participant, hops }) => ({ id: participant.pid, hops })),
    lines.map(({ from, to }) => [from.pid, to.pid] as const),
  );
  const dots = people.map(({ participant, hops }): Dot => {
    const { x, y } = places.get(participant.pid) ?? { x: 0, y: 0 };
    return {
      ...{ id: participant.pid, label: looks.call(participant), x, y },
      size: hops === 0 ? 14 : hops === 1 ? 11 : 8,
      tone: toneOf(participant.pid, hops, looks),
    };
  });
  const self = people[0]?.participant.pid;
  const owed = new Map<string, string>();
  for (const { neighbour, equivalent, balance: amount } of balance.accounts) {
    if (!isZero(amount))
      owed.set(`${neighbour.pid} ${equivalent}`, formatMoney(magnitude(amount), equivalent, locale.value));
  }
  const labelled = new Set<string>();
  const arrows = lines.map(({ from, to, equivalent }): Arrow => {
    const isOwn = from.pid === self || to.pid === self;
    const account = `${from.pid === self ? to.pid : from.pid} ${equivalent}`;
    // An account with a line in each direction is told of once.
    const label = isOwn && !labelled.has(account) ? (owed.get(account) ?? '') : '';
    if (label !== '') labelled.add(account);
    return {
      ...{ id: `${from.pid} ${to.pid} ${equivalent}`, from: from.pid, to: to.pid, label },
      tone: isOwn ? 'self' : 'plain',
      size: isOwn ? 3 : 2,
    };
  });
  const around = (values: readonly number[]): [number, number] => {
    const most = Math.max(RING, ...values.map(Math.abs));
    return [-most, most];
  };
  const extent = { x: around(dots.map(({ x }) => x)), y: around(dots.map(({ y }) => y)) };
  return { extent, dots, arrows };
}

function toneOf(pid: string, hops: number, { chosen, found }: Looks): Tone {
  if (pid === chosen || found.has(pid)) return 'chosen';
  return hops === 0 ? 'self' : found.size > 0 ? 'faint' : 'plain';
}
