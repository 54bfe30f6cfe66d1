import { expect, it } from 'vitest';
import { isLetGo, letGoOutcome } from '#node/let-go.ts';
import type { AbortedPosition } from '#protocol/position.ts';
import { refuse } from '#protocol/refusals.ts';
import { THEN_MS } from '#test/support/people.ts';
import { certificate, failed, letGo, prepared } from '#test/support/positions.ts';

function outcomeOf(position: AbortedPosition): string {
  return isLetGo(position) ? letGoOutcome(position) : 'not let go';
}

it('letting go is told from passing on that somebody downstream let go', () => {
  expect(isLetGo(prepared)).toBe(false);
  expect(outcomeOf({ ...failed, cause: refuse('let-go', {}) })).toBe('not let go');
  expect(outcomeOf(failed)).toBe('not let go');
});

it('letting go costs what has to be paid downstream all the same', () => {
  expect(outcomeOf(letGo(THEN_MS))).toBe('open');
  expect(outcomeOf(letGo(THEN_MS, { ownRisk: null }))).toBe('nothing');
  expect(outcomeOf(letGo(THEN_MS, { ownRisk: 'counted', certificate }))).toBe('cost');
});

it('a receiver that let go loses what its forgotten commit had promised', () => {
  expect(outcomeOf(letGo(THEN_MS, { position: 2, ownRisk: null }))).toBe('nothing');
  expect(outcomeOf(letGo(THEN_MS, { position: 2, ownRisk: null, certificate }))).toBe('cost');
});
