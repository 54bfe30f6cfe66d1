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

export interface OwnLine {
  readonly neighbour: string;
  readonly equivalent: string;
  readonly seq: number;
  readonly limit: string;
  readonly status: string;
}

const PREFIX = 'geo-own-line-';

/** The newest that was signed of each line, as it was handed in. */
export async function ownLines(kept: Kept): Promise<readonly OwnLine[]> {
  const texts = await Promise.all((await kept.names(PREFIX)).map((name) => kept.get(name)));
  return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as OwnLine]));
}

/** Remembers a trust line that the hub has taken. */
export async function keepLine(kept: Kept, { line }: SignedTrustLine): Promise<void> {
  const { to: neighbour, equivalent, seq, limit, status } = line;
  const own: OwnLine = { neighbour, equivalent, seq, limit: formatAmount(limit), status };
  await kept.set(`${PREFIX}${neighbour}-${equivalent}`, JSON.stringify(own));
}

/** What of the trust lines that were shown after `lines` were remembered is not as it was signed last. */
export function alarmsIn(lines: readonly OwnLine[], shown: Result<'listTrustLines'>['trustLines']): readonly Alarm[] {
  return lines.flatMap(({ neighbour, equivalent, seq, limit, status }): readonly Alarm[] => {
    const card = shown.find((one) => one.neighbour.publicKey === neighbour && one.equivalent === equivalent);
    const given = card?.given ?? null;
    if (given === null || given.seq < seq) return [{ type: 'line-hidden', neighbour, equivalent, limit }];
    const isSame = given.seq > seq || (given.limit === limit && given.status === status);
    return isSame ? [] : [{ type: 'line-changed', neighbour, equivalent, limit }];
  });
}
