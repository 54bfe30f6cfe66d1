/** The accounts and lines of a network of credit as records of its participants, as if they had been there for long. */
import { emptyAccount } from '#protocol/account.ts';
import type { SignedAnnouncement } from '#protocol/announcement.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { ANNOUNCEMENT_LIFETIME_MS, VERSION } from '#protocol/limits.ts';
import type { LineRecord, Records } from '#protocol/records.ts';
import type { Sign } from '#protocol/statement.ts';
import type { Topology } from '#protocol/topology.ts';
import { DEFAULT_POLICY, type TrustLine, trustLineStatement } from '#protocol/trust-line.ts';
import { type CreditGraph, stepSize } from './graphs/credit-graph.ts';
import type { NetworkSettings } from './network-settings.ts';
import { EPOCH_MS } from './scenario.ts';
import { keyOf } from './signatures.ts';

export const NETWORK = 'geo-simulation';
export const EQUIVALENT = 'UAH';
const NO_SIGNATURE = new Uint8Array(8);
/** Everybody agrees to be on the map. */
const POLICY = { ...DEFAULT_POLICY, announce: true };

/** Opens both ends and both lines of every account, linked, and puts the lines on the map where it is known. */
export function openAccounts(
  graph: CreditGraph,
  settings: Pick<NetworkSettings, 'isMapKnown' | 'signsLines'>,
  records: readonly Records[],
  signs: readonly Sign[],
  topology: Topology,
): void {
  const unit = stepSize(graph.precision);
  for (let account = 0; account < graph.a.length; account++) {
    const a = graph.a[account] as number;
    const b = graph.b[account] as number;
    const limitOfA = BigInt(graph.limitOfA[account] as number) * unit;
    const limitOfB = BigInt(graph.limitOfB[account] as number) * unit;
    const owedToA = BigInt(graph.owedToA[account] as number) * unit;
    openEnd(records[a] as Records, b, limitOfA, limitOfB, owedToA);
    openEnd(records[b] as Records, a, limitOfB, limitOfA, -owedToA);
    // A line without a limit stands where something is owed: it can be paid back.
    const lines: [number, number, bigint, boolean][] = [
      [a, b, limitOfA, owedToA > 0n],
      [b, a, limitOfB, owedToA < 0n],
    ];
    for (const [from, to, limit, isOwed] of lines) {
      if (limit === 0n && !isOwed) continue;
      const line = lineRecord(keyOf(from), keyOf(to), limit, settings.signsLines ? (signs[from] as Sign) : null);
      for (const end of [from, to]) records[end]?.apply(line);
      if (settings.isMapKnown) topology.apply(announcementOf(keyOf(from), keyOf(to)));
    }
  }
}

function openEnd(
  records: Records,
  neighbour: number,
  limitGiven: bigint,
  limitReceived: bigint,
  balance: bigint,
): void {
  records.apply({ ...emptyAccount(keyOf(neighbour), EQUIVALENT), limitGiven, limitReceived, balance });
  records.linked.add(keyOf(neighbour));
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
    policy: POLICY,
    createdAtMs: EPOCH_MS,
  };
  const signature = sign === null ? NO_SIGNATURE : sign(trustLineStatement(line));
  return { type: 'line', signed: { line, signature }, acked: true, conflicting: null };
}

function announcementOf(from: PublicKey, to: PublicKey): SignedAnnouncement {
  return {
    announcement: {
      version: VERSION,
      network: NETWORK,
      from,
      to,
      equivalent: EQUIVALENT,
      seq: EPOCH_MS,
      active: true,
      expiresAtMs: EPOCH_MS + ANNOUNCEMENT_LIFETIME_MS,
    },
    fromSignature: NO_SIGNATURE,
    toSignature: NO_SIGNATURE,
  };
}
