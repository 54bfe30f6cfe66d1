/** Bounds of the hub, each with its reason. What the protocol bounds is in protocol/limits.ts. */

/** Requests for hints of one participant over libp2p: a payer asks once a payment, and again when routes fail. */
export const REQUESTS_PER_SECOND_EACH = 10;
export const REQUESTS_AT_ONCE_EACH = 40;
/** Of all together: an answer takes about a millisecond, at worst ten, and the node has other work. */
export const REQUESTS_PER_SECOND = 300;
/** HTTP requests of one place (an IPv4 address, or an IPv6 network of 64 bits), steadily and at once. */
export const HTTP_PER_SECOND_EACH = 10;
export const HTTP_AT_ONCE_EACH = 40;
export const HTTP_PER_SECOND = 300;
/** Those whose rate is remembered. */
export const MAX_REMEMBERED = 10_000;
/** Messages in search of debts that cancel out, of all members together: a quarter of a millisecond each. */
export const RING_MESSAGES_PER_SECOND = 400;
/** From this part of a second on in which the process was busy, only so many, until it is less: payments come first. */
export const BUSY_FOR_RINGS = 0.5;
export const QUIET_FOR_RINGS = 0.35;
export const LEAST_RING_MESSAGES_PER_SECOND = 20;
/** Members who look in one second for the rings that they did not look for while it was busy. */
export const SEEKING_AT_ONCE = 16;
/** Open connections of members: each page has one for events, and some that come and go. About 20 kilobytes each. */
export const MAX_MEMBER_CONNECTIONS = 32_768;
/** Open connections of HTTP. */
export const MAX_HTTP_CONNECTIONS = 1_024;

/** How often lines are looked for that have expired or that the node has forgotten. */
export const SWEEP_INTERVAL_MS = 60_000;
/** Lines that are looked at before others have their turn: some milliseconds. */
export const LINES_OF_A_TURN = 2_000;
/** How often a snapshot is written, if something has changed. */
export const SNAPSHOT_INTERVAL_S = 600;
/** Equivalents whose gossip is followed: each is a topic that neighbours are told of. */
export const MAX_FOLLOWED = 1_000;

/** Requests of one member in a minute, by what they ask for; so many at once, too. */
export const MEMBER_REQUESTS_PER_MINUTE = { login: 5, payments: 30, 'trust-lines': 10, rest: 100 } as const;
/** Who join from one place in a minute without an invitation of the operator's: each is kept for good. */
export const NEWCOMERS_PER_MINUTE = 10;
/** Who join in a minute by invitations of one member, wherever from: a member may make some, and those who come make more. */
export const INVITED_PER_MINUTE = 20;
/** The body of a member's request: the longest holds a certificate, and some lists. */
export const MAX_MEMBER_BODY_BYTES = 65_536;
/** How long a challenge to log in counts: a browser answers in a second, a person who has to unlock the key in some. */
export const CHALLENGE_LIFETIME_MS = 60_000;
/** How long an access token counts: so long may somebody read who has got one. It alone changes nothing. */
export const ACCESS_LIFETIME_MS = 900_000;
/** How long a refresh token counts: who has not been here for a month logs in again. */
export const REFRESH_LIFETIME_MS = 30 * 86_400_000;
/** Browsers in which one member is logged in; one more ends the one that was not used the longest. */
export const MAX_SESSIONS_EACH = 16;
/** Signed requests of one member that are remembered so that none is taken twice: more than its rates allow in the window. */
export const MAX_SIGNED_REQUESTS_EACH = 512;
/** What a member wants to be reached by: one line. */
export const MAX_CONTACT_CHARACTERS = 200;
/** Profiles in one answer to a search. */
export const MAX_FOUND_MEMBERS = 50;
/** Invitations of one member that have not expired, how often one may be used, and how long. */
export const MAX_INVITATIONS_EACH = 100;
export const MAX_INVITATION_USES = 1_000;
export const MAX_INVITATION_LIFETIME_MS = 90 * 86_400_000;
/** Members of one hub: each takes some ten kilobytes of memory, and more with what it does. */
export const MAX_MEMBERS = 100_000;
/** Settled transactions of one member that stay in memory, some kilobytes each: neighbours may ask of the latest once more. */
export const SETTLED_OF_MEMBER = 16;
/** Hops of others of which a member remembers something, half a kilobyte each: the hub, which sees them all, tells it ways. */
export const HOPS_OF_MEMBER = 128;
/** What a member remembers of rings and questions, as a part of what a node does. */
export const KNOWLEDGE_OF_MEMBER = 1 / 8;
/** Counters of delegates that all members remember together, each with a packet of some kilobytes: a minute of a busy hub. */
export const COUNTERS_OF_MEMBERS = 16_384;
/** Mandates of one member that still count: a newer one mostly takes the place of all before, and each names 1,000 accounts at most. */
export const MAX_MANDATES = 8;
/** What strangers are told of the lines of members is so old at most: each count walks over all of them. */
export const EQUIVALENTS_KEPT_MS = 10_000;
/** Payments of members that are under way at once; one that takes longer than this makes room for others. */
export const PAYMENTS_AT_ONCE = 12;
export const TURN_MS = 2_000;
/** How often it is looked how busy the process is. */
export const LOAD_INTERVAL_MS = 1_000;
/** After a start members are served when their books are compared, or nothing has come of that for so long; looked at this often. */
export const COMPARED_WITHIN_MS = 3_000;
export const COMPARED_CHECK_MS = 50;
/** In this time each member compares its books once, and looks for rings. */
export const MEMBER_ROUND_MS = 60_000;
/** How often all books are checked: what a check finds has been so for minutes at most, and one takes seconds. */
export const INTEGRITY_INTERVAL_MS = 300_000;
/** A check goes on for so long before others have their turn; one step of it more, which takes some milliseconds at most. */
export const CHECK_SLICE_MS = 5;
/** And so long they have it: a check takes a fifth of the time at most. */
export const CHECK_PAUSE_MS = 20;
/** Where the process was busy for more than this part of the time since the slice before, they have it for longer. */
export const BUSY_FOR_CHECKS = 0.7;
export const BUSY_CHECK_PAUSE_MS = 80;
/**
 * Of every participant all that came since its last checkpoints, with the signatures, is looked at in one of so many checks,
 * within the hour: a third of a millisecond for each hop. The others look at what is new.
 */
export const WHOLE_EVERY = 12;
/** Checkpoints that are kept: three and a half days of them. */
export const KEPT_CHECKPOINTS = 1_000;
/** Violations told in one checkpoint; what is beyond is counted in it, and is in the audit log. */
export const MAX_CHECKPOINT_VIOLATIONS = 100;
/** Browsers of one member that are told of what happens while its page is closed; one more takes the place of the oldest. */
export const MAX_SUBSCRIPTIONS_EACH = 5;
/** Where a push service takes what is for a browser: those of today need some 500 characters. */
export const MAX_ENDPOINT_CHARACTERS = 1_024;
/** A member is told so much later: a page that is loaded anew is back by then, and what comes together is told together. */
export const PUSH_DELAY_MS = 3_000;
/** And not again before so much has gone by. */
export const PUSH_INTERVAL_MS = 60_000;
/** A push service keeps it for a browser that is away for so long; who comes later opens the page anyway. */
export const PUSH_TTL_S = 86_400;
/**
 * Members that are told at once, and that wait for it: who would be one more is told a minute later. Some may have named
 * services that never answer; each of those holds one place for a sixth of the time.
 */
export const PUSHES_AT_ONCE = 64;
export const MAX_QUEUED_PUSHES = 1_000;
/** A push service that has not answered by then has failed. */
export const CALL_WAIT_MS = 10_000;
/** How long a name is looked up for, each time, and how often. */
export const LOOKUP_WAIT_MS = 2_000;
export const LOOKUP_TRIES = 2;
