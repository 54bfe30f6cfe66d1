/**
 * Limits signed again after records were lost (§8.4): older ones count for nothing then. What is begun is finished at a later
 * visit, however often it is cut short; the hub takes each once.
 */
import type { Result } from '#node/api/contract.ts';
import { parseLimit } from '#protocol/amount.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { Hub } from './hub.ts';
import type { SignedLine, Wanted } from './member.ts';
import { policyOf } from './policy.ts';
import { refused } from './refused.ts';

type Card = Result<'listTrustLines'>['trustLines'][number];

/** Trust lines in one request. */
const LINES_AT_ONCE = 32;
const PRECISION = 8;

/** Which of them the hub has taken; the others were signed again before. */
interface Answer {
  readonly taken: readonly boolean[];
}

/** How a trust line is signed, and what is remembered of one that the hub has taken. */
export interface LineSigner {
  readonly sign: (wanted: Wanted, known: Card) => SignedLine;
  readonly keep: (document: string) => Promise<void>;
}

/** Signs all limits of the member's own once more. Throws `AskError`. */
export async function signLinesAnew(hub: Hub, shown: readonly Card[], { sign, keep }: LineSigner): Promise<void> {
  const documents = shown.flatMap((known): readonly string[] => {
    const { neighbour, equivalent, given } = known;
    if (given === null) return [];
    const limit = refused(parseLimit(given.limit, PRECISION));
    const to = neighbour.publicKey as PublicKey;
    return [sign({ to, equivalent, limit, status: given.status, policy: policyOf(given, undefined) }, known).document];
  });
  for (let at = 0; at < documents.length; at += LINES_AT_ONCE) {
    const some = documents.slice(at, at + LINES_AT_ONCE);
    const { taken } = await hub.act<Answer>('POST', '/participants/me/restoration/lines', { documents: some });
    for (const [index, document] of some.entries()) if (taken[index] === true) await keep(document);
  }
}
