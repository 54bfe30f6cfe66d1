/**
 * What a host has signed for its member under a mandate, as certificates show it: each number once (§11.2). One number on two
 * statements is proof that the host has signed more than it was allowed.
 */
import { decodeDelegated } from '#protocol/delegation/delegated-signature.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { type Certificate, hopsOf } from '#protocol/packet.ts';

/** One number of a mandate, with what was signed under it. */
export interface DelegatedUse {
  /** Of which mandate, and which number. */
  readonly number: string;
  readonly statement: string;
}

/** What was signed in place of the member in a certificate. */
export function usesIn({ txId, route, signatures, commit }: Certificate, self: PublicKey): readonly DelegatedUse[] {
  return route.nodes.flatMap((node, position): readonly DelegatedUse[] => {
    if (node !== self) return [];
    const isLast = position === hopsOf(route);
    const signature = isLast ? commit : signatures[position];
    const signed = signature === undefined ? null : decodeDelegated(signature);
    if (signed === null || signed.use === null) return [];
    // The receiver signs once for all routes.
    const place = isLast ? 'commit' : `${route.index}-${position}`;
    return [{ number: `${signed.delegation.seq}-${signed.use.counter}`, statement: `${txId}-${place}` }];
  });
}

/** Remembers which number was used for what. */
export class UsedNumbers {
  readonly #statements = new Map<string, string>();

  /** Was one of these numbers used for something else? */
  areTwice(uses: Iterable<DelegatedUse>): boolean {
    let isTwice = false;
    for (const { number, statement } of uses) {
      const before = this.#statements.get(number) ?? statement;
      this.#statements.set(number, before);
      isTwice ||= before !== statement;
    }
    return isTwice;
  }
}
