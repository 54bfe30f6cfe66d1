/** The payer's choice of a route (§6.4). A pays; its own accounts are the first hops, the map gives the others. */
import { expect, it } from 'vitest';
import { chooseRoute } from '#protocol/route.ts';
import { announced } from '#test/support/announcements.ts';
import { type Machine, machineWith } from '#test/support/machine.ts';
import { key, nameOf, UAH } from '#test/support/packets.ts';

/** A, trusted by some and trusting others, with a map of lines such as `CB`: C trusts B. */
function payer(lines: { trusts?: string; trustedBy?: string }, ...map: string[]): Machine {
  const machine = machineWith('A', lines);
  for (const pair of map) machine.feed({ type: 'gossip', signed: announced(pair) });
  return machine;
}

function route(machine: Machine, to: string, refused: readonly string[] = [], equivalent = UAH): string | null {
  const hops = refused.map((pair) => {
    const [from, next] = [...pair].map(key) as [ReturnType<typeof key>, ReturnType<typeof key>];
    return { from, to: next, refusal: { kind: 'refusal', code: 'expired' } as const };
  });
  return chooseRoute(machine.records, key(to), equivalent, hops)?.map(nameOf).join('') ?? null;
}

it('to a neighbour, without a map', () => {
  expect(route(payer({ trustedBy: 'B' }), 'B')).toBe('AB');
});

it('along the lines: each trusts the one before it', () => {
  expect(route(payer({ trustedBy: 'B' }, 'CB', 'DC'), 'D')).toBe('ABCD');
});

it('none to one who is not on the map, nor in another equivalent', () => {
  const machine = payer({ trustedBy: 'B' }, 'CB');
  expect(route(machine, 'D')).toBeNull();
  expect(route(machine, 'C', [], 'hour')).toBeNull();
});

it('own lines on the map do not stand for accounts', () => {
  expect(route(payer({}, 'BA', 'CB'), 'C')).toBeNull();
});

it('the shortest', () => {
  const map = ['CB', 'DC', 'ED', 'DB'];
  expect(route(payer({ trustedBy: 'B' }, ...map), 'E')).toBe('ABDE');
});

it('a line is usable both ways: against trust it pays back', () => {
  expect(route(payer({ trustedBy: 'B' }, 'BC'), 'C')).toBe('ABC');
  expect(route(payer({ trusts: 'B' }), 'B')).toBe('AB');
});

it('of equal length the one with fewest hops against trust', () => {
  // Over B everything is credit; over C the last hop pays back. In either order of hearing of it.
  for (const map of [
    ['DB', 'CD'],
    ['CD', 'DB'],
  ]) {
    expect(route(payer({ trustedBy: 'BC' }, ...map), 'D')).toBe('ABD');
    expect(route(payer({ trustedBy: 'CB' }, ...map), 'D')).toBe('ABD');
  }
  // The own first hop counts as well.
  expect(route(payer({ trusts: 'C', trustedBy: 'B' }, 'DB', 'DC'), 'D')).toBe('ABD');
  expect(route(payer({ trusts: 'B', trustedBy: 'C' }, 'DB', 'DC'), 'D')).toBe('ACD');
});

it('length counts before credit', () => {
  expect(route(payer({ trustedBy: 'B' }, 'BD', 'CB', 'DC'), 'D')).toBe('ABD');
});

it('a line both ways is credit', () => {
  expect(route(payer({ trustedBy: 'BC' }, 'DB', 'BD', 'CD'), 'D')).toBe('ABD');
  expect(route(payer({ trustedBy: 'CB' }, 'DB', 'BD', 'CD'), 'D')).toBe('ABD');
});

it('avoids hops that refused, in their direction only', () => {
  const machine = payer({ trustedBy: 'BC' }, 'DB', 'DC', 'ED');
  const first = route(machine, 'E');
  expect(first).toMatch(/^A[BC]DE$/);
  expect(route(machine, 'E', ['BD'])).toBe('ACDE');
  expect(route(machine, 'E', ['AC'])).toBe('ABDE');
  expect(route(machine, 'E', ['BD', 'CD'])).toBeNull();
  expect(route(machine, 'E', ['DE'])).toBeNull();
  expect(route(machine, 'E', ['ED', 'DB', 'DC', 'BA', 'CA'])).toBe(first);
  expect(route(machine, 'E', ['BD', 'BA', 'BE'])).toBe('ACDE');
});

it('has at most six hops', () => {
  const machine = payer({ trustedBy: 'B' }, 'CB', 'DC', 'ED', 'FE', 'GF', 'HG');
  expect(route(machine, 'G')).toBe('ABCDEFG');
  expect(route(machine, 'H')).toBeNull();
});

it('goes through nobody twice, and not through the payer', () => {
  const machine = payer({ trustedBy: 'B' }, 'AB', 'BA', 'CA', 'CB', 'BC', 'DC');
  expect(route(machine, 'D')).toBe('ABCD');
  expect(route(machine, 'A')).toBeNull();
});

it('what is withdrawn is not used', () => {
  const machine = payer({ trustedBy: 'B' }, 'CB');
  machine.feed({ type: 'gossip', signed: announced('CB', { seq: Date.UTC(2030), active: false }, 'C') });
  expect(route(machine, 'C')).toBeNull();
});
