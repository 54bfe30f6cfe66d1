/** What members sign and hand in (§11.4): mandates, trust lines, attempts of payments. The hub checks, and cannot make any. */
import type { ParticipantContext } from '#node/api/context.ts';
import type { AnyRefusal } from '#node/refusals.ts';
import { checkpointStatement } from '#protocol/checkpoint.ts';
import { covers, delegationFlaw, delegationStatement } from '#protocol/delegation/delegation.ts';
import {
  type HandedAttempt,
  type HandedCheckpoint,
  type HandedMandate,
  handedAttemptShape,
  handedCheckpointShape,
  handedMandateShape,
  readHanded,
} from '#protocol/delegation/handed-in.ts';
import { isOfRoot, newMandate } from '#protocol/delegation/mandate.ts';
import type { Command } from '#protocol/event.ts';
import type { Signature } from '#protocol/packet.ts';
import { txIdOf } from '#protocol/packet.ts';
import { isRefusal, type Refusal, refuse } from '#protocol/refusals.ts';
import type { Statement } from '#protocol/statement.ts';
import { type SignedTrustLine, signedTrustLineShape, trustLineStatement } from '#protocol/trust-line.ts';
import { MAX_MANDATES } from '../limits.ts';
import type { HostedMember } from '../members/hosted-member.ts';
import { refuse as refuseHub, type WebRefusal } from './codes.ts';

type Signed = readonly (readonly [Statement, Signature])[];

const bad = (why: string): Refusal<'bad-document'> => refuse('bad-document', { why });

/** A mandate for the hub, signed by the member, newer than all before. On disk when it resolves. */
export async function takeMandate(
  member: HostedMember,
  bytes: Uint8Array,
): Promise<AnyRefusal | WebRefusal<'mandate-old' | 'too-many-mandates'> | null> {
  const handed = readHanded(handedMandateShape, bytes);
  if (isRefusal(handed)) return handed;
  const why = mandateFlaw(member, handed);
  if (why !== null) return bad(why);
  const { delegation, signature, accounts } = handed;
  const { restoredAtMs } = member.records.node;
  // It may have been used up before: one number twice would be proof against this hub.
  if (restoredAtMs !== null && delegation.seq <= restoredAtMs) return refuseHub('mandate-old', { seq: restoredAtMs });
  const mandate = newMandate(delegation, signature, accounts);
  if (member.mandatesWith(mandate) > MAX_MANDATES) return refuseHub('too-many-mandates', { limit: MAX_MANDATES });
  await member.takeMandate(mandate);
  return null;
}

function mandateFlaw(member: HostedMember, { delegation, signature, accounts }: HandedMandate): string | null {
  const { config, clock, verify } = member.context;
  const flaw = delegationFlaw(delegation);
  if (flaw !== null) return flaw;
  if (delegation.network !== config.network) return 'it is of another network';
  if (delegation.participant !== member.publicKey) return 'it is of another participant';
  if (delegation.delegate !== member.hub) return 'it is for another hub';
  if (!isOfRoot(delegation, accounts)) return 'its accounts are others than it says';
  if (!covers(delegation, clock.nowMs())) return 'it does not cover the present';
  if (member.signer.newestSeq >= delegation.seq) return 'there is a newer one';
  return verify(delegationStatement(delegation), signature) ? null : 'it is not signed by the member';
}

/** An own trust line. What the machine refuses is refused. */
export async function takeTrustLine(member: HostedMember, signed: SignedTrustLine): Promise<AnyRefusal | null> {
  const { line, signature } = signed;
  const statement = trustLineStatement(line);
  if (line.from !== member.publicKey) return bad('it is of another participant');
  if (!member.context.verify(statement, signature)) return bad('it is not signed by the member');
  const { to: neighbour, equivalent, limit, status, policy } = line;
  const command = { type: 'set-trust-line', neighbour, equivalent, limit, status, policy, document: line } as const;
  return obey(member, [[statement, signature]], command);
}

export function readTrustLine(bytes: Uint8Array): SignedTrustLine | Refusal<'bad-encoding'> {
  return readHanded(signedTrustLineShape, bytes);
}

export function readAttempt(bytes: Uint8Array): HandedAttempt | Refusal<'bad-encoding'> {
  return readHanded(handedAttemptShape, bytes);
}

export function readCheckpoint(bytes: Uint8Array): HandedCheckpoint | Refusal<'bad-encoding'> {
  return readHanded(handedCheckpointShape, bytes);
}

/** Why a checkpoint is none that the member has signed; null: it is one. */
export function checkpointFlaw(
  member: HostedMember,
  { checkpoint, signature }: HandedCheckpoint,
): Refusal<'bad-document'> | null {
  if (checkpoint.network !== member.context.config.network) return bad('it is of another network');
  const isOwn = checkpoint.smaller === member.publicKey || checkpoint.larger === member.publicKey;
  if (!isOwn) return bad('it is of another participant');
  const isSigned = member.context.verify(checkpointStatement(checkpoint, member.publicKey), signature);
  return isSigned ? null : bad('it is not signed by the member');
}

/** A checkpoint in which there is no flaw. One that the member's books have moved on from is refused. */
export function takeCheckpoint(
  member: HostedMember,
  { checkpoint, signature }: HandedCheckpoint,
): Promise<AnyRefusal | null> {
  const signed = [[checkpointStatement(checkpoint, member.publicKey), signature]] as const;
  return obey(member, signed, { type: 'sign-checkpoint', checkpoint });
}

/** A payment's attempt: begins when this resolves with null. */
export async function takeAttempt(
  member: HostedMember,
  { header, routes, signatures }: HandedAttempt,
): Promise<AnyRefusal | null> {
  if (routes.length !== signatures.length) return bad('each route needs a signature');
  const txId = txIdOf(header);
  const signed = routes.map((route, at) => {
    const statement: Statement = {
      domain: 'geo/1/prepare',
      network: header.network,
      txId,
      routeIndex: route.index,
      position: 0,
      signer: member.publicKey,
      about: { header, routes: [route] },
    };
    return [statement, signatures[at] as Signature] as const;
  });
  if (!signed.every(([statement, signature]) => member.context.verify(statement, signature))) {
    return bad('it is not signed by the member');
  }
  const { paymentId, receiver, equivalent, total: amount, sealedMemo } = header;
  // Salts come with the routes: nothing is left to chance here.
  const randomness = '00'.repeat(32);
  const order = { type: 'pay', paymentId, receiver, equivalent, amount, sealedMemo, randomness, routes: null } as const;
  return obey(member, signed, { ...order, signed: { header, routes } });
}

async function obey(member: HostedMember, signed: Signed, command: Command): Promise<AnyRefusal | null> {
  const notices = await member.signer.having(signed, () => member.context.driver.submit({ type: 'command', command }));
  for (const notice of notices) if (notice.type === 'refused') return notice.refusal;
  return null;
}

/** Resolves when the payment is decided, the time is over, or the hub stops. */
export async function untilDecided(
  { events, driver, clock, stopping }: ParticipantContext,
  paymentId: HandedAttempt['header']['paymentId'],
  waitMs: number,
): Promise<void> {
  const isDecided = (): boolean => {
    const state = driver.records.payment(paymentId)?.state;
    return state === 'COMMITTED' || state === 'ABORTED';
  };
  if (isDecided() || stopping.aborted) return;
  const decided = Promise.withResolvers<void>();
  const stop = (): void => decided.resolve();
  const unsubscribe = events.subscribe(() => {
    if (isDecided()) stop();
  });
  const cancel = clock.wakeAt(clock.nowMs() + waitMs, stop);
  stopping.addEventListener('abort', stop);
  await decided.promise;
  cancel();
  unsubscribe();
  stopping.removeEventListener('abort', stop);
}
