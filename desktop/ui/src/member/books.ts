/**
 * The member's own look at its accounts: asks the hub for what proves them, keeps what was proven, and signs the
 * checkpoints that say the same. What the hub cannot prove is an alarm.
 */
import { toBase64url } from '#protocol/base64url.ts';
import { type Checkpoint, checkpointStatement } from '#protocol/checkpoint.ts';
import { encode } from '#protocol/codec.ts';
import { handedCheckpointShape } from '#protocol/delegation/handed-in.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { hopKey } from '#protocol/journal.ts';
import type { Verify } from '#protocol/statement.ts';
import { accountName, type Checked, keepBalances, type Unproven } from './checked.ts';
import type { Signer } from './documents.ts';
import { type HopProof, keepEvidence, PROVED_PREFIX as PREFIX } from './evidence.ts';
import type { Hub, Kept } from './hub.ts';
import { passedBy } from './passed.ts';
import {
  balanceOf,
  checkpointIn,
  type Flaw,
  missingIn,
  NOTHING_PROVED,
  type Proved,
  type ProvedHop,
  type Reader,
  type ShownAccount,
  type ShownEntry,
  type ShownPart,
  type WaivedHop,
  withCheckpoint,
  withPart,
} from './proofs.ts';
import type { SignedLines } from './signed-lines.ts';
import { unitsOf } from './units.ts';
import { UsedNumbers } from './uses.ts';
import { type OwnLine, ownLines } from './watch.ts';

/** As they come: amounts are decimal text. */
type Told<T, K extends keyof T> = Omit<T, K> & { readonly [N in K]: string };
interface ToldBooks {
  readonly accounts: readonly Told<ShownAccount, 'balance'>[];
}
interface ToldPart {
  readonly after: number;
  readonly afterHead: string;
  readonly entries: readonly Told<ShownEntry, 'delta'>[];
}

const SIGNED_PREFIX = 'geo-checkpoint-';
/** Parts of journals that are asked for at one look: less than half of what the hub answers in a minute. */
const PARTS_AT_ONCE = 40;
/** Checkpoints in one request. */
const SIGNED_AT_ONCE = 64;

/** The hub, as far as it may be asked at one look: its rates are for all that the page does. */
interface Asking {
  readonly hub: Hub;
  readonly kept: Kept;
  partsLeft: number;
}

/**
 * Looks at all accounts, the rest of which another time where there is much new. `lines`: as they were signed, to close accounts
 * by. Throws `AskError` where the hub does not answer.
 */
export async function checkBooks(
  signer: Signer,
  hub: Hub,
  kept: Kept,
  verify: Verify,
  lines: SignedLines,
  partsAtOnce = PARTS_AT_ONCE,
): Promise<Checked> {
  const { publicKey: self, network } = signer;
  const reader: Reader = { self, network, verify };
  const asking: Asking = { hub, kept, partsLeft: partsAtOnce };
  const limits = await ownLines(kept);
  const { accounts } = await hub.read<ToldBooks>('GET', '/balance/proofs');
  const balances = new Map<string, bigint>();
  const unproven: Unproven[] = await hiddenAmong(reader, kept, accounts);
  const later = new Set<string>();
  const passed: OwnLine[] = [];
  const documents: string[] = [];
  const numbers = new UsedNumbers();
  for (const told of accounts) {
    const shown = { ...told, balance: unitsOf(told.balance) };
    const { neighbour, equivalent } = shown;
    const name = accountName(neighbour, equivalent);
    const proved = await prove(reader, asking, shown, numbers);
    if (proved === null) {
      later.add(name);
      continue;
    }
    if (typeof proved === 'string') {
      unproven.push({ neighbour, equivalent, flaw: proved });
      continue;
    }
    if (proved.entries === shown.entries) balances.set(name, balanceOf(reader, proved));
    else later.add(name);
    const limit = limits.find((line) => accountName(line.neighbour, line.equivalent) === name);
    // What was let through is not closed over: it stays the member's evidence.
    if (limit !== undefined && passedBy(reader, proved, limit) > 0n) {
      passed.push(limit);
      continue;
    }
    const checkpoint = checkpointIn(reader, proved, shown, lines, Date.now());
    if (checkpoint !== null) documents.push(await signOnce(signer, kept, name, checkpoint));
  }
  await keepBalances(kept, { balances, later });
  const signed = await handIn(hub, documents);
  return { balances, unproven, later, passed, signed, isAll: asking.partsLeft > 0 };
}

/** Accounts on which something was proven to be owed, and which the hub does not show at all any more. */
async function hiddenAmong(reader: Reader, kept: Kept, accounts: ToldBooks['accounts']): Promise<Unproven[]> {
  const shown = new Set(accounts.map(({ neighbour, equivalent }) => accountName(neighbour, equivalent)));
  const hidden: Unproven[] = [];
  for (const key of await kept.names(PREFIX)) {
    const name = key.slice(PREFIX.length);
    if (shown.has(name) || balanceOf(reader, await readProved(kept, key)) === 0n) continue;
    const [neighbour = '', equivalent = ''] = name.split('-');
    hidden.push({ neighbour: neighbour as PublicKey, equivalent, flaw: 'missing' });
  }
  return hidden;
}

/** Null: there is more to ask for than now; what came is kept. */
async function prove(
  reader: Reader,
  asking: Asking,
  shown: ShownAccount,
  numbers: UsedNumbers,
): Promise<Proved | Flaw | null> {
  const { neighbour, equivalent } = shown;
  const account = accountName(neighbour, equivalent);
  const name = `${PREFIX}${account}`;
  const before = await readProved(asking.kept, name);
  let proved = withCheckpoint(reader, before, shown);
  let goesOn = true;
  const shownProofs = new Map<string, HopProof>();
  for (let asked = 0; typeof proved !== 'string' && proved.head !== shown.head; asked++) {
    const known: Proved = proved;
    if (asking.partsLeft === 0) {
      if (goesOn && asked > 0) {
        await keepEvidence(asking.kept, account, known, shownProofs);
        await asking.kept.set(name, writtenProved(known));
      }
      return null;
    }
    const part = await askPart(asking, shown, known);
    // It may begin anew once: where the hub came back from a backup, or a checkpoint has covered what is known.
    if (asked > 0 && part.after !== known.entries) return 'entry';
    for (const { hop, certificate, abort } of part.entries) {
      if (hop !== null && certificate !== null) shownProofs.set(hopKey(hop), { hop: hop.hop, certificate, abort });
    }
    goesOn &&= part.after === known.entries;
    proved = withPart(reader, known, shown, part);
    if (part.entries.length === 0 || (typeof proved !== 'string' && proved.entries >= shown.entries)) break;
  }
  if (typeof proved === 'string') return proved;
  const flaw = flawOf(reader, proved, before, shown);
  if (flaw !== null) return flaw;
  if (numbers.areTwice([...proved.hops.values()].flatMap(({ uses }) => uses))) return 'counter';
  if (proved !== before) {
    await keepEvidence(asking.kept, account, proved, shownProofs);
    await asking.kept.set(name, writtenProved(proved));
  }
  return proved;
}

async function askPart(asking: Asking, { neighbour, equivalent }: ShownAccount, known: Proved): Promise<ShownPart> {
  asking.partsLeft--;
  const query = `after=${known.entries}&head=${known.head}`;
  const part = await asking.hub.read<ToldPart>('GET', `/balance/proofs/${pidOf(neighbour)}:${equivalent}?${query}`);
  return { ...part, entries: part.entries.map((entry) => ({ ...entry, delta: unitsOf(entry.delta) })) };
}

/** What is wrong with an account of which all entries are proven. */
function flawOf(reader: Reader, proved: Proved, before: Proved, shown: ShownAccount): Flaw | null {
  const isHidden = proved.entries > shown.entries && before.entries > shown.entries;
  if (isHidden || missingIn(proved, before)) return 'missing';
  const isAsShown = proved.entries === shown.entries;
  // It may have gone on since it was shown, and cannot have gone back.
  if (proved.entries < shown.entries || (isAsShown && proved.head !== shown.head)) return 'entry';
  return isAsShown && balanceOf(reader, proved) !== shown.balance ? 'balance' : null;
}

/** Hands in what was signed; how many of them the hub took. */
async function handIn(hub: Hub, documents: readonly string[]): Promise<number> {
  let taken = 0;
  for (let at = 0; at < documents.length; at += SIGNED_AT_ONCE) {
    const some = documents.slice(at, at + SIGNED_AT_ONCE);
    taken += (await hub.act<{ readonly taken: number }>('POST', '/checkpoints', { documents: some })).taken;
  }
  return taken;
}

/** The last checkpoint of an account that was signed here. */
interface KeptSignature {
  readonly epoch: number;
  readonly document: string;
}

/**
 * Signs a checkpoint, and keeps that before it goes anywhere: of one epoch nothing else is ever signed. Where the hub asks for
 * another one of the same epoch, since it has forgotten the first, it gets the first again.
 */
async function signOnce({ publicKey, sign }: Signer, kept: Kept, account: string, wanted: Checkpoint): Promise<string> {
  const name = `${SIGNED_PREFIX}${account}`;
  const text = await kept.get(name);
  const before = text === null ? null : (JSON.parse(text) as KeptSignature);
  if (before?.epoch === wanted.epoch) return before.document;
  const signature = sign(checkpointStatement(wanted, publicKey));
  const document = toBase64url(encode(handedCheckpointShape, { checkpoint: wanted, signature }));
  await kept.set(name, JSON.stringify({ epoch: wanted.epoch, document } satisfies KeptSignature));
  return document;
}

/** As it is kept: bigints and maps are no JSON. */
type KeptHop = Told<ProvedHop, 'delta'>;
interface KeptProved extends Omit<Proved, 'hops' | 'waived'> {
  readonly hops: readonly KeptHop[];
  readonly waived: readonly (readonly [string, Told<WaivedHop, 'delta'>])[];
}

async function readProved(kept: Kept, name: string): Promise<Proved> {
  const text = await kept.get(name);
  if (text === null) return NOTHING_PROVED;
  const { hops, waived, ...rest } = JSON.parse(text) as KeptProved;
  const counted = hops.map((hop): [string, ProvedHop] => [hopKey(hop), { ...hop, delta: BigInt(hop.delta) }]);
  const given = waived.map(([key, hop]): [string, WaivedHop] => [key, { ...hop, delta: BigInt(hop.delta) }]);
  return { ...rest, hops: new Map(counted), waived: new Map(given) };
}

function writtenProved({ hops, waived, ...rest }: Proved): string {
  const kept = [...hops.values()].map((hop): KeptHop => ({ ...hop, delta: String(hop.delta) }));
  const given = [...waived].map(([key, hop]) => [key, { ...hop, delta: String(hop.delta) }] as const);
  return JSON.stringify({ ...rest, hops: kept, waived: given } satisfies KeptProved);
}
