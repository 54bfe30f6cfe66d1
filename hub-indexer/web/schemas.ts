/**
 * What the members' API takes and gives. Amounts are decimal texts and stand beside their equivalent; instants are UTC
 * milliseconds in names that end in `AtMs`; keys are 64 lower-case hex digits; other bytes are base64url without padding.
 */
import { z } from 'zod';
import { EQUIVALENT_PATTERN } from '#protocol/equivalent.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_INVITATION_CHARACTERS } from '#protocol/limits.ts';
import { MAX_FOUND_MEMBERS, MAX_INVITATION_LIFETIME_MS, MAX_INVITATION_USES } from '../limits.ts';
import { CODES } from './codes.ts';
import { NODE_CODES } from './node-errors.ts';

const KEY_LIMIT = 'it should be a public key, 64 hex digits, 0-9 and a-f';
const keyInput = z
  .string(KEY_LIMIT)
  .regex(/^[0-9a-f]{64}$/, KEY_LIMIT)
  .transform((text) => text as PublicKey);
const key = z.string().regex(/^[0-9a-f]{64}$/);
const instant = z.int().min(0).describe('UTC milliseconds');
const equivalent = z.string().regex(EQUIVALENT_PATTERN).describe('What amounts are counted in, such as UAH');
const amount = z
  .string()
  .regex(/^(0|[1-9]\d*)(\.\d{1,8})?$/)
  .describe('Decimal amount, such as 12.5');

/** So many bytes in base64url. */
function base64url(bytes: number) {
  const characters = Math.ceil((4 * bytes) / 3);
  const limit = `it should be ${bytes} bytes in base64url, ${characters} characters without padding`;
  return z.string(limit).regex(new RegExp(`^[A-Za-z0-9_-]{${characters}}$`), limit);
}

const kind = z.enum(['person', 'organisation']);

/** What every member may see of another. */
export const member = z
  .object({ pid: z.string(), publicKey: key, name: z.string(), kind, joinedAtMs: instant })
  .meta({ id: 'Member' });

/** What a member sees of itself. */
export const ownProfile = member
  .extend({
    status: z.enum(['active', 'suspended', 'left']),
    contact: z.string().nullable().describe('How to be reached; only you and the operator see it'),
    invitedBy: member.nullable(),
  })
  .meta({ id: 'OwnProfile' });

const suggestedLimit = z.object({ equivalent, amount }).meta({ id: 'SuggestedLimit' });

export const invitation = z
  .object({
    by: member.nullable().describe('Null: the operator'),
    suggestedLimit: suggestedLimit.nullable(),
    usesLeft: z.int().min(0),
    expiresAtMs: instant,
  })
  .meta({ id: 'Invitation' });

/** Named otherwise than the error of a node, whose schemas are in the same process and known by their names, too. */
export const errorBody = z
  .object({
    error: z.object({
      code: z.enum([...new Set([...CODES, ...NODE_CODES])]),
      message: z.string().describe('What is wrong, which limit it broke, and what to do'),
      facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
      retry: z.boolean().optional().describe('Whether the same may go well later'),
    }),
  })
  .meta({ id: 'HubError' });

const REQUEST_LIMIT = 'it should be a signed request to join in base64url, without padding';
export const joinBody = z.strictObject({
  request: z
    .string(REQUEST_LIMIT)
    .regex(/^[A-Za-z0-9_-]{1,1400}$/, REQUEST_LIMIT)
    .describe('signed-join-request of protocol/wire.cddl'),
  wasElsewhere: z
    .boolean('it should say whether your key was used before: true or false')
    .describe(
      'Was your key used before? Then nothing is signed for you until your neighbours have shown your accounts, and you confirm',
    ),
});

export const joined = z
  .object({ member, inviter: member.nullable(), suggestedLimit: suggestedLimit.nullable() })
  .meta({ id: 'Joined' });

export const challengeBody = z.strictObject({ participant: keyInput });
export const challenge = z.object({ challenge: base64url(32), expiresAtMs: instant }).meta({ id: 'Challenge' });

export const loginBody = z.strictObject({
  participant: keyInput,
  challenge: base64url(32),
  signature: base64url(64).describe('Of login-statement of protocol/wire.cddl'),
});

const REFRESH_LIMIT = 'it should be a refresh token of this hub';
export const refreshBody = z.strictObject({ refreshToken: z.string(REFRESH_LIMIT).min(1, REFRESH_LIMIT).max(1_024) });

export const tokens = z
  .object({
    accessToken: z.string(),
    accessExpiresAtMs: instant,
    refreshToken: z.string().describe('Counts once; used again it ends the session'),
    refreshExpiresAtMs: instant,
  })
  .meta({ id: 'Tokens' });

export const done = z.object({ done: z.literal(true) }).meta({ id: 'Done' });

export const profileChanges = z.strictObject({
  name: z.string('it should be text').max(1_024, 'it should be shorter').optional(),
  contact: z.string('it should be text, or null').max(1_024, 'it should be shorter').nullable().optional(),
});

export const pidParams = z.strictObject({ pid: z.string().max(100, 'it should be a PID') });

const COUNT_LIMIT = `it should be a whole number from 1 to ${MAX_FOUND_MEMBERS}`;
export const searchQuery = z.strictObject({
  query: z
    .string('it should be text')
    .max(256, 'it should be shorter')
    .default('')
    .describe('Part of a name, or the beginning of a PID'),
  limit: z
    .string(COUNT_LIMIT)
    .regex(/^[1-9]\d?$/, COUNT_LIMIT)
    .default('20')
    .transform(Number)
    .refine((count) => count <= MAX_FOUND_MEMBERS, COUNT_LIMIT)
    .describe(`How many at most, 1 to ${MAX_FOUND_MEMBERS}`),
});
export const found = z.object({ members: z.array(member) }).meta({ id: 'Found' });

export const equivalents = z
  .object({ equivalents: z.array(z.object({ equivalent, lines: z.int().min(0), participants: z.int().min(0) })) })
  .meta({ id: 'Equivalents' });

const USES_LIMIT = `it should be a whole number from 1 to ${MAX_INVITATION_USES}`;
const LIFETIME_LIMIT = `it should be milliseconds, at most ${MAX_INVITATION_LIFETIME_MS}`;
export const invitationBody = z.strictObject({
  suggestedLimit: z
    .strictObject({ equivalent, amount: z.string('it should be decimal text such as "12.5"').max(40) })
    .nullable()
    .default(null),
  uses: z.int(USES_LIMIT).min(1, USES_LIMIT).max(MAX_INVITATION_USES, USES_LIMIT).default(1),
  lifetimeMs: z
    .int(LIFETIME_LIMIT)
    .min(1, LIFETIME_LIMIT)
    .max(MAX_INVITATION_LIFETIME_MS, LIFETIME_LIMIT)
    .default(7 * 86_400_000),
});

const INVITATION_LIMIT = `it should be an invitation, at most ${MAX_INVITATION_CHARACTERS} characters of base64url`;
export const invitationToken = z.strictObject({
  invitation: z
    .string(INVITATION_LIMIT)
    .regex(new RegExp(`^[A-Za-z0-9_-]{1,${MAX_INVITATION_CHARACTERS}}$`), INVITATION_LIMIT),
});
export const madeInvitation = z
  .object({ invitation: z.string().describe('Shown this once') })
  .meta({ id: 'MadeInvitation' });
