import { expect, it } from 'vitest';
import { CounterMemory } from '#protocol/delegation/counter-memory.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_HOP_ESTIMATES, MAX_QUESTIONS_REMEMBERED } from '#protocol/limits.ts';
import { unknownHop } from '#protocol/routing/estimate.ts';
import { Knowledge } from '#protocol/routing/knowledge.ts';

const keyOf = (number: number): PublicKey => number.toString(16).padStart(64, '0') as PublicKey;

it.each([1, 1 / 8])('remembers the latest, up to a share of %d of what a node does', (share) => {
  const knowledge = new Knowledge(new CounterMemory(), share);
  for (let at = 0; at <= MAX_HOP_ESTIMATES; at++) knowledge.learn(unknownHop(keyOf(at), keyOf(at + 1), 'UAH'));
  const known = [...knowledge.hops('UAH')];
  expect(known).toHaveLength(MAX_HOP_ESTIMATES * share);
  expect(known.at(-1)?.from).toBe(keyOf(MAX_HOP_ESTIMATES));
  for (let at = 0; at <= MAX_QUESTIONS_REMEMBERED; at++) knowledge.learn({ type: 'seen-question', id: String(at) });
  const seen = Array.from({ length: MAX_QUESTIONS_REMEMBERED + 1 }, (_, at) => knowledge.hasSeen(String(at)));
  expect(seen.filter((has) => has)).toHaveLength(MAX_QUESTIONS_REMEMBERED * share);
  expect(seen.at(-1)).toBe(true);
});

it('remembers as many hops as it is told', () => {
  const knowledge = new Knowledge(undefined, 1 / 8, 3);
  for (let at = 0; at < 5; at++) knowledge.learn(unknownHop(keyOf(at), keyOf(at + 1), 'UAH'));
  expect([...knowledge.hops('UAH')].map(({ from }) => from)).toEqual([2, 3, 4].map(keyOf));
});
