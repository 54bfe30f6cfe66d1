/** What the HTTP interface takes and gives. Keys are public keys as 64 lower-case hex digits, as in routes. */
import { z } from 'zod';
import { EQUIVALENT_PATTERN } from '#protocol/equivalent.ts';
import { excerpt } from '#protocol/excerpt.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_ROUTES } from '#protocol/limits.ts';

const participant = z.string().regex(/^[0-9a-f]{64}$/);
const key = participant.transform((text) => text as PublicKey);
const digest = z.string().regex(/^[0-9a-f]{16}$/);
const count = z.int().min(0);

/** How each parameter is to be written. */
const WRITTEN = {
  equivalent: 'an equivalent has 1 to 16 of A-Z, a-z, 0-9 and _',
  source: 'a participant is written as its public key, 64 lower-case hex digits',
  target: 'a participant is written as its public key, 64 lower-case hex digits',
  most: `write a whole number from 1 to ${MAX_ROUTES}, or leave it out`,
} as const;

export const hintsQuery = z.strictObject({
  equivalent: z.string().regex(EQUIVALENT_PATTERN).describe(WRITTEN.equivalent),
  source: key.describe(`Who wants to pay; ${WRITTEN.source}`),
  target: key.describe(`Who is to be paid; ${WRITTEN.target}`),
  most: z
    .string()
    .regex(/^[1-8]$/)
    .default(String(MAX_ROUTES))
    .transform(Number)
    .describe(`How many routes at most, 1 to ${MAX_ROUTES}`),
});

export const hintsAnswer = z.object({
  equivalent: z.string(),
  source: participant,
  target: participant,
  count: count.describe('Lines of the equivalent on the map of this hub'),
  digest: digest.describe('Of these lines: equal for hubs that know the same'),
  routes: z
    .array(z.array(participant))
    .describe('Candidate routes, the shortest first, from source to target; no two share an account'),
});

export const indexAnswer = z.object({
  publicKey: participant.describe('Of this hub'),
  network: z.string(),
  isReady: z.boolean().describe('False: the index is still being brought up to date'),
  equivalents: z.array(z.object({ equivalent: z.string(), lines: count, participants: count, digest })),
});

export const errorAnswer = z.object({
  error: z.object({ code: z.enum(['bad-request', 'not-found', 'too-often', 'failed']), message: z.string() }),
});

/** What is wrong with the parameters of a request for hints, in words; null: nothing. */
export function flawOf(query: Readonly<Record<string, unknown>>): string | null {
  const names = Object.keys(WRITTEN) as (keyof typeof WRITTEN)[];
  const unknown = Object.keys(query).find((name) => !names.some((known) => known === name));
  if (unknown !== undefined) return `There is no parameter "${excerpt(unknown)}"; there are ${names.join(', ')}.`;
  for (const name of names) {
    const value = query[name];
    if (hintsQuery.shape[name].safeParse(value).success) continue;
    if (value === undefined) return `${name} is missing: ${WRITTEN[name]}.`;
    if (typeof value !== 'string') return `${name} is given more than once.`;
    return `${name} is "${excerpt(value)}": ${WRITTEN[name]}.`;
  }
  return null;
}
