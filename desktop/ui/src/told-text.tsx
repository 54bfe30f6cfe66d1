/** Shows what the node found, and why there is no link with somebody. */
import type { Result } from '#node/api/contract.ts';
import { adapted, language, locale } from './i18n.tsx';
import { findings, refusals, troubles } from './messages/catalogue.ts';
import { explainFinding, explainTrouble, type Reader } from './told.ts';
import type { Piece } from './why.ts';
import { Pieces } from './why-text.tsx';

/** What was found and what to do; words of the node itself only for what the page does not know. */
export function FindingText({ of }: { readonly of: Result<'diagnose'>['findings'][number] }) {
  return <Told pieces={explainFinding(of, reader())} text={of.advice === null ? of.text : `${of.text} ${of.advice}`} />;
}

/** Why there is no link, and where somebody was looked for. */
export function LinkTroubleText({ of }: { readonly of: NonNullable<Result<'listPeers'>['peers'][number]['trouble']> }) {
  return <Told pieces={explainTrouble(of, reader())} text={of.text} />;
}

function Told({ pieces, text }: { readonly pieces: readonly Piece[] | null; readonly text: string }) {
  if (pieces !== null) return <Pieces of={pieces} />;
  return (
    <span lang="en" dir="auto">
      {text}
    </span>
  );
}

function reader(): Reader {
  return {
    language: language.value,
    locale: locale.value,
    findings: findings[language.value],
    troubles: troubles[language.value],
    refusals: refusals[language.value],
    adapt: adapted,
  };
}
