/** Which lines go first when there is no room for all (§6.3). */
import { expect, it } from 'vitest';
import type { SignedAnnouncement } from '#protocol/announcement.ts';
import { leastOfUse } from '#protocol/map-share.ts';
import { announced, numbered, numberedKey } from '#test/support/announcements.ts';
import { key, nameOf } from '#test/support/packets.ts';

function dropped(lines: readonly SignedAnnouncement[], most = lines.length): string[] {
  return leastOfUse(lines, key('A'), most).map(({ announcement: { from, to } }) => nameOf(from) + nameOf(to));
}

it('what no line leads to goes first, the latest of it before the rest; then what is farthest', () => {
  const lines = ['AB', 'XY', 'BC', 'CD', 'YZ'].map((names) => announced(names));
  expect(dropped(lines)).toEqual(['YZ', 'XY', 'CD', 'BC']);
  expect(dropped(lines, 1)).toEqual(['YZ']);
});

it('own lines never go, and lines count both ways', () => {
  expect(dropped([announced('BA'), announced('CB'), announced('AC')])).toEqual(['CB']);
});

it('what was taken off the map leads nowhere', () => {
  expect(dropped([announced('AB'), announced('BC', { active: false }), announced('CD')])).toEqual(['CD', 'BC']);
});

it('who has many lines divides its share among them', () => {
  // B has 1 line onward, C has 4: each of those has a quarter of what B's has.
  const lines = ['AB', 'AC', 'CE', 'CF', 'CG', 'CH', 'BD'].map((names) => announced(names));
  expect(dropped(lines)).toEqual(['CH', 'CG', 'CF', 'CE', 'BD']);
});

it('several ways to one add up', () => {
  const lines = ['AB', 'AC', 'BD', 'CD', 'BE', 'CF'].map((names) => announced(names));
  // D has a half of B and a half of C; E and F have one half each, and the lines to D are worth as much as D or B.
  expect(dropped(lines).slice(0, 2)).toEqual(['CF', 'BE']);
});

it('thousands of made-up participants behind one line lose to those who are known, however near they are', () => {
  const sybils = Array.from({ length: 2_000 }, (_, at) => numbered(at, { from: key('M'), to: numberedKey(at) }));
  // M is a neighbour; the honest ones are two steps farther away.
  const honest = ['AB', 'AM', 'BC', 'BD', 'CE', 'CF', 'DG', 'EH'].map((names) => announced(names));
  const gone = leastOfUse([...sybils, ...honest], key('A'), 2_000);
  expect(gone.every(({ announcement }) => announcement.from === key('M'))).toBe(true);
});
