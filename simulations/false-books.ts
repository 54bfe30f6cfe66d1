/**
 * Lies about books (protocol §3.5, §7.5, §8.4): what malicious participants say of their accounts, show of old packets
 * and checkpoints, or sign that nobody should agree to.
 */
import type { Account } from '#protocol/account.ts';
import { checkpointDigest, checkpointStatement, inOrder, type SignedCheckpoint } from '#protocol/checkpoint.ts';
import { hopsDigest } from '#protocol/journal.ts';
import type { Message } from '#protocol/link.ts';
import type { Packet } from '#protocol/packet.ts';
import type { Mischief } from './adversary.ts';
import type { Participant } from './participant.ts';
import type { Random } from './random.ts';

const UNIT = 100_000_000n;

/** A checkpoint that suits the member: other balances, or a time that closes what is still under way. */
export function proposeFalsely(random: Random, member: Participant, nowMs: number): Mischief | null {
  const account = anyAccount(random, member);
  if (account === null) return null;
  const { neighbour, equivalent } = account;
  const { smaller, larger } = inOrder(member.key, neighbour);
  const agreed = member.records.checkpoint(neighbour, equivalent)?.agreed ?? null;
  const change = random.permille(500) ? 0n : BigInt(random.between(-9, 9)) * UNIT;
  const balance = (member.key === smaller ? account.balance : -account.balance) + change;
  const checkpoint = {
    version: 1,
    network: member.network,
    equivalent,
    smaller,
    larger,
    epoch: (agreed?.checkpoint.epoch ?? 0) + 1,
    previous: agreed === null ? null : checkpointDigest(agreed.checkpoint),
    balance,
    untilMs: random.permille(500) ? Math.max(account.latestMs, 1) : nowMs + random.between(-5_000, 50_000),
    count: random.permille(700) ? account.entries : random.below(9),
    digest: hopsDigest(countedHops(member, account)),
    smallerSeq: 0,
    largerSeq: 0,
  } as const;
  const signature = member.sign(checkpointStatement(checkpoint, member.key));
  const signed: SignedCheckpoint = {
    checkpoint,
    smallerSignature: signature,
    largerSignature: member.key === larger ? signature : null,
  };
  return { from: member.index, to: neighbour, message: { type: 'checkpoint', signed } };
}

function countedHops(member: Participant, { neighbour, equivalent, entries, closedUntilMs }: Account) {
  const hops = [];
  for (let number = 1; number <= entries; number++) {
    const hop = member.records.entry(neighbour, equivalent, number)?.hop ?? null;
    if (hop !== null && hop.createdAtMs > closedUntilMs) hops.push(hop);
  }
  return hops;
}

/** A packet that came to a member, shown back to whoever signed it last, whatever became of it since. */
export function remind(random: Random, members: readonly Participant[], packets: readonly Packet[]): Mischief | null {
  if (packets.length === 0) return null;
  const packet = random.pick(packets);
  const { route, signatures } = packet;
  const member = members.find(({ key }) => route.nodes[signatures.length] === key);
  const to = route.nodes[signatures.length - 1];
  return member === undefined || to === undefined
    ? null
    : { from: member.index, to, message: { type: 'reminder', packet } };
}

/** Numbers that are not true: of nothing at all, or of what the other end would like to hear. */
export function summariseFalsely(random: Random, member: Participant): Mischief | null {
  const account = anyAccount(random, member);
  if (account === null) return null;
  const { neighbour, equivalent, balance } = account;
  const isNothing = random.permille(500);
  const seqOf = (own: boolean): number => {
    const [from, to] = own ? [member.key, neighbour] : [neighbour, member.key];
    return isNothing ? 0 : (member.records.line(from, to, equivalent)?.signed.line.seq ?? 0);
  };
  const message: Message = {
    type: 'summary',
    equivalent,
    ownSeq: seqOf(true),
    theirSeq: seqOf(false),
    epoch: 0,
    checkpoint: null,
    balance: isNothing ? 0n : balance,
    count: 0,
    digest: hopsDigest([]),
    openCount: 0,
    openDigest: hopsDigest([]),
  };
  return { from: member.index, to: neighbour, message };
}

/** A list of hops that leaves some out, so that the other end sends them, or thinks that they do not count. */
export function listFalsely(random: Random, member: Participant): Mischief | null {
  const account = anyAccount(random, member);
  if (account === null) return null;
  const { neighbour, equivalent, closedUntilMs } = account;
  const hops = countedHops(member, account)
    .filter(() => random.permille(500))
    .map(({ txId, routeIndex, hop }) => ({ txId, routeIndex, hop }));
  const message: Message = { type: 'hops', equivalent, untilMs: closedUntilMs, isWhole: true, hops, held: [] };
  return { from: member.index, to: neighbour, message };
}

function anyAccount(random: Random, member: Participant): Account | null {
  const accounts = [...member.records.accounts()];
  return accounts.length === 0 ? null : random.pick(accounts);
}
