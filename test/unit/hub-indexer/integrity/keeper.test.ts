/** The keeper of integrity: its checkpoints, its audit log and its register of blocked accounts, in a real store. */
import pino from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChainLink, HashChain } from '#hub-indexer/integrity/chain.ts';
import { participantChecksum, stateChecksum } from '#hub-indexer/integrity/checksum.ts';
import { type Integrity, openIntegrity } from '#hub-indexer/integrity/integrity.ts';
import { pauseAfter } from '#hub-indexer/integrity/keeper.ts';
import type { Violation } from '#hub-indexer/integrity/violation.ts';
import { CHECK_SLICE_MS } from '#hub-indexer/limits.ts';
import { openStore, type Store } from '#node/store/store.ts';
import { uint } from '#protocol/codec.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { Records } from '#protocol/records.ts';
import { booksOf, readBooks } from '#test/support/hosted-books.ts';
import { ManualClock } from '#test/support/manual-clock.ts';
import { chain, type Network } from '#test/support/network.ts';
import { key, UAH, verify } from '#test/support/packets.ts';
import { THEN_MS } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';

const INTERVAL_MS = 60_000;
const id = (number: number) => String(number).padStart(16, '0');

let folder: string;
let store: Store;
let clock: ManualClock;
let net: Network;
let hosted: Map<PublicKey, Records>;
let told: Violation[];
let registry: Registry;
let opened: Integrity;

async function open(): Promise<Integrity> {
  registry = new Registry();
  const onViolation = (violation: Violation) => told.push(violation);
  const log = pino({ level: 'silent' });
  return openIntegrity({ hosted, store, clock, log, verify, intervalMs: INTERVAL_MS, onViolation }, registry);
}

async function restart(): Promise<void> {
  await opened.keeper.stop();
  await store.close();
  store = await openStore(folder);
  opened = await open();
}

beforeEach(async () => {
  folder = temporaryFolder();
  store = await openStore(folder);
  clock = new ManualClock(THEN_MS);
  net = chain('ABC');
  net.pay('A', 'C', 10n);
  net.run();
  hosted = new Map(booksOf(net, 'ABC').map((records) => [records.self, records]));
  told = [];
  opened = await open();
});

afterEach(async () => {
  await opened.keeper.stop();
  await store.close();
});

/** B's balance with A becomes another. */
function breakBooks(): void {
  const broken = readBooks('B', net.machine('B').backup(), (it) =>
    it.type === 'account' && it.neighbour === key('A') ? { ...it, balance: it.balance + 1n } : it,
  );
  hosted.set(key('B'), broken);
}

const figures = async () => (await registry.metrics()).split('\n').filter((line) => !line.startsWith('#'));

describe('checkpoints', () => {
  it('follow one another, with the checksum of all books', async () => {
    const first = await opened.keeper.checkNow();
    expect(first).toMatchObject({
      number: 1,
      atMs: THEN_MS,
      body: {
        checksum: stateChecksum(hosted.values()),
        participants: 3,
        accounts: 4,
        equivalents: [{ equivalent: UAH, accounts: 4 }],
        violationCount: 0,
        violations: [],
      },
    });
    await restart();
    const second = await opened.keeper.checkNow();
    expect(second).toMatchObject({ number: 2, previous: first?.hash, body: { checksum: first?.body.checksum } });
    expect(opened.keeper.latest(5).map(({ number }) => number)).toEqual([2, 1]);
    expect(await opened.keeper.verifyCheckpoints()).toBeNull();
    expect(await figures()).toEqual(
      expect.arrayContaining([
        `geo_hub_integrity_last_check_timestamp_seconds ${THEN_MS / 1_000}`,
        'geo_hub_integrity_violations_total{invariant="INV-MIRROR"} 0',
        'geo_hub_blocked_accounts 0',
      ]),
    );
  });

  it('are written every interval, after the check before has ended, and no more once stopped', async () => {
    opened.keeper.start();
    const [first, same] = await Promise.all([opened.keeper.checkNow(), opened.keeper.checkNow()]);
    expect(same).toBe(first);
    for (let number = 2; number <= 3; number++) {
      await expect.poll(() => clock.waiting).toBe(1);
      clock.advance(INTERVAL_MS - 1);
      expect(opened.keeper.latest(1)[0]?.number).toBe(number - 1);
      clock.advance(1);
      expect((await opened.keeper.checkNow())?.number).toBe(number);
    }
    await opened.keeper.stop();
    clock.advance(10 * INTERVAL_MS);
    expect(opened.keeper.latest(1)[0]?.number).toBe(3);
  });
});

it('a check takes a fifth of the time at most, and a sixteenth where the process is busy', () => {
  const part = (busy: number): number => CHECK_SLICE_MS / (CHECK_SLICE_MS + pauseAfter(busy));
  expect([0, 0.25, 0.7].map(part)).toEqual([0.2, 0.2, 0.2]);
  expect(part(0.71)).toBeLessThan(1 / 16);
  expect(part(1)).toBe(part(0.71));
});

describe('a violation', () => {
  it('is told once, blocks what it touches, and stays blocked over a restart until an operator lets it go', async () => {
    breakBooks();
    const checkpoint = await opened.keeper.checkNow();
    expect(checkpoint?.body.violations.map(({ invariant }) => invariant)).toEqual([
      'INV-MIRROR',
      'INV-JOURNAL',
      'INV-ZERO',
    ]);
    expect(told).toEqual(checkpoint?.body.violations);
    const isBlocked = (a: string, b: string) => opened.blocked.isBlocked(key(a), key(b), UAH);
    const blocked = () => [isBlocked('A', 'B'), isBlocked('B', 'A'), isBlocked('B', 'C'), isBlocked('C', 'B')];
    expect(blocked()).toEqual([true, true, false, false]);
    await restart();
    await opened.keeper.checkNow();
    expect(told).toHaveLength(3);
    expect(blocked()).toEqual([true, true, false, false]);
    expect(opened.blocked.all()[0]).toMatchObject({ sinceMs: THEN_MS, why: expect.stringContaining('INV-MIRROR') });
    expect(await figures()).toEqual(
      expect.arrayContaining([
        'geo_hub_blocked_accounts 2',
        'geo_hub_integrity_violations_total{invariant="INV-ZERO"} 1',
      ]),
    );
    hosted.set(key('B'), net.machine('B').records);
    await opened.keeper.checkNow();
    expect(blocked()).toEqual([true, true, false, false]);
    const end = { participant: key('B'), neighbour: key('A'), equivalent: UAH };
    expect(await opened.blocked.unblock(end, 'olena', 'the disk was replaced, the books are whole again')).toBe(true);
    expect(await opened.blocked.unblock(end, 'olena', 'again')).toBe(false);
    await restart();
    expect(blocked()).toEqual([true, false, false, false]);
    expect(opened.audit.latest(1)[0]?.body).toMatchObject({ who: 'olena', what: 'unblock' });
    expect(opened.audit.latest(99).map(({ body }) => `${body.who} ${body.what}`)).toEqual([
      'olena unblock',
      'hub violation',
      'hub violation',
      'hub violation',
      'hub block',
      'hub block',
    ]);
    expect(await opened.audit.verifyAuditChain()).toBeNull();
  });
});

describe('the audit log', () => {
  type Stored = { number: number; body: { words: string } };

  beforeEach(async () => {
    for (const words of ['one', 'two', 'three', 'four']) {
      await opened.audit.append({ who: 'olena', what: 'note', words, facts: [] });
    }
    expect(await opened.audit.verifyAuditChain()).toBeNull();
  });

  it('says where it was changed', async () => {
    const documents = store.documents<Stored>('audit');
    const third = documents.get(id(3)) as Stored;
    await documents.put(id(3), { ...third, body: { ...third.body, words: 'tree' } });
    expect(await opened.audit.verifyAuditChain()).toMatchObject({ number: 3 });
  });

  it('says what is missing, in the middle, at the beginning and at the end, also after a restart', async () => {
    for (const number of [2, 1, 4]) {
      const documents = store.documents<Stored>('audit');
      const entry = documents.get(id(number)) as Stored;
      await documents.delete(id(number));
      await restart();
      expect(await opened.audit.verifyAuditChain()).toEqual({ number, what: 'it is missing' });
      await store.documents<Stored>('audit').put(id(number), entry);
      await restart();
      expect(await opened.audit.verifyAuditChain()).toBeNull();
    }
  });

  it('says what was put in or written anew', async () => {
    const documents = store.documents<Stored>('audit');
    const second = documents.get(id(2)) as Stored;
    await documents.put(id(3), { ...second, number: 3 });
    expect(await opened.audit.verifyAuditChain()).toEqual({ number: 3, what: 'it does not follow the one before' });
  });

  it('goes on where a process was killed before it noted its last entry', async () => {
    const heads = store.documents('audit-head');
    const before = heads.get('head');
    await opened.audit.append({ who: 'olena', what: 'note', words: 'five', facts: [] });
    await heads.put('head', before);
    await restart();
    expect(opened.audit.head.number).toBe(5);
    await opened.audit.append({ who: 'olena', what: 'note', words: 'six', facts: [] });
    expect(await opened.audit.verifyAuditChain()).toBeNull();
  });
});

describe('a chain of which only the newest are kept', () => {
  it('begins where it may begin, also where one too many is left', async () => {
    const numbers = new HashChain(store, 'number', uint(), 3);
    for (let number = 1; number <= 5; number++) await numbers.append(THEN_MS, number);
    expect(numbers.latest(9).map(({ body }) => body)).toEqual([5, 4, 3]);
    expect(await numbers.verify()).toBeNull();
    const documents = store.documents<ChainLink<number>>('number');
    const third = numbers.get(3) as ChainLink<number>;
    await documents.delete(id(3));
    expect(await numbers.verify()).toEqual({ number: 3, what: 'it is missing' });
    await documents.put(id(3), { ...third, atMs: 1 });
    expect(await numbers.verify()).toMatchObject({ number: 3 });
    await documents.put(id(3), third);
    await store.documents('number-head').put('head', { number: 6, hash: third.hash });
    expect(await new HashChain(store, 'number', uint(), 3).verify()).toMatchObject({ number: 6 });
  });
});

describe('checksums', () => {
  it('are equal for equal books, whatever the order they are read in, and for no others', () => {
    const books = booksOf(net, 'ABC');
    const sum = stateChecksum(books);
    expect(stateChecksum([...books].reverse())).toBe(sum);
    const backwards = new Map([...net.machine('B').backup()].reverse());
    expect(participantChecksum(readBooks('B', backwards))).toBe(participantChecksum(net.machine('B').records));
    const sums = new Set([sum, participantChecksum(books[1] as Records)]);
    for (const field of ['balance', 'reservedIn', 'reservedOut', 'limitGiven', 'entries', 'closedUntilMs'] as const) {
      const other = readBooks('B', backwards, (it) => {
        if (it.type !== 'account' || it.neighbour !== key('A')) return it;
        return { ...it, [field]: typeof it[field] === 'bigint' ? it[field] + 1n : it[field] + 1 };
      });
      sums.add(participantChecksum(other));
    }
    expect(sums.size).toBe(8);
    const started = readBooks('B', backwards, (it) =>
      it.type === 'account' ? { ...it, standing: 'unsure', comparedAtMs: THEN_MS + 5 } : it,
    );
    expect(participantChecksum(started)).toBe(participantChecksum(books[1] as Records));
  });
});
