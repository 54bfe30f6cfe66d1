import { expect, it } from 'vitest';
import { arriving } from '#simulations/study/demand.ts';

const PAYMENTS = 20_000;
const DEMANDS = Array.from({ length: PAYMENTS }, (_, amount) => ({ from: 0, to: 1, amount }));

it('payments arrive in their order, as many in a second as was asked for, at the same times for the same seed', () => {
  const arrived = arriving(DEMANDS, 10, 1);
  expect(arrived.map(({ amount }) => amount)).toEqual(DEMANDS.map(({ amount }) => amount));
  const times = arrived.map(({ atMs }) => atMs);
  expect(times).toEqual(times.toSorted((one, other) => one - other));
  expect((times.at(-1) as number) / 1_000 / (PAYMENTS / 10)).toBeCloseTo(1, 1);
  expect(arriving(DEMANDS, 10, 1)).toEqual(arrived);
  expect(arriving(DEMANDS, 10, 2)).not.toEqual(arrived);
});
