/** Where the people around somebody are drawn: in the middle, and on a ring for each hop, near those who know them. */

export interface Around {
  readonly id: string;
  readonly hops: number;
}

/** Between two rings. */
export const RING = 100;
/** On one ring there are at least so many of its units between two people. */
const LEAST_GAP = 60;
const TURN = 2 * Math.PI;

/** A place for each, the middle at 0, 0. `links` joins the ids of who knows whom. */
export function ringPlaces(
  people: readonly Around[],
  links: readonly (readonly [string, string])[],
): ReadonlyMap<string, { readonly x: number; readonly y: number }> {
  const known = new Map<string, string[]>(people.map(({ id }) => [id, []]));
  for (const [one, other] of links) {
    known.get(one)?.push(other);
    known.get(other)?.push(one);
  }
  const angles = new Map<string, number>();
  const places = new Map<string, { x: number; y: number }>();
  let inside = 0;
  for (let hop = 0; places.size < people.length; hop++) {
    const ring = people.filter(({ hops }) => hops === hop).map(({ id }) => id);
    const wanted = new Map(ring.map((id) => [id, angleAmong(known.get(id) ?? [], angles)]));
    ring.sort((one, other) => (wanted.get(one) ?? 0) - (wanted.get(other) ?? 0));
    const radius = hop === 0 ? 0 : Math.max(inside + RING, (ring.length * LEAST_GAP) / TURN);
    const first = ring.length === 1 && hop > 1 ? (wanted.get(ring[0] as string) ?? 0) : 0;
    for (const [index, id] of ring.entries()) {
      const angle = first + (index / ring.length) * TURN;
      angles.set(id, angle);
      // From the right on, so that with few people lines lie flat and can be read.
      places.set(id, { x: radius * Math.cos(angle), y: radius * Math.sin(angle) });
    }
    if (ring.length > 0) inside = radius;
  }
  return places;
}

/** The middle of the angles of those who have a place. */
function angleAmong(known: readonly string[], angles: ReadonlyMap<string, number>): number {
  let [x, y] = [0, 0];
  for (const id of known) {
    const angle = angles.get(id);
    if (angle === undefined) continue;
    x += Math.cos(angle);
    y += Math.sin(angle);
  }
  const angle = Math.atan2(y, x);
  return angle < 0 ? angle + TURN : angle;
}
