/**
 * Position 0 (§4.1, §4.6): what a payer or the initiator of a clearing makes, signs first and sends.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import type { PublicKey } from '../identity.ts';
import { LIFETIME_BASE_MS, LIFETIME_PER_HOP_MS, VERSION } from '../limits.ts';
import { type Header, hopsOf, type Route, routeDigestOf, type Signature, type TxId } from '../packet.ts';
import type { PreparedPosition } from '../position.ts';
import { scheduleRetry, sendPrepare } from './outbox.ts';
import { holdOutgoing } from './reserve.ts';
import type { Turn } from './turn.ts';

/** A transaction that is about to begin: one header and all its routes. */
export interface Attempt {
  readonly txId: TxId;
  readonly header: Header;
  readonly routes: readonly Route[];
}

/** One route of an attempt. The salt comes from the command's randomness, so that `step` stays pure. */
export function makeRoute(
  from: { randomness: string; attempts: number },
  index: number,
  nodes: readonly PublicKey[],
  amount: bigint,
): Route {
  const seed = concatBytes(hexToBytes(from.randomness), Uint8Array.of(from.attempts, index));
  return { salt: bytesToHex(sha256(seed)).slice(0, 32), index, amount, nodes };
}

/** The header of an attempt that begins now, with the shortest life that its longest route needs. */
export function makeHeader(
  turn: Turn,
  fields: Pick<Header, 'kind' | 'paymentId' | 'receiver' | 'equivalent' | 'total' | 'sealedMemo'>,
  routes: readonly Route[],
): Header {
  const hops = Math.max(...routes.map(hopsOf));
  return {
    version: VERSION,
    network: turn.records.network,
    kind: fields.kind,
    equivalent: fields.equivalent,
    total: fields.total,
    payer: turn.self,
    receiver: fields.receiver,
    paymentId: fields.paymentId,
    createdAtMs: turn.nowMs,
    expiresAtMs: turn.nowMs + LIFETIME_BASE_MS + LIFETIME_PER_HOP_MS * hops,
    sealedMemo: fields.sealedMemo,
    routeDigests: routes.map(routeDigestOf),
    witnesses: null,
  };
}

/** The first signature of each route, or null where one has to come from the participant itself and did not (§11.4). */
export function signFirst(turn: Turn, { txId, header, routes }: Attempt): readonly Signature[] | null {
  const signatures: Signature[] = [];
  for (const route of routes) {
    const signature = turn.sign({
      domain: 'geo/1/prepare',
      network: header.network,
      txId,
      routeIndex: route.index,
      position: 0,
      signer: turn.self,
      about: { header, routes: [route] },
    });
    if (signature === null) return null;
    signatures.push(signature);
  }
  return signatures;
}

/** Position 0 of every route: reserve the own hop, save, send what was signed. */
export function prepareFirst(turn: Turn, { txId, header, routes }: Attempt, signatures: readonly Signature[]): void {
  for (const [at, route] of routes.entries()) {
    const prepared: PreparedPosition = {
      type: 'position',
      txId,
      position: 0,
      header,
      route,
      state: 'prepared',
      signatures: [signatures[at] as Signature],
      isAdopted: false,
    };
    turn.savePosition(prepared);
    holdOutgoing(turn, prepared);
    sendPrepare(turn, prepared);
    scheduleRetry(turn, prepared);
  }
}
