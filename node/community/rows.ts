/**
 * The file of a community: who lets whom owe how much, and who pays whom, one row each, carried out in order.
 *
 *     trust,FROM,TO,EQUIVALENT,LIMIT            FROM lets TO owe up to LIMIT; a later row changes the limit
 *     pay,FROM,TO,EQUIVALENT,AMOUNT[,ID[,GROUP]]
 *
 * Rows with one ID are one payment, which happens once. Rows with one GROUP start together at the place of the first of
 * them, wherever the others stand. A first row of headings, empty lines and lines that begin with `#` are skipped.
 */
import { CsvError, parse } from 'csv-parse/sync';
import { formatAmount, parseAmount, parseLimit } from '#protocol/amount.ts';
import { MAX_PRECISION, parseEquivalent } from '#protocol/equivalent.ts';
import { excerpt } from '#protocol/excerpt.ts';
import { parseName } from '#protocol/name.ts';
import { isRefusal, type Refusal } from '#protocol/refusals.ts';
import { MAX_ID_CHARACTERS } from '../api/contract.ts';

/** `from` lets `to` owe up to `limit`. */
export interface TrustRow {
  readonly kind: 'trust';
  readonly line: number;
  readonly from: string;
  readonly to: string;
  readonly equivalent: string;
  readonly limit: bigint;
}

export interface PayRow {
  readonly kind: 'pay';
  readonly line: number;
  readonly from: string;
  readonly to: string;
  readonly equivalent: string;
  readonly amount: bigint;
  readonly id: string | null;
  readonly group: string | null;
}

export type Row = TrustRow | PayRow;

/** What is done at one time: one trust row, or payments that start together. */
export type Step =
  | TrustRow
  | { readonly kind: 'payments'; readonly group: string | null; readonly rows: readonly PayRow[] };

export interface Community {
  /** In the order in which the file names them. */
  readonly participants: readonly string[];
  readonly rows: readonly Row[];
  /** Decimals with which amounts of each equivalent are shown and can be entered: as many as the file uses, at least 2. */
  readonly precisions: ReadonlyMap<string, number>;
}

/** What is wrong with a row, and what would be right. */
export interface BadRow {
  readonly line: number;
  readonly what: string;
}

/** The first row of a file may be headings such as `kind,from,to,equivalent,amount,id,group`. */
const HEADING_KINDS = ['kind', 'type', 'row'];

const ROW_FORMS = {
  trust: 'trust,FROM,TO,EQUIVALENT,LIMIT',
  pay: 'pay,FROM,TO,EQUIVALENT,AMOUNT[,ID[,GROUP]]',
} as const;

const USUAL_PRECISION = 2;

/** Reads a community file; all that is wrong with it, if anything is. */
export function readCommunity(bytes: Uint8Array): Community | readonly BadRow[] {
  const records = readRecords(bytes);
  if ('what' in records) return [records];
  const rows: Row[] = [];
  const bad: BadRow[] = [];
  const payments = new Map<string, PayRow>();
  for (const [index, { record, info }] of records.entries()) {
    if (index === 0 && isHeading(record)) continue;
    const row = readRow(record, info.lines);
    if ('what' in row) bad.push(row);
    else {
      const clash = row.kind === 'pay' ? clashOf(row, payments) : null;
      if (clash === null) rows.push(row);
      else bad.push(clash);
    }
  }
  if (bad.length > 0) return bad;
  if (rows.length === 0) return [{ line: 1, what: `there is no row in it; rows look like ${forms()}` }];
  return {
    participants: [...new Set(rows.flatMap(({ from, to }) => [from, to]))],
    rows,
    precisions: precisionsOf(rows),
  };
}

/** The rows as they are carried out: in order, those of one group together at the place of the first. */
export function stepsOf(rows: readonly Row[]): readonly Step[] {
  const steps: Step[] = [];
  const groups = new Set<string>();
  for (const row of rows) {
    if (row.kind === 'trust') steps.push(row);
    else if (row.group === null) steps.push({ kind: 'payments', group: null, rows: [row] });
    else if (!groups.has(row.group)) {
      groups.add(row.group);
      const together = rows.filter((other) => other.kind === 'pay' && other.group === row.group);
      steps.push({ kind: 'payments', group: row.group, rows: together as readonly PayRow[] });
    }
  }
  return steps;
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function readRecords(bytes: Uint8Array): readonly CsvRecord[] | BadRow {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { line: 1, what: 'the file is not text in UTF-8; save it as “CSV UTF-8”' };
  }
  try {
    return parse(text, {
      bom: true,
      info: true,
      trim: true,
      comment: '#',
      // A name may hold the sign.
      comment_no_infix: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
    }) as unknown as readonly CsvRecord[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === 'number' ? error.lines : 1;
    return { line, what: 'its quotes do not fit; write "Anna ""A"" Bondar" for a name with quotes in it' };
  }
}

/** Headings, never a row with a mistake: those words stand where a row has its kind or its names, and no amount does. */
function isHeading([kind = '', from = '', to = '', , amount = '']: readonly string[]): boolean {
  const named = from.toLowerCase() === 'from' && to.toLowerCase() === 'to';
  return (named || HEADING_KINDS.includes(kind.toLowerCase())) && !/\d/.test(amount);
}

function forms(): string {
  return Object.values(ROW_FORMS)
    .map((form) => `“${form}”`)
    .join(' or ');
}

function readRow(record: readonly string[], line: number): Row | BadRow {
  const bad = (what: string): BadRow => ({ line, what });
  const kind = (record[0] ?? '').toLowerCase();
  if (kind !== 'trust' && kind !== 'pay')
    return bad(`“${excerpt(record[0] ?? '')}” is no kind of row; write ${forms()}`);
  // Spreadsheets give every row as many fields as the longest has.
  const fields = record.slice(0, record.findLastIndex((field) => field !== '') + 1);
  const most = kind === 'trust' ? 5 : 7;
  if (fields.length < 5 || fields.length > most) {
    return bad(`it has ${fields.length} fields; write it as “${ROW_FORMS[kind]}”`);
  }
  const [, fromText = '', toText = '', equivalentText = '', amountText = '', id = '', group = ''] = fields;
  const from = parseName(fromText);
  if (isRefusal(from)) return bad(wrong('FROM', from));
  const to = parseName(toText);
  if (isRefusal(to)) return bad(wrong('TO', to));
  const equivalent = parseEquivalent(equivalentText);
  if (isRefusal(equivalent)) return bad(wrong('EQUIVALENT', equivalent));
  if (from === to) return bad(`FROM and TO are both ${from}; they are two different people`);
  if (kind === 'trust') {
    const limit = parseLimit(amountText, MAX_PRECISION);
    return isRefusal(limit) ? bad(wrong('LIMIT', limit)) : { kind, line, from, to, equivalent, limit };
  }
  const amount = parseAmount(amountText, MAX_PRECISION);
  if (isRefusal(amount)) return bad(wrong('AMOUNT', amount));
  if (id.length > MAX_ID_CHARACTERS) {
    return bad(`the ID has ${id.length} characters; it may have ${MAX_ID_CHARACTERS} at most`);
  }
  return { kind, line, from, to, equivalent, amount, id: id || null, group: group || null };
}

function wrong(field: string, { input, why, limit }: Refusal<'bad-name' | 'bad-equivalent' | 'bad-amount'>): string {
  return `${field} “${input}” cannot be used: ${why}. It should be ${limit}`;
}

/** One ID is one payment: its rows say the same. Remembers the row otherwise. */
function clashOf(row: PayRow, payments: Map<string, PayRow>): BadRow | null {
  if (row.id === null) return null;
  const first = payments.get(row.id);
  if (first === undefined) {
    payments.set(row.id, row);
    return null;
  }
  const { from, to, equivalent, amount } = first;
  if (row.from === from && row.to === to && row.equivalent === equivalent && row.amount === amount) return null;
  const before = `${from} pays ${to} ${formatAmount(amount)} ${equivalent}`;
  const what = `the ID “${excerpt(row.id)}” is that of line ${first.line}, “${before}”; one ID is one payment, so give this one another`;
  return { line: row.line, what };
}

function precisionsOf(rows: readonly Row[]): ReadonlyMap<string, number> {
  const precisions = new Map<string, number>();
  for (const row of rows) {
    const decimals = formatAmount(row.kind === 'trust' ? row.limit : row.amount).split('.')[1]?.length ?? 0;
    precisions.set(row.equivalent, Math.max(decimals, precisions.get(row.equivalent) ?? USUAL_PRECISION));
  }
  return precisions;
}
