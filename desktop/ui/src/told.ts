/**
 * What the node found, and why there is no link with somebody, in the language of the page: from the codes and the facts
 * that the node gives, never from its text, which is English.
 */
import type { Result } from '#node/api/contract.ts';
import type { Language } from './messages/catalogue.ts';
import { formFor } from './messages/counts.ts';
import type { FindingCode, FindingMessages } from './messages/findings/shape.ts';
import type { Counted, RefusalMessages } from './messages/refusals/shape.ts';
import type { CauseCode, TroubleMessages } from './messages/troubles/shape.ts';
import type { Piece } from './why.ts';

type Facts = Result<'diagnose'>['findings'][number]['facts'];

/** Either may be of a later version of the node, with codes that this page does not know. */
export interface Finding {
  readonly code: string;
  readonly facts: Facts;
}

export interface LinkTrouble {
  readonly causes: readonly { readonly code: string; readonly facts: Readonly<Record<string, string>> }[];
  readonly where: readonly { readonly address: string; readonly relayed: boolean }[];
}

/** Who reads, and in what language. */
export interface Reader {
  readonly language: Language;
  /** How numbers are written. */
  readonly locale: string;
  readonly findings: FindingMessages;
  readonly troubles: TroubleMessages;
  readonly refusals: RefusalMessages;
  /** Said of the messages before anything is filled in. */
  readonly adapt: (text: string) => string;
}

type Pieces = readonly Piece[];

const SPACE: Piece = { kind: 'words', text: ' ' };
const COMMA: Piece = { kind: 'words', text: ', ' };

/** What was found and what to do, piece by piece; null: something in it that this page does not know. */
export function explainFinding({ code, facts }: Finding, reader: Reader): Pieces | null {
  const { findings, language, adapt, locale } = reader;
  if (!Object.hasOwn(findings, code)) return null;
  const text = findings[code as FindingCode];
  const whole = withFailure(typeof text === 'string' ? text : countedForm(text, facts, language), facts, reader);
  return whole === null ? null : fill(adapt(whole), (name) => factPieces(name, facts[name], locale));
}

/** Why there is no link, and where somebody was looked for; null: something in it that this page does not know. */
export function explainTrouble({ causes, where }: LinkTrouble, { troubles, adapt }: Reader): Pieces | null {
  const sentences = causes.map(({ code, facts }) => {
    if (!Object.hasOwn(troubles.causes, code)) return null;
    return fill(adapt(troubles.causes[code as CauseCode]), (name) => given(facts[name]));
  });
  if (where.length > 0) {
    const places = where.map(({ address, relayed }) =>
      relayed ? fill(adapt(troubles.relay), () => given(address)) : given(address),
    );
    sentences.push(fill(adapt(troubles.where), () => joined(places, COMMA)));
  }
  return joined(sentences, SPACE);
}

function countedForm({ by, forms }: Counted, facts: Facts, language: Language): string {
  return formFor(language, forms, Number(facts[by]));
}

/** The text with what is said of the failure, if it speaks of one; those have no facts. */
function withFailure(text: string, { failure }: Facts, { refusals }: Reader): string | null {
  if (!text.includes('{failure}')) return text;
  const plain: Readonly<Record<string, string | Counted>> = refusals.plain;
  const said = typeof failure === 'string' && Object.hasOwn(plain, failure) ? plain[failure] : undefined;
  return typeof said === 'string' ? text.replace('{failure}', said) : null;
}

/** Null where a fact is missing, which is so in what another version of the node says. */
function fill(text: string, factOf: (name: string) => Pieces | null): Pieces | null {
  const parts = text.split(/\{(\w+)\}/).map((part, index): Pieces | null => {
    if (index % 2 === 1) return factOf(part);
    return part === '' ? [] : [{ kind: 'words', text: part }];
  });
  return joined(parts, null);
}

function joined(parts: readonly (Pieces | null)[], between: Piece | null): Pieces | null {
  const pieces: Piece[] = [];
  for (const [index, part] of parts.entries()) {
    if (part === null) return null;
    if (index > 0 && between !== null) pieces.push(between);
    pieces.push(...part);
  }
  return pieces;
}

function factPieces(name: string, fact: Facts[string] | undefined, locale: string): Pieces | null {
  if (typeof fact === 'number') {
    if (name.endsWith('AtMs')) return [{ kind: 'time', atMs: fact }];
    return given(name.endsWith('Ms') ? duration(fact, locale) : new Intl.NumberFormat(locale).format(fact));
  }
  if (!Array.isArray(fact)) return given(fact);
  return joined(
    fact.map((one): Pieces => (typeof one === 'string' ? [{ kind: 'given', text: one }] : [{ kind: 'money', ...one }])),
    COMMA,
  );
}

function given(text: string | undefined): Pieces | null {
  return text === undefined ? null : [{ kind: 'given', text }];
}

const MINUTE_MS = 60_000;
const MINUTES_FIRST = 120;
const HOURS_FIRST = 48;

/** Roughly how long, in one unit. */
function duration(ms: number, locale: string): string {
  const minutes = Math.round(ms / MINUTE_MS);
  const hours = Math.round(minutes / 60);
  if (minutes < MINUTES_FIRST) return unit(minutes, 'minute', locale);
  return hours < HOURS_FIRST ? unit(hours, 'hour', locale) : unit(Math.round(hours / 24), 'day', locale);
}

function unit(count: number, name: 'minute' | 'hour' | 'day', locale: string): string {
  return new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'long' }).format(count);
}
