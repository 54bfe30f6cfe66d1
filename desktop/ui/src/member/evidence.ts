/**
 * What a member's browser keeps of its own: the newest checkpoint of each account, and the certificate or ABORT of each hop since.
 * With the trust lines it is all that proves who owes what, also where the hub is gone with everything it had.
 */
import type { Kept } from './hub.ts';
import type { Proved } from './proofs.ts';

/** What proves one hop, as the hub has shown it: base64url. */
export interface HopProof {
  /** Its place on the route: hop h leads from position h to h + 1. */
  readonly hop: number;
  readonly certificate: string;
  readonly abort: string | null;
}

export const PROVED_PREFIX = 'geo-proved-';
const HOP_PREFIX = 'geo-hop-proof-';

/** Keeps the proof of each hop that counts or was waived, until a checkpoint closes it. `account` as in `accountName`. */
export async function keepEvidence(
  kept: Kept,
  account: string,
  { hops, waived }: Proved,
  shown: ReadonlyMap<string, HopProof>,
): Promise<void> {
  const prefix = `${HOP_PREFIX}${account}-`;
  const isOpen = (key: string): boolean => hops.has(key) || waived.has(key);
  for (const [key, proof] of shown) if (isOpen(key)) await kept.set(`${prefix}${key}`, JSON.stringify(proof));
  for (const name of await kept.names(prefix)) if (!isOpen(name.slice(prefix.length))) await kept.delete(name);
}

/** All of them, of all accounts. */
export async function keptProofs(kept: Kept): Promise<readonly HopProof[]> {
  const texts = await Promise.all((await kept.names(HOP_PREFIX)).map((name) => kept.get(name)));
  return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as HopProof]));
}

/** The checkpoint of each account that both have signed last: base64url. */
export async function keptCheckpoints(kept: Kept): Promise<readonly string[]> {
  const texts = await Promise.all((await kept.names(PROVED_PREFIX)).map((name) => kept.get(name)));
  return texts.flatMap((text) => {
    const agreed = text === null ? null : (JSON.parse(text) as Pick<Proved, 'agreed'>).agreed;
    return agreed === null ? [] : [agreed];
  });
}
