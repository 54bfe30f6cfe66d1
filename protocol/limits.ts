/**
 * Every bound of the protocol, each with its reason (§10). Nothing else in the project holds a number of this kind.
 *
 * Sizes are bytes, times are milliseconds unless the name says otherwise.
 */

/** Protocol version in headers, documents and HELLO. A node drops what carries another one. */
export const VERSION = 1;

/** One link frame. Holds the largest certificate (8 hops of 64-byte signatures) many times over; small enough to buffer per neighbour. */
export const MAX_FRAME_BYTES = 65_536;
/** Nesting of CBOR arrays; our deepest message needs 5. */
export const MAX_DEPTH = 8;

/** Hops of a payment route. Each hop adds a failure point; measured networks reach nearly everyone in 4. */
export const MAX_PAYMENT_HOPS = 6;
/** Hops of a clearing ring. Longer rings clear more debt, and a ring that fails costs nobody anything. */
export const MAX_CLEARING_HOPS = 16;
/** Routes of one payment. */
export const MAX_ROUTES = 8;
/** Attempts of one payment; each one learns at least one hop that cannot carry it. */
export const MAX_ATTEMPTS = 128;

/** Packets open with one neighbour. Bounds what a neighbour can make this node remember and hold. */
export const MAX_OPEN_PER_NEIGHBOUR = 256;
/** Packets open with one neighbour are refused above the bound before; above this they are not even answered. */
export const MAX_ANSWERED_PER_NEIGHBOUR = 2 * MAX_OPEN_PER_NEIGHBOUR;
/** Neighbours that a participant that is no hub trusts. */
export const MAX_NEIGHBOURS = 1_000;
/** Neighbours that trust a participant without being trusted back: anybody may open such a line, so it is bounded apart. */
export const MAX_UNASKED_NEIGHBOURS = 500;
/** Equivalents in which one neighbour may open a line. */
export const MAX_EQUIVALENTS_PER_NEIGHBOUR = 32;

/** How long an honest signer may still sign, at least: base and per hop. */
export const LIFETIME_BASE_MS = 30_000;
export const LIFETIME_PER_HOP_MS = 2_000;
/** Where a person must confirm. No packet lives longer. */
export const MAX_LIFETIME_MS = 86_400_000;
/** Time a hop needs for its disk and its link; a packet with less left per hop is not worth signing. */
export const HOP_BUDGET_MS = 500;
/** How far ahead another clock may run. */
export const MAX_CLOCK_SKEW_MS = 60_000;

/** Back-off of resends and RESOLVE. */
export const RETRY_FIRST_MS = 1_000;
export const RETRY_LAST_MS = 600_000;
/** A payment refused only because other payments held the amount waits this long, times the number of waits so far, and looks again … */
export const BUSY_WAIT_MS = 150;
/** … this many times. */
export const MAX_BUSY_WAITS = 6;

/** Sealed memo: 256 bytes with its overhead. */
export const MAX_MEMO_BYTES = 256;
/** A memo on an invoice: one line that a person reads before paying. */
export const MAX_INVOICE_MEMO_CHARACTERS = 120;
/** A contact card or an invoice with its signature. 8 addresses of 256 bytes fit; so does a QR code of the usual few. */
export const MAX_DOCUMENT_BYTES = 4_096;
/** Addresses on a card or an invoice: a few transports of one machine, and relays. */
export const MAX_ADDRESSES = 8;
export const MAX_ADDRESS_BYTES = 256;
/** A display name has at most 64 characters, each at most 4 bytes of UTF-8. */
export const MAX_NAME_CHARACTERS = 64;
export const MAX_NAME_BYTES = 256;
/** Network id: a short name such as `geo` or `geo-test`. */
export const MAX_NETWORK_BYTES = 32;
export const MAX_EQUIVALENT_BYTES = 16;
/** Participants a trust line may name as blocked. */
export const MAX_BLOCKED = 16;
/** Public announcements are forgotten unless renewed within this time. */
export const ANNOUNCEMENT_LIFETIME_MS = 7 * 86_400_000;
/** Years 1970 to 9999: what a date field of any language can hold. */
export const MAX_TIME_MS = 253_402_300_799_999;
/** Announcements in one frame: each takes at most 350 bytes. */
export const MAX_ANNOUNCEMENTS_PER_FRAME = 160;
