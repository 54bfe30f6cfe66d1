/**
 * Everything that a hub answers a member with when it does not do what was asked. One closed table: the code, its facts,
 * its HTTP status, and words for people that say what, which limit, and what to do.
 */
import type { RecordFlaw } from '#protocol/participant-record.ts';

/** Each code with what is known of the case. */
export interface CodeFacts {
  'bad-request': { readonly where: string; readonly why: string };
  'bad-name': { readonly input: string; readonly why: string; readonly limit: string };
  'bad-contact': { readonly why: string; readonly limit: string };
  'bad-limit': { readonly why: string };
  'bad-endpoint': { readonly why: string };
  'not-found': { readonly path: string };
  'no-such-member': { readonly pid: string };
  'token-missing': Nothing;
  'token-wrong': Nothing;
  'token-expired': { readonly lifetimeMs: number };
  'login-refused': Nothing;
  'challenge-wrong': { readonly lifetimeMs: number };
  'refresh-wrong': Nothing;
  'refresh-expired': { readonly lifetimeMs: number };
  'refresh-reused': Nothing;
  'signature-missing': { readonly header: string };
  'signature-wrong': Nothing;
  'signature-stale': { readonly timestampMs: number; readonly nowMs: number; readonly limitMs: number };
  'signature-replayed': Nothing;
  'member-suspended': Nothing;
  'join-forged': Nothing;
  'join-stale': { readonly createdAtMs: number; readonly nowMs: number; readonly limitMs: number };
  'other-network': { readonly network: string };
  'other-hub': { readonly hub: string };
  'invitation-needed': Nothing;
  'invitation-wrong': Nothing;
  'invitation-expired': { readonly expiredAtMs: number };
  'invitation-used-up': { readonly uses: number };
  'too-many-invitations': { readonly limit: number };
  'too-many-mandates': { readonly limit: number };
  /** Signed before the records that count how far it was used up were lost. */
  'mandate-old': { readonly seq: number };
  'not-settled': { readonly why: 'owed' | 'unsure' | 'open' | 'disputed' };
  'payment-under-way': { readonly untilMs: number };
  /** A check found the books of an own account broken; `neighbour` is a PID. */
  'account-blocked': { readonly neighbour: string; readonly equivalent: string };
  'record-flawed': { readonly flaw: RecordFlaw };
  'record-of-other-host': { readonly host: string | null; readonly hub: string };
  'record-stale': { readonly seq: number };
  'hub-full': { readonly limit: number };
  'too-large': { readonly limitBytes: number; readonly lengthBytes: number | null };
  'too-often': { readonly what: string; readonly perMinute: number; readonly retryAfterS: number };
  failed: Nothing;
}

type Nothing = Readonly<Record<never, never>>;

export type Code = keyof CodeFacts;

/** An expected no. */
export interface WebRefusal<C extends Code = Code> {
  readonly refused: C;
  readonly facts: CodeFacts[C];
}

export function refuse<C extends Code>(code: C, facts: CodeFacts[C]): WebRefusal<C> {
  return { refused: code, facts };
}

export function isWebRefusal(value: unknown): value is WebRefusal {
  return typeof value === 'object' && value !== null && 'refused' in value;
}

export const STATUS: Readonly<Record<Code, number>> = {
  'bad-request': 400,
  'bad-name': 400,
  'bad-contact': 400,
  'bad-limit': 400,
  'bad-endpoint': 400,
  'not-found': 404,
  'no-such-member': 404,
  'token-missing': 401,
  'token-wrong': 401,
  'token-expired': 401,
  'login-refused': 401,
  'challenge-wrong': 401,
  'refresh-wrong': 401,
  'refresh-expired': 401,
  'refresh-reused': 401,
  'signature-missing': 401,
  'signature-wrong': 401,
  'signature-stale': 401,
  'signature-replayed': 409,
  'member-suspended': 403,
  'join-forged': 403,
  'join-stale': 403,
  'other-network': 409,
  'other-hub': 409,
  'invitation-needed': 403,
  'invitation-wrong': 403,
  'invitation-expired': 403,
  'invitation-used-up': 403,
  'too-many-invitations': 409,
  'too-many-mandates': 409,
  'mandate-old': 409,
  'not-settled': 409,
  'payment-under-way': 409,
  'account-blocked': 409,
  'record-flawed': 400,
  'record-of-other-host': 409,
  'record-stale': 409,
  'hub-full': 503,
  'too-large': 413,
  'too-often': 429,
  failed: 500,
};

/** All codes, for schemas. */
export const CODES = Object.keys(STATUS) as [Code, ...Code[]];

const minutes = (ms: number): string => `${Math.round(ms / 60_000)} minutes`;
const apart = (oneMs: number, otherMs: number): string => `${Math.round(Math.abs(oneMs - otherMs) / 1_000)} seconds`;

const FLAWS: Readonly<Record<RecordFlaw, string>> = {
  'too-large': 'it is longer than one may be',
  malformed: 'it is no signed participant record',
  'foreign-network': 'it is of another network',
  'other-participant': 'it is of another participant',
  'bad-lifetime': 'it does not count for a day at most',
  'from-the-future': 'its number is ahead of the time; check the clock',
  expired: 'it has expired',
  forged: 'it is not signed by you',
};

const WORDS: { readonly [C in Code]: (facts: CodeFacts[C]) => string } = {
  'bad-request': ({ where, why }) => `The request cannot be read: ${where === '' ? '' : `${where}: `}${why}.`,
  'bad-name': ({ input, why, limit }) => `"${input}" cannot be a name: ${why}. Choose one of ${limit}.`,
  'bad-contact': ({ why, limit }) => `This cannot be how you are reached: ${why}. Write ${limit}.`,
  'bad-limit': ({ why }) => `This limit cannot be suggested: ${why}.`,
  'bad-endpoint': ({ why }) =>
    `Nothing can be sent to the push service that the browser names: ${why}. Try another browser.`,
  'not-found': ({ path }) => `There is no ${path}; see /api/v1/openapi.json.`,
  'no-such-member': ({ pid }) => `This hub has no member ${pid}. Ask them for their link or for another spelling.`,
  'token-missing': () => 'Log in first: the request carries no access token.',
  'token-wrong': () => 'The access token is none of this hub, or its session has ended: log in again.',
  'token-expired': ({ lifetimeMs }) => `The access token is older than ${minutes(lifetimeMs)}: refresh it.`,
  'login-refused': () => 'Nobody is a member with this key, or the signature is not of it. Check which key this is.',
  'challenge-wrong': ({ lifetimeMs }) =>
    `The challenge is not for this key, was used, or is older than ${lifetimeMs / 1_000} seconds: ask for a new one.`,
  'refresh-wrong': () => 'The refresh token is none of this hub, or its session has ended: log in again.',
  'refresh-expired': ({ lifetimeMs }) =>
    `You have not been here for ${Math.round(lifetimeMs / 86_400_000)} days: log in again.`,
  'refresh-reused': () =>
    'The refresh token was used before, so somebody else may have it. The session has ended: log in again.',
  'signature-missing': ({ header }) =>
    `What changes something has to be signed, and the header ${header} is missing or has another form.`,
  'signature-wrong': () => 'The signature does not fit this request and your key. Nothing was done.',
  'signature-stale': ({ timestampMs, nowMs, limitMs }) =>
    `The request was signed ${apart(timestampMs, nowMs)} ${timestampMs > nowMs ? 'ahead of' : 'before'} the hub's time, ` +
    `or before the hub was started; at most ${limitMs / 1_000} seconds are taken. Check the clock, sign anew.`,
  'signature-replayed': () => 'This very request was taken before. To do the same again, sign it anew.',
  'member-suspended': () => 'The operator of this hub has suspended you: ask them. Your keys and debts stay yours.',
  'join-forged': () => 'The request to join is not signed by the key that it names. Nothing was done.',
  'join-stale': ({ createdAtMs, nowMs, limitMs }) =>
    `The request to join was made ${apart(createdAtMs, nowMs)} ${createdAtMs > nowMs ? 'ahead of' : 'before'} the hub's ` +
    `time, or before you last left; at most ${minutes(limitMs)} are taken. Check the clock, and ask again.`,
  'other-network': ({ network }) => `This hub is of the network "${network}", and the request of another one.`,
  'other-hub': ({ hub }) => `The request is meant for another hub; the key of this one is ${hub}.`,
  'invitation-needed': () => 'One joins this hub by invitation: ask a member or the operator for one.',
  'invitation-wrong': () =>
    'The invitation is none of this hub, or who gave it is no member any more: ask for another.',
  'invitation-expired': ({ expiredAtMs }) =>
    `The invitation counted until ${new Date(expiredAtMs).toISOString()}: ask for another.`,
  'invitation-used-up': ({ uses }) =>
    `The invitation has been used ${uses === 1 ? 'already' : `${uses} times, as often as it may`}: ask for another.`,
  'too-many-invitations': ({ limit }) =>
    `You have ${limit} invitations that still count, which is the most: wait until one has expired.`,
  'mandate-old': ({ seq }) =>
    `How far this mandate was used up is not known here any more: sign one with a number above ${seq}.`,
  'too-many-mandates': ({ limit }) =>
    `You have ${limit} mandates that still count, which is the most: wait until one has expired, or give one that lasts as long as those before.`,
  'not-settled': ({ why }) =>
    ({
      owed: 'You still owe somebody, or are owed: settle that first, or take everything along to a node of your own.',
      unsure:
        'It is not known yet what you owe: wait until your neighbours have shown their books, and confirm what came back.',
      open: 'A payment of yours is still under way: wait until it has ended.',
      disputed: 'There is evidence that somebody broke their word towards you: take it along before you are forgotten.',
    })[why],
  'payment-under-way': () => 'A payment of yours is under way. It is decided within a minute: try again then.',
  'account-blocked': ({ neighbour, equivalent }) =>
    `A check of this hub found that your account with ${neighbour} in ${equivalent} does not add up. Nothing new happens on it ` +
    'until the operator has looked: tell them. What you have signed and the receipts that you hold count as before.',
  'record-flawed': ({ flaw }) => `This record is worth nothing in the directory: ${FLAWS[flaw]}. Sign another one.`,
  'record-of-other-host': ({ host, hub }) =>
    `The record names ${host === null ? 'no host' : `${host} as your host`}, and this hub publishes those that name ${hub}.`,
  'record-stale': ({ seq }) => `There is a record of yours with the number ${seq}: sign one with a higher number.`,
  'hub-full': ({ limit }) => `This hub hosts ${limit} members, which is the most that it can: ask its operator.`,
  'too-large': ({ limitBytes, lengthBytes }) =>
    `The request has ${lengthBytes ?? 'more'} bytes${lengthBytes === null ? ' than it may' : ''}; at most ${limitBytes} are read.`,
  'too-often': ({ what, perMinute, retryAfterS }) =>
    `At most ${perMinute} ${what} a minute are answered: ask again in ${retryAfterS} seconds.`,
  failed: () => 'The hub met an error of its own; its log says which. Ask again, and tell the operator if it stays.',
};

/** The refusal in words. */
export function wordsOf<C extends Code>({ refused, facts }: WebRefusal<C>): string {
  return WORDS[refused](facts);
}
