/**
 * What an account comes to by what proves it, and not by what the hub says (§3.5): the last checkpoint that the member has
 * signed too, and a certificate for each hop since. Pure: says what follows from what was known and what is shown.
 */
import { fromBase64url } from '#protocol/base64url.ts';
import { certificateFlaw } from '#protocol/certificate.ts';
import {
  balanceSeenBy,
  type Checkpoint,
  checkpointDigest,
  checkpointShape,
  checkpointStatement,
  inOrder,
  type SignedCheckpoint,
  signedCheckpointShape,
} from '#protocol/checkpoint.ts';
import type { Shape } from '#protocol/codec.ts';
import { readHanded } from '#protocol/delegation/handed-in.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { EMPTY_HEAD, headAfter, hopKey, hopsDigest } from '#protocol/journal.ts';
import { MAX_CLOCK_SKEW_MS, VERSION } from '#protocol/limits.ts';
import { decodeMessage, type Message } from '#protocol/link.ts';
import { type Certificate, certificateShape, type TxId } from '#protocol/packet.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Verify } from '#protocol/statement.ts';
import { accountName } from './checked.ts';
import type { SignedLines } from './signed-lines.ts';
import { type DelegatedUse, usesIn } from './uses.ts';

/** An account, as the hub shows it. Documents are base64url, amounts 10⁻⁸ units. */
export interface ShownAccount {
  readonly neighbour: PublicKey;
  readonly equivalent: string;
  readonly balance: bigint;
  readonly entries: number;
  readonly head: string;
  readonly agreed: string | null;
  readonly wanted: string | null;
}

/** An entry of its journal, as the hub shows it. */
export interface ShownEntry {
  readonly number: number;
  readonly head: string;
  readonly hop: {
    readonly txId: TxId;
    readonly routeIndex: number;
    readonly hop: number;
    readonly createdAtMs: number;
  } | null;
  readonly delta: bigint;
  readonly certificate: string | null;
  readonly abort: string | null;
}

/** Entries that follow entry `after`. */
export interface ShownPart {
  readonly after: number;
  readonly afterHead: string;
  readonly entries: readonly ShownEntry[];
}

/** A hop that counts by its certificate. */
export type ProvedHop = NonNullable<ShownEntry['hop']> & {
  readonly delta: bigint;
  /** What the host has signed for the member in it. */
  readonly uses: readonly DelegatedUse[];
};

/** A hop that was waived. */
export interface WaivedHop {
  readonly createdAtMs: number;
  /** As it counted before. */
  readonly delta: bigint;
}

/** What was proven of an account. */
export interface Proved {
  /** The last checkpoint, as both signed it. */
  readonly agreed: string | null;
  readonly entries: number;
  readonly head: string;
  /** What counts since, by `hopKey`, in the order of the journal. */
  readonly hops: ReadonlyMap<string, ProvedHop>;
  /** What counted since, and was waived: by `hopKey`. */
  readonly waived: ReadonlyMap<string, WaivedHop>;
}

/** What keeps an account from being proven. */
export type Flaw =
  /** The checkpoint is not signed by both, not of this account, or older than one that was shown. */
  | 'checkpoint'
  /** An entry has no certificate or ABORT that bears it out. */
  | 'entry'
  /** What was shown before is not there any more. */
  | 'missing'
  /** The host has used one number of a mandate twice (§11.2). */
  | 'counter'
  /** The balance is not what all of this adds up to. */
  | 'balance';

/** Whose account it is, in which network. */
export interface Reader {
  readonly self: PublicKey;
  readonly network: string;
  readonly verify: Verify;
}

export const NOTHING_PROVED: Proved = {
  agreed: null,
  entries: 0,
  head: EMPTY_HEAD,
  hops: new Map(),
  waived: new Map(),
};

/** With the checkpoint that is shown now: what it closes is over. */
export function withCheckpoint(reader: Reader, proved: Proved, shown: ShownAccount): Proved | Flaw {
  if (shown.agreed === proved.agreed) return proved;
  const [before, now] = [readCheckpoint(proved.agreed), readCheckpoint(shown.agreed)];
  // Whoever knows of one can be shown none before it: the hub has gone back, or hides it.
  if (now === null) return 'checkpoint';
  const { checkpoint, smallerSignature, largerSignature } = now;
  const { smaller, larger, epoch, previous, untilMs, network, equivalent } = checkpoint;
  const keys = inOrder(reader.self, shown.neighbour);
  const isOfAccount = keys.smaller === smaller && keys.larger === larger && shown.equivalent === equivalent;
  const follows =
    before === null ||
    (epoch === before.checkpoint.epoch + 1 && previous === checkpointDigest(before.checkpoint)) ||
    epoch > before.checkpoint.epoch + 1;
  if (!isOfAccount || network !== reader.network || !follows || largerSignature === null) return 'checkpoint';
  const { verify } = reader;
  const isSigned =
    verify(checkpointStatement(checkpoint, smaller), smallerSignature) &&
    verify(checkpointStatement(checkpoint, larger), largerSignature);
  if (!isSigned) return 'checkpoint';
  const hops = new Map([...proved.hops].filter(([, { createdAtMs }]) => createdAtMs > untilMs));
  const waived = new Map([...proved.waived].filter(([, { createdAtMs }]) => createdAtMs > untilMs));
  return { ...proved, agreed: shown.agreed, hops, waived };
}

/** With a part of the journal. One that begins anew has to show all again that was shown before: see `missingIn`. */
export function withPart(reader: Reader, proved: Proved, shown: ShownAccount, part: ShownPart): Proved | Flaw {
  const goesOn = part.after === proved.entries && part.afterHead === proved.head;
  const hops = new Map(goesOn ? proved.hops : []);
  const waived = new Map(goesOn ? proved.waived : []);
  let { after: entries, afterHead: head } = part;
  const untilMs = readCheckpoint(proved.agreed)?.checkpoint.untilMs ?? 0;
  for (const entry of part.entries) {
    const { number, hop, delta } = entry;
    if (number !== entries + 1 || headAfter(head, { number, hop, delta }) !== entry.head) return 'entry';
    [entries, head] = [number, entry.head];
    if (hop === null || hop.createdAtMs <= untilMs) continue;
    const key = hopKey(hop);
    const known = hops.get(key);
    // What was waived once never counts again.
    const certificate = waived.has(key) ? null : bearing(reader, shown, entry, known);
    if (certificate === null) return 'entry';
    if (known === undefined) hops.set(key, { ...hop, delta, uses: usesIn(certificate, reader.self) });
    else if (hops.delete(key)) waived.set(key, { createdAtMs: hop.createdAtMs, delta: known.delta });
  }
  return { ...proved, entries, head, hops, waived };
}

/** Is something that counted, or was waived, not shown any more though no checkpoint has closed it? */
export function missingIn(now: Proved, before: Proved): boolean {
  const untilMs = readCheckpoint(now.agreed)?.checkpoint.untilMs ?? 0;
  const isOpen = (createdAtMs: number): boolean => createdAtMs > untilMs;
  return (
    [...before.hops].some(([key, hop]) => isOpen(hop.createdAtMs) && !now.hops.has(key) && !now.waived.has(key)) ||
    [...before.waived].some(([key, { createdAtMs }]) => isOpen(createdAtMs) && !now.waived.has(key))
  );
}

/** What it comes to, as the member sees it: > 0, the neighbour owes it. 10⁻⁸ units. */
export function balanceOf({ self }: Reader, { agreed, hops }: Proved): bigint {
  const signed = readCheckpoint(agreed);
  let balance = signed === null ? 0n : balanceSeenBy(self, signed.checkpoint);
  for (const { delta } of hops.values()) balance += delta;
  return balance;
}

/** The checkpoint that the hub wants signed, if it says what is proven here; null: it does not, or there is none. */
export function checkpointIn(
  reader: Reader,
  proved: Proved,
  shown: ShownAccount,
  lines: SignedLines,
  nowMs: number,
): Checkpoint | null {
  const wanted = documentIn(checkpointShape, shown.wanted);
  if (wanted === null) return null;
  const before = readCheckpoint(proved.agreed)?.checkpoint;
  const { untilMs, smallerSeq, largerSeq } = wanted;
  if (untilMs <= (before?.untilMs ?? 0) || untilMs > nowMs + MAX_CLOCK_SKEW_MS) return null;
  if (namesOther(wanted, reader.self, lines)) return null;
  const covered = [...proved.hops.values()].filter(({ createdAtMs }) => createdAtMs <= untilMs);
  let balance = before === undefined ? 0n : balanceSeenBy(reader.self, before);
  for (const { delta } of covered) balance += delta;
  const { smaller, larger } = inOrder(reader.self, shown.neighbour);
  const own: Checkpoint = {
    version: VERSION,
    network: reader.network,
    equivalent: shown.equivalent,
    ...{ smaller, larger },
    epoch: (before?.epoch ?? 0) + 1,
    previous: before === undefined ? null : checkpointDigest(before),
    balance: reader.self === smaller ? balance : -balance,
    untilMs,
    count: covered.length,
    digest: hopsDigest(covered),
    ...{ smallerSeq, largerSeq },
  };
  return checkpointDigest(own) === checkpointDigest(wanted) ? own : null;
}

/** A trust line that is newer than any that was signed would make those to come worthless (§3.5). */
function namesOther(
  { smaller, larger, equivalent, smallerSeq, largerSeq }: Checkpoint,
  self: PublicKey,
  { given, received }: SignedLines,
): boolean {
  const isSmaller = self === smaller;
  const name = accountName(isSmaller ? larger : smaller, equivalent);
  const [own, other] = isSmaller ? [smallerSeq, largerSeq] : [largerSeq, smallerSeq];
  return own > (given.get(name)?.seq ?? 0) || other > (received.get(name)?.seq ?? 0);
}

/**
 * The certificate by which a hop counts, and does not count any more by the ABORT of the one that it leads to; null: nothing bears
 * it out.
 */
function bearing(
  reader: Reader,
  shown: ShownAccount,
  entry: ShownEntry,
  known: ProvedHop | undefined,
): Certificate | null {
  const certificate = certificateIn(reader, entry.certificate);
  const { hop, delta } = entry;
  if (certificate === null || hop === null) return null;
  const { header, route, txId } = certificate;
  const [from, to] = [route.nodes[hop.hop], route.nodes[hop.hop + 1]];
  const isIn = from === shown.neighbour && to === reader.self;
  const isOut = from === reader.self && to === shown.neighbour;
  const isIt = txId === hop.txId && route.index === hop.routeIndex && header.createdAtMs === hop.createdAtMs;
  if (!isIt || header.equivalent !== shown.equivalent || !(isIn || isOut)) return null;
  const amount = isIn ? route.amount : -route.amount;
  const isBorneOut =
    known === undefined ? delta === amount : delta === -amount && isWaived(reader, certificate, hop.hop, entry.abort);
  return isBorneOut ? certificate : null;
}

function certificateIn({ network, verify }: Reader, text: string | null): Certificate | null {
  const certificate = documentIn(certificateShape, text);
  if (certificate === null) return null;
  return certificate.header.network === network && certificateFlaw(certificate, verify) === null ? certificate : null;
}

function isWaived({ network, verify }: Reader, { header, route, txId }: Certificate, hop: number, text: string | null) {
  const message = messageIn(text);
  if (message?.type !== 'abort') return false;
  const { position, signer, signature, routeIndex } = message;
  const isOfIt = message.txId === txId && routeIndex === route.index && position === hop + 1;
  const about = { header, routes: [route] };
  const statement = { domain: 'geo/1/abort', network, txId, routeIndex, position, signer, about } as const;
  return isOfIt && signer === route.nodes[position] && verify(statement, signature);
}

/** Null: the hub shows none, or something that is none. */
export function readCheckpoint(text: string | null): SignedCheckpoint | null {
  return documentIn(signedCheckpointShape, text);
}

/** Null: the hub shows none, or something that is none. */
function documentIn<T>(shape: Shape<T>, text: string | null): T | null {
  const bytes = bytesIn(text);
  const read = bytes === null ? null : readHanded(shape, bytes);
  return read === null || isRefusal(read) ? null : read;
}

function messageIn(text: string | null): Message | null {
  const bytes = bytesIn(text);
  const message = bytes === null ? null : decodeMessage(bytes);
  return message === null || isRefusal(message) ? null : message;
}

function bytesIn(text: string | null): Uint8Array | null {
  try {
    return text === null ? null : fromBase64url(text);
  } catch {
    // What is no base64url proves nothing.
    return null;
  }
}
