/**
 * Requests to be hosted by a hub (§13.8): who wants to join, under which name, and by whose invitation. Signed with the
 * key that stays in the member's browser.
 */
import { formatAmount, parseAmount } from './amount.ts';
import type { SuggestedLimit } from './card.ts';
import { decode, encode, literal, nullable, record, type Shape, text, uint } from './codec.ts';
import { parseEquivalent } from './equivalent.ts';
import { type Pid, type PublicKey, parsePid } from './identity.ts';
import { MAX_INVITATION_CHARACTERS, MAX_JOIN_REQUEST_BYTES, MAX_NAME_BYTES, VERSION } from './limits.ts';
import { parseName } from './name.ts';
import { networkShape, publicKeyShape, type Signature, signatureShape, timeShape } from './packet.ts';
import { isRefusal, type Refusal } from './refusals.ts';
import type { DocumentStatement, Sign, Verify } from './statement.ts';

/** What joins: somebody, or several who act as one. */
export type MemberKind = 'person' | 'organisation';

/** "Host me, under this name." */
export interface JoinRequest {
  readonly version: typeof VERSION;
  readonly network: string;
  /** The hub that is asked; the request is worth nothing to another one. */
  readonly hub: PublicKey;
  readonly participant: PublicKey;
  /** As `parseName` gives it. */
  readonly name: string;
  readonly kind: MemberKind;
  /** What an invitation consists of; null: uninvited. */
  readonly invitation: string | null;
  readonly createdAtMs: number;
}

interface SignedJoinRequest {
  readonly request: JoinRequest;
  readonly signature: Signature;
}

const MAX_DEPTH = 4;
const INVITATION_PATTERN = new RegExp(`^[A-Za-z0-9_-]{1,${MAX_INVITATION_CHARACTERS}}$`);

const bit = uint(1);
const kindShape: Shape<MemberKind> = {
  toCbor: (kind) => (kind === 'person' ? 0 : 1),
  fromCbor: (value, where) => (bit.fromCbor(value, where) === 0 ? 'person' : 'organisation'),
};

export const joinRequestShape = record<JoinRequest>({
  version: literal(VERSION),
  network: networkShape,
  hub: publicKeyShape,
  participant: publicKeyShape,
  name: text(MAX_NAME_BYTES),
  kind: kindShape,
  invitation: nullable(text(MAX_INVITATION_CHARACTERS, INVITATION_PATTERN)),
  createdAtMs: timeShape,
});

export const signedJoinRequestShape = record<SignedJoinRequest>({
  request: joinRequestShape,
  signature: signatureShape,
});

/** What is signed of a request to join. */
export function joinStatement(request: JoinRequest): DocumentStatement {
  return { domain: 'geo/1/join', signer: request.participant, bytes: encode(joinRequestShape, request) };
}

/**
 * The signed request as bytes; `sign` must sign as `request.participant`. A name that `parseName` would change is a bug
 * and throws.
 */
export function makeJoinRequest(request: JoinRequest, sign: Sign): Uint8Array {
  if (parseName(request.name) !== request.name) throw new RangeError('the name has a form that names do not have');
  return encode(signedJoinRequestShape, { request, signature: sign(joinStatement(request)) });
}

/** Why bytes are no request to join; each is judged only where those before it hold. */
export type JoinFlaw = 'malformed' | 'foreign-network' | 'other-hub' | 'bad-name' | 'forged';

/**
 * The request in the bytes, or what is wrong with it. A pure function of the bytes: how old it may be is for the hub to
 * judge, which has a clock.
 */
export function readJoinRequest(
  received: Uint8Array,
  reader: { readonly network: string; readonly hub: PublicKey; readonly verify: Verify },
): JoinRequest | JoinFlaw {
  const signed: SignedJoinRequest | Refusal<'bad-encoding'> = decode(signedJoinRequestShape, received, {
    maxBytes: MAX_JOIN_REQUEST_BYTES,
    maxDepth: MAX_DEPTH,
  });
  if (isRefusal(signed)) return 'malformed';
  const { request, signature } = signed;
  if (request.network !== reader.network) return 'foreign-network';
  if (request.hub !== reader.hub) return 'other-hub';
  if (parseName(request.name) !== request.name) return 'bad-name';
  return reader.verify(joinStatement(request), signature) ? request : 'forged';
}

/** In a link, an invitation stands behind this: a browser sends nothing from there on to any server. */
const MARK = '#join=';
const LIMIT_PRECISION = 8;

/** Who invites, as the link itself says it: whoever comes by it need not believe the hub. */
export interface Inviter {
  readonly pid: Pid;
  readonly suggestedLimit: SuggestedLimit;
}

/** What the link of an invitation says. */
export interface Invitation {
  /** What the hub knows it by. */
  readonly token: string;
  /** Null: the link does not say; one of the operator never does. */
  readonly from: Inviter | null;
}

/** The link that whoever is invited opens: the place of the hub, and the invitation. */
export function invitationLink(place: string, { token, from }: Invitation): string {
  const link = `${place.replace(/#.*$/, '')}${MARK}${token}`;
  if (from === null) return link;
  const { equivalent, amount } = from.suggestedLimit;
  // The longest last: of a link that was cut short it is missing.
  return `${link}&limit=${formatAmount(amount)}&in=${equivalent}&by=${from.pid}`;
}

/** The invitation in a link, or in what stands behind its place; null: there is none, or only a part of one. */
export function invitationIn(link: string): Invitation | null {
  if (!link.includes(MARK)) return null;
  const [token = '', ...said] = link
    .slice(link.indexOf(MARK) + MARK.length)
    .trim()
    .split('&');
  if (!INVITATION_PATTERN.test(token)) return null;
  if (said.length === 0) return { token, from: null };
  const from = inviterIn(new Map(said.map((part) => [part.split('=')[0], part.split('=')[1] ?? ''])));
  return from === null ? null : { token, from };
}

function inviterIn(said: ReadonlyMap<string | undefined, string>): Inviter | null {
  const pid = parsePid(said.get('by') ?? '');
  const amount = parseAmount(said.get('limit') ?? '', LIMIT_PRECISION);
  const equivalent = parseEquivalent(said.get('in') ?? '');
  if (isRefusal(pid) || isRefusal(amount) || isRefusal(equivalent)) return null;
  return { pid, suggestedLimit: { equivalent, amount } };
}
