/** How records look in the API: participants with names, amounts as text, refusals in words. */
import type { z } from 'zod';
import { type Account, availableIn, availableOut, owedByMe, owedToMe } from '#protocol/account.ts';
import { formatAmount } from '#protocol/amount.ts';
import type { Notice } from '#protocol/event.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import type { Payment } from '#protocol/payment.ts';
import type { LineRecord } from '#protocol/records.ts';
import { precisionOf } from '../config.ts';
import type { Contact } from '../contacts.ts';
import type { AnyRefusal } from '../refusals.ts';
import { codes } from './codes.ts';
import type { ParticipantContext } from './context.ts';
import type * as schemas from './schemas.ts';
import type { Token } from './tokens.ts';
import { type About, explain, type Teller } from './words.ts';

type View<S extends keyof typeof schemas> = z.output<(typeof schemas)[S]>;

/** What is enough to show someone. */
export type Showing = Pick<ParticipantContext, 'config' | 'identity' | 'contacts' | 'preferences'>;

/** The own name is the one on the own card. */
export function viewParticipant(
  { preferences, identity, contacts }: Showing,
  publicKey: PublicKey,
): View<'participant'> {
  const name = publicKey === identity.publicKey ? preferences.now.name : contacts.nameOf(publicKey);
  return { pid: pidOf(publicKey), publicKey, name };
}

/** Says refusals with the names that people have here. */
export function tellerOf(context: Showing): Teller {
  return {
    self: context.identity.publicKey,
    callName: (key) => viewParticipant(context, key).name ?? shortPid(key),
    precisionOf: (equivalent) => precisionOf(context.config, equivalent),
  };
}

/** The beginning of a PID, for people without a name. */
export function shortPid(publicKey: PublicKey): string {
  return `${pidOf(publicKey).slice(0, 8)}…`;
}

export function viewRefusal(context: Showing, refusal: AnyRefusal, about: About): View<'refusal'> {
  const { hop } = about;
  return {
    code: refusal.code,
    text: explain(refusal, about, tellerOf(context)),
    hop: hop && { from: viewParticipant(context, hop.from), to: viewParticipant(context, hop.to) },
    limit: limitOf(refusal),
    maxNow: 'maxNow' in refusal ? formatAmount(refusal.maxNow) : null,
    retry: codes[refusal.code].retry,
    facts: plainFacts(refusal),
  };
}

/** What a refusal carries, as JSON does: amounts as decimal text. */
export function plainFacts(refusal: AnyRefusal): View<'refusal'>['facts'] {
  const { kind: _, code: __, ...facts } = refusal;
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]: [string, unknown]) => {
      if (typeof value === 'bigint') return [name, formatAmount(value)];
      return [name, typeof value === 'number' || typeof value === 'boolean' ? value : String(value)];
    }),
  );
}

function limitOf(refusal: AnyRefusal): string | null {
  if (refusal.code === 'below-smallest') return formatAmount(refusal.limit);
  return 'limit' in refusal && typeof refusal.limit === 'bigint' ? formatAmount(refusal.limit) : null;
}

/** The hop of a route that a refusal speaks of. */
export function hopOf(refusal: AnyRefusal, nodes: readonly PublicKey[]): About['hop'] {
  if (!('hop' in refusal)) return null;
  const from = nodes[refusal.hop];
  const to = nodes[refusal.hop + 1];
  return from === undefined || to === undefined ? null : { from, to };
}

export function viewPayment(context: Showing, payment: Payment): View<'payment'> {
  const { paymentId, receiver, equivalent, amount, state, attempts, createdAtMs } = payment;
  const routes = 'routes' in payment ? payment.routes : [];
  const finishedAtMs = 'finishedAtMs' in payment ? payment.finishedAtMs : null;
  return {
    paymentId,
    receiver: viewParticipant(context, receiver),
    equivalent,
    amount: formatAmount(amount),
    state,
    hops: routes.length === 0 ? null : Math.max(...routes.map(({ nodes }) => nodes.length - 1)),
    routes: routes.map((route) => ({
      amount: formatAmount(route.amount),
      nodes: route.nodes.map((node) => viewParticipant(context, node)),
    })),
    txId: 'txId' in payment ? payment.txId : null,
    attempts,
    createdAtMs,
    finishedAtMs,
    // The clock may have been set back in between.
    ms: finishedAtMs === null ? null : Math.max(0, finishedAtMs - createdAtMs),
    refusal: viewPaymentRefusal(context, payment),
  };
}

/** How much could be paid, with who stops the rest. */
export function viewQuote(context: Showing, quote: Extract<Notice, { type: 'quote' }>): View<'quote'> {
  const { quoteId, receiver, equivalent, atLeast, atMost, stoppedBy, isFinal } = quote;
  return {
    quoteId,
    to: viewParticipant(context, receiver),
    equivalent,
    atLeast: formatAmount(atLeast),
    atMost: formatAmount(atMost),
    stoppedBy: stoppedBy && viewRefusal(context, stoppedBy.refusal, { equivalent, hop: stoppedBy }),
    isFinal,
  };
}

/** Why a payment was aborted, told of the hop that came closest; null for other states. */
export function viewPaymentRefusal(context: Showing, payment: Payment): View<'refusal'> | null {
  if (payment.state !== 'ABORTED') return null;
  const { refusal, closest, equivalent } = payment;
  return viewRefusal(context, refusal, { equivalent, hop: closest && { from: closest.from, to: closest.to } });
}

export function viewAccount(context: ParticipantContext, account: Account): View<'account'> {
  const { neighbour, equivalent, balance, limitGiven, limitReceived, reservedIn, reservedOut, standing } = account;
  return {
    neighbour: viewParticipant(context, neighbour),
    equivalent,
    linked: context.driver.records.linked.has(neighbour),
    balance: formatAmount(balance),
    owesMe: formatAmount(owedToMe(account)),
    iOwe: formatAmount(owedByMe(account)),
    limitGiven: formatAmount(limitGiven),
    limitReceived: formatAmount(limitReceived),
    availableIn: formatAmount(availableIn(account)),
    availableOut: formatAmount(availableOut(account)),
    reservedIn: formatAmount(reservedIn),
    reservedOut: formatAmount(reservedOut),
    standing,
  };
}

/** What a loss of records has left to do; null when there is nothing. */
export function viewRestored(context: ParticipantContext): View<'restored'> | null {
  const { records } = context.driver;
  const { restoredAtMs, isFrozen } = records.node;
  const accounts = [...records.accounts()];
  const having = (standing: Account['standing']) =>
    accounts
      .filter((account) => account.standing === standing)
      .map(({ neighbour, equivalent }) => ({
        neighbour: viewParticipant(context, neighbour),
        equivalent,
        linked: records.linked.has(neighbour),
      }));
  const [unsure, agreed] = [having('unsure'), having('agreed')];
  if (restoredAtMs === null || (!isFrozen && unsure.length === 0 && agreed.length === 0)) return null;
  return { lostAtMs: restoredAtMs, frozen: isFrozen, unsure, agreed };
}

/** Both directions of trust with a neighbour, as far as there are any. */
export function viewTrustCard(
  context: ParticipantContext,
  neighbour: PublicKey,
  equivalent: string,
): View<'trustCard'> {
  const { records } = context.driver;
  const self = context.identity.publicKey;
  return {
    neighbour: viewParticipant(context, neighbour),
    equivalent,
    given: viewLine(context, records.line(self, neighbour, equivalent)),
    received: viewLine(context, records.line(neighbour, self, equivalent)),
  };
}

function viewLine(context: ParticipantContext, record: LineRecord | undefined): View<'trustLine'> | null {
  if (record === undefined) return null;
  const { line } = record.signed;
  const { limit, status, policy, seq, createdAtMs, from, to, equivalent } = line;
  const onMap = context.driver.records.topology.get(from, to, equivalent)?.announcement;
  return {
    limit: formatAmount(limit),
    status,
    policy: {
      ...policy,
      dailyLimit: policy.dailyLimit === null ? null : formatAmount(policy.dailyLimit),
      blocked: policy.blocked.map((key) => viewParticipant(context, key)),
    },
    seq,
    createdAtMs,
    acked: record.acked,
    conflicting: record.conflicting !== null,
    announced: onMap?.active === true && onMap.expiresAtMs > context.clock.nowMs(),
  };
}

export function viewContact(context: ParticipantContext, contact: Contact): View<'contact'> {
  const { publicKey, alias, cardName, addresses, verified } = contact;
  return {
    ...viewParticipant(context, publicKey),
    alias,
    cardName,
    addresses: [...addresses],
    verified,
    linked: context.driver.records.linked.has(publicKey),
  };
}

export function viewToken({ name, scope, dailyCaps, createdAtMs, expiresAtMs }: Token): View<'token'> {
  const caps = dailyCaps.map(({ equivalent, amount }) => ({ equivalent, amount: formatAmount(amount) }));
  return { name, scope, dailyCaps: caps, createdAtMs, expiresAtMs };
}

export function viewReachability(context: ParticipantContext) {
  const { direct, relays } = context.host.reachability();
  return { direct, relays: relays.map((relay) => viewParticipant(context, relay)) };
}
