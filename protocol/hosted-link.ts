/**
 * Links of hosted participants (§7.7): over the link between two nodes go the frames of those whom either hosts, each with
 * whom it is from and to. A node speaks for another participant only with that one's delegation in its hand.
 */
import { bytes, decode, encode, nullable, record, type Shape, variants } from './codec.ts';
import { type Delegation, delegationFlaw, delegationShape, delegationStatement } from './delegation/delegation.ts';
import type { PublicKey } from './identity.ts';
import { MAX_DEPTH, MAX_FRAME_BYTES } from './limits.ts';
import { publicKeyShape, type Signature, signatureShape } from './packet.ts';
import { isRefusal } from './refusals.ts';
import type { Verify } from './statement.ts';

/** Shows that a host may speak for a participant. */
export interface HostedProof {
  readonly delegation: Delegation;
  readonly signature: Signature;
}

interface Between {
  readonly from: PublicKey;
  readonly to: PublicKey;
}

export type HostedMessage =
  /** "I am to be linked with you." Both say it; `proof` is null for a node's own participant. */
  | (Between & { readonly type: 'hosted-open'; readonly proof: HostedProof | null })
  /** One frame of the link of the two. */
  | (Between & { readonly type: 'hosted-frame'; readonly frame: Uint8Array })
  /** The link of the two has ended. */
  | (Between & { readonly type: 'hosted-close' });

const ends = { from: publicKeyShape, to: publicKeyShape } as const;
/** What the envelope of a frame takes. */
const ENVELOPE_BYTES = 80;
/** Longest frame of a hosted participant. */
const MAX_HOSTED_FRAME_BYTES = MAX_FRAME_BYTES - ENVELOPE_BYTES;

const FIRST_NUMBER = 32;
const LAST_NUMBER = 34;

export const hostedMessageShape: Shape<HostedMessage> = variants('type', {
  'hosted-open': [
    FIRST_NUMBER,
    record<Between & { proof: HostedProof | null }>({
      ...ends,
      proof: nullable(record<HostedProof>({ delegation: delegationShape, signature: signatureShape })),
    }),
  ],
  'hosted-frame': [33, record<Between & { frame: Uint8Array }>({ ...ends, frame: bytes(1, MAX_HOSTED_FRAME_BYTES) })],
  'hosted-close': [LAST_NUMBER, record<Between>(ends)],
});

export function encodeHosted(message: HostedMessage): Uint8Array {
  return encode(hostedMessageShape, message);
}

/** CBOR of a number from 24 to 255 begins with this. */
const ONE_BYTE = 0x18;

/** Is the frame one of these messages, by its number? */
export function isHostedFrame(frame: Uint8Array): boolean {
  const number = frame[2];
  return frame[1] === ONE_BYTE && number !== undefined && number >= FIRST_NUMBER && number <= LAST_NUMBER;
}

/** The message in a frame; null where it does not fit. */
export function decodeHosted(frame: Uint8Array): HostedMessage | null {
  const message = decode(hostedMessageShape, frame, { maxBytes: MAX_FRAME_BYTES, maxDepth: MAX_DEPTH });
  return isRefusal(message) ? null : message;
}

/** What keeps a host from speaking for a participant now, or null. By the clock of whoever is asked to believe it. */
export function proofFlaw(
  { delegation, signature }: HostedProof,
  by: {
    readonly participant: PublicKey;
    readonly host: PublicKey;
    readonly network: string;
    readonly nowMs: number;
    readonly verify: Verify;
  },
): string | null {
  const { participant, host, network, nowMs, verify } = by;
  if (delegation.participant !== participant) return 'the delegation is of another participant';
  if (delegation.delegate !== host) return 'the delegation is for another host';
  if (delegation.network !== network) return 'the delegation is of another network';
  if (nowMs > delegation.notAfterMs) return 'the delegation is over';
  const flaw = delegationFlaw(delegation);
  if (flaw !== null) return flaw;
  return verify(delegationStatement(delegation), signature) ? null : 'the delegation is not signed by the participant';
}
