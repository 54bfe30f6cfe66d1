/**
 * What a member's browser signs for its hub (§13.8): that it is the member, and each request that changes something. A
 * token alone, which the hub itself has made, lets nobody do that.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { encode, hex, literal, record, text } from './codec.ts';
import { bytesToHex } from './hex.ts';
import type { PublicKey } from './identity.ts';
import { MAX_REQUEST_PATH_CHARACTERS, VERSION } from './limits.ts';
import { networkShape, publicKeyShape, timeShape } from './packet.ts';
import type { DocumentStatement } from './statement.ts';

/** Who speaks with whom. */
export interface HubSession {
  readonly network: string;
  readonly hub: PublicKey;
  readonly participant: PublicKey;
}

interface Login extends HubSession {
  readonly version: typeof VERSION;
  /** 32 bytes of the hub's, as hex. */
  readonly challenge: string;
}

interface Request extends HubSession {
  readonly version: typeof VERSION;
  readonly method: string;
  readonly path: string;
  readonly timestampMs: number;
  readonly bodyDigest: string;
}

/** A request over HTTP as it is sent. */
export interface HubRequest {
  /** In capitals. */
  readonly method: string;
  /** With its query, as sent: printable ASCII. */
  readonly path: string;
  readonly timestampMs: number;
  /** The very bytes; none where there is no body. */
  readonly body: Uint8Array;
}

const METHOD_PATTERN = /^[A-Z]{1,16}$/;
const PATH_PATTERN = new RegExp(`^[!-~]{1,${MAX_REQUEST_PATH_CHARACTERS}}$`);
const DIGEST_BYTES = 32;

export const loginShape = record<Login>({
  version: literal(VERSION),
  network: networkShape,
  hub: publicKeyShape,
  participant: publicKeyShape,
  challenge: hex(DIGEST_BYTES),
});

export const requestShape = record<Request>({
  version: literal(VERSION),
  network: networkShape,
  hub: publicKeyShape,
  participant: publicKeyShape,
  method: text(16, METHOD_PATTERN),
  path: text(MAX_REQUEST_PATH_CHARACTERS, PATH_PATTERN),
  timestampMs: timeShape,
  bodyDigest: hex(DIGEST_BYTES),
});

/** "It is me": what is signed of a challenge of 32 bytes. */
export function loginStatement(session: HubSession, challenge: Uint8Array): DocumentStatement {
  const bytes = encode(loginShape, { version: VERSION, ...session, challenge: bytesToHex(challenge) });
  return { domain: 'geo/1/login', signer: session.participant, bytes };
}

/** Whether a path can be signed: printable ASCII, not too long. Browsers send no others. */
export function isSignablePath(path: string): boolean {
  return PATH_PATTERN.test(path);
}

/** "I want this done": what is signed of a request. A method or a path out of range is a bug and throws. */
export function requestStatement(session: HubSession, request: HubRequest): DocumentStatement {
  const { method, path, timestampMs, body } = request;
  const bodyDigest = bytesToHex(sha256(body));
  const bytes = encode(requestShape, { version: VERSION, ...session, method, path, timestampMs, bodyDigest });
  return { domain: 'geo/1/request', signer: session.participant, bytes };
}
