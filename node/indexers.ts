/** The indexers that the owner has chosen (§6.5): asked for ways that the own map does not show, and for the map itself. */
import type { PublicKey } from '#protocol/identity.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { checkAddress } from './p2p/address.ts';

export interface ChosenIndexer {
  readonly participant: PublicKey;
  readonly addresses: readonly string[];
}

/** Who is found at these addresses, each once, in their order. The settings let only addresses with a peer id through. */
export function chosenIndexers(texts: readonly string[]): readonly ChosenIndexer[] {
  const indexers = new Map<PublicKey, string[]>();
  for (const text of texts) {
    const checked = checkAddress(text);
    if (isRefusal(checked) || checked.participant === null) continue;
    const known = indexers.get(checked.participant);
    if (known === undefined) indexers.set(checked.participant, [checked.text]);
    else known.push(checked.text);
  }
  return [...indexers].map(([participant, addresses]) => ({ participant, addresses }));
}
