/** What an integrity check can find: an invariant (protocol §14) that the books of those hosted here do not keep. */
import { list, record, type Shape, text } from '#protocol/codec.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { InvariantId } from '#protocol/invariants.ts';
import { equivalentShape, publicKeyShape } from '#protocol/packet.ts';

/** The invariants that are looked at. The others show in how a step changes things, not in how things are. */
export const CHECKED_INVARIANTS = [
  'INV-MIRROR',
  'INV-ZERO',
  'INV-ONEWAY',
  'INV-LIMIT',
  'INV-CLEAR',
  'INV-JOURNAL',
] as const satisfies readonly InvariantId[];

export type CheckedInvariant = (typeof CHECKED_INVARIANTS)[number];

/** One end of an account: the books of `participant`, who is hosted here. */
export interface AccountEnd {
  readonly participant: PublicKey;
  readonly neighbour: PublicKey;
  readonly equivalent: string;
}

export interface Violation {
  readonly invariant: CheckedInvariant;
  readonly equivalent: string;
  /** Those hosted here whom it concerns, in the order of their keys. */
  readonly participants: readonly PublicKey[];
  /** The accounts it touches; none for INV-ZERO, which is about all of them. */
  readonly accounts: readonly AccountEnd[];
  /** In words, for the operator. */
  readonly what: string;
}

/** Tells ends of accounts apart. */
export function endKey({ participant, neighbour, equivalent }: AccountEnd): string {
  return `${participant}/${neighbour}/${equivalent}`;
}

/** Equal for the same trouble seen twice, whatever the figures are now. */
export function violationKey({ invariant, equivalent, participants, accounts }: Violation): string {
  return [invariant, equivalent, ...participants, ...accounts.map(endKey)].join(' ');
}

const MOST = Number.MAX_SAFE_INTEGER;

const accountEndShape = record<AccountEnd>({
  participant: publicKeyShape,
  neighbour: publicKeyShape,
  equivalent: equivalentShape,
});

const invariantShape: Shape<CheckedInvariant> = text(16) as Shape<CheckedInvariant>;

export const violationShape = record<Violation>({
  invariant: invariantShape,
  equivalent: equivalentShape,
  participants: list(publicKeyShape, 0, MOST),
  accounts: list(accountEndShape, 0, MOST),
  what: text(1_024),
});
