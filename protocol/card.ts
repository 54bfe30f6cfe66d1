/**
 * Contact cards (§13.2): who someone is and where to reach them, signed by themselves. With a suggested limit a card is
 * an invitation: "open a trust line to me".
 */

import { addressesShape } from './addresses.ts';
import { amount, encode, literal, nullable, record, text } from './codec.ts';
import { badLink, fromLink, toLink } from './document-link.ts';
import type { PublicKey } from './identity.ts';
import { MAX_NAME_BYTES, VERSION } from './limits.ts';
import { parseName } from './name.ts';
import { equivalentShape, networkShape, publicKeyShape, type Signature, signatureShape, timeShape } from './packet.ts';
import { isRefusal, type Refusal } from './refusals.ts';
import type { DocumentStatement, Sign, Verify } from './statement.ts';

/** The limit that the owner of a card hopes for. */
export interface SuggestedLimit {
  readonly equivalent: string;
  /** 1 … 2⁶³−1, 10⁻⁸ units. */
  readonly amount: bigint;
}

/** A contact card. It proves who wrote it, never that the name is theirs. */
export interface Card {
  readonly version: typeof VERSION;
  readonly network: string;
  readonly publicKey: PublicKey;
  /** As `parseName` gives it. */
  readonly name: string;
  /** Where to dial, best first: 0 … 8 multiaddrs of printable ASCII, at most 256 bytes each. */
  readonly addresses: readonly string[];
  readonly suggestedLimit: SuggestedLimit | null;
  readonly createdAtMs: number;
  /** Null: for as long as the addresses hold. Judging it is the reader's business, see `readCard`. */
  readonly expiresAtMs: number | null;
}

interface SignedCard {
  readonly card: Card;
  readonly signature: Signature;
}

export const cardShape = record<Card>({
  version: literal(VERSION),
  network: networkShape,
  publicKey: publicKeyShape,
  name: text(MAX_NAME_BYTES),
  addresses: addressesShape,
  suggestedLimit: nullable(record<SuggestedLimit>({ equivalent: equivalentShape, amount: amount() })),
  createdAtMs: timeShape,
  expiresAtMs: nullable(timeShape),
});

export const signedCardShape = record<SignedCard>({ card: cardShape, signature: signatureShape });

function cardStatement(card: Card): DocumentStatement {
  return { domain: 'geo/1/contact-card', signer: card.publicKey, bytes: encode(cardShape, card) };
}

/**
 * The card as a link `geo:card/…`, signed by `sign`, which must sign as `card.publicKey`. Equal cards give equal links.
 * A card outside its ranges (a name that `parseName` would change, too many addresses) is a bug and throws.
 */
export function makeCard(card: Card, sign: Sign): string {
  const flaw = cardFlaw(card);
  if (flaw !== null) throw new RangeError(flaw);
  return toLink('card', signedCardShape, { card, signature: sign(cardStatement(card)) });
}

/**
 * The card in a link, with white space and line breaks anywhere in it.
 *
 * A pure function of the link: an expired card is still read, since only the reader has a clock; compare `expiresAtMs`.
 *
 * @returns the card, or `bad-link` saying why: damaged, another network, not signed by the key it names.
 */
export function readCard(link: string, verify: Verify, network: string): Card | Refusal<'bad-link'> {
  const signed = fromLink('card', signedCardShape, link);
  if (isRefusal(signed)) return signed;
  const { card, signature } = signed;
  if (card.network !== network) {
    return badLink('card', link, `it is of the network "${card.network}", not of "${network}"`);
  }
  const flaw = cardFlaw(card);
  if (flaw !== null) return badLink('card', link, flaw);
  if (!verify(cardStatement(card), signature)) {
    return badLink('card', link, 'it is damaged or forged: its owner has not signed it');
  }
  return card;
}

function cardFlaw({ name, createdAtMs, expiresAtMs }: Card): string | null {
  if (parseName(name) !== name) return 'the name has a form that names do not have';
  return expiresAtMs !== null && expiresAtMs <= createdAtMs ? 'it expires before it was made' : null;
}
