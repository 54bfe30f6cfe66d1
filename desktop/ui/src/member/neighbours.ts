/** Neighbours whom the member has not added itself. */
import type { WholeState } from '../carrier.ts';

/** Who shares an account with the member and was not added by it: somebody has opened a trust line to it. */
export function neighboursOf({ listContacts, listTrustLines, getBalance }: WholeState['parts']): Contact[] {
  const known = new Set(listContacts.contacts.map(({ publicKey }) => publicKey));
  const found: Contact[] = [];
  for (const { neighbour } of listTrustLines.trustLines) {
    if (known.has(neighbour.publicKey)) continue;
    known.add(neighbour.publicKey);
    const linked = getBalance.accounts.some((account) => account.neighbour.pid === neighbour.pid && account.linked);
    const { pid, publicKey, name } = neighbour;
    found.push({ pid, publicKey, name, alias: null, cardName: name, addresses: [], verified: false, linked });
  }
  return found;
}

type Contact = WholeState['parts']['listContacts']['contacts'][number];
