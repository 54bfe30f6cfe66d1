/** The drawing of a design, and of the run of one. */
import type { Arrow, Dot, Extent, Picture, Tone } from '../graph/picture.ts';
import type { Design } from './model.ts';
import type { AccountRow, Kind, Run } from './run.ts';

interface Looks {
  readonly extent: Extent;
  readonly chosen: readonly (string | null)[];
  readonly format: (units: string) => string;
}

const PERSON_SIZE = 14;
const MESSAGE_SIZE = 9;
const NEAR = 0.2;
/** Colours alone tell not everybody something. */
const CROSS = '✕';

/** What is drawn, with limits. */
export function drawnPicture({ people, lines }: Design, { extent, chosen, format }: Looks): Picture {
  return {
    extent,
    dots: people.map(({ name, x, y }) => dot(name, { x, y }, chosen.includes(name) ? 'chosen' : 'self')),
    arrows: lines.map(({ from, to, limit }) => arrow(from, to, format(String(limit)), 'plain')),
  };
}

/** What runs: debts with limits, who is stopped, what is cut, and what is on its way. */
export function runPicture(run: Run, { people }: Design, kinds: ReadonlySet<Kind>, looks: Looks): Picture {
  const { extent, chosen } = looks;
  const places = new Map(people.map((person) => [person.name, person]));
  const dots = people.map(({ name, x, y }) =>
    run.isUp(name)
      ? dot(name, { x, y }, chosen.includes(name) ? 'chosen' : 'self')
      : { ...dot(name, { x, y }, 'bad'), label: `${CROSS} ${name}` },
  );
  const messages = run.flights(kinds).flatMap(({ entry, share }): Dot[] => {
    const [from, to] = [places.get(entry.from), places.get(entry.to)];
    if (from === undefined || to === undefined) return [];
    // Neither at its beginning nor at its end it covers somebody.
    const way = NEAR + (1 - 2 * NEAR) * share;
    const [x, y] = [from.x + (to.x - from.x) * way, from.y + (to.y - from.y) * way];
    const label = entry.what.toUpperCase() + (entry.amount === null ? '' : ` ${looks.format(entry.amount)}`);
    return [{ id: `message ${entry.id}`, label, x, y, size: MESSAGE_SIZE, tone: toneOf(entry.what), isMessage: true }];
  });
  return { extent, dots: [...dots, ...messages], arrows: run.accounts().flatMap((row) => arrowsOf(row, looks)) };
}

function arrowsOf(
  { from, to, limit, otherLimit, owed, kept, otherKept, isCut }: AccountRow,
  { format }: Looks,
): Arrow[] {
  const isOther = owed.startsWith('-');
  const tone = isCut ? 'bad' : 'plain';
  const label = (debt: string, most: string, aside: string): string =>
    `${isCut ? `${CROSS} ` : ''}${format(debt)} / ${format(most)}${aside === '0' ? '' : ` (+${format(aside)})`}`;
  const sides: [string, string, string, string, string][] = [
    [from, to, isOther ? '0' : owed, limit, kept],
    [to, from, isOther ? owed.slice(1) : '0', otherLimit, otherKept],
  ];
  return sides
    .filter(([, , debt, most, aside]) => most !== '0' || debt !== '0' || aside !== '0')
    .map(([one, other, debt, most, aside]) => arrow(one, other, label(debt, most, aside), tone));
}

function toneOf(what: string): Tone {
  if (what === 'commit' || what === 'ack') return 'good';
  return what === 'abort' || what === 'decline' || what === 'cancel' ? 'bad' : 'chosen';
}

function dot(name: string, { x, y }: { readonly x: number; readonly y: number }, tone: Tone): Dot {
  return { id: name, label: name, x, y, size: PERSON_SIZE, tone };
}

function arrow(from: string, to: string, label: string, tone: Tone): Arrow {
  return { id: JSON.stringify([from, to]), from, to, label, tone, size: 2 };
}
