/**
 * What a hub hides or invents, as far as the browser can tell from what it signed itself: it keeps the newest of its own
 * trust lines, and what the hub shows has to be that.
 */
import type { Result } from '#node/api/contract.ts';
import { formatAmount } from '#protocol/amount.ts';
import type { SignedTrustLine } from '#protocol/trust-line.ts';
import type { Kept } from './hub.ts';

/** A trust line of the member's own that the hub shows otherwise than the member signed it last. */
export interface Alarm {
  readonly type: 'line-hidden' | 'line-changed';
  readonly neighbour: string;
  readonly equivalent: string;
  /** As it was signed last. */
  readonly limit: string;
}

interface KeptLine {
  readonly neighbour: string;
  readonly equivalent: string;
  readonly seq: number;
  readonly limit: string;
  readonly status: string;
}

const LINES = 'geo-own-lines';

function linesIn(kept: Kept): readonly KeptLine[] {
  return JSON.parse(kept.get(LINES) ?? '[]') as readonly KeptLine[];
}

/** Remembers a trust line before it is handed in. */
export function keepLine(kept: Kept, { line }: SignedTrustLine): void {
  const { to: neighbour, equivalent, seq, limit, status } = line;
  const others = linesIn(kept).filter((known) => known.neighbour !== neighbour || known.equivalent !== equivalent);
  kept.set(LINES, JSON.stringify([...others, { neighbour, equivalent, seq, limit: formatAmount(limit), status }]));
}

/** What of the shown trust lines is not as it was signed last. */
export function alarmsIn(kept: Kept, shown: Result<'listTrustLines'>['trustLines']): readonly Alarm[] {
  return linesIn(kept).flatMap(({ neighbour, equivalent, seq, limit, status }): readonly Alarm[] => {
    const card = shown.find((one) => one.neighbour.publicKey === neighbour && one.equivalent === equivalent);
    const given = card?.given ?? null;
    if (given === null || given.seq < seq) return [{ type: 'line-hidden', neighbour, equivalent, limit }];
    const isSame = given.seq > seq || (given.limit === limit && given.status === status);
    return isSame ? [] : [{ type: 'line-changed', neighbour, equivalent, limit }];
  });
}
