/** What people type, checked before the node is asked. The node checks again, with its own settings. */
import { createReadStream } from 'node:fs';
import { parseAmount, parseLimit } from '#protocol/amount.ts';
import { MAX_PRECISION, parseEquivalent } from '#protocol/equivalent.ts';
import { excerpt } from '#protocol/excerpt.ts';
import { MAX_TIME_MS } from '#protocol/limits.ts';
import { isRefusal, type Refusal, refuse } from '#protocol/refusals.ts';
import { EXIT } from './exit-codes.ts';
import { Stop, typed, usage } from './problem.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const TIME_LIMIT = 'a time from now such as 90m, 12h, 30d or 2w, or a date such as 2031-12-31 or 2031-12-31T18:00';

/** As long as the node takes it: a contact card is the longest way to name someone. */
const MAX_WHO_CHARACTERS = 8_192;

/** Somebody: alias, PID, key or link. Who that is only the node knows. */
export function whoText(text: string): string {
  if (text.trim() === '') throw usage('Nobody is named. Give an alias, a PID, a public key or a contact card.');
  if (text.length <= MAX_WHO_CHARACTERS) return text;
  throw usage(`Nobody can be named with ${text.length} characters; a contact card has at most ${MAX_WHO_CHARACTERS}.`);
}

/** Here the settings of the node are not known: it may allow fewer decimals than there can be at all. */
function forAnySettings(parsed: bigint | Refusal<'bad-amount'>): bigint | Refusal<'bad-amount'> {
  if (!isRefusal(parsed)) return parsed;
  const limit = parsed.limit.replace(/at most \d decimals/, 'with the decimals that the settings allow (else 2)');
  return { ...parsed, limit };
}

/** An amount above 0, as it was typed. */
export function amountText(text: string): string {
  typed(forAnySettings(parseAmount(text, MAX_PRECISION)));
  return text;
}

/** A limit: an amount of 0 or more, as it was typed. */
export function limitText(text: string): string {
  typed(forAnySettings(parseLimit(text, MAX_PRECISION)));
  return text;
}

export function equivalentText(text: string): string {
  return typed(parseEquivalent(text));
}

/** `UAH=100` */
export function moneyText(text: string): { equivalent: string; amount: string } {
  const at = text.indexOf('=');
  if (at < 0) throw usage(`“${excerpt(text)}” is not an amount of an equivalent. Write it as UAH=100.`);
  return { equivalent: equivalentText(text.slice(0, at)), amount: amountText(text.slice(at + 1)) };
}

/** A time in the future: a span from now, or a date in local time. */
export function futureTime(text: string, nowMs: number): number {
  const span = /^([1-9]\d{0,8})([smhdw])$/.exec(text);
  const date = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z?)?$/.test(text);
  const no = (why: string) => typed<number>(refuse('bad-time', { input: excerpt(text), why, limit: TIME_LIMIT }));
  if (span === null && !date) return no('it is neither a span nor a date');
  const atMs =
    span === null
      ? new Date(text.includes('T') ? text : `${text}T23:59:59`).getTime()
      : nowMs + Number(span[1]) * (UNIT_MS[span[2] as string] as number);
  if (Number.isNaN(atMs) || (date && !isDay(text.slice(0, 10)))) return no('there is no such date');
  if (atMs <= nowMs) return no('it has passed');
  return atMs > MAX_TIME_MS ? no('it is after the year 9999') : atMs;
}

/** February 30 is read as a day of March. */
function isDay(isoDay: string): boolean {
  return new Date(`${isoDay}T00:00Z`).toISOString().startsWith(isoDay);
}

/** A whole number in a range. */
export function wholeNumber(what: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw usage(`“${excerpt(text)}” is not ${what}: it should be a whole number from ${min} to ${max}.`);
  };
}

/** A transaction id. */
export function txIdText(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw usage(`“${excerpt(text)}” is not a transaction id: it should be 64 hex digits, as in \`geo history --ids\`.`);
}

/** The id of a clearing that waits for a word. */
export function proposalIdText(text: string): string {
  if (/^[0-9a-f]{32}$/.test(text)) return text;
  throw usage(`“${excerpt(text)}” is not the id of a clearing: it should be 32 hex digits, as in \`geo clear list\`.`);
}

/** Words, passphrases and receipts are far smaller; a device may have no end. */
const MAX_FILE_BYTES = 1_048_576;

/** The content of a file that a person named. */
export async function readUserFile(path: string, mostBytes = MAX_FILE_BYTES): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path, { end: mostBytes }) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  if (bytes > mostBytes) throw unreadable(path, { code: `it has more than ${mostBytes} bytes` });
  return Buffer.concat(chunks);
}

const WHY_UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'you may not read it',
  ENAMETOOLONG: 'no file has such a long name',
  ERR_INVALID_ARG_VALUE: 'no file has such a name',
};

/** Can the path be shown in a sentence as it is? */
function isPlain(path: string): boolean {
  return path.length <= 256 && !/[\p{C}\p{Zl}\p{Zp}]/u.test(path);
}

/** Why a file that a person named cannot be read. */
export function unreadable(path: string, error: unknown): Stop {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  const why = WHY_UNREADABLE[code] ?? code;
  return new Stop({
    code: 'file-unreadable',
    message: `Cannot read ${isPlain(path) ? path : excerpt(path)}: ${why}.`,
    facts: { path, why },
    exitCode: EXIT.error,
  });
}
