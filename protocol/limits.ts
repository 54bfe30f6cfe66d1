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
/** How often a question for rings is passed on at most: each step is one message. */
export const MAX_WALK_STEPS = 48;
/** Walks that begin with one account in an hour. */
export const MAX_WALKS_PER_HOUR = 120;
/** Walks for one change of an account, one after the other until one of them finds a ring; then a probe. */
export const WALKS_PER_CHANGE = 3;
/** Hops of the shortest ring that the first of them closes; each later one is content with two less. */
export const FIRST_WALK_HOPS = 8;
/** How long after a change the first of them begins, and how much longer at most: several who see the same change do not all begin at once. */
export const WALK_AFTER_MS = 150;
export const WALK_JITTER_MS = 350;
/** Walks heard in a second, of all neighbours together: each looks at every account. One gets half of that at most. */
export const MAX_WALKS_PER_SECOND = 100;
/** Hops of a probe for rings, each way: two of them make the longest ring. */
export const RING_PROBE_HOPS = MAX_CLEARING_HOPS / 2;
/** To how many each passes it on: 1,020 messages at most in all. */
export const RING_PROBE_FAN_OUT = 2;
/** Probes for rings that begin with one account in an hour. */
export const MAX_RING_PROBES_PER_HOUR = 12;
/** Probes heard in a second, of all neighbours together, walks counted too; of one half of that. */
export const MAX_RING_PROBES_PER_SECOND = 40;
/** Probes that are remembered, for their answers. */
export const MAX_RING_SEARCHES = 1_024;
/** Halves of rings that are passed on of one probe. */
export const MAX_RING_HALVES = 16;
/** A walk is closed one hop ahead where there are no more debtors than this to look at. */
export const MAX_LOOK_AHEAD = 128;
/** With every so many rounds of housekeeping one debt is looked for in rings though nothing changed: about every 5 minutes. */
export const SEEK_ROUNDS = 10;
/** No walk goes to a debtor where nothing leads on for so long. The probe for a change begins so long after its first walk. */
export const DEAD_END_MS = 1_500;
/** Walks that are remembered, for their answers. */
export const MAX_PASSAGES = 4_096;
/** Rings that are being cleared from here at a time. */
export const MAX_RING_ATTEMPTS = 256;
/** A ring on which there was less than was thought is tried again so often. */
export const MAX_RING_REFUSALS = 3;
/** How long somebody may think over whether debts may be cleared. */
export const PROPOSAL_LIFETIME_MS = 86_400_000;
/** Routes of one payment. */
export const MAX_ROUTES = 8;
/** Attempts of one payment. Probes have shown a way before most of them, so more than a few mean that somebody lies. */
export const MAX_ATTEMPTS = 16;

/** Routes asked along at a time: one that is likely, and a few others in case it is not. */
export const MAX_PROBES_AT_ONCE = 4;
/** Rounds of such questions in one search, the last of which ends in an attempt. */
export const MAX_SEARCH_ROUNDS = 24;
/** How long a question may stay without an answer: six hops there and back across the world. */
export const ANSWER_WAIT_MS = 2_000;
/** Questions (probes and searches) a second that a neighbour gets answers to, its own and those it passes on. */
export const MAX_QUESTIONS_PER_SECOND = 200;
/** Questions that go round, remembered so that none is passed on twice. */
export const MAX_QUESTIONS_REMEMBERED = 4_096;
/** Participants that one search through neighbours may reach: it is for small places without a map. */
export const FIND_BUDGET = 256;
/** Of these, whom one participant asks itself. */
export const MAX_FIND_BREADTH = 8;
/** Hops that others named which one search takes in: 8 routes of 6 hops from each of a few. */
export const MAX_NAMED_HOPS = 512;
/** Indexers that one search asks. */
export const MAX_ASKED_INDEXERS = 3;
/** Searches to say how much could be paid, at a time; those for payments are bounded by what payments hold. */
export const MAX_QUOTES = 64;
/** What was learned of a hop counts half as much with each such time. */
export const ESTIMATE_HALF_LIFE_MS = 120_000;
/** Hops of which something is remembered. */
export const MAX_HOP_ESTIMATES = 4_096;

/** Packets open with one neighbour. Bounds what a neighbour can make this node remember and hold. */
export const MAX_OPEN_PER_NEIGHBOUR = 256;
/** Packets open with one downstream neighbour that may come from one upstream neighbour: an eighth, so that none of them can take all. */
export const MAX_OPEN_OF_ONE_UPSTREAM = MAX_OPEN_PER_NEIGHBOUR / 8;
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
/** Nothing lives longer than the longest route of its kind needs: amounts cannot be held for free by living long. */
export const MAX_PAYMENT_LIFETIME_MS = LIFETIME_BASE_MS + LIFETIME_PER_HOP_MS * MAX_PAYMENT_HOPS;
export const MAX_CLEARING_LIFETIME_MS = LIFETIME_BASE_MS + LIFETIME_PER_HOP_MS * MAX_CLEARING_HOPS;
/** Time a hop needs for its disk and its link; a packet with less left per hop is not worth signing. */
export const HOP_BUDGET_MS = 500;
/** How far ahead another clock may run. */
export const MAX_CLOCK_SKEW_MS = 60_000;

/** Back-off of resends and RESOLVE. */
export const RETRY_FIRST_MS = 1_000;
export const RETRY_LAST_MS = 600_000;
/** A checkpoint is proposed when so many hops count since the last one … */
export const CHECKPOINT_HOPS = 64;
/** … or when so much time has passed since the newest of them. */
export const CHECKPOINT_AGE_MS = 600_000;
/** The account has been quiet for so long: packets that are older than the checkpoint, and on their way, have come. */
export const CHECKPOINT_QUIET_MS = 2_000;
/** Hops in one list of them: each takes at most 40 bytes. */
export const MAX_HOPS_PER_FRAME = 1_000;
/** A backup that neighbours keep for each other: contacts and accounts, sealed. */
export const MAX_BACKUP_BYTES = 32_768;
/** Pieces of evidence that are kept about one participant: the first ones prove as much as all. */
export const MAX_EVIDENCE_PER_PARTICIPANT = 16;
/** A held amount that its owner said it may lose is let go this long after its expiry (§4.7). */
export const DUST_AFTER_MS = 86_400_000;
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
/** Ports that one is asked to call back: one machine listens on a few. */
export const MAX_LISTENERS = 4;
export const MAX_DIAL_BACK_BYTES = 64;
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
/** A participant record with its signature: a key, a name of a network and the usual few addresses; strangers keep it for others. */
export const MAX_PARTICIPANT_RECORD_BYTES = 1_024;
/** A participant record counts no longer than this after its seq: who is gone is forgotten within a day. */
export const PARTICIPANT_RECORD_LIFETIME_MS = 86_400_000;
/** What a participant or its node can do, as words: in HELLO and in a participant record. */
export const MAX_CAPABILITIES = 32;
export const MAX_CAPABILITY_BYTES = 32;
/** Announcements in one frame: each takes at most 350 bytes. */
export const MAX_ANNOUNCEMENTS_PER_FRAME = 160;
/** Maps are compared by what lasts beyond the present quarter of a day: clocks differ, and what is about to end differs. */
export const MAP_SLOT_MS = 21_600_000;
/** Parts of a map that an answer asks to be compared more finely: sixteen times sixteen digests make a small question. */
export const MAX_MAP_SPLITS = 16;
/** Groups of digests in one question: of each split, and on the way from where the answer was cut to the end of the map. */
export const MAX_MAP_GROUPS = 2 * MAX_MAP_SPLITS;
/** A part of a map that differs and holds no more than this is sent as it is: another comparison would cost as much. */
export const SMALL_MAP_PART = 4;
/** Lines on a map. What is beyond it and of least use is forgotten; a hub that indexes more has another index. */
export const MAX_MAP_LINES = 200_000;
/** Lines that may come in beyond that before some are forgotten: looking for those is work that many share. */
export const MAP_SLACK = 16;
/** Announcements forgotten in one step: each is a write. */
export const MAX_FORGOTTEN_AT_ONCE = 4_096;
/** Announcements in one answer about the map: reading, checking and saving them takes some milliseconds, in which nothing else happens. */
export const MAX_ANNOUNCEMENTS_PER_ANSWER = 32;
/** A delegation is renewed whenever its participant is there; a week is a holiday. */
export const MAX_DELEGATION_LIFETIME_MS = 7 * 86_400_000;
/** Accounts that a delegation names: each power of two adds a hash of 32 bytes to every delegated signature. */
export const MAX_DELEGATED_ACCOUNTS = 1_024;
/** A delegated signature that touches two accounts: sixteen of a ring of hosted participants fit into a frame. */
export const MAX_PART_SIGNATURE_BYTES = 1_280;
/** A delegated commit, which may touch an account for each of eight routes. */
export const MAX_COMMIT_SIGNATURE_BYTES = 4_096;
/** How old, or how far ahead by the clock of the hub, a request to be hosted may be: the clock of a telephone may be wrong by minutes. */
export const MAX_JOIN_AGE_MS = 300_000;
/** Such a request with its signature: far more than the longest one takes. */
export const MAX_JOIN_REQUEST_BYTES = 1_024;
/** An invitation to a hub, in base64url; 22 characters carry 128 bits. */
export const MAX_INVITATION_CHARACTERS = 64;
/** Path and query of a request to a hub. */
export const MAX_REQUEST_PATH_CHARACTERS = 2_048;
/** Counters of delegates that are remembered, each with the packet it was seen in: one used twice is proof. */
export const MAX_COUNTERS_REMEMBERED = 4_096;
