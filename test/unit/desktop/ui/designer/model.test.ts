import { describe, expect, it } from 'vitest';
import {
  type Design,
  EMPTY,
  freeName,
  unitsOf,
  withLine,
  withName,
  withoutLine,
  withoutPayment,
  withoutPerson,
  withPayment,
  withPerson,
  withPlace,
} from '#desktop/ui/src/designer/model.ts';

const made = (design: Design | string): Design => {
  if (typeof design === 'string') throw new Error(design);
  return design;
};
const person = (name: string) => ({ name, x: 0, y: 0 });
const THREE: Design = {
  ...EMPTY,
  people: ['Anna', 'Boris', 'Carol'].map(person),
  lines: [
    { from: 'Anna', to: 'Boris', limit: 5, owed: 1 },
    { from: 'Boris', to: 'Carol', limit: 7, owed: 0 },
  ],
  payments: [{ at: 1, from: 'Carol', to: 'Anna', amount: 2 }],
};

describe('people', () => {
  it('are added under names that differ', () => {
    expect(made(withPerson(THREE, person('  Dora '))).people.at(-1)).toEqual(person('Dora'));
    expect(withPerson(THREE, person('Anna'))).toBe('name-taken');
    expect(withPerson(THREE, person('  '))).toBe('name-empty');
    expect(withPerson(THREE, person('x'.repeat(65)))).toBe('name-long');
    const many = { ...EMPTY, people: Array.from({ length: 200 }, (_, index) => person(String(index))) };
    expect(withPerson(many, person('one more'))).toBe('too-many');
  });

  it('get the first name that is free', () => {
    expect(freeName(THREE, ['Anna', 'Dora'])).toBe('Dora');
    expect(freeName(THREE, ['Anna', 'Boris'])).toBe('Anna 2');
  });

  it('are called anew wherever they are named', () => {
    const renamed = made(withName(THREE, 'Boris', 'Bob'));
    expect(renamed.people.map(({ name }) => name)).toEqual(['Anna', 'Bob', 'Carol']);
    expect(renamed.lines.map(({ from, to }) => [from, to])).toEqual([
      ['Anna', 'Bob'],
      ['Bob', 'Carol'],
    ]);
    expect(made(withName(THREE, 'Carol', 'Zoe')).payments).toMatchObject([{ from: 'Zoe' }]);
    expect(withName(THREE, 'Boris', 'Carol')).toBe('name-taken');
    expect(withName(THREE, 'Boris', 'Boris')).toBe(THREE);
  });

  it('stand where they were put, and go with all that names them', () => {
    expect(withPlace(THREE, 'Boris', { x: 1.6, y: -2.2 }).people[1]).toEqual({ name: 'Boris', x: 2, y: -2 });
    const fewer = withoutPerson(THREE, 'Carol');
    expect([fewer.people.length, fewer.lines, fewer.payments]).toEqual([2, [THREE.lines[0]], []]);
  });
});

describe('lines and payments', () => {
  it('are between two different people, with amounts that can be held exactly', () => {
    const line = { from: 'Carol', to: 'Anna', limit: 1, owed: 0 };
    expect(made(withLine(THREE, line)).lines).toHaveLength(3);
    expect(withLine(THREE, { ...line, to: 'Carol' })).toBe('two-people');
    expect(withLine(THREE, { ...line, to: 'Nobody' })).toBe('two-people');
    for (const limit of [-1, 0.001, Number.NaN, 5e10]) expect(withLine(THREE, { ...line, limit })).toBe('amount');
    expect(withLine(THREE, { ...line, owed: -1 })).toBe('amount');
    expect(made(withLine({ ...THREE, precision: 3 }, { ...line, limit: 0.001 })).lines).toHaveLength(3);
  });

  it('are drawn anew where there is one, and taken away', () => {
    const anew = made(withLine(THREE, { from: 'Anna', to: 'Boris', limit: 9, owed: 0 }));
    expect(anew.lines[0]).toEqual({ from: 'Anna', to: 'Boris', limit: 9, owed: 0 });
    expect(withoutLine(THREE, 'Boris', 'Anna').lines).toHaveLength(2);
    expect(withoutLine(THREE, 'Anna', 'Boris').lines).toHaveLength(1);
  });

  it('are paid in the order of their times', () => {
    const more = made(withPayment(THREE, { at: 0.5, from: 'Anna', to: 'Boris', amount: 1 }));
    expect(more.payments.map(({ at }) => at)).toEqual([0.5, 1]);
    expect(withPayment(THREE, { at: 0, from: 'Anna', to: 'Boris', amount: 0 })).toBe('amount');
    expect(withPayment(THREE, { at: 0, from: 'Anna', to: 'Anna', amount: 1 })).toBe('two-people');
    expect(withoutPayment(more, 0).payments).toEqual(THREE.payments);
  });
});

describe('a number that was typed', () => {
  it.each([
    ['5', 5],
    ['12.50', 12.5],
    ['12,5', 12.5],
    ['1 000', 1_000],
    ['0', 0],
    ['40000000000', 40_000_000_000],
  ])('%j is %d', (text, units) => expect(unitsOf(text, 2)).toBe(units));

  it.each(['', '-1', '+5', '1e3', '0x10', '1,234', '1.005', '5.', '.5', 'NaN', '40000000001', '٥', '1.2.3'])(
    '%j is none',
    (text) => expect(unitsOf(text, 2)).toBeNull(),
  );
});
