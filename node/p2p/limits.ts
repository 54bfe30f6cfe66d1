/** Bounds of the transport, each with its reason. What the protocol itself bounds is in protocol/limits.ts. */

/** Links that others opened: the neighbours of a node that is no hub, and some room for strangers. */
export const MAX_INBOUND_LINKS = 1_100;
/** Connections of strangers, who may ask what became of a transaction or become neighbours. Neighbours are not counted. */
export const MAX_STRANGER_CONNECTIONS = 512;
/** Connections that one participant may open: a few lie dead for a while when its network flickers. */
export const MAX_CONNECTIONS_EACH = 4;
/** New connections a second from one place: a community behind one router, or on one machine, starts at once. */
export const MAX_NEW_CONNECTIONS_PER_SECOND = 500;
/** Connections whose encryption is being negotiated: each may cost two signatures before it is known who calls. */
export const MAX_PENDING_CONNECTIONS = 256;
/** Connections that the system has made and the node has not taken yet; a burst beyond it comes a second later. */
export const LISTEN_BACKLOG = 1_024;
/** Places in the network whose rate is remembered, and places where neighbours are. */
export const MAX_PLACES = 4_096;
/** Dials at a time; the others wait their turn. */
export const MAX_PARALLEL_DIALS = 64;
/** Dials that wait or run: one for each neighbour of a node that starts. */
export const MAX_DIALS = 2_000;
/** Streams that one connection may have open: one link, gossip, identify and ping, the rest are queries. */
export const MAX_STREAMS_PER_CONNECTION = 256;

/** Streams of one protocol on one connection, also a relayed one: a link may be tried again before the last try has ended. */
export const LINK_STREAMS = { maxInboundStreams: 4, maxOutboundStreams: 4, runOnLimitedConnection: true };
export const QUERY_STREAMS = { maxInboundStreams: 16, maxOutboundStreams: 64, runOnLimitedConnection: true };
export const TWIN_STREAMS = { maxInboundStreams: 2, maxOutboundStreams: 2, runOnLimitedConnection: true };

/** What one stream may have on its way before it is read: enough for 8 Mbit/s at a second's delay. */
export const MAX_STREAM_WINDOW_BYTES = 1_048_576;
/** What may wait to be sent over one connection, beside what its streams hold: answers that the other side does not read. */
export const MAX_UNSENT_BYTES = 4_194_304;
/** Bytes taken over one connection of a neighbour, steadily a second and at once. */
export const BYTES_PER_SECOND = 8_388_608;
export const BYTES_AT_ONCE = 33_554_432;
/** A stranger's bytes count so many times: 64 KiB a second, 256 KiB at once. */
export const STRANGER_BYTE_COST = 128;
/** And so many bytes a second of all strangers together. */
export const STRANGERS_BYTES_PER_SECOND = 4_194_304;
/** Messages of the multiplexer over one connection: of a neighbour; a busy link takes some 5,000 a second. */
export const MESSAGES_PER_SECOND = 50_000;
export const MESSAGES_AT_ONCE = 100_000;
/** A stranger's count so many times: 200 a second, 400 at once. */
export const STRANGER_MESSAGE_COST = 250;
/** And so many a second of all strangers together: each may cost the opening of a stream. */
export const STRANGERS_MESSAGES_PER_SECOND = 5_000;
/** Streams that may be opened over one connection, a second and at once; whoever opens more is cut off. */
export const STREAMS_PER_SECOND = 20;
export const STREAMS_AT_ONCE = 64;
/** A stranger's frames count so many times: 100 a second, 200 at once. */
export const STRANGER_FRAME_COST = 50;

/** Time for HELLO both ways once the stream is open. */
export const HELLO_TIMEOUT_MS = 10_000;
/** HELLO: 32 capabilities of 32 bytes, 16 versions, the rest is small. */
export const MAX_HELLO_BYTES = 2_048;
/** A connection that carries no link is closed after this time; answers to a query come sooner. */
export const STRANGER_TIMEOUT_MS = 30_000;
/** How long a connection that seems to be alive may take to answer before another one replaces it. */
export const PROBE_TIMEOUT_MS = 3_000;
/** How often each connection is asked whether it is alive, and how long the answer may take; then it is ended. */
export const LIVENESS_INTERVAL_MS = 15_000;
export const LIVENESS_TIMEOUT_MS = 10_000;
/** How long a neighbour may leave what was sent to it unread; then the link ends, and payments take other ways. */
export const STALL_MS = 30_000;

/** Frames of one neighbour given to the node and not yet done with: many share one write to the disk. */
export const MAX_FRAMES_IN_FLIGHT = 64;
/** Frames of one neighbour: steadily a second, and at once. A busy link carries some 2,000 a second. */
export const FRAMES_PER_SECOND = 5_000;
export const FRAMES_AT_ONCE = 10_000;

/**
 * What waits for a slow neighbour. Beyond it the link is closed: once it is back, both sides resend by their state. The
 * map needs none of it: it is asked for piece by piece.
 */
export const MAX_QUEUED_BYTES = 16_777_216;
export const MAX_QUEUED_FRAMES = 16_384;
/** Bytes handed to the stream in one write when many frames wait; about one encrypted message. */
export const WRITE_BYTES = 65_536;

/** Back-off between attempts to reach a neighbour; each waits half of it at least, and a random part of the rest. */
export const RECONNECT_FIRST_MS = 1_000;
export const RECONNECT_LAST_MS = 600_000;
/** A link that lasted this long was a good one: the next attempt starts again from the shortest wait. */
export const STABLE_LINK_MS = 10_000;
export const DIAL_TIMEOUT_MS = 10_000;

/** Participants that are no neighbours and whose addresses are remembered. */
export const MAX_ADDRESS_BOOK = 10_000;

/** Queries from one participant and from all, a second; each costs the reader a signature or a look into the store. */
export const QUERIES_PER_SECOND_EACH = 10;
export const QUERIES_PER_SECOND = 100;
/** How often a neighbour may say that it sees a twin of this node. */
export const TWIN_WORD_INTERVAL_MS = 10_000;
/** Queries on their way out. */
export const MAX_QUERIES_OUT = 256;
export const QUERY_TIMEOUT_MS = 10_000;

/** Streams of the directory on one connection: a look-up has a few requests for one node on their way. */
export const DIRECTORY_STREAMS = { maxInboundStreams: 32, maxOutboundStreams: 64 };
/** Bytes of one stream of the directory: in, one request (1 KiB of record and its key), out, 11 nodes with 8 addresses. */
export const MAX_DIRECTORY_REQUEST_BYTES = 4_096;
export const MAX_DIRECTORY_REPLY_BYTES = 65_536;
/** A stream of the directory carries one request and its answer. */
export const DIRECTORY_STREAM_MS = 20_000;
/** Requests of one participant, a second and at once: one that joins asks again and again in its first second. */
export const DIRECTORY_PER_SECOND_EACH = 10;
export const DIRECTORY_AT_ONCE_EACH = 30;
/** And those of all strangers: each may cost a signature to check. */
export const DIRECTORY_PER_SECOND = 500;
/** Records kept for others: of 10 nodes each keeps one, so a few hundred are usual; about 2 KB each. */
export const MAX_DIRECTORY_RECORDS = 4_096;
/** Nodes of the directory that were heard of and are neither neighbours nor in the routing table. */
export const MAX_HEARD_NODES = 2_000;
/** Connections opened to strangers for the directory; the oldest goes first. */
export const MAX_DIRECTORY_CONNECTIONS = 128;
/** Changes of the routing table that wait: each may cost a dial. */
export const MAX_ROUTING_UPDATES = 256;
/** With so many nodes in its routing table a node calls no more of those that are only named, to see whether they are there. */
export const ENOUGH_ROUTED_NODES = 20;
/** How often a node with few of them asks those that it is connected with anyhow. */
export const ROUTING_CHECK_MS = 5_000;
/** Look-ups at one time. One asks some 15 nodes. */
export const MAX_LOOKUPS = 16;
/** How long somebody is looked for, and how long for a first node to ask. */
export const LOOKUP_MS = 20_000;
export const FIRST_NODE_MS = 5_000;
/** Copies of a record that agree, or not, are enough: the newest of them counts. */
export const LOOKUP_COPIES = 3;
/** The library asks only who is closer to the key than whoever named them; what a node learns by that, it asks again. */
export const LOOKUP_ROUNDS = 3;
/** The own record is published again after this time, long before it expires. */
export const PUBLISH_AGAIN_MS = 7_200_000;
/** How often it is looked whether it has to be, and how long publishing may take. */
export const PUBLISH_CHECK_MS = 60_000;
export const PUBLISH_MS = 60_000;
/** Records of hosted participants that are given to the directory at one time: each asks some 15 nodes. */
export const HOSTED_PUTS_AT_ONCE = 4;
/** One hosted participant's record is not given to it again before: it may have signed another one each second. */
export const HOSTED_PAUSE_MS = 30_000;
/** Nodes that come within this time are one reason to publish. */
export const PUBLISH_PAUSE_MS = 250;
/** A node without a directory dials those it was told of, with a growing pause; with one, now and then. */
export const BOOTSTRAP_FIRST_MS = 1_000;
export const BOOTSTRAP_LAST_MS = 600_000;
/** Nodes found on the local network that are remembered, and how often each is dialled. */
export const MAX_LAN_NODES = 256;
export const LAN_DIAL_INTERVAL_MS = 60_000;
/** Dials to such nodes at once; then one a second. */
export const LAN_DIALS_AT_ONCE = 32;
/** A neighbour that cannot be reached is looked up in the directory, with a growing pause. */
export const NEIGHBOUR_LOOKUP_FIRST_MS = 5_000;
export const NEIGHBOUR_LOOKUP_LAST_MS = 3_600_000;

/** A signed announcement takes at most 350 bytes; the rest is room for later fields. */
export const MAX_ANNOUNCEMENT_BYTES = 1_024;
/** One message of the gossip protocol: several announcements and what it says about others. */
export const MAX_GOSSIP_BYTES = 262_144;
/** Announcements that wait to be judged; what comes beyond is dropped, and comes again with the map of a neighbour. */
export const MAX_GOSSIP_WAITING = 2_048;
/** Announcements passed on by one neighbour, steadily a second and at once; each may cost two verifications, and
 * the first look at two keys, which takes some milliseconds. */
export const GOSSIP_PER_SECOND = 50;
export const GOSSIP_AT_ONCE = 200;
/** And of all together: what is left out comes with the map of a neighbour, when the two compare. */
export const ALL_GOSSIP_PER_SECOND = 100;
export const ALL_GOSSIP_AT_ONCE = 400;
/** A stranger's count so many times: 10 a second, 40 at once. */
export const STRANGER_GOSSIP_COST = 5;

/** One address of several: a dead one shall not take the time of the others. */
export const ADDRESS_DIAL_TIMEOUT_MS = 5_000;
/** A link over a relay is tried to be made direct so often; half of each pause at least, the rest at random. */
export const DIRECT_FIRST_MS = 5_000;
export const DIRECT_LAST_MS = 600_000;

/** Relays at which a node that others cannot call is to be called: one may go. */
export const WANTED_RELAYS = 2;
/** Addresses of one relay that are told: where the node itself reaches it, and one of the internet. */
export const ADDRESSES_PER_RELAY = 2;
/** Pauses between attempts to be called through one relay. */
export const RELAY_FIRST_MS = 1_000;
export const RELAY_LAST_MS = 300_000;
/** How long a place at a relay is kept; it is renewed before. */
export const RESERVATION_MS = 3_600_000;
/** Participants who may be called through this node: neighbours, and others where the owner allows it. */
export const MAX_RESERVATIONS = 1_100;
export const MAX_STRANGER_RESERVATIONS = 64;
/** Places asked for, a second, of all strangers together: each costs a signature. */
export const RESERVATIONS_PER_SECOND = 10;
/** Calls passed on at a time: all, those of callers who are strangers, those to one participant and of one caller. */
export const MAX_RELAYED = 1_024;
export const MAX_RELAYED_OF_STRANGERS = 256;
export const MAX_RELAYED_TO_ONE = 128;
export const MAX_RELAYED_OF_ONE = 16;
/** Calls to one participant, a second and at once: below what makes it hang up (`STREAMS_PER_SECOND`). */
export const RELAYED_PER_SECOND = 10;
export const RELAYED_AT_ONCE = 32;
/** Calls of one caller, a second: it shall not take the rate of those it calls. */
export const RELAYED_PER_SECOND_OF_ONE = 1;
/** One call passed on ends after so long or so much, and may begin anew: days and a gigabyte for neighbours. */
export const RELAYED_MS = 604_800_000;
export const RELAYED_BYTES = 1_073_741_824n;
export const STRANGER_RELAYED_MS = 3_600_000;
export const STRANGER_RELAYED_BYTES = 16_777_216n;

/** How often it is asked again whether others can call this node: when they can, and, growing, when they cannot. */
export const REACHED_FOR_MS = 600_000;
export const UNREACHED_FIRST_MS = 10_000;
/** How long the other end of a new connection may take to say what it sees. */
export const IDENTIFY_MS = 5_000;
/** Places from which this node was seen. */
export const MAX_SEEN_PLACES = 16;
export const DIAL_BACK_STREAMS = { maxInboundStreams: 2, maxOutboundStreams: 2 };
export const DIAL_BACK_TIMEOUT_MS = 20_000;
/** One attempt to call back; an address behind a router answers at once or never. */
export const DIAL_BACK_DIAL_MS = 3_000;
/** Requests to call back, a second: of one participant and of all. */
export const DIAL_BACKS_PER_SECOND_EACH = 0.2;
export const DIAL_BACKS_PER_SECOND = 5;

/** Sockets of one WebSocket listener, those that have not begun to speak among them. */
export const MAX_WEB_SOCKETS = 2_048;
/** How long one may take to become a WebSocket. */
export const WEB_SOCKET_OPEN_MS = 10_000;
