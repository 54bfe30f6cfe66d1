/** Networks from files. What a file is shows in its name, its first character, its head or its number of fields. */
import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { type CreditGraph, GraphBuilder } from './credit-graph.ts';
import { BadFile, type Line, linesOf, numberIn, shown } from './lines.ts';
import { type ClothColumns, clothColumns, isClothHead, readChannel } from './read-cloth.ts';
import { readDescribeGraph } from './read-describegraph.ts';
import { readGraphml } from './read-graphml.ts';
import { checkSize, type Reader } from './reader.ts';

/** The kinds of files. */
export const FORMATS = ['edges', 'gtna', 'bitcoin-alpha', 'cloth', 'describegraph', 'graphml'] as const;
export type Format = (typeof FORMATS)[number];

/** Those with one line of the network in a line of text, and nothing else. */
type TableFormat = 'edges' | 'gtna' | 'bitcoin-alpha';

/** Trust for one point of a rating, in units: who is rated 10 may owe 100. */
const UNITS_PER_POINT = 10;

/** Reads a network. Without a format it goes by what is in the file. Throws `BadFile`. */
export async function readGraph(path: string, format: Format | null, precision: number): Promise<CreditGraph> {
  const builder = new GraphBuilder(precision);
  const reader: Reader = { path, builder, scale: 10 ** precision };
  const known = format ?? (await formatOfFile(path));
  switch (known) {
    case 'describegraph':
      await readDescribeGraph(reader);
      break;
    case 'graphml':
      await readGraphml(reader);
      break;
    case null:
    case 'cloth':
    case 'edges':
    case 'gtna':
    case 'bitcoin-alpha':
      await readLines(reader, known);
      break;
  }
  return builder.build();
}

/** JSON and XML show in the name or in the first character; null for lines. Files that cannot be read are found later. */
async function formatOfFile(path: string): Promise<Format | null> {
  const named = new Map<string, Format>([
    ['.json', 'describegraph'],
    ['.graphml', 'graphml'],
    ['.xml', 'graphml'],
  ]).get(extname(path).toLowerCase());
  if (named !== undefined) return named;
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1_000), 0, 1_000, 0);
    const [first] = buffer
      .toString('utf8', 0, bytesRead)
      .replace(/^\uFEFF/, '')
      .trimStart();
    if (first === '{') return 'describegraph';
    return first === '<' ? 'graphml' : null;
  } catch {
    return null;
  }
}

async function readLines(reader: Reader, format: TableFormat | 'cloth' | null): Promise<void> {
  const { path } = reader;
  let known = format;
  let cloth: ClothColumns | null = null;
  let read = 0;
  let isHeadRead = false;
  for await (const line of linesOf(path)) {
    if (cloth !== null) {
      readChannel(reader, cloth, line);
    } else if (known === 'cloth' || (known === null && !isHeadRead && isClothHead(line))) {
      cloth = clothColumns(reader, line);
      continue;
    } else {
      if (read === 0 && isClassName(line, known)) continue;
      if (read === 0 && !isHeadRead && isHead(line)) {
        isHeadRead = true;
        continue;
      }
      known ??= formatOf(path, line);
      readLine(reader, known, line);
    }
    read++;
    checkSize(reader, line.number);
  }
  if (read === 0) throw new BadFile(path, null, 'has no line of a network in it');
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

function formatOf(path: string, { number, fields }: Line): TableFormat {
  const format = ({ 3: 'edges', 4: 'bitcoin-alpha', 5: 'gtna' } as const)[fields.length as 3 | 4 | 5];
  if (format !== undefined) return format;
  throw new BadFile(
    path,
    number,
    `has ${fields.length} fields: "src,dst,limit" has 3, "source,target,weight,timestamp" 4, "src dst low balance high" 5`,
  );
}

function readLine(reader: Reader, format: TableFormat, line: Line): void {
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
