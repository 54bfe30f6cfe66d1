/** Own starts: none of them is ever taken for a twin, however long ago it was. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { earlierStarts, isStartOf, NO_STARTS, noteStarts, type Starts, withStart } from '#node/backup/starts.ts';
import { THEN_MS } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';

const start = (number: number) => ({ instance: number.toString(16).padStart(32, '0'), startedAtMs: THEN_MS + number });

function startedOften(times: number): Starts {
  let starts = NO_STARTS;
  for (let number = 0; number < times; number++) starts = withStart(starts, start(number));
  return starts;
}

it('every start is an own one, those that are no longer kept too; what is later is not', () => {
  const starts = startedOften(200);
  expect(starts.starts.length).toBeLessThan(200);
  for (let number = 0; number < 200; number++) expect(isStartOf(starts, start(number))).toBe(true);
  expect(isStartOf(starts, start(200))).toBe(false);
  expect(isStartOf(starts, { ...start(199), instance: 'ff'.repeat(16) })).toBe(false);
});

it('comes back from the file as it was', async () => {
  const folder = temporaryFolder();
  expect(earlierStarts(folder)).toBeNull();
  for (const starts of [NO_STARTS, startedOften(3), startedOften(200)]) {
    await noteStarts(folder, starts);
    expect(earlierStarts(folder)).toEqual(starts);
  }
});

it.each([
  ['of an earlier form', '{"version":1,"instances":["00000000000000000000000000000000"]}'],
  ['cut short', '{"version":1,"sta'],
])('a file %s: any start up to now may have been an own one', async (_what, text) => {
  const folder = temporaryFolder();
  await noteStarts(folder, startedOften(3));
  const file = join(folder, 'starts.json');
  expect(readFileSync(file, 'utf8')).toContain(start(2).instance);
  writeFileSync(file, text);
  const starts = withStart(earlierStarts(folder), start(9));
  expect(isStartOf(starts, start(2))).toBe(true);
  expect(isStartOf(starts, start(9))).toBe(true);
  expect(isStartOf(starts, start(10))).toBe(false);
});
