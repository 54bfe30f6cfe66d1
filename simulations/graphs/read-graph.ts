/** Networks from files: edge lists, GTNA credit links, ratings of bitcoin-alpha. All are read as streams. */
import { type CreditGraph, GraphBuilder } from './credit-graph.ts';
import { BadFile, type Line, linesOf, numberIn, shown } from './lines.ts';

/** The kinds of files. */
export const FORMATS = ['edges', 'gtna', 'bitcoin-alpha'] as const;
export type Format = (typeof FORMATS)[number];

/** Trust for one point of a rating, in units: who is rated 10 may owe 100. */
const UNITS_PER_POINT = 10;

interface Reader {
  readonly path: string;
  readonly builder: GraphBuilder;
  /** Steps in a unit. */
  readonly scale: number;
}

/** Reads a network. Without a format it goes by how many fields the first line with numbers has: 3, 4 or 5. Throws `BadFile`. */
export async function readGraph(path: string, format: Format | null, precision: number): Promise<CreditGraph> {
  const builder = new GraphBuilder(precision);
  const reader: Reader = { path, builder, scale: 10 ** precision };
  let known = format;
  let read = 0;
  let isHeadRead = false;
  for await (const line of linesOf(path)) {
    if (read === 0 && isClassName(line, known)) continue;
    if (read === 0 && !isHeadRead && isHead(line)) {
      isHeadRead = true;
      continue;
    }
    known ??= formatOf(path, line);
    read++;
    readLine(reader, known, line);
  }
  if (read === 0) throw new BadFile(path, null, 'has no line of a network in it');
  return builder.build();
}

/** GTNA writes the names of a class and of a property before the links. */
function isClassName({ fields }: Line, format: Format | null): boolean {
  return fields.length === 1 && (format === null || format === 'gtna');
}

/** The head of a table: no numbers where the others have them. */
function isHead({ fields }: Line): boolean {
  return (
    fields.length >= 3 && fields.slice(2).every((field) => numberIn(field) === null && /^[A-Za-z_ ]+$/.test(field))
  );
}

function formatOf(path: string, { number, fields }: Line): Format {
  const format = ({ 3: 'edges', 4: 'bitcoin-alpha', 5: 'gtna' } as const)[fields.length as 3 | 4 | 5];
  if (format !== undefined) return format;
  throw new BadFile(
    path,
    number,
    `has ${fields.length} fields: "src,dst,limit" has 3, "source,target,weight,timestamp" 4, "src dst low balance high" 5`,
  );
}

function readLine(reader: Reader, format: Format, line: Line): void {
  switch (format) {
    case 'edges':
      readEdge(reader, line);
      return;
    case 'gtna':
      readCreditLink(reader, line);
      return;
    case 'bitcoin-alpha':
      readRating(reader, line);
      return;
  }
}

/** The fields of a line, if there are as many as there should be and the first two are names. */
function wanted(reader: Reader, { number, fields }: Line, form: string, count: number): readonly [string, string] {
  const [source, target] = fields;
  if (fields.length !== count) {
    throw new BadFile(reader.path, number, `has ${fields.length} fields, not ${count}: write ${form}`);
  }
  if (source === undefined || target === undefined || source === '' || target === '') {
    throw new BadFile(reader.path, number, `names nobody: write ${form}`);
  }
  return [source, target];
}

function numeric(reader: Reader, { number, fields }: Line, at: number, what: string): number {
  const value = numberIn(fields[at]);
  if (value === null) throw new BadFile(reader.path, number, `the ${what} is ${shown(fields[at])}: write a number`);
  return value;
}

/** `src,dst,limit`: src lets dst owe up to limit, so dst can pay src. */
function readEdge(reader: Reader, line: Line): void {
  const [source, target] = wanted(reader, line, 'src,dst,limit', 3);
  const limit = numeric(reader, line, 2, 'limit');
  if (limit < 0) throw new BadFile(reader.path, line.number, `the limit is ${limit}: a limit is 0 or more`);
  const { builder, scale } = reader;
  builder.line(builder.node(source), builder.node(target), Math.round(limit * scale));
}

/**
 * `src dst low balance high`: src owes dst the balance, which a payment of src to dst raises; it stays between low and
 * high. So dst trusts src up to high, and src trusts dst up to −low. A low above 0 or a high below 0 means debt that is
 * never paid back: it is left out, which changes nothing of what can be paid.
 */
function readCreditLink(reader: Reader, line: Line): void {
  const [source, target] = wanted(reader, line, 'src dst low balance high', 5);
  const low = numeric(reader, line, 2, 'low end');
  const balance = numeric(reader, line, 3, 'balance');
  const high = numeric(reader, line, 4, 'high end');
  if (low > high) throw new BadFile(reader.path, line.number, `low ${low} is more than high ${high}`);
  const fixed = low > 0 ? low : Math.min(0, high);
  const { builder, scale } = reader;
  const inSteps = (amount: number) => Math.round((amount - fixed) * scale);
  builder.account(
    builder.node(source),
    builder.node(target),
    Math.max(0, -inSteps(low)),
    Math.max(0, inSteps(high)),
    inSteps(balance),
  );
}

/** `source,target,weight,timestamp`: a rating above 0 is a line source→target of 10 units a point; others are no trust. */
function readRating(reader: Reader, line: Line): void {
  const [source, target] = wanted(reader, line, 'source,target,weight,timestamp', 4);
  const weight = numeric(reader, line, 2, 'weight');
  numeric(reader, line, 3, 'timestamp');
  const { builder, scale } = reader;
  if (weight > 0)
    builder.line(builder.node(source), builder.node(target), Math.round(weight * UNITS_PER_POINT * scale));
}
