/** Letting go (§4.5): what it has come to that a person, or the rule for dust, gave up at own risk what was held. */
import { type AbortedPosition, downstreamOf, type Position } from '#protocol/position.ts';

/** `open`: not known yet. `nothing`: nobody has to pay. `cost`: it was paid all the same, and nobody makes up for it. */
export type LetGoOutcome = 'open' | 'nothing' | 'cost';

/** A position that was let go here. */
export type LetGo = AbortedPosition & { readonly letGoAtMs: number };

/** Was this let go here? One whose cause is `let-go` may only pass on what somebody downstream did. */
export function isLetGo(position: Position): position is LetGo {
  return position.state === 'aborted' && position.letGoAtMs !== null;
}

/** What letting go has come to. */
export function letGoOutcome(position: LetGo): LetGoOutcome {
  if (position.ownRisk === 'reserved') return 'open';
  const isPaid = position.ownRisk === 'counted' || (downstreamOf(position) === null && position.certificate !== null);
  return isPaid ? 'cost' : 'nothing';
}
