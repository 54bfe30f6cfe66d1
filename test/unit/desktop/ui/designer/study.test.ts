import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { withoutPayment, withPlace } from '#desktop/ui/src/designer/model.ts';
import { designOf, type RawStudy, studyOf } from '#desktop/ui/src/designer/study.ts';
import { parseStudy } from '#simulations/study/file.ts';

const DRAWN = readFileSync(join(import.meta.dirname, '../../../../../simulations/studies/drawn.yaml'), 'utf8');
const read = (text: string) => parseStudy('x.yaml', text).study;
/** A study as it comes back from a file. */
const again = (raw: RawStudy) => read(stringify(raw));

it('a study that is opened and saved is the same', () => {
  const raw = parse(DRAWN) as RawStudy;
  expect(studyOf(designOf(read(DRAWN)), raw)).toEqual(raw);
});

it('what the drawing does not show stays', () => {
  const raw = {
    ...(parse(DRAWN) as RawStudy),
    latency: 'constant:7',
    faults: { loss: 0.1 },
    grid: { jitterMs: [0, 1] },
  };
  const moved = studyOf(withPlace(designOf(again(raw)), 'Anna', { x: -5, y: 5 }), raw);
  expect(moved).toMatchObject({ latency: 'constant:7', faults: { loss: 0.1 }, grid: { jitterMs: [0, 1] } });
  expect(again(moved).network.participants?.[0]).toEqual({ name: 'Anna', x: -5, y: 5 });
});

it('a new one can be run, with payments by chance until some are chosen', () => {
  const design = { ...designOf(read(DRAWN)), payments: [] };
  const raw = studyOf(design, null);
  expect(again(raw)).toMatchObject({ clearing: 'on', demand: { kind: 'uniform' } });
  const payments = [{ at: 0, from: 'Anna', to: 'Boris', amount: 1 }];
  expect(again(studyOf({ ...design, payments }, raw)).demand).toMatchObject({ kind: 'list', list: payments });
});

it('payments that were taken away do not come back', () => {
  let design = designOf(read(DRAWN));
  while (design.payments.length > 0) design = withoutPayment(design, 0);
  expect(again(studyOf(design, parse(DRAWN) as RawStudy)).demand).toMatchObject({ kind: 'uniform' });
});

it('people without a place get one each', () => {
  const design = designOf(
    read(
      'study: x\nnetwork: { participants: [{ name: A }, { name: B }, { name: C }], lines: [{ from: A, to: B, limit: 1 }] }\n',
    ),
  );
  expect(new Set(design.people.map(({ x, y }) => `${x} ${y}`)).size).toBe(3);
});
