/**
 * A backup of what this browser has kept, for a member whose hub does not answer any more: made of what others have signed, so that
 * whoever opens it can check each piece. What was paid after the last look at the books is not in it; neighbours have that.
 */
import { fromBase64url } from '#protocol/base64url.ts';
import { refusalOf } from '#protocol/cause.ts';
import { type CheckpointRecord, type SignedCheckpoint, signedCheckpointShape } from '#protocol/checkpoint.ts';
import type { Shape } from '#protocol/codec.ts';
import { readHanded } from '#protocol/delegation/handed-in.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { type AbortMessage, decodeMessage } from '#protocol/link.ts';
import { type Certificate, certificateShape, hopsOf, type TxId } from '#protocol/packet.ts';
import type { Abort, CommittedPosition } from '#protocol/position.ts';
import type { DurableRecord, LineRecord, PaidRecord } from '#protocol/records.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { encodePlainly } from '#protocol/stored-value.ts';
import type { WholeState } from '../carrier.ts';
import { accountName } from './checked.ts';
import { type HopProof, keptCheckpoints, keptProofs } from './evidence.ts';
import type { Kept } from './hub.ts';
import { signedLineIn } from './signed-lines.ts';
import { ownDocuments } from './watch.ts';

/** Whose it is, in which network. */
interface Owner {
  readonly publicKey: PublicKey;
  readonly network: string;
}

/** What was shown last: documents of trust lines, and whom the member knows. */
interface LastShown {
  readonly lines: readonly string[];
  readonly contacts: WholeState['parts']['listContacts']['contacts'];
}

/** What others have signed for the member, as records; `lines`: documents of trust lines besides the own ones. */
export async function keptRecords(
  self: PublicKey,
  kept: Kept,
  lines: readonly string[],
): Promise<readonly DurableRecord[]> {
  const checkpoints = (await keptCheckpoints(kept)).flatMap((text) => checkpointsIn(text, self));
  const transactions = transactionsIn(await keptProofs(kept), self);
  return [...newestLines([...lines, ...(await ownDocuments(kept))]), ...checkpoints, ...transactions];
}

/** The two parts of a backup file, to be sealed: see `backupFile`. */
export async function ownBackup(
  { publicKey, network }: Owner,
  kept: Kept,
  { lines, contacts }: LastShown,
  nowMs: number,
): Promise<{ readonly summary: Uint8Array; readonly contents: Uint8Array }> {
  const records = await keptRecords(publicKey, kept, lines);
  const known = contacts.map(({ publicKey: key, alias, cardName, addresses, verified }) => ({
    ...{ publicKey: key, alias, cardName, addresses, verified, addedAtMs: nowMs },
  }));
  const all = { version: 1, network, publicKey, createdAtMs: nowMs, records, contacts: known, settings: null };
  const accounts = new Set(records.flatMap((record) => (record.type === 'line' ? [accountOf(record, publicKey)] : [])));
  const summary = { createdAtMs: nowMs, network, accounts: accounts.size, contacts: known.length };
  return { summary: encodePlainly(summary), contents: await deflated(encodePlainly(all)) };
}

function accountOf({ signed: { line } }: LineRecord, self: PublicKey): string {
  return accountName(line.from === self ? line.to : line.from, line.equivalent);
}

async function deflated(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([Uint8Array.from(bytes)]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** One record of each direction of trust, the newest. */
function newestLines(documents: readonly string[]): readonly LineRecord[] {
  const newest = new Map<string, LineRecord>();
  for (const document of documents) {
    const signed = signedLineIn(document);
    if (signed === null) continue;
    const { from, to, equivalent, seq } = signed.line;
    const name = `${from} ${to} ${equivalent}`;
    if ((newest.get(name)?.signed.line.seq ?? 0) >= seq) continue;
    newest.set(name, { type: 'line', signed, acked: true, conflicting: null });
  }
  return [...newest.values()];
}

function checkpointsIn(text: string, self: PublicKey): readonly CheckpointRecord[] {
  return documentsIn(signedCheckpointShape, text).map((agreed: SignedCheckpoint) => {
    const { smaller, larger, equivalent } = agreed.checkpoint;
    const neighbour = smaller === self ? larger : smaller;
    return { type: 'checkpoint', neighbour, equivalent, agreed, entries: 0, proposed: null };
  });
}

/** What the member signed of each transaction, all its places on all routes, with what was waived of it. */
function transactionsIn(proofs: readonly HopProof[], self: PublicKey): readonly DurableRecord[] {
  const places = new Map<string, CommittedPosition>();
  for (const proof of proofs) {
    for (const certificate of documentsIn(certificateShape, proof.certificate)) {
      for (const position of positionsIn(certificate, self)) {
        const name = `${position.txId}-${position.route.index}-${position.position}`;
        places.set(name, waivedIn(places.get(name) ?? position, proof));
      }
    }
  }
  const all = Map.groupBy(places.values(), ({ txId }) => txId);
  return [...all].flatMap(([txId, positions]) => [
    { type: 'transaction', txId, positions } as const,
    ...paidIn(txId, positions),
  ]);
}

function positionsIn({ txId, header, route, signatures, commit }: Certificate, self: PublicKey): CommittedPosition[] {
  return route.nodes.flatMap((node, position): CommittedPosition[] => {
    if (node !== self) return [];
    const own = { type: 'position', state: 'committed', txId, position, header, route, signatures, commit } as const;
    return [{ ...own, acked: true, waivedByDownstream: null, waivedByMe: null }];
  });
}

/** The waiver of a hop is that of the one it leads to: of the neighbour for an outgoing one, the member's own for an incoming one. */
function waivedIn(position: CommittedPosition, { hop, abort }: HopProof): CommittedPosition {
  const message = abort === null ? null : decodeMessage(fromBase64url(abort));
  if (message === null || isRefusal(message) || message.type !== 'abort') return position;
  if (hop === position.position) return { ...position, waivedByDownstream: abortIn(message) };
  return hop === position.position - 1 ? { ...position, waivedByMe: abortIn(message) } : position;
}

function abortIn({ type: _type, cause, ...abort }: AbortMessage): Abort {
  return { ...abort, cause: refusalOf(cause) };
}

/** The payment id is used up (rule 11). */
function paidIn(txId: TxId, positions: readonly CommittedPosition[]): readonly PaidRecord[] {
  const received = positions.find(({ position, route, header }) => header.kind === 'pay' && position === hopsOf(route));
  if (received === undefined) return [];
  const { payer, paymentId } = received.header;
  return [{ type: 'paid', payer, paymentId, txId }];
}

function documentsIn<T>(shape: Shape<T>, text: string): readonly T[] {
  const read = readHanded(shape, fromBase64url(text));
  return isRefusal(read) ? [] : [read];
}
