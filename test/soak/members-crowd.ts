/**
 * Members of a hub, each with a real key, an address of its own and the very code of its browser. Requests go out with the
 * address in `X-Forwarded-For`, as a proxy before the hub would say it: rates are those of people in many places.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout } from 'node:timers/promises';
import { AskError } from '#desktop/ui/src/ask-error.ts';
import { Hub, type HubInfo } from '#desktop/ui/src/member/hub.ts';
import { Member } from '#desktop/ui/src/member/member.ts';
import { rememberVerdicts } from '#hub-indexer/members/verdicts.ts';
import { nodeEd25519 } from '#node/identity/ed25519.ts';
import { type PublicKey, publicKeyFromBytes } from '#protocol/identity.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { signWith, verifyWith } from '#protocol/statement.ts';
import type { Random } from '#simulations/random.ts';
import { Memory } from '#test/support/memory.ts';

/** What is noted of what one member does. */
interface Doing {
  readonly place: string;
  /** When it sent its first attempt of a payment. */
  postedAtMs: number | null;
}

/** Those of some minutes. */
const VERDICTS = 100_000;
const doing = new AsyncLocalStorage<Doing>();
/** As if each browser had a processor of its own: what all of them verify is verified once here. */
const verify = verifyWith(rememberVerdicts(nodeEd25519, VERDICTS));
/** Who cannot reach the hub tries again after this time, then after longer ones: all together must not keep it down. */
const LOOK_AGAIN_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** The client calls the browser's `fetch`; here that tells where the request comes from, and notes when one pays. */
const plainFetch = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const now = doing.getStore();
  if (now === undefined) return plainFetch(input, init);
  if (init?.method === 'POST' && typeof input === 'string' && input.endsWith('/api/v1/payments'))
    now.postedAtMs ??= performance.now();
  const headers = { ...(init?.headers as Record<string, string>), 'x-forwarded-for': now.place };
  return plainFetch(input, { ...init, headers });
};

export interface CrowdMember {
  readonly key: PublicKey;
  readonly name: string;
  readonly member: Member;
  readonly connection: Hub;
  readonly place: string;
}

/** A member that has not joined yet. */
export function newMember(url: string, { publicKey: hub, network }: HubInfo, random: Random, at: number): CrowdMember {
  const seed = Uint8Array.from(Buffer.from(random.hex(32), 'hex'));
  const key = publicKeyFromBytes(nodeEd25519.publicKey(seed));
  if (isRefusal(key)) throw new Error('a key of another length');
  const kept = new Memory();
  const signer = { publicKey: key, sign: signWith(nodeEd25519, seed), network, hub };
  const connection = new Hub(url, signer, kept);
  const member = new Member(signer, connection, kept, verify);
  return { key, name: `Member ${at}`, member, connection, place: `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}` };
}

/** Does something as this member, again as long as the hub cannot be reached or asks for patience. */
export async function patiently<T>(
  { place }: CrowdMember,
  run: () => Promise<T>,
): Promise<{ readonly done: T; readonly postedAtMs: number | null; readonly tries: number }> {
  const now: Doing = { place, postedAtMs: null };
  for (let tries = 1; ; tries++) {
    try {
      const done = await doing.run(now, run);
      return { done, postedAtMs: now.postedAtMs, tries };
    } catch (error) {
      if (!(error instanceof AskError) || !isPassing(error)) throw error;
      // Whoever asks again before that is only refused for longer.
      const { retryAfterS } = error.facts as { readonly retryAfterS?: number };
      const pauseMs =
        retryAfterS === undefined ? Math.min(LONGEST_PAUSE_MS, LOOK_AGAIN_MS * 2 ** (tries - 1)) : retryAfterS * 1_000;
      await setTimeout(pauseMs * (1 + Math.random()));
    }
  }
}

/** The hub is down or stopping, or has answered enough for now. A request that it took before it died is signed anew. */
function isPassing({ code }: AskError): boolean {
  return ['unreachable', 'too-often', 'signature-stale', 'stopped', 'failed', 'stopping'].includes(code);
}

/** Does something for each, so many at a time. */
export async function forAll<T>(all: readonly T[], atOnce: number, run: (one: T, at: number) => Promise<unknown>) {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < all.length; at = next++) await run(all[at] as T, at);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
