/**
 * Why something did not work, in the language of the page: from the code and the facts that the node gives, never from
 * its text, which is English. What comes out are pieces, so that names and amounts stay apart from the words around them.
 */

import type { Language } from './messages/catalogue.ts';
import { formFor } from './messages/counts.ts';
import type { Counted, ErrorCode, HopCode, HopText, RefusalMessages } from './messages/refusals/shape.ts';

interface Someone {
  readonly pid: string;
  readonly name: string | null;
}

type Fact = string | number | boolean | null;

/** What the node said: a refusal, or the error that a request was answered with. */
export interface Why {
  /** May be one of a later version of the node. */
  readonly code: string;
  /** The node's own words. */
  readonly text: string;
  readonly facts: Readonly<Record<string, Fact>>;
  readonly hop: { readonly from: Someone; readonly to: Someone } | null;
  /** What its amounts are counted in, where that is known. */
  readonly equivalent: string | null;
}

/** A part of a text. */
export type Piece =
  | { readonly kind: 'words' | 'given'; readonly text: string }
  | { readonly kind: 'person'; readonly person: Someone }
  | { readonly kind: 'money'; readonly amount: string; readonly equivalent: string | null }
  | { readonly kind: 'time'; readonly atMs: number };

/** Who reads, and in what language. */
export interface Reader {
  readonly language: Language;
  readonly messages: RefusalMessages;
  /** Said of the messages before anything is filled in. */
  readonly adapt: (text: string) => string;
  readonly selfPid: string | null;
}

/** Facts that are amounts where the code is not of something mistyped. */
const AMOUNTS = new Set(['debt', 'reserved', 'asked', 'limit', 'maxNow', 'cap', 'spent', 'amount']);

/** The text, piece by piece; null: a code that this page does not know. */
export function explainWhy(why: Why, reader: Reader): readonly Piece[] | null {
  const texts = textsFor(why, reader);
  if (texts === null) return null;
  return texts.flatMap((text, index) => [
    ...(index === 0 ? [] : [{ kind: 'words', text: ' ' } as const]),
    ...fill(reader.adapt(text), why, reader),
  ]);
}

function textsFor(why: Why, { messages, language, selfPid }: Reader): readonly string[] | null {
  const { code, hop, facts } = why;
  const { more } = messages;
  if (Object.hasOwn(messages.hops, code)) {
    const text = sideOf(messages.hops[code as HopCode], hop, selfPid);
    return [text, ...sentencesAfter(why, messages, selfPid)];
  }
  if (!Object.hasOwn(messages.plain, code)) return null;
  const text = messages.plain[code as Exclude<ErrorCode, HopCode>];
  const whole = typeof text === 'string' ? text : countedForm(text, facts, language);
  return [whole.replace('{more}', facts.asked === 0 ? more.askedNobody : more.askOthers)];
}

function countedForm({ by, forms }: Counted, facts: Why['facts'], language: Language): string {
  return formFor(language, forms, Number(facts[by]));
}

function sideOf(text: HopText, hop: Why['hop'], selfPid: string | null): string {
  if (hop === null || selfPid === null) return text.between;
  if (hop.from.pid === selfPid) return text.fromYou;
  return hop.to.pid === selfPid ? text.toYou : text.between;
}

/** How much would pass, what holds the rest, and what would help: where a limit stops it. */
function sentencesAfter(
  { code, facts, hop }: Why,
  { more }: RefusalMessages,
  selfPid: string | null,
): readonly string[] {
  if (code !== 'insufficient' && code !== 'daily-limit') return [];
  const passes = isNothing(facts.maxNow) ? more.passesNothing : more.passes;
  if (code === 'daily-limit') return [passes];
  const raise = hop !== null && hop.to.pid === selfPid ? more.raiseYours : more.askThem;
  return [
    passes,
    ...(isNothing(facts.reserved) ? [] : [more.holds]),
    ...(isNothing(facts.maxNow) ? [] : [more.payLess]),
    ...(hop === null ? [] : [raise]),
  ];
}

function isNothing(amount: Fact | undefined): boolean {
  return amount === undefined || amount === null || amount === '0';
}

function fill(text: string, why: Why, reader: Reader): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const [index, piece] of text.split(/\{(\w+)\}/).entries()) {
    if (index % 2 === 1) pieces.push(pieceFor(piece, why, reader, pieces.length === 0));
    else if (piece !== '') pieces.push({ kind: 'words', text: piece });
  }
  return pieces;
}

function pieceFor(name: string, why: Why, { messages, adapt }: Reader, isFirst: boolean): Piece {
  const { code, facts, hop, equivalent } = why;
  if (name === 'from' || name === 'to') {
    if (hop !== null) return { kind: 'person', person: hop[name] };
    const stranger = adapt(name === 'from' ? messages.more.strangerFrom : messages.more.strangerTo);
    return { kind: 'words', text: isFirst ? `${stranger.charAt(0).toUpperCase()}${stranger.slice(1)}` : stranger };
  }
  const fact = facts[name];
  if (name === 'expiredAtMs' && typeof fact === 'number') return { kind: 'time', atMs: fact };
  if (AMOUNTS.has(name) && typeof fact === 'string' && !code.startsWith('bad-')) {
    return {
      kind: 'money',
      amount: fact,
      equivalent: typeof facts.equivalent === 'string' ? facts.equivalent : equivalent,
    };
  }
  return { kind: 'given', text: fact === undefined || fact === null ? '…' : String(fact) };
}
