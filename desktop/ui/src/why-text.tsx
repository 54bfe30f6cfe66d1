/** Shows why something did not work. */
import type { Result } from '#node/api/contract.ts';
import { AskError } from './ask-error.ts';
import { formatAmount, harmless } from './format.ts';
import { adapted, language, locale, t } from './i18n.tsx';
import { refusals } from './messages/catalogue.ts';
import { Money, Name, Time } from './shown.tsx';
import { known } from './state.ts';
import { explainWhy, type Piece, type Why } from './why.ts';

/** What the node refused in a payment or a question. */
export function whyOf(refusal: NonNullable<Result<'pay'>['refusal']>, equivalent: string): Why {
  const { code, text, facts, hop } = refusal;
  return { code, text, facts, hop, equivalent };
}

/** What an error says. What is none of the node's is not told in the words of a browser, which are not for people. */
export function whyOfError(error: unknown): Why | string {
  if (!(error instanceof AskError)) {
    console.error(error);
    return adapted(refusals[language.value].more.unforeseen);
  }
  if (error.code === 'unreachable') return t('unreachable');
  if (error.code === 'signed-out') return t('signedOut');
  return { code: error.code, text: error.message, facts: error.facts, hop: null, equivalent: null };
}

/** The text, in the language of the page; words of the node itself only for a code that the page does not know. */
export function WhyText({ why }: { readonly why: Why | string }) {
  if (typeof why === 'string') return <bdi>{why}</bdi>;
  const pieces = explainWhy(why, {
    language: language.value,
    messages: refusals[language.value],
    adapt: adapted,
    selfPid: known.value?.status.participant.pid ?? null,
  });
  if (pieces === null) {
    return (
      <span lang="en" dir="auto">
        {why.text}
      </span>
    );
  }
  return <Pieces of={pieces} />;
}

/** A text piece by piece. */
export function Pieces({ of }: { readonly of: readonly Piece[] }) {
  return (
    <>
      {of.map((piece, index) => (
        <PieceOf key={index} piece={piece} />
      ))}
    </>
  );
}

function PieceOf({ piece }: { readonly piece: Piece }) {
  switch (piece.kind) {
    case 'words':
      return piece.text;
    case 'given':
      return <bdi class="given">{harmless(piece.text)}</bdi>;
    case 'person':
      return <Name of={piece.person} />;
    case 'money':
      return piece.equivalent === null ? (
        <bdi class="money">{formatAmount(piece.amount, locale.value)}</bdi>
      ) : (
        <Money amount={piece.amount} of={piece.equivalent} />
      );
    case 'time':
      return <Time at={piece.atMs} />;
  }
}
