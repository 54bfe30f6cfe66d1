/**
 * Comparing books (§7.5): each side says in a few numbers how it sees an account, and whoever lacks something gets
 * exactly that.
 */
import { type Account, emptyAccount } from '../account.ts';
import { checkpointDigest } from '../checkpoint.ts';
import type { PublicKey } from '../identity.ts';
import { type HopId, hopKey, hopsDigest } from '../journal.ts';
import { MAX_CLOCK_SKEW_MS, MAX_HOPS_PER_FRAME, MAX_OPEN_PER_NEIGHBOUR } from '../limits.ts';
import type { Hops, Summary } from '../link.ts';
import { type CountedHop, countedDigest, countedSince, incomingHops, reservedHops } from './books.ts';
import { sendCommit } from './outbox.ts';
import type { Turn } from './turn.ts';

/** How this side sees an account. */
function summaryOf(turn: Turn, account: Account): Summary {
  const { neighbour, equivalent, balance } = account;
  const agreed = turn.checkpoint(neighbour, equivalent)?.agreed?.checkpoint;
  const { count, digest } = countedDigest(turn, account);
  const open = reservedHops(turn, account);
  return {
    type: 'summary',
    equivalent,
    ownSeq: turn.line(turn.self, neighbour, equivalent)?.signed.line.seq ?? 0,
    theirSeq: turn.line(neighbour, turn.self, equivalent)?.signed.line.seq ?? 0,
    epoch: agreed?.epoch ?? 0,
    checkpoint: agreed === undefined ? null : checkpointDigest(agreed),
    balance,
    count,
    digest,
    openCount: open.length,
    openDigest: hopsDigest(open),
  };
}

/** Tells a neighbour how this side sees all accounts with it. */
export function sendSummaries(turn: Turn, neighbour: PublicKey): void {
  for (const account of turn.records.accountsWith(neighbour)) turn.send(neighbour, summaryOf(turn, account));
}

/** The neighbour's view of an account: sends what it lacks; after a loss, judges whether the two agree. */
export function receiveSummary(turn: Turn, from: PublicKey, theirs: Summary): void {
  const account = turn.account(from, theirs.equivalent);
  if (account === undefined) {
    // There is nothing here, or it was forgotten: told so, the neighbour sends what it has. It is not asked for by
    // RECOVER, which is answered by summaries: two that both lost records would never come to rest.
    const saysSomething = !isNothing(theirs) || theirs.openCount > 0;
    if (saysSomething) turn.send(from, summaryOf(turn, emptyAccount(from, theirs.equivalent)));
    return;
  }
  const own = summaryOf(turn, account);
  sendMissingLines(turn, account, own, theirs);
  const agreed = turn.checkpoint(from, theirs.equivalent)?.agreed ?? null;
  if (agreed !== null && theirs.epoch < own.epoch) turn.send(from, { type: 'checkpoint', signed: agreed });
  const sameHops = theirs.checkpoint === own.checkpoint && theirs.count === own.count && theirs.digest === own.digest;
  const sameOpen = own.openCount === theirs.openCount && own.openDigest === theirs.openDigest;
  if (!sameHops || !sameOpen) sendHops(turn, account);
  else compared(turn, account);
  if (account.standing !== 'unsure') return;
  if (own.openDigest !== theirs.openDigest) askAboutHeld(turn, account);
  if ((sameHops && isMirror(own, theirs)) || (isNothing(own) && isNothing(theirs))) agree(turn, account);
}

/** Is there neither a line nor a debt? What is reserved there was adopted, and the neighbour never heard of it. */
function isNothing({ ownSeq, theirSeq, epoch, count, balance }: Summary): boolean {
  return ownSeq === 0 && theirSeq === 0 && epoch === 0 && count === 0 && balance === 0n;
}

function sendMissingLines(turn: Turn, { neighbour, equivalent }: Account, own: Summary, theirs: Summary): void {
  const ownLine = turn.line(turn.self, neighbour, equivalent);
  const theirLine = turn.line(neighbour, turn.self, equivalent);
  if (ownLine !== undefined && theirs.theirSeq < own.ownSeq)
    turn.send(neighbour, { type: 'trust-line', signed: ownLine.signed });
  if (theirLine !== undefined && theirs.ownSeq < own.theirSeq)
    turn.send(neighbour, { type: 'trust-line', signed: theirLine.signed });
}

/** What is held here and not there was waived, and that was forgotten: the neighbour has the ABORT. */
function askAboutHeld(turn: Turn, { neighbour, equivalent }: Account): void {
  for (const { txId, header, route, state, ...position } of turn.records.unsettledWith(neighbour)) {
    if (state !== 'held' || header.equivalent !== equivalent || route.nodes[position.position - 1] !== neighbour)
      continue;
    turn.send(neighbour, { type: 'resolve', txId, routeIndex: route.index, packet: null, header: null, route: null });
  }
}

/** Do the two see the same in all but what counts? */
function isMirror(own: Summary, theirs: Summary): boolean {
  const sameLines = own.ownSeq === theirs.theirSeq && own.theirSeq === theirs.ownSeq;
  const sameOpen = own.openCount === theirs.openCount && own.openDigest === theirs.openDigest;
  return sameLines && sameOpen && own.balance === -theirs.balance;
}

/** The neighbour has shown the same books. Where this side has a line of its own, the owner has to confirm it. */
function agree(turn: Turn, account: Account): void {
  const { neighbour, equivalent } = account;
  const { restoredAtMs, isFrozen } = turn.node;
  const own = turn.line(turn.self, neighbour, equivalent)?.signed.line;
  const isOld = own !== undefined && own.seq <= (restoredAtMs ?? 0) + MAX_CLOCK_SKEW_MS;
  const needsOwner = isFrozen || isOld;
  turn.saveAccount({ ...account, standing: needsOwner ? 'agreed' : 'confirmed', comparedAtMs: comparedNow(turn) });
  turn.notify({ type: 'account-agreed', neighbour, equivalent });
}

/** Lists what counts here since the last checkpoint. */
export function sendHops(turn: Turn, account: Account): void {
  const { neighbour, equivalent, closedUntilMs: untilMs } = account;
  const hops = [...countedSince(turn, account, untilMs).values()].map(({ txId, routeIndex, hop }) => ({
    txId,
    routeIndex,
    hop,
  }));
  const allHeld = incomingHops(turn, account);
  const held = allHeld.slice(0, MAX_OPEN_PER_NEIGHBOUR);
  const isWhole = hops.length <= MAX_HOPS_PER_FRAME && held.length === allHeld.length;
  for (let at = 0; at === 0 || at < hops.length; at += MAX_HOPS_PER_FRAME) {
    const part = hops.slice(at, at + MAX_HOPS_PER_FRAME);
    turn.send(neighbour, { type: 'hops', equivalent, untilMs, isWhole, hops: part, held });
  }
}

/** What counts with the neighbour: asks for what is missing here, sends what is missing there. */
export function receiveHops(turn: Turn, from: PublicKey, { equivalent, untilMs, isWhole, hops, held }: Hops): void {
  const account = turn.account(from, equivalent);
  if (account === undefined && turn.node.restoredAtMs === null) return;
  const own =
    account === undefined ? new Map<string, CountedHop>() : countedSince(turn, account, account.closedUntilMs);
  const listed = new Set(hops.map(hopKey));
  for (const { txId, routeIndex, hop } of hops) {
    if (own.has(hopKey({ txId, routeIndex, hop }))) continue;
    turn.send(from, { type: 'resolve', txId, routeIndex, packet: null, header: null, route: null });
  }
  const forgotten = held.filter((hop) => turn.position(hop.txId, hop.routeIndex, hop.hop) === undefined);
  for (const { txId, routeIndex } of forgotten) {
    turn.send(from, { type: 'resolve', txId, routeIndex, packet: null, header: null, route: null });
  }
  if (!isWhole) return;
  const isKnown = forgotten.length === 0 && hops.every((hop) => hasPositionAt(turn, hop));
  if (account !== undefined && isKnown) compared(turn, account);
  for (const [key, hop] of own) if (hop.createdAtMs > untilMs && !listed.has(key)) show(turn, from, hop);
}

/** Does this participant stand at either end of the hop, as far as it remembers? */
function hasPositionAt(turn: Turn, { txId, routeIndex, hop }: HopId): boolean {
  return [hop, hop + 1].some((place) => turn.position(txId, routeIndex, place) !== undefined);
}

/** The neighbour knows of no hop that is unknown here: since this start nothing between the two was forgotten (§8.8). */
function compared(turn: Turn, { neighbour, equivalent }: Account): void {
  const account = turn.account(neighbour, equivalent);
  if (account === undefined || account.comparedAtMs >= turn.records.startedAtMs) return;
  turn.saveAccount({ ...account, comparedAtMs: comparedNow(turn) });
}

function comparedNow(turn: Turn): number {
  return Math.max(turn.nowMs, turn.records.startedAtMs);
}

/** Sends the certificate by which a hop counts here. */
function show(turn: Turn, to: PublicKey, { txId, routeIndex }: CountedHop): void {
  for (const position of turn.positions(txId)) {
    if (position.route.index !== routeIndex) continue;
    if (position.state === 'committed') sendCommit(turn, position, to);
    else if (position.state === 'aborted' && position.certificate !== null) {
      const { header, route, certificate } = position;
      turn.send(to, { type: 'commit', certificate: { txId, header, route, ...certificate } });
    } else continue;
    return;
  }
}
