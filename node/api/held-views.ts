/** How amounts in doubt look in the API: what is held, what it waits for, what was let go. */
import type { z } from 'zod';
import { formatAmount } from '#protocol/amount.ts';
import { downstreamOf, incomingReserved, outgoingReserved, type Position, upstreamOf } from '#protocol/position.ts';
import type { Held, HeldHappening } from '../held.ts';
import { isLetGo, letGoOutcome } from '../let-go.ts';
import type { ParticipantContext } from './context.ts';
import type { notice } from './event-schemas.ts';
import type * as schemas from './schemas.ts';
import { type Showing, viewParticipant } from './views.ts';

type View<S extends keyof typeof schemas> = z.output<(typeof schemas)[S]>;

export function viewHeld(context: Showing, held: Held): View<'held'> {
  const { position, waitsFor, ...about } = held;
  const { txId, header, route } = position;
  const from = incomingReserved(position) ? upstreamOf(position) : null;
  const to = outgoingReserved(position) ? downstreamOf(position) : null;
  return {
    txId,
    routeIndex: route.index,
    position: position.position,
    kind: header.kind,
    payer: viewParticipant(context, header.payer),
    receiver: viewParticipant(context, header.receiver),
    equivalent: header.equivalent,
    amount: formatAmount(route.amount),
    from: from && viewParticipant(context, from),
    to: to && viewParticipant(context, to),
    sinceAtMs: header.createdAtMs,
    expiresAtMs: header.expiresAtMs,
    waitsFor: viewParticipant(context, waitsFor),
    ...about,
    canLetGo: canLetGo(position),
    letGoAtMs: isLetGo(position) ? position.letGoAtMs : null,
  };
}

/** Sums by equivalent, in the order of their names. */
export function totalsOf(held: Iterable<Held>): View<'heldTotal'>[] {
  const sums = new Map<string, { underWay: bigint; held: bigint; letGo: bigint; transactions: Set<string> }>();
  for (const { position, stage } of held) {
    const { equivalent } = position.header;
    const sum = sums.get(equivalent) ?? { underWay: 0n, held: 0n, letGo: 0n, transactions: new Set() };
    sums.set(equivalent, sum);
    const { amount } = position.route;
    if (stage === 'under-way') sum.underWay += amount;
    else if (stage === 'held') sum.held += amount;
    else sum.letGo += amount;
    sum.transactions.add(position.txId);
  }
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([equivalent, sum]) => ({
      equivalent,
      underWay: formatAmount(sum.underWay),
      held: formatAmount(sum.held),
      atOwnRisk: formatAmount(sum.letGo),
      transactions: sum.transactions.size,
    }));
}

/** Is something held for a neighbour upstream that could be given up? */
export function canLetGo(position: Position): boolean {
  return (position.state === 'prepared' || position.state === 'held') && upstreamOf(position) !== null;
}

export function viewLetGo(position: Position): View<'letGo'> | null {
  if (!isLetGo(position)) return null;
  return { atMs: position.letGoAtMs, amount: formatAmount(position.route.amount), outcome: letGoOutcome(position) };
}

/** An event about a held amount, as clients get it. */
export function viewHeldHappening(context: ParticipantContext, happening: HeldHappening): z.output<typeof notice> {
  const { position } = happening;
  const { txId, route, header } = position;
  const about = {
    txId,
    routeIndex: route.index,
    position: position.position,
    equivalent: header.equivalent,
    amount: formatAmount(route.amount),
  };
  switch (happening.type) {
    case 'held': {
      const waitsFor = viewParticipant(context, happening.waitsFor);
      return { type: 'held', ...about, waitsFor, expiresAtMs: header.expiresAtMs };
    }
    case 'let-go':
      return { type: 'let-go', ...about, letGo: viewLetGo(happening.position) as View<'letGo'> };
    case 'settled': {
      const letGo = viewLetGo(position);
      const isPaid = letGo === null ? position.state === 'committed' : letGo.outcome === 'cost';
      return { type: 'settled', ...about, outcome: isPaid ? 'paid' : 'not-paid', letGo };
    }
  }
}
