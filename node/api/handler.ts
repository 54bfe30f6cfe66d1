/** What carries out an operation, and what all of them need. */
import { parseAmount, parseLimit } from '#protocol/amount.ts';
import { parseEquivalent } from '#protocol/equivalent.ts';
import type { Command } from '#protocol/event.ts';
import { parsePid } from '#protocol/identity.ts';
import { isRefusal, type Refusal, refuse } from '#protocol/refusals.ts';
import { precisionOf } from '../config.ts';
import type { Resolved } from '../contacts.ts';
import { type AnyRefusal, isAnyRefusal, type NodeRefusal, refuseHere } from '../refusals.ts';
import type { NodeContext, ParticipantContext } from './context.ts';
import type { CheckedInput, OperationName, Result } from './contract.ts';
import type { Token } from './tokens.ts';

/** Who asks: the owner's own tools (null), or a program with a token. */
export type Caller = Token | null;

/** Carries out an operation; a refusal becomes an error of the API. */
export type Handler<N extends OperationName, C extends ParticipantContext = NodeContext> = (
  context: C,
  input: CheckedInput<N>,
  caller: Caller,
) => Result<N> | AnyRefusal | Promise<Result<N> | AnyRefusal>;

/** One that needs no more than a participant has, whoever's process it is in. */
export type ParticipantHandler<N extends OperationName> = Handler<N, ParticipantContext>;

/** Tells the machine what to do. Resolves when it is on disk; the refusal, if it refused. */
export async function command(context: ParticipantContext, command: Command): Promise<Refusal | null> {
  for (const notice of await context.driver.submit({ type: 'command', command })) {
    if (notice.type === 'refused') return notice.refusal;
  }
  return null;
}

/** An equivalent and an amount or a limit of it, as somebody wrote them. */
export function parseMoney(
  { config }: ParticipantContext,
  written: { equivalent: string; amount: string },
  kind: 'amount' | 'limit' = 'amount',
): { equivalent: string; amount: bigint } | Refusal<'bad-equivalent' | 'bad-amount'> {
  const equivalent = parseEquivalent(written.equivalent);
  if (isRefusal(equivalent)) return equivalent;
  const parse = kind === 'amount' ? parseAmount : parseLimit;
  const amount = parse(written.amount, precisionOf(config, equivalent));
  return typeof amount === 'bigint' ? { equivalent, amount } : amount;
}

/** Why an instant cannot be the end of something, or null. */
export function whyNotToCome({ clock }: ParticipantContext, atMs: number): Refusal<'bad-time'> | null {
  if (atMs > clock.nowMs()) return null;
  const input = new Date(atMs).toISOString();
  return refuse('bad-time', { input, why: 'it is in the past', limit: 'a time to come, in milliseconds since 1970' });
}

/** Who is meant; a card that is no longer good is refused. */
export function resolveWho(
  { contacts, clock }: ParticipantContext,
  who: string,
): Resolved | Refusal<'bad-link' | 'bad-key'> | NodeRefusal<'unknown-contact' | 'key-unknown' | 'card-expired'> {
  const resolved = contacts.resolve(who);
  if (isAnyRefusal(resolved)) return resolved;
  const expiresAtMs = resolved.card?.expiresAtMs ?? null;
  if (expiresAtMs === null || expiresAtMs > clock.nowMs()) return resolved;
  return { kind: 'refusal', code: 'card-expired', expiredAtMs: expiresAtMs };
}

/** Someone who was named, where the directory was asked also where they are. */
export interface FoundWho extends Resolved {
  /** As the directory has it; null: it was not asked. */
  readonly addresses: readonly string[] | null;
}

/** As `resolveWho`; whose key is not known is looked for in the directory, and can then be asked as a stranger. */
export async function findWho(
  context: ParticipantContext,
  who: string,
  waitMs?: number,
): Promise<FoundWho | Exclude<ReturnType<typeof resolveWho>, Resolved> | NodeRefusal<'not-in-directory'>> {
  const resolved = resolveWho(context, who);
  if (!isAnyRefusal(resolved)) return { ...resolved, addresses: null };
  if (resolved.code !== 'key-unknown') return resolved;
  const pid = parsePid(who.trim());
  const looking = isRefusal(pid) ? null : context.host.find(pid, waitMs);
  if (looking === null) return resolved;
  const { record, addresses, asked } = await looking;
  if (record === null) return refuseHere('not-in-directory', { pid: resolved.pid, asked });
  // Nobody can ask one who is hosted over a stream of its own (§7.4).
  if (record.host === null) context.host.learn(record.publicKey, addresses);
  return { publicKey: record.publicKey, card: null, addresses };
}

/** Resolves when it has happened, the time is over, or the node stops. */
export async function within(
  { clock, stopping }: ParticipantContext,
  happened: Promise<void>,
  waitMs: number,
): Promise<void> {
  if (waitMs === 0 || stopping.aborted) return;
  const { promise: over, resolve: giveUp } = Promise.withResolvers<void>();
  const stop = () => giveUp();
  stopping.addEventListener('abort', stop);
  const cancel = clock.wakeAt(clock.nowMs() + waitMs, stop);
  await Promise.race([happened, over]);
  cancel();
  stopping.removeEventListener('abort', stop);
}

/** Resolves when `isSo` is true or has come true after some event, the time is over, or the node stops. */
export async function waitUntil(context: ParticipantContext, isSo: () => boolean, waitMs: number): Promise<void> {
  if (isSo()) return;
  const { promise: happened, resolve } = Promise.withResolvers<void>();
  const unsubscribe = context.events.subscribe(() => {
    if (isSo()) resolve();
  });
  await within(context, happened, waitMs);
  unsubscribe();
}
