/** Bounds of the transport, each with its reason. What the protocol itself bounds is in protocol/limits.ts. */

/** Links that others opened: the neighbours of a node that is no hub, and some room for strangers. */
export const MAX_INBOUND_LINKS = 1_100;
/** All connections: those links, as many dialled ones, and connections that carry only a query. */
export const MAX_CONNECTIONS = 2_500;
/** New connections a second from one address: a community behind one router, or on one machine, starts at once. */
export const MAX_NEW_CONNECTIONS_PER_SECOND = 500;
/** Connections whose encryption is being negotiated: each may cost two signatures before it is known who calls. */
export const MAX_PENDING_CONNECTIONS = 256;
/** Dials at a time; the others wait their turn. */
export const MAX_PARALLEL_DIALS = 64;
/** Dials that wait or run: one for each neighbour of a node that starts. */
export const MAX_DIALS = 2_000;
/** Streams that one connection may have open: one link, gossip, identify and ping, the rest are queries. */
export const MAX_STREAMS_PER_CONNECTION = 256;

/** Streams of one protocol on one connection: a link may be tried again before the last try has ended. */
export const LINK_STREAMS = { maxInboundStreams: 4, maxOutboundStreams: 4 };
export const QUERY_STREAMS = { maxInboundStreams: 16, maxOutboundStreams: 64 };

/** What one stream may have on its way before it is read: enough for 8 Mbit/s at a second's delay. */
export const MAX_STREAM_WINDOW_BYTES = 1_048_576;

/** Time for HELLO both ways once the stream is open. */
export const HELLO_TIMEOUT_MS = 10_000;
/** HELLO: 32 capabilities of 32 bytes, 16 versions, the rest is small. */
export const MAX_HELLO_BYTES = 2_048;
/** A connection that carries no link is closed after this time; answers to a query come sooner. */
export const STRANGER_TIMEOUT_MS = 30_000;
/** How long a connection that seems to be alive may take to answer before another one replaces it. */
export const PROBE_TIMEOUT_MS = 3_000;
/** How often each connection is asked whether it is alive; half-open ones are noticed within twice this time. */
export const LIVENESS_INTERVAL_MS = 15_000;

/** Frames of one neighbour given to the node and not yet done with: many share one write to the disk. */
export const MAX_FRAMES_IN_FLIGHT = 64;
/** Frames of one neighbour: steadily a second, and at once. A busy link carries some 2,000 a second. */
export const FRAMES_PER_SECOND = 5_000;
export const FRAMES_AT_ONCE = 10_000;

/**
 * What waits for a slow neighbour. Beyond it the link is closed: once it is back, both sides resend by their state.
 * Holds the map that a new neighbour is sent in one go, some 45,000 announcements.
 */
export const MAX_QUEUED_BYTES = 16_777_216;
export const MAX_QUEUED_FRAMES = 16_384;
/** Bytes handed to the stream in one write when many frames wait; about one encrypted message. */
export const WRITE_BYTES = 65_536;

/** Back-off between attempts to reach a neighbour; each waits half of it at least, and a random part of the rest. */
export const RECONNECT_FIRST_MS = 250;
export const RECONNECT_LAST_MS = 60_000;
/** A link that lasted this long was a good one: the next attempt starts again from the shortest wait. */
export const STABLE_LINK_MS = 10_000;
export const DIAL_TIMEOUT_MS = 10_000;

/** Participants that are no neighbours and whose addresses are remembered. */
export const MAX_ADDRESS_BOOK = 10_000;

/** Queries from one participant and from all, a second; each costs the reader a signature or a look into the store. */
export const QUERIES_PER_SECOND_EACH = 10;
export const QUERIES_PER_SECOND = 100;
/** Queries on their way out. */
export const MAX_QUERIES_OUT = 256;
export const QUERY_TIMEOUT_MS = 10_000;

/** A signed announcement takes at most 350 bytes; the rest is room for later fields. */
export const MAX_ANNOUNCEMENT_BYTES = 1_024;
/** One message of the gossip protocol: several announcements and what it says about others. */
export const MAX_GOSSIP_BYTES = 262_144;
/** Announcements that wait to be judged; what comes beyond is dropped, and comes again with the map of a neighbour. */
export const MAX_GOSSIP_WAITING = 2_048;
