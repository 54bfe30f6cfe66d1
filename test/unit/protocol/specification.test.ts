/** protocol/README.md says what the code does: where both state the same fact, they are compared here. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { causeNumbers } from '#protocol/cause.ts';
import { decode } from '#protocol/codec.ts';
import { INVARIANTS } from '#protocol/invariants.ts';
import * as limits from '#protocol/limits.ts';
import { messageShape } from '#protocol/link.ts';

const specification = readFileSync('protocol/README.md', 'utf8');

/** Rows of the tables of one section, as their cells. */
function rows(section: string): readonly (readonly string[])[] {
  const from = specification.search(new RegExp(`^##+ ${section.replaceAll('.', '\\.')} `, 'm'));
  expect(from).toBeGreaterThan(0);
  const [, ...rest] = specification.slice(from).split('\n');
  const end = rest.findIndex((line) => line.startsWith('#'));
  return rest
    .slice(0, end < 0 ? undefined : end)
    .filter((line) => line.startsWith('| ') && !line.startsWith('|---'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .slice(1);
}

describe('sections', () => {
  const sections = new Set([...specification.matchAll(/^##+ (\d+(?:\.\d+)?) /gm)].map(([, number]) => number));

  it('stand in order, each once', () => {
    const numbers = [...specification.matchAll(/^##+ (\d+)(?:\.(\d+))? /gm)].map(
      ([, chapter, section = '0']) => 100 * Number(chapter) + Number(section),
    );
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    expect(sections.size).toBe(numbers.length);
  });

  it('exist where code, schema and specification cite them', () => {
    const files = globSync('{protocol,node,hub-indexer,simulations,test}/**/*.{ts,cddl,md}');
    const missing = files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/§ ?(\d+(?:\.\d+)*)(?![^\n]{0,12}of the design)/g)]
        // RFC sections are others' own.
        .filter(({ index, input }) => !/RFC \d+ $/.test(input.slice(0, index)))
        .filter(([, number]) => !sections.has(number))
        .map(([cited]) => `${file}: ${cited}`),
    );
    expect(missing).toEqual([]);
  });
});

it('names every limit with its value', () => {
  const stated = rows('10').map(([name, value]) => [name, Number(value)]);
  expect(Object.fromEntries(stated)).toEqual({ ...limits });
});

it('names every cause with its number', () => {
  const stated = rows('9.2').map(([number, code]) => [code, Number(number)]);
  expect(Object.fromEntries(stated)).toEqual(causeNumbers);
});

it('names every refusal', () => {
  const codes = [...readFileSync('protocol/refusals.ts', 'utf8').matchAll(/^ {2}'?([a-z-]+)'?: (?:\{|Facts0)/gm)];
  expect(codes.length).toBeGreaterThan(40);
  const chapter = specification.slice(specification.indexOf('\n## 9 '), specification.indexOf('\n## 10 '));
  const words = new Set(chapter.match(/[a-z-]+/g));
  expect(codes.map(([, code]) => code).filter((code) => code !== undefined && !words.has(code))).toEqual([]);
});

it('names every message with its number', () => {
  const refusal = decode(messageShape, Uint8Array.of(0x80), { maxBytes: 9, maxDepth: 9 });
  const stated = rows('7.2').map(([number, name]) => `${number} ${name}`);
  expect(refusal).toMatchObject({ limit: `one of the kinds ${stated.join(', ')}` });
});

it('names every domain of a signature', () => {
  const domains = [...readFileSync('protocol/signature.ts', 'utf8').matchAll(/'(geo\/1\/[a-z-]+)'/g)];
  expect(rows('1.2').map(([domain]) => domain)).toEqual(domains.map(([, domain]) => `\`${domain}\``));
});

it('names every invariant', () => {
  expect(rows('14').map(([id]) => id)).toEqual(Object.keys(INVARIANTS));
});

it('links only to files that exist', () => {
  const tree = new Set(globSync('{protocol,test/vectors}/**').map((path) => path.replaceAll('\\', '/')));
  for (const [, target = ''] of specification.matchAll(/\]\((?!http)([^)#]+)\)/g)) {
    const path = target.startsWith('../') ? target.slice(3) : `protocol/${target}`;
    expect(tree.has(path) ? null : path).toBeNull();
  }
});
