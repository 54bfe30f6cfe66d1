/** Reads study files: YAML of the shape in `shape.ts`, and every point of their grid in the same shape. */
import { readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import type { z } from 'zod';
import { gridShape, type Scalar, type Study, seedsOf, studyShape } from './shape.ts';

/** A study file that cannot be run; the message is for people. */
export class BadStudy extends Error {
  constructor(path: string, what: string) {
    super(`${path}: ${what}`);
    this.name = 'BadStudy';
  }
}

/** One combination of the values of a grid, with a seed. */
export interface Point {
  /** Its place: values of the grid in the order of the file, the last one changing first, and the seed before all. */
  readonly number: number;
  readonly seed: number;
  /** By dotted field. */
  readonly values: Readonly<Record<string, Scalar>>;
  readonly study: Study;
}

/** A study and all its points; what its grid changes stands in it as in the first of them. */
export interface StudyFile {
  readonly path: string;
  readonly text: string;
  readonly study: Study;
  readonly points: readonly Point[];
}

const MOST_POINTS = 1_000_000;
const MOST_BYTES = 64 * 1024 * 1024;

/** Reads a file. Throws `BadStudy`. */
export function readStudy(path: string): StudyFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new BadStudy(path, error instanceof Error ? error.message : String(error));
  }
  return parseStudy(path, text);
}

/** As `readStudy`, of a text. `path` is for messages. */
export function parseStudy(path: string, text: string): StudyFile {
  if (text.length > MOST_BYTES) throw new BadStudy(path, `has more than ${MOST_BYTES} characters`);
  let raw: unknown;
  try {
    raw = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    const where = error instanceof YAMLParseError ? `, line ${error.linePos?.[0].line ?? '?'}` : '';
    const what = error instanceof Error ? (error.message.split('\n', 1)[0] as string) : String(error);
    throw new BadStudy(`${path}${where}`, `is no YAML: ${what}`);
  }
  const filled = combinationsOf(path, raw).map((values) => {
    const told = Object.entries(values).map(([field, value]) => `${field}: ${value}`);
    const where = told.length === 0 ? '' : ` with ${told.join(', ')}`;
    return { values, study: checked(path, withValues(path, raw, values), where) };
  });
  const { study } = filled[0] as (typeof filled)[number];
  const [first, last] = seedsOf(study.seeds) as readonly [number, number];
  const count = filled.length * (last - first + 1);
  if (count > MOST_POINTS) throw tooMany(path, count);
  const points: Point[] = [];
  for (const one of filled) {
    for (let seed = first; seed <= last; seed++) points.push({ number: points.length, seed, ...one });
  }
  return { path, text, study, points };
}

function checked(path: string, raw: unknown, where: string): Study {
  const result = studyShape.safeParse(raw, { reportInput: true });
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `  ${problem(issue, raw)}`);
  throw new BadStudy(path, `cannot be run${where}:\n${[...new Set(problems)].join('\n')}`);
}

function tooMany(path: string, count: number): BadStudy {
  return new BadStudy(path, `has ${count} points: at most ${MOST_POINTS} are run, make the grid or the seeds fewer`);
}

/** Every combination of the values of the grid, the last field changing first; one without values when there is no grid. */
function combinationsOf(path: string, raw: unknown): Record<string, Scalar>[] {
  const grid = typeof raw === 'object' && raw !== null && 'grid' in raw ? raw.grid : {};
  const result = gridShape.safeParse(grid, { reportInput: true });
  if (!result.success) {
    const problems = result.error.issues.map(
      (issue) => `  ${problem({ ...issue, path: ['grid', ...issue.path] }, raw)}`,
    );
    throw new BadStudy(path, `cannot be run:\n${problems.join('\n')}`);
  }
  let combinations: Record<string, Scalar>[] = [{}];
  for (const [field, values] of Object.entries(result.data)) {
    if (combinations.length * values.length > MOST_POINTS) throw tooMany(path, combinations.length * values.length);
    combinations = combinations.flatMap((known) => values.map((value) => ({ ...known, [field]: value })));
  }
  return combinations;
}

const NOT_IN_A_GRID: ReadonlySet<string> = new Set(['study', 'about', 'seeds', 'grid']);

/** The same file with the values of a point in place of what it says. */
function withValues(path: string, raw: unknown, values: Readonly<Record<string, Scalar>>): unknown {
  if (Object.keys(values).length === 0) return raw;
  const copy = structuredClone(raw) as Record<string, unknown>;
  for (const [field, value] of Object.entries(values)) {
    const keys = field.split('.');
    if (NOT_IN_A_GRID.has(keys[0] as string) || keys.some((key) => key === '' || key === '__proto__'))
      throw new BadStudy(
        path,
        `cannot be run:\n  grid.${field}: is no field that a grid can change: write one as faults.loss`,
      );
    let at = copy;
    for (const key of keys.slice(0, -1)) {
      const inner = at[key];
      if (typeof inner !== 'object' || inner === null) at[key] = {};
      at = at[key] as Record<string, unknown>;
    }
    at[keys.at(-1) as string] = value;
  }
  return copy;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'fields with values',
  record: 'fields with values',
};

/** What is wrong in words: the field, what it is, what may stand there. */
function problem(issue: z.core.$ZodIssue, raw: unknown): string {
  const field = issue.path.length === 0 ? 'the file' : issue.path.map(String).join('.');
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key],
    raw,
  );
  const is = value === undefined ? 'is missing' : `is ${shown(value)}`;
  const { code } = issue;
  if (code === 'invalid_type') return `${field}: ${is}: write ${TYPES[issue.expected] ?? issue.expected}`;
  if (code === 'too_big') return `${field}: ${is}: write at most ${issue.maximum}${of(issue.origin)}`;
  if (code === 'too_small') {
    const least = issue.inclusive === false ? 'more than' : 'at least';
    return `${field}: ${is}: write ${least} ${issue.minimum}${of(issue.origin)}`;
  }
  if (code === 'invalid_value') return `${field}: ${is}: write one of ${issue.values.map(String).join(', ')}`;
  if (code === 'invalid_union') return `${field}: ${is}: write a text or a number`;
  return `${field}: ${issue.message}`;
}

function of(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' items' : '';
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
