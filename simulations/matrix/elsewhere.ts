/** Faults that no simulated payment can show: of processes, disks, real networks, frames and interfaces. Each with its test. */

/** One fault, and the test that lets it happen: `test` is in that file, word for word. */
export interface Elsewhere {
  readonly kind: string;
  readonly fault: string;
  readonly file: string;
  readonly test: string;
}

const of = (kind: string, rows: readonly (readonly [fault: string, file: string, test: string])[]) =>
  rows.map(([fault, file, test]): Elsewhere => ({ kind, fault, file, test }));

const EVERY_SAVE = 'test/faults/every-save.test.ts';
const EVERY_MESSAGE = 'test/faults/every-message.test.ts';
const STORE = 'test/e2e/store.test.ts';
const PROCESSES = 'test/e2e/store-processes.test.ts';
const LINKS = 'test/e2e/p2p/links.test.ts';
const WIRE = 'test/e2e/p2p/faults.test.ts';
const FRAMES = 'test/e2e/p2p/frames.test.ts';
const GUARD = 'test/e2e/p2p/guard.test.ts';
const ADMISSION = 'test/e2e/p2p/admission.test.ts';
const SIMULATOR = 'test/faults/simulator.test.ts';
const MATRIX = 'test/faults/matrix.test.ts';

export const ELSEWHERE: readonly Elsewhere[] = [
  ...of('process', [
    ['killed at every write boundary', EVERY_SAVE, 'recovers from a crash at every save, before and after the disk'],
    [
      'killed again and again while it pays (real processes)',
      'test/e2e/kill.test.ts',
      'lose none that was acknowledged',
    ],
    ['what was not synced is dropped', PROCESSES, 'loses nothing that it acknowledged, and half a batch never stays'],
    [
      'ended between any two writes',
      'test/e2e/store-faults.test.ts',
      'leaves a store with all batches before, and none after',
    ],
    [
      'last write torn at any byte',
      'test/e2e/store-faults.test.ts',
      'at any byte is gone as a whole when it was not acknowledged, and missed when it was',
    ],
    ['started twice on one folder', PROCESSES, 'in another process is refused, naming the process and since when'],
    ['upgraded in mid-payment', 'test/e2e/store-upgrade.test.ts', 'goes on with the payment that was under way'],
    ['store of a version to come', STORE, 'that is newer than the program is refused, and the lock given back'],
    ['two live instances of one key', 'test/e2e/p2p/twins.test.ts', 'each twin hears of the other'],
  ]),
  ...of('disk', [
    [
      'full, at any write',
      'test/e2e/store-faults.test.ts',
      'nothing that was acknowledged is lost, and with room again the store goes on',
    ],
    ['full (real node)', 'test/e2e/full-disk.test.ts', 'a node whose disk is full stops with words'],
    ['read error', 'test/e2e/store-faults.test.ts', 'in the place of which is a folder, so that reading it fails'],
    ['damage while the node runs', STORE, 'names the record when it happens while the store is open'],
    [
      'flipped bit in log or table',
      'test/e2e/bit-flips.test.ts',
      'of a node that was %s are noticed or change nothing',
    ],
    ['missing file', 'test/e2e/store-faults.test.ts', 'that is missing'],
    ['missing or older record', STORE, 'by one record that is missing, or is an older version of itself, is noticed'],
    ['old database put back', STORE, 'by a database put back to an older state is noticed'],
    ['folder copied back', 'test/e2e/restore.test.ts', 'takes a folder that was copied back for what it is'],
    [
      'disk lost: words and neighbours (real processes)',
      'test/e2e/restore.test.ts',
      'gets accounts, balances, limits and contacts back from words and one neighbour',
    ],
    [
      'disk lost: 1,000 accounts',
      'test/faults/matrix-restore.test.ts',
      'a node with words only has its 1,000 accounts back from its neighbours within 30 s',
    ],
  ]),
  ...of('network', [
    [
      'loss 0–30 %, duplicates 0–50 %, reordering, delay with tail',
      SIMULATOR,
      'keeps every invariant over many seeds with faults: %s',
    ],
    ['each message lost, doubled, late', EVERY_MESSAGE, 'heals when any one message is lost, doubled or late'],
    ['one-way clog', EVERY_MESSAGE, 'heals after a one-way clog of every link from every message on'],
    ['one-way clog (real sockets)', WIRE, 'that carries nothing %s any more is noticed by both ends'],
    ['partitions of every shape', EVERY_MESSAGE, 'heals after a partition of every shape at every message'],
    ['reconnection storm', EVERY_MESSAGE, 'heals after a storm of reconnections at every message'],
    ['reconnection storm (real sockets)', WIRE, 'fifty neighbours whose connections break at once all come back'],
    ['slow reader', WIRE, 'that reads slowly keeps its link'],
    ['reader that stopped', WIRE, 'that reads nothing loses its link after a while'],
    ['half-open TCP', LINKS, 'is noticed and replaced when it falls silent'],
    ['long delays (real sockets)', WIRE, 'with long and very uneven delays carries all frames in order, over one link'],
    ['hub gone between PREPARE and COMMIT', MATRIX, 'has the cells that were committed'],
  ]),
  ...of('neighbour', [
    [
      'up to a third dishonest at once, in random networks',
      SIMULATOR,
      'keeps every invariant over many seeds with faults: %s',
    ],
    [
      'same capacity through two paths at once',
      MATRIX,
      'gives the same capacity to one of two packets that come over two paths at once',
    ],
    ['jamming', 'test/faults/matrix-jamming.test.ts', 'leaves others their share of what a jammer fills'],
  ]),
  ...of('many', [
    [
      'sybil: strangers with keys of their own',
      ADMISSION,
      'where strangers with keys of their own have taken all places',
    ],
    ['one place full of strangers', ADMISSION, 'strangers from one place cannot hold out a stranger from another'],
    ['stale gossip', 'test/e2e/p2p/gossip.test.ts', 'a flood of gossip'],
    ['forged gossip', 'test/e2e/p2p/gossip.test.ts', 'a flood of gossip'],
    ['gossip from the future', 'test/unit/protocol/announcement.test.ts', 'more than a minute from the future'],
    ['flood of a neighbour', WIRE, 'that floods takes no more than its share'],
    ['flood of questions', 'test/e2e/p2p/queries.test.ts', 'strangers that ask all that may be asked'],
  ]),
  ...of('frames', [
    [
      'length 0, max + 1, 2³¹, endless',
      FRAMES,
      'closes the link that carries $what, counts it and takes the next link',
    ],
    ['length max', FRAMES, 'takes a frame of 65,536 bytes'],
    [
      'truncated at every byte',
      FRAMES,
      'notices a stream that ends at any byte of HELLO and a frame, and gives out whole frames only',
    ],
    ['byte by byte', WIRE, 'that sends its HELLO byte by byte has the time for a HELLO, not for each byte'],
    ['thousands of streams', ADMISSION, 'thousands of streams of one stranger get few answers'],
    ['unknown type', 'test/e2e/fuzz.test.ts', 'a message of a later version is counted as a fault, and the link stays'],
    ['random and mutated', 'test/e2e/fuzz.test.ts', 'random and mutated frames and is as it was'],
    [
      'announced as 4 GiB',
      GUARD,
      'ends a connection that announces a message of 4 GiB before much of it has been held',
    ],
  ]),
  ...of('API, command line and files', [
    ['no token', 'test/e2e/api-http.test.ts', 'is not %s'],
    ['stale token', 'test/unit/node/api/access.test.ts', 'not with a token that has expired'],
    ['DNS rebinding (Host, Origin)', 'test/e2e/api-http.test.ts', 'a web page elsewhere gets nothing'],
    ['malicious links and QR: cards', 'test/unit/protocol/card.test.ts', 'a card changed or cut at any place'],
    [
      'malicious links and QR: invoices',
      'test/unit/protocol/invoice.test.ts',
      'refuses what the payee has not signed, other networks, and damage anywhere',
    ],
    [
      'names and memos as script',
      'test/e2e/bad-input/api-naughty.test.ts',
      'as the memo of a request: signed, and read back letter for letter',
    ],
    [
      'CSV formula injection',
      'test/property/books.test.ts',
      'are CSV in which no cell is a formula and each row says what moved',
    ],
    [
      'bad input everywhere',
      'test/e2e/bad-input/api.test.ts',
      'bad input to the API changes nothing and is refused in words',
    ],
  ]),
];
