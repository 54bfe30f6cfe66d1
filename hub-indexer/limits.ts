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

/** How often all books are checked: what a check finds has been so for minutes at most, and one takes seconds. */
export const INTEGRITY_INTERVAL_MS = 300_000;
/** A check goes on for so long before others have their turn; one step of it more, which takes some milliseconds at most. */
export const CHECK_SLICE_MS = 5;
/** Signatures of every participant are looked at in one of so many checks, within the hour: each takes 0.1 ms. */
export const SIGNATURES_EVERY = 12;
/** Checkpoints that are kept: three and a half days of them. */
export const KEPT_CHECKPOINTS = 1_000;
/** Violations told in one checkpoint; what is beyond is counted in it, and is in the audit log. */
export const MAX_CHECKPOINT_VIOLATIONS = 100;
