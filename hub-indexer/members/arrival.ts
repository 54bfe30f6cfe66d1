/**
 * What a member brings along from where it was (§8.4): what others have signed for it, each as the message in which they would
 * show it. Nothing is believed that does not prove itself, and nothing is taken once the member has confirmed its accounts.
 */
import type { AnyRefusal } from '#node/refusals.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { decodeMessage, type Message } from '#protocol/link.ts';
import { isRefusal, refuse } from '#protocol/refusals.ts';
import { isFault, verifyMessage } from '#protocol/verify.ts';
import type { HostedMember } from './hosted-member.ts';

/** Trust lines both ways, checkpoints, certificates, waivers, and packets that are under way. */
const BROUGHT: ReadonlySet<Message['type']> = new Set(['trust-line', 'checkpoint', 'commit', 'abort', 'reminder']);

/** Takes a message of a neighbour that the member has kept. Nothing changes where it is refused. */
export async function takeBrought(
  { context, publicKey }: HostedMember,
  neighbour: PublicKey,
  frame: Uint8Array,
): Promise<AnyRefusal | null> {
  const { driver, verify, clock } = context;
  const { records } = driver;
  if (!records.node.isFrozen) return refuse('not-restored', {});
  if (neighbour === publicKey) return refuse('bad-document', { why: 'it is of nobody else' });
  const message = decodeMessage(frame);
  if (isRefusal(message)) return message;
  if (!BROUGHT.has(message.type)) return refuse('bad-document', { why: `nobody brings along ${message.type}` });
  const verified = verifyMessage({ records, verify, nowMs: clock.nowMs() }, neighbour, message);
  if (isFault(verified)) return refuse('bad-document', { why: verified.what });
  await driver.take(neighbour, message);
  return null;
}
