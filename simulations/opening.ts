/** The accounts and lines of a network of credit as records of its participants, as if they had been there for long. */
import { type Account, emptyAccount } from '#protocol/account.ts';
import { type Checkpoint, checkpointStatement, inOrder } from '#protocol/checkpoint.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { hopsDigest } from '#protocol/journal.ts';
import { VERSION } from '#protocol/limits.ts';
import { EMPTY_NODE, type NodeRecord } from '#protocol/node-record.ts';
import type { LineRecord, Records } from '#protocol/records.ts';
import type { Sign } from '#protocol/statement.ts';
import { DEFAULT_POLICY, type TrustLine, trustLineStatement } from '#protocol/trust-line.ts';
import type { CommonMap } from './common-map.ts';
import { type CreditGraph, stepSize } from './graphs/credit-graph.ts';
import type { NetworkSettings } from './network-settings.ts';
import { EPOCH_MS } from './scenario.ts';
import { keyOf } from './signatures.ts';

export const NETWORK = 'geo-simulation';
export const EQUIVALENT = 'UAH';
/** Before anything is paid. */
const OPENED_MS = EPOCH_MS - 1;
const NO_SIGNATURE = new Uint8Array(8);
/** Everybody agrees to be on the map, also by a line of which there is no other. */
const NODE: NodeRecord = { ...EMPTY_NODE, announceAll: true };

/** Opens both ends and both lines of every account, linked, and puts the lines on the map where it is known. */
export function openAccounts(
  graph: CreditGraph,
  settings: Pick<NetworkSettings, 'isMapKnown' | 'signsLines'>,
  records: readonly Records[],
  signs: readonly Sign[],
  map: CommonMap,
): void {
  const unit = stepSize(graph.precision);
  for (const one of records) one.apply(NODE);
  for (let account = 0; account < graph.a.length; account++) {
    const a = graph.a[account] as number;
    const b = graph.b[account] as number;
    const limitOfA = BigInt(graph.limitOfA[account] as number) * unit;
    const limitOfB = BigInt(graph.limitOfB[account] as number) * unit;
    const owedToA = BigInt(graph.owedToA[account] as number) * unit;
    const ends = [records[a] as Records, records[b] as Records] as const;
    openEnd(ends[0], b, { limitGiven: limitOfA, limitReceived: limitOfB, balance: owedToA });
    openEnd(ends[1], a, { limitGiven: limitOfB, limitReceived: limitOfA, balance: -owedToA });
    if (owedToA !== 0n) {
      const signsOfEnds = settings.signsLines ? ([signs[a] as Sign, signs[b] as Sign] as const) : null;
      agreeOnDebt(ends, owedToA, signsOfEnds);
    }
    // A line without a limit stands where something is owed: it can be paid back.
    const lines: [number, number, bigint, boolean][] = [
      [a, b, limitOfA, owedToA > 0n],
      [b, a, limitOfB, owedToA < 0n],
    ];
    for (const [from, to, limit, isOwed] of lines) {
      if (limit === 0n && !isOwed) continue;
      const line = lineRecord(keyOf(from), keyOf(to), limit, settings.signsLines ? (signs[from] as Sign) : null);
      for (const end of [from, to]) records[end]?.apply(line);
      if (settings.isMapKnown) map.add(keyOf(from), keyOf(to));
    }
  }
}

function openEnd(
  records: Records,
  neighbour: number,
  amounts: Pick<Account, 'limitGiven' | 'limitReceived' | 'balance'>,
): void {
  const account = { ...emptyAccount(keyOf(neighbour), EQUIVALENT), ...amounts };
  const isOwed = amounts.balance !== 0n;
  const closed = { closedUntilMs: OPENED_MS, refuseUntilMs: OPENED_MS, latestMs: OPENED_MS };
  records.apply(isOwed ? { ...account, ...closed } : account);
  records.linked.add(keyOf(neighbour));
}

/** A debt that is there at first is one that both have signed: the next checkpoint goes on from it. */
function agreeOnDebt([a, b]: readonly [Records, Records], owedToA: bigint, signs: readonly [Sign, Sign] | null): void {
  const { smaller, larger } = inOrder(a.self, b.self);
  const isInOrder = smaller === a.self;
  const checkpoint: Checkpoint = {
    version: VERSION,
    network: NETWORK,
    equivalent: EQUIVALENT,
    smaller,
    larger,
    epoch: 1,
    previous: null,
    balance: isInOrder ? owedToA : -owedToA,
    untilMs: OPENED_MS,
    count: 0,
    digest: hopsDigest([]),
    smallerSeq: 0,
    largerSeq: 0,
  };
  const ofA = signs?.[0](checkpointStatement(checkpoint, a.self)) ?? NO_SIGNATURE;
  const ofB = signs?.[1](checkpointStatement(checkpoint, b.self)) ?? NO_SIGNATURE;
  const agreed = { checkpoint, smallerSignature: isInOrder ? ofA : ofB, largerSignature: isInOrder ? ofB : ofA };
  for (const [records, neighbour] of [
    [a, b.self],
    [b, a.self],
  ] as const)
    records.apply({ type: 'checkpoint', neighbour, equivalent: EQUIVALENT, agreed, entries: 0, proposed: null });
}

function lineRecord(from: PublicKey, to: PublicKey, limit: bigint, sign: Sign | null): LineRecord {
  const line: TrustLine = {
    version: VERSION,
    network: NETWORK,
    from,
    to,
    equivalent: EQUIVALENT,
    seq: EPOCH_MS,
    limit,
    status: 'active',
    policy: DEFAULT_POLICY,
    createdAtMs: EPOCH_MS,
  };
  const signature = sign === null ? NO_SIGNATURE : sign(trustLineStatement(line));
  return { type: 'line', signed: { line, signature }, acked: true, conflicting: null };
}
