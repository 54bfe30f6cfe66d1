/**
 * Documents as links that people send each other (§13.1): `geo:card/…` and `geo:pay/…`, each a signed document in
 * base64url. The signature is also the checksum: a link that was changed or cut is refused.
 */
import { fromBase64url, toBase64url } from './base64url.ts';
import { decode, encode, type Shape } from './codec.ts';
import { excerpt } from './excerpt.ts';
import { MAX_DOCUMENT_BYTES } from './limits.ts';
import { isRefusal, type Refusal, refuse } from './refusals.ts';

/** What a link carries: a contact card or an invoice. */
export type LinkKind = 'card' | 'pay';

const WORDS: Readonly<Record<LinkKind, string>> = { card: 'a contact card', pay: 'a payment request' };
const MAX_DEPTH = 4;
/** Base64 takes 4 characters for 3 bytes; the rest is room for the spaces and line breaks that mail puts in. */
const MAX_INPUT_UNITS = 2 * MAX_DOCUMENT_BYTES;

/** A refusal to take a link, which names the limit that it broke. */
export function badLink(kind: LinkKind, link: string, why: string): Refusal<'bad-link'> {
  return refuse('bad-link', { input: excerpt(link), why, limit: `a link geo:${kind}/… that holds ${WORDS[kind]}` });
}

/** The link of a signed document. A document outside its shape or above `MAX_DOCUMENT_BYTES` is a bug and throws. */
export function toLink<T>(kind: LinkKind, shape: Shape<T>, signed: T): string {
  const bytes = encode(shape, signed);
  if (bytes.length > MAX_DOCUMENT_BYTES) throw new RangeError(`a document has ${bytes.length} bytes`);
  return `geo:${kind}/${toBase64url(bytes)}`;
}

/**
 * The signed document in a link, white space anywhere in it taken away. Form only: signature and network are for the
 * caller to check.
 */
export function fromLink<T>(kind: LinkKind, shape: Shape<T>, link: string): T | Refusal<'bad-link'> {
  const no = (why: string): Refusal<'bad-link'> => badLink(kind, link, why);
  if (link.length > MAX_INPUT_UNITS) return no(`it has ${link.length} characters`);
  const compact = link.replace(/\s+/gu, '');
  const start = `geo:${kind}/`;
  if (!compact.startsWith(start)) {
    const other = (Object.keys(WORDS) as LinkKind[]).find((known) => compact.startsWith(`geo:${known}/`));
    return no(other === undefined ? 'it begins with something else' : `it holds ${WORDS[other]}`);
  }
  let bytes: Uint8Array;
  try {
    bytes = fromBase64url(compact.slice(start.length));
  } catch {
    return no('it is damaged: a character is wrong or missing');
  }
  const signed = decode(shape, bytes, { maxBytes: MAX_DOCUMENT_BYTES, maxDepth: MAX_DEPTH });
  if (!isRefusal(signed)) return signed;
  const { where, why } = signed as Refusal<'bad-encoding'>;
  return no(`it is damaged: ${where === '' ? '' : `${where}: `}${why}`);
}
