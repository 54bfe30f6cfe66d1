/**
 * The member's own look at its accounts: asks the hub for what proves them, keeps what was proven, and signs the
 * checkpoints that say the same. What the hub cannot prove is an alarm.
 */
import { parseLimit } from '#protocol/amount.ts';
import { toBase64url } from '#protocol/base64url.ts';
import { type Checkpoint, checkpointStatement } from '#protocol/checkpoint.ts';
import { encode } from '#protocol/codec.ts';
import { handedCheckpointShape } from '#protocol/delegation/handed-in.ts';
import { pidOf } from '#protocol/identity.ts';
import { hopKey } from '#protocol/journal.ts';
import type { Verify } from '#protocol/statement.ts';
import { accountName, type Checked, type Unproven } from './checked.ts';
import type { Signer } from './documents.ts';
import type { Hub, Kept } from './hub.ts';
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
  withCheckpoint,
  withPart,
} from './proofs.ts';

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

const PREFIX = 'geo-proved-';
/** Parts of journals that are asked for at one look: less than half of what the hub answers in a minute. */
const PARTS_AT_ONCE = 40;
/** Checkpoints in one request. */
const SIGNED_AT_ONCE = 64;
const PRECISION = 8;

/** The hub, as far as it may be asked at one look: its rates are for all that the page does. */
interface Asking {
  readonly hub: Hub;
  readonly kept: Kept;
  partsLeft: number;
}

/** Looks at all accounts, the rest of which another time where there is much new. Throws `AskError` where the hub does not answer. */
export async function checkBooks(
  signer: Signer,
  hub: Hub,
  kept: Kept,
  verify: Verify,
  partsAtOnce = PARTS_AT_ONCE,
): Promise<Checked> {
  const { publicKey: self, network } = signer;
  const reader: Reader = { self, network, verify };
  const asking: Asking = { hub, kept, partsLeft: partsAtOnce };
  const { accounts } = await hub.read<ToldBooks>('GET', '/balance/proofs');
  const balances = new Map<string, bigint>();
  const unproven: Unproven[] = [];
  const later = new Set<string>();
  const wanted: Checkpoint[] = [];
  for (const told of accounts) {
    const shown = { ...told, balance: unitsOf(told.balance) };
    const proved = await prove(reader, asking, shown);
    const { neighbour, equivalent } = shown;
    const name = accountName(neighbour, equivalent);
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
    const checkpoint = checkpointIn(reader, proved, shown, Date.now());
    if (checkpoint !== null) wanted.push(checkpoint);
  }
  return { balances, unproven, later, signed: await sign(signer, hub, wanted), isAll: asking.partsLeft > 0 };
}

/** Null: there is more to ask for than now; what came is kept. */
async function prove(reader: Reader, asking: Asking, shown: ShownAccount): Promise<Proved | Flaw | null> {
  const { neighbour, equivalent } = shown;
  const name = `${PREFIX}${accountName(neighbour, equivalent)}`;
  const before = await readProved(asking.kept, name);
  const waived = new Set<string>();
  let proved = withCheckpoint(reader, before, shown);
  let goesOn = true;
  for (let asked = 0; typeof proved !== 'string' && proved.head !== shown.head; asked++) {
    const known: Proved = proved;
    if (asking.partsLeft === 0) {
      if (goesOn && asked > 0) await asking.kept.set(name, writtenProved(known));
      return null;
    }
    const part = await askPart(asking, shown, known);
    // It may begin anew once: where the hub came back from a backup, or a checkpoint has covered what is known.
    if (asked > 0 && part.after !== known.entries) return 'entry';
    goesOn &&= part.after === known.entries;
    proved = withPart(reader, known, shown, part, waived);
    if (part.entries.length === 0 || (typeof proved !== 'string' && proved.entries >= shown.entries)) break;
  }
  if (typeof proved === 'string') return proved;
  const flaw = flawOf(reader, proved, before, shown, waived);
  if (flaw !== null) return flaw;
  if (proved !== before) await asking.kept.set(name, writtenProved(proved));
  return proved;
}

async function askPart(asking: Asking, { neighbour, equivalent }: ShownAccount, known: Proved): Promise<ShownPart> {
  asking.partsLeft--;
  const query = `after=${known.entries}&head=${known.head}`;
  const part = await asking.hub.read<ToldPart>('GET', `/balance/proofs/${pidOf(neighbour)}:${equivalent}?${query}`);
  return { ...part, entries: part.entries.map((entry) => ({ ...entry, delta: unitsOf(entry.delta) })) };
}

/** What is wrong with an account of which all entries are proven. */
function flawOf(
  reader: Reader,
  proved: Proved,
  before: Proved,
  shown: ShownAccount,
  waived: ReadonlySet<string>,
): Flaw | null {
  const isHidden = proved.entries > shown.entries && before.entries > shown.entries;
  if (isHidden || missingIn(proved, before, waived)) return 'missing';
  const isAsShown = proved.entries === shown.entries;
  // It may have gone on since it was shown, and cannot have gone back.
  if (proved.entries < shown.entries || (isAsShown && proved.head !== shown.head)) return 'entry';
  return isAsShown && balanceOf(reader, proved) !== shown.balance ? 'balance' : null;
}

/** How many of them the hub took. */
async function sign({ publicKey, sign: signWith }: Signer, hub: Hub, wanted: readonly Checkpoint[]): Promise<number> {
  let signed = 0;
  for (let at = 0; at < wanted.length; at += SIGNED_AT_ONCE) {
    const documents = wanted.slice(at, at + SIGNED_AT_ONCE).map((checkpoint) => {
      const signature = signWith(checkpointStatement(checkpoint, publicKey));
      return toBase64url(encode(handedCheckpointShape, { checkpoint, signature }));
    });
    signed += (await hub.act<{ readonly taken: number }>('POST', '/checkpoints', { documents })).taken;
  }
  return signed;
}

/** A hop as it is kept: bigints are no JSON. */
type KeptHop = Told<ProvedHop, 'delta'>;

async function readProved(kept: Kept, name: string): Promise<Proved> {
  const text = await kept.get(name);
  if (text === null) return NOTHING_PROVED;
  const { hops, ...rest } = JSON.parse(text) as Omit<Proved, 'hops'> & { readonly hops: readonly KeptHop[] };
  return { ...rest, hops: new Map(hops.map((hop) => [hopKey(hop), { ...hop, delta: BigInt(hop.delta) }])) };
}

function writtenProved({ hops, ...rest }: Proved): string {
  const kept = [...hops.values()].map((hop): KeptHop => ({ ...hop, delta: String(hop.delta) }));
  return JSON.stringify({ ...rest, hops: kept });
}

/** An amount of the hub's, which may be below zero. */
function unitsOf(text: string): bigint {
  const isNegative = text.startsWith('-');
  const units = parseLimit(isNegative ? text.slice(1) : text, PRECISION);
  if (typeof units !== 'bigint') return 0n;
  return isNegative ? -units : units;
}
