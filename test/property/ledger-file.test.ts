/**
 * Exported ledgers that were changed: each change of each field is noticed, even if whoever made it put the checksum
 * right again, or is of a field that proves nothing and on which nothing depends.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventful } from '#test/support/eventful.ts';
import { checkFiles, ledgerOf, sealedLedger, short } from '#test/support/ledgers.ts';

/** As far as records are told apart. */
type Line = { readonly type: string; readonly state?: string; readonly positions?: { readonly state: string }[] };
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * What nobody signed and no balance, claim or proof depends on: the holder's notes. And whoever leaves out what came to
 * nothing, or what it could have shown against others, changes nobody's account.
 */
const HARMLESS = [
  'ledger.createdAtMs',
  'account.standing',
  'checkpoint.entries',
  'payment.createdAtMs',
  'payment.finishedAtMs',
  'payment.refusal',
  'payment.decline',
  'transaction.positions, swapped',
  'transaction.positions.letGoAtMs',
  'transaction.positions.abort.cause',
  'transaction.positions.abort.restsOn, shortened',
  'transaction.positions.downstreamAbort',
  'transaction.positions.downstreamAbort.cause',
  'transaction.positions.downstreamAbort.restsOn, shortened',
  'transaction.positions.waivedByDownstream.cause',
  'an aborted transaction, left out',
  'an aborted payment, left out',
  ...['paymentId', 'receiver', 'equivalent', 'amount', 'state', 'txId'].map((field) => `an aborted payment.${field}`),
];

describe('a ledger of which one field was changed, the checksum put right', () => {
  it.each(['A', 'B', 'C', 'D'])('of %s is not taken for the one that it was', { timeout: 120_000 }, async (name) => {
    const text = await ledgerOf(eventful(), name);
    const lines = text.trimEnd().split('\n').slice(0, -1);
    const before = await told(lines);
    expect(before).not.toContain('problem');
    const unnoticed = new Set<string>();
    let changes = 0;
    for (const [at, line] of lines.entries()) {
      const record = JSON.parse(line) as Line;
      if ((await told(lines.toSpliced(at, 1))) === before) unnoticed.add(`${nameOf(record)}, left out`);
      for (const { path, changed } of changesOf(record)) {
        changes++;
        const others = lines.with(at, JSON.stringify(changed));
        if ((await told(others)) === before) unnoticed.add(fieldOf(record, path));
      }
    }
    expect(changes).toBeGreaterThan(400);
    expect([...unnoticed].filter((field) => !HARMLESS.includes(field))).toEqual([]);
  });
});

/** Payments and transactions that came to nothing are told apart. */
function nameOf(record: Line): string {
  const positions = record.positions ?? [];
  const isAborted =
    record.type === 'payment'
      ? record.state !== 'COMMITTED'
      : positions.length > 0 && positions.every(({ state }) => state === 'aborted');
  return `${isAborted ? 'an aborted ' : ''}${record.type}`;
}

function fieldOf(record: Line, path: string): string {
  const isFree = /^payment\.(paymentId|receiver|equivalent|amount|state|txId)$/.test(`${record.type}${path}`);
  return `${isFree ? nameOf(record) : record.type}${path}`;
}

/** What a check says of these lines, in one text. */
async function told(lines: readonly string[]): Promise<string> {
  return short(await checkFiles(sealedLedger(lines.map((line) => `${line}\n`)))).join('\n');
}

const WORDS: Readonly<Record<string, string>> = {
  active: 'frozen',
  pay: 'clear',
  UAH: 'UAh',
  'geo-test': 'geo-Test',
  confirmed: 'unsure',
  COMMITTED: 'ABORTED',
  ABORTED: 'NEW',
  PREPARE_IN_PROGRESS: 'NEW',
  reserved: 'counted',
  prepared: 'held',
};

interface Change {
  /** `.line.limit`; places in lists are left out. */
  readonly path: string;
  readonly changed: Json;
}

/** The value with each of its parts changed into something else of its form. */
function* changesOf(value: Json): Generator<Change> {
  if (typeof value === 'number') yield* [value + 1, value - 1].filter((it) => it >= 0).map((it) => change('', it));
  else if (typeof value === 'boolean') yield change('', !value);
  else if (typeof value === 'string') yield* otherTexts(value).map((it) => change('', it));
  else if (Array.isArray(value)) yield* listChanges(value);
  else if (value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (key === 'type') continue;
      const isObject = typeof item === 'object' && item !== null && !Array.isArray(item);
      if (isObject) yield change(`.${key}`, { ...value, [key]: null });
      for (const { path, changed } of changesOf(item)) yield change(`.${key}${path}`, { ...value, [key]: changed });
    }
  }
}

function* listChanges(value: Json[]): Generator<Change> {
  const [first, second, ...rest] = value;
  if (first === undefined) return;
  yield change(', shortened', value.slice(0, -1));
  yield change(', lengthened', [...value, first]);
  if (second !== undefined && JSON.stringify(first) !== JSON.stringify(second)) {
    yield change(', swapped', [second, first, ...rest]);
  }
  for (const [at, item] of value.entries()) {
    for (const { path, changed } of changesOf(item)) yield change(path, value.with(at, changed));
  }
}

function change(path: string, changed: Json): Change {
  return { path, changed };
}

/** How much of an id the signatures of these tests cover; real ones cover all. */
const SIGNED_DIGITS = 12;

function otherTexts(text: string): string[] {
  if (/^[0-9a-f]{32,}$/.test(text)) {
    return [0, SIGNED_DIGITS - 1].map((at) => text.slice(0, at) + (text[at] === '0' ? '1' : '0') + text.slice(at + 1));
  }
  if (/^-?[0-9.]+$/.test(text)) return [text === '0' ? '0.00000001' : '0', text === '5' ? '6' : '5'];
  return WORDS[text] === undefined ? [] : [WORDS[text]];
}

describe('a ledger of which any byte was changed, lost or doubled', () => {
  it.each(['\0', ' ', '\r', ''])('has no other end than the one it was written with: %j', async (end) => {
    const text = await ledgerOf(eventful(), 'B');
    expect((await checkFiles(Buffer.from(text))).isValid).toBe(true);
    expect((await checkFiles(Buffer.from(text.slice(0, -1) + end))).isValid).toBe(false);
  });

  it('is damaged', async () => {
    const bytes = Buffer.from(await ledgerOf(eventful(), 'B'));
    const place = fc.nat(bytes.length - 1);
    const change = fc.record({ place, byte: fc.nat(255), how: fc.constantFrom('change', 'lose', 'double', 'cut') });
    await fc.assert(
      fc.asyncProperty(change, async ({ place, byte, how }) => {
        const [head, tail] = [bytes.subarray(0, place), bytes.subarray(place + 1)];
        const own = bytes.subarray(place, place + 1);
        fc.pre(how !== 'change' || own[0] !== byte);
        const parts = {
          change: [head, Buffer.of(byte), tail],
          lose: [head, tail],
          double: [head, own, own, tail],
          cut: [head],
        };
        const { isValid } = await checkFiles(new Uint8Array(Buffer.concat(parts[how])));
        expect(isValid).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
