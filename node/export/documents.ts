/** Whether the signed documents of an exported ledger are what they say: pure functions of one record. */
import { certificateFlaw, preparesFlaw } from '#protocol/certificate.ts';
import { checkpointStatement, inOrder, type SignedCheckpoint } from '#protocol/checkpoint.ts';
import { decodeEvidence, type Evidence, evidenceFlaw, evidenceId } from '#protocol/evidence.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { type Header, hopsOf, packetFlaw, type TxId, txIdOf } from '#protocol/packet.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Verify } from '#protocol/statement.ts';
import { type SignedTrustLine, trustLineStatement } from '#protocol/trust-line.ts';
import { type Flaw, flaw } from './findings.ts';
import type { LedgerOf, LedgerPosition, Waiver } from './format.ts';

/** Of whom and of which network the ledger is. */
export interface Reader {
  readonly participant: PublicKey;
  readonly network: string;
  readonly hasLostRecords: boolean;
  readonly verify: Verify;
}

/** A trust line of or to the holder, signed by its owner. */
export function lineFlaw({ line, signature }: SignedTrustLine, { participant, network, verify }: Reader): Flaw | null {
  if (line.network !== network) return flaw('foreign', `it is of the network “${line.network}”`);
  if (line.from === line.to) return flaw('bad-form', 'it leads from a participant to itself');
  if (line.from !== participant && line.to !== participant) return flaw('foreign', 'it is a line between others');
  return verify(trustLineStatement(line), signature) ? null : flaw('bad-signature', 'its owner has not signed it');
}

/** A checkpoint of the account with `neighbour`; `isAgreed`: both must have signed, else the smaller key. */
export function checkpointFlaw(
  { checkpoint, smallerSignature, largerSignature }: SignedCheckpoint,
  account: { readonly neighbour: PublicKey; readonly equivalent: string },
  isAgreed: boolean,
  { participant, network, verify }: Reader,
): Flaw | null {
  const { smaller, larger } = inOrder(participant, account.neighbour);
  if (checkpoint.network !== network) return flaw('foreign', `it is of the network “${checkpoint.network}”`);
  const isOfAccount =
    checkpoint.smaller === smaller && checkpoint.larger === larger && checkpoint.equivalent === account.equivalent;
  if (!isOfAccount) return flaw('foreign', 'it is of another account');
  const isSigned =
    verify(checkpointStatement(checkpoint, smaller), smallerSignature) &&
    (largerSignature === null ? !isAgreed : verify(checkpointStatement(checkpoint, larger), largerSignature));
  return isSigned
    ? null
    : flaw('bad-signature', `it is not signed by ${isAgreed ? 'both' : 'the one who proposed it'}`);
}

/** Stored evidence, or a file of it: what it says when it proves that; a frame that broke the protocol proves nothing. */
export function readEvidence(
  file: Uint8Array,
  verify: Verify,
): { readonly id: string; readonly evidence: Evidence } | Flaw {
  const evidence = decodeEvidence(file);
  if (isRefusal(evidence))
    return flaw('damaged', `it cannot be read: ${evidence.where} ${evidence.why}`.replace('  ', ' '));
  const id = evidenceId(evidence.documents);
  if (evidence.kind === 'fault') return { id, evidence };
  const why = evidenceFlaw(evidence, verify);
  return why === null ? { id, evidence } : flaw('no-proof', why);
}

/** A transaction: its id, its header, and each position of the holder with all that is signed there. */
export function transactionFlaw(record: LedgerOf<'transaction'>, reader: Reader): Flaw | null {
  const { txId, header, positions } = record;
  if (txIdOf(header) !== txId) return flaw('bad-form', 'its id is not the hash of its header');
  if (header.network !== reader.network) return flaw('foreign', `it is of the network “${header.network}”`);
  const places = new Set(positions.map(({ route, position }) => `${route.index}/${position}`));
  if (places.size !== positions.length) return flaw('bad-form', 'a position stands there twice');
  for (const held of positions) {
    const found = positionFlaw(txId, header, held, reader);
    if (found === null) continue;
    return flaw(found.code, `route ${held.route.index}, position ${held.position}: ${found.why}`);
  }
  return null;
}

function positionFlaw(txId: TxId, header: Header, held: LedgerPosition, reader: Reader): Flaw | null {
  const { route, position } = held;
  const form = packetFlaw(header, route);
  if (form !== null) return flaw('bad-form', form);
  if (route.nodes[position] !== reader.participant) return flaw('foreign', 'somebody else stands there');
  const isLast = position === hopsOf(route);
  const { verify } = reader;
  switch (held.state) {
    case 'prepared': {
      const { signatures, isAdopted } = held;
      if (isLast) return flaw('bad-form', 'the last one prepares nothing');
      const isComplete = isAdopted ? signatures.length <= position : signatures.length === position + 1;
      if (!isComplete) return flaw('bad-signature', `it has ${signatures.length} signatures`);
      return signed(preparesFlaw({ txId, header, route, signatures }, verify, []));
    }
    case 'held': {
      const { signatures } = held;
      // Who forgot what it had may hold a packet of which it was only told (§8.4).
      const isComplete = signatures.length === position || (reader.hasLostRecords && signatures.length < position);
      if (!isLast || !isComplete) return flaw('bad-form', 'only the last one holds a complete packet');
      return signed(preparesFlaw({ txId, header, route, signatures }, verify, []));
    }
    case 'committed': {
      const { signatures, commit, waivedByDownstream, waivedByMe } = held;
      return (
        signed(certificateFlaw({ txId, header, route, signatures, commit }, verify)) ??
        waiverFlaw(waivedByDownstream, position + 1, { txId, route }, reader) ??
        waiverFlaw(waivedByMe, position, { txId, route }, reader)
      );
    }
    case 'aborted':
      return abortedFlaw(txId, header, held, reader);
  }
}

function abortedFlaw(
  txId: TxId,
  header: Header,
  held: Extract<LedgerPosition, { state: 'aborted' }>,
  reader: Reader,
): Flaw | null {
  const { route, position, abort, downstreamAbort, ownRisk, certificate } = held;
  // Who has no upstream has nobody to waive anything to.
  if ((abort === null) !== (position === 0)) return flaw('bad-form', 'its waiver is missing, or has nobody to go to');
  if (ownRisk === 'counted' && certificate === null) return flaw('bad-form', 'a hop counts without a certificate');
  const { signatures, commit } = certificate ?? { signatures: [], commit: null };
  return (
    waiverFlaw(abort, position, { txId, route }, reader) ??
    waiverFlaw(downstreamAbort, position + 1, { txId, route }, reader) ??
    (commit === null ? null : signed(certificateFlaw({ txId, header, route, signatures, commit }, reader.verify)))
  );
}

/**
 * A waiver, if there is one, must be that of whoever stands at the position. Those that it rests on need only be signed
 * by whom they name: they came along with it, and the holder could not choose them.
 */
function waiverFlaw(
  waiver: Waiver | null,
  position: number,
  of: { readonly txId: TxId; readonly route: LedgerPosition['route'] },
  { network, verify }: Reader,
): Flaw | null {
  if (waiver === null) return null;
  const { txId, route } = of;
  if (route.nodes[position] !== waiver.signer)
    return flaw('bad-form', 'a waiver is of somebody who does not stand there');
  for (const [at, { position: stated, signer, signature }] of [waiver, ...waiver.restsOn].entries()) {
    if (stated !== position + at) return flaw('bad-form', 'a waiver is of another position');
    const statement = { network, txId, routeIndex: route.index, position: stated, signer } as const;
    if (!verify({ domain: 'geo/1/abort', ...statement }, signature)) {
      return flaw('bad-signature', `the waiver of position ${stated} is not signed`);
    }
  }
  return null;
}

/** What the protocol says of a certificate is about its form or its signatures; both make it no proof. */
function signed(why: string | null): Flaw | null {
  return why === null ? null : flaw('bad-signature', why);
}
