/** Operations on trust: lines, balances, the map. */
import { owedByMe, owedToMe } from '#protocol/account.ts';
import { formatAmount, parseLimit } from '#protocol/amount.ts';
import { parseEquivalent } from '#protocol/equivalent.ts';
import type { SetTrustLineCommand } from '#protocol/event.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { isRefusal, type Refusal, refuse } from '#protocol/refusals.ts';
import { DEFAULT_POLICY, type LinePolicy } from '#protocol/trust-line.ts';
import { precisionOf } from '../../config.ts';
import type { Resolved } from '../../contacts.ts';
import { type AnyRefusal, isAnyRefusal } from '../../refusals.ts';
import type { ParticipantContext } from '../context.ts';
import type { CheckedInput, Result } from '../contract.ts';
import {
  command,
  type FoundWho,
  findWho,
  type ParticipantHandler,
  parseMoney,
  resolveWho,
  waitUntil,
} from '../handler.ts';
import { viewAccount, viewParticipant, viewTrustCard } from '../views.ts';

const ACK_WAIT_MS = 5_000;
/** Lines of the map in one answer unless more are asked for. */
const MAP_LINES = 1_000;

export const listTrustLines: ParticipantHandler<'listTrustLines'> = (context, { equivalent }) => {
  const wanted = equivalent === undefined ? null : parseEquivalent(equivalent);
  if (isRefusal(wanted)) return wanted;
  const trustLines: Result<'listTrustLines'>['trustLines'] = [];
  for (const account of context.driver.records.accounts()) {
    if (wanted !== null && account.equivalent !== wanted) continue;
    const card = viewTrustCard(context, account.neighbour, account.equivalent);
    if (card.given !== null || card.received !== null) trustLines.push(card);
  }
  return { trustLines };
};

export const setTrustLine: ParticipantHandler<'setTrustLine'> = async (context, input) => {
  const resolved = await findWho(context, input.who);
  if (isAnyRefusal(resolved)) return resolved;
  const money = parseMoney(context, { equivalent: input.equivalent, amount: input.limit }, 'limit');
  if (isRefusal(money)) return money;
  const { equivalent, amount: limit } = money;
  const before = lineTo(context, resolved.publicKey, equivalent);
  const policy = mergePolicy(context, before?.policy ?? DEFAULT_POLICY, input.policy, equivalent);
  if (isAnyRefusal(policy)) return policy;
  return set(context, resolved, { equivalent, limit, status: input.status ?? 'active', policy }, input.waitMs);
};

export const closeTrustLine: ParticipantHandler<'closeTrustLine'> = async (context, input) => {
  const resolved = resolveWho(context, input.who);
  if (isAnyRefusal(resolved)) return resolved;
  const equivalent = parseEquivalent(input.equivalent);
  if (isRefusal(equivalent)) return equivalent;
  const before = lineTo(context, resolved.publicKey, equivalent);
  if (before === undefined) return refuse('no-account', { neighbour: pidOf(resolved.publicKey), equivalent });
  const { limit, policy } = before;
  return set(context, resolved, { equivalent, limit, status: 'closed', policy }, input.waitMs);
};

function lineTo({ driver, identity }: ParticipantContext, neighbour: PublicKey, equivalent: string) {
  return driver.records.line(identity.publicKey, neighbour, equivalent)?.signed.line;
}

/** Says it to the machine, and waits for the neighbour to have it. */
async function set(
  context: ParticipantContext,
  { publicKey: neighbour, card, addresses = null }: Resolved & Partial<FoundWho>,
  wanted: Omit<SetTrustLineCommand, 'type' | 'neighbour'>,
  waitMs = ACK_WAIT_MS,
): Promise<Result<'setTrustLine'> | AnyRefusal> {
  const refusal = await command(context, { type: 'set-trust-line', neighbour, ...wanted });
  if (refusal !== null) return refusal;
  const known = card?.addresses ?? addresses;
  if (known !== null && context.contacts.get(neighbour) === undefined) {
    const change = { publicKey: neighbour, cardName: card?.name, addresses: known };
    const contact = await context.contacts.put(change, context.clock.nowMs());
    if (isAnyRefusal(contact)) return contact;
  }
  context.keepLinked(neighbour);
  context.host.follow(wanted.equivalent);
  const { records } = context.driver;
  const isAcked = () => records.line(context.identity.publicKey, neighbour, wanted.equivalent)?.acked === true;
  await waitUntil(context, isAcked, waitMs);
  return viewTrustCard(context, neighbour, wanted.equivalent);
}

function mergePolicy(
  context: ParticipantContext,
  before: LinePolicy,
  change: CheckedInput<'setTrustLine'>['policy'],
  equivalent: string,
): LinePolicy | AnyRefusal {
  if (change === undefined) return before;
  const dailyLimit =
    change.dailyLimit === undefined ? before.dailyLimit : dailyLimitOf(context, change.dailyLimit, equivalent);
  if (isRefusal(dailyLimit)) return dailyLimit;
  const blocked: PublicKey[] = [];
  for (const who of change.blocked ?? []) {
    const resolved = resolveWho(context, who);
    if (isAnyRefusal(resolved)) return resolved;
    if (resolved.publicKey === context.identity.publicKey) return refuse('to-self', { what: 'block' });
    if (!blocked.includes(resolved.publicKey)) blocked.push(resolved.publicKey);
  }
  return {
    canBeIntermediate: change.canBeIntermediate ?? before.canBeIntermediate,
    autoClearing: change.autoClearing ?? before.autoClearing,
    dailyLimit,
    announce: change.announce ?? before.announce,
    blocked: change.blocked === undefined ? before.blocked : blocked,
  };
}

function dailyLimitOf(
  { config }: ParticipantContext,
  written: string | null,
  equivalent: string,
): bigint | null | Refusal<'bad-amount'> {
  return written === null ? null : parseLimit(written, precisionOf(config, equivalent));
}

export const getBalance: ParticipantHandler<'getBalance'> = (context, { equivalent }) => {
  const wanted = equivalent === undefined ? null : parseEquivalent(equivalent);
  if (isRefusal(wanted)) return wanted;
  const accounts = [...context.driver.records.accounts()].filter(
    (account) => wanted === null || account.equivalent === wanted,
  );
  const sums = new Map<string, { toMe: bigint; byMe: bigint }>();
  for (const account of accounts) {
    const { toMe, byMe } = sums.get(account.equivalent) ?? { toMe: 0n, byMe: 0n };
    sums.set(account.equivalent, { toMe: toMe + owedToMe(account), byMe: byMe + owedByMe(account) });
  }
  return {
    accounts: accounts.map((account) => viewAccount(context, account)),
    net: [...sums].map(([equivalent, { toMe, byMe }]) => ({
      equivalent,
      net: formatAmount(toMe - byMe),
      owedToMe: formatAmount(toMe),
      owedByMe: formatAmount(byMe),
    })),
  };
};

export const getTopology: ParticipantHandler<'getTopology'> = (context, { equivalent, limit }) => {
  const wanted = equivalent === undefined ? null : parseEquivalent(equivalent);
  if (isRefusal(wanted)) return wanted;
  const nowMs = context.clock.nowMs();
  const counts = new Map<string, { lines: number; participants: Set<PublicKey> }>();
  const lines: Result<'getTopology'>['lines'] = [];
  for (const { announcement } of context.driver.records.topology.all()) {
    const { from, to, equivalent, active, expiresAtMs } = announcement;
    if (!active || expiresAtMs <= nowMs || (wanted !== null && equivalent !== wanted)) continue;
    const count = counts.get(equivalent) ?? { lines: 0, participants: new Set() };
    count.lines++;
    count.participants.add(from).add(to);
    counts.set(equivalent, count);
    if (lines.length >= (limit ?? MAP_LINES)) continue;
    lines.push({
      from: viewParticipant(context, from),
      to: viewParticipant(context, to),
      equivalent,
      expiresAtMs,
    });
  }
  return {
    counts: [...counts].map(([equivalent, { lines, participants }]) => ({
      equivalent,
      lines,
      participants: participants.size,
    })),
    lines,
  };
};
