/**
 * Coming from elsewhere with a backup file: what neighbours have signed for the member is shown to its new hub, each as the
 * message in which they would show it. The file is opened here; the hub sees nothing else of it.
 */
import { type BackupFlaw, openBackupContents } from '#protocol/backup-file.ts';
import { toBase64url } from '#protocol/base64url.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { encodeMessage, type Message } from '#protocol/link.ts';
import { abortMessage } from '#protocol/machine/outbox.ts';
import { downstreamOf, type Position, upstreamOf } from '#protocol/position.ts';
import type { DurableRecord } from '#protocol/records.ts';
import { valueDecoder } from '#protocol/stored-value.ts';
import { AskError } from '../ask-error.ts';
import type { Hub } from './hub.ts';
import { isPassing } from './passing.ts';

/** Somebody whom the member knew. */
interface Known {
  readonly publicKey: PublicKey;
  readonly alias: string | null;
  /** What they call themselves. */
  readonly cardName: string | null;
  readonly addresses: readonly string[];
  readonly verified: boolean;
}

/** What is read of a file; it was made by the member's own node or page. */
export interface Baggage {
  readonly network: string;
  readonly createdAtMs: number;
  readonly records: readonly DurableRecord[];
  readonly contacts: readonly Known[];
}

export interface Owner {
  readonly seed: Uint8Array;
  readonly publicKey: PublicKey;
  readonly network: string;
}

/** Why nothing can be brought from a file. */
export type BaggageFlaw = BackupFlaw['flaw'] | 'other-network';

/** Messages of one neighbour. */
interface Parcel {
  readonly neighbour: PublicKey;
  readonly frames: readonly string[];
}

/** A request holds so many characters of messages, and so many messages. */
const PARCEL_CHARACTERS = 48_000;
const PARCEL_FRAMES = 64;
const LONGEST_WAIT_S = 120;

/** Opens the file. */
export async function openBaggage(owner: Owner, file: Uint8Array): Promise<Baggage | BaggageFlaw> {
  const packed = openBackupContents(owner, file);
  if ('flaw' in packed) return packed.flaw;
  let baggage: Baggage;
  try {
    baggage = valueDecoder()(await inflated(packed)) as Baggage;
  } catch {
    return 'damaged';
  }
  return baggage.network === owner.network ? baggage : 'other-network';
}

async function inflated(packed: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([Uint8Array.from(packed)]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * Shows all of it to the hub. `tell` is called with how much of how much is done. Twice is as once. Throws `AskError`; what was
 * taken until then stays.
 */
export async function handOver(
  hub: Hub,
  owner: PublicKey,
  { records, contacts }: Baggage,
  tell: (done: number, all: number) => void,
): Promise<void> {
  const parcels = parcelsOf(records, owner);
  const others = contacts.filter(({ publicKey }) => publicKey !== owner);
  const all = parcels.length + others.length;
  let done = 0;
  tell(done, all);
  for (const { publicKey: who, alias, cardName, addresses, verified } of others) {
    const name = alias ?? cardName;
    const contact = { who, addresses, verified, allowLookAlike: true };
    const put = (called: object) =>
      patiently(() => hub.act('POST', '/participants/me/contacts', { ...contact, ...called }));
    await put(name === null ? {} : { alias: name }).catch(async (error: unknown) => {
      // Somebody else may be called so already.
      if (name === null || isPassing(error)) throw error;
      await put({});
    });
    tell(++done, all);
  }
  for (const parcel of parcels) {
    await patiently(() => hub.act('POST', '/participants/me/brought', parcel));
    tell(++done, all);
  }
}

/** The hub answers so many requests a minute. */
async function patiently(ask: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (!(error instanceof AskError) || error.code !== 'too-often') throw error;
      const waitS = Math.min(LONGEST_WAIT_S, Math.max(1, Number(error.facts.retryAfterS ?? 60)));
      await new Promise((resolve) => setTimeout(resolve, waitS * 1_000));
    }
  }
}

/** In the order in which one rests on the other: trust lines, checkpoints, what counts since, what is under way. */
function parcelsOf(records: readonly DurableRecord[], owner: PublicKey): readonly Parcel[] {
  const steps = [linesIn, checkpointsIn, certificatesIn, waiversIn, packetsIn];
  return steps.flatMap((step) => packed(records.flatMap((record) => step(record, owner))));
}

interface Shown {
  readonly neighbour: PublicKey;
  readonly message: Message;
}

function packed(shown: readonly Shown[]): readonly Parcel[] {
  const parcels: { neighbour: PublicKey; frames: string[]; characters: number }[] = [];
  const newest = new Map<PublicKey, (typeof parcels)[number]>();
  for (const { neighbour, message } of shown) {
    const frame = toBase64url(encodeMessage(message));
    let parcel = newest.get(neighbour);
    const isFull =
      parcel !== undefined &&
      (parcel.characters + frame.length > PARCEL_CHARACTERS || parcel.frames.length >= PARCEL_FRAMES);
    if (parcel === undefined || isFull) {
      parcel = { neighbour, frames: [], characters: 0 };
      newest.set(neighbour, parcel);
      parcels.push(parcel);
    }
    parcel.frames.push(frame);
    parcel.characters += frame.length;
  }
  return parcels.map(({ neighbour, frames }) => ({ neighbour, frames }));
}

function linesIn(record: DurableRecord, owner: PublicKey): readonly Shown[] {
  if (record.type !== 'line') return [];
  const { signed, conflicting } = record;
  const neighbour = signed.line.from === owner ? signed.line.to : signed.line.from;
  return [signed, ...(conflicting === null ? [] : [conflicting])].map((one) => ({
    neighbour,
    message: { type: 'trust-line', signed: one },
  }));
}

function checkpointsIn(record: DurableRecord): readonly Shown[] {
  if (record.type !== 'checkpoint' || record.agreed === null) return [];
  return [{ neighbour: record.neighbour, message: { type: 'checkpoint', signed: record.agreed } }];
}

function certificatesIn(record: DurableRecord): readonly Shown[] {
  return positionsIn(record).flatMap((position): readonly Shown[] => {
    const neighbour = downstreamOf(position) ?? upstreamOf(position);
    const { txId, header, route } = position;
    const certificate =
      position.state === 'committed' ? position : position.state === 'aborted' ? position.certificate : null;
    if (certificate === null || neighbour === null) return [];
    const { signatures, commit } = certificate;
    return [{ neighbour, message: { type: 'commit', certificate: { txId, header, route, signatures, commit } } }];
  });
}

/** What a downstream neighbour has given up after it was paid. */
function waiversIn(record: DurableRecord): readonly Shown[] {
  return positionsIn(record).flatMap((position): readonly Shown[] => {
    const neighbour = downstreamOf(position);
    const abort = position.state === 'committed' ? position.waivedByDownstream : null;
    return neighbour === null || abort === null ? [] : [{ neighbour, message: abortMessage(abort) }];
  });
}

/** Packets that were passed on and are not decided: as the downstream neighbour would remind of them. */
function packetsIn(record: DurableRecord): readonly Shown[] {
  return positionsIn(record).flatMap((position): readonly Shown[] => {
    const neighbour = downstreamOf(position);
    if (position.state !== 'prepared' || position.isAdopted || neighbour === null) return [];
    const { txId, header, route, signatures } = position;
    return [{ neighbour, message: { type: 'reminder', packet: { txId, header, route, signatures } } }];
  });
}

function positionsIn(record: DurableRecord): readonly Position[] {
  return record.type === 'transaction' ? record.positions : [];
}
