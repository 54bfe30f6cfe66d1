/** Journals and sets of hops (§3.4). */
import { describe, expect, it } from 'vitest';
import { emptyAccount } from '#protocol/account.ts';
import { EMPTY_HEAD, headAfter, hopKey, hopsDigest, type JournalEntry, nextEntry } from '#protocol/journal.ts';
import type { TxId } from '#protocol/packet.ts';
import { key, UAH } from '#test/support/packets.ts';

const txId = (digit: string) => digit.repeat(64) as TxId;
const hop = (digit: string, at = 0) => ({ txId: txId(digit), routeIndex: 0, hop: at, createdAtMs: 5 });
const account = emptyAccount(key('A'), UAH);

describe('an entry', () => {
  const first = nextEntry(account, hop('a'), 7n);
  const second = nextEntry({ ...account, entries: 1, journalHead: first.head }, null, -3n);

  it('has the next number, and a head over the one before', () => {
    expect(first).toMatchObject({ number: 1, delta: 7n, neighbour: key('A'), equivalent: UAH });
    expect(second.number).toBe(2);
    expect(first.head).toBe(headAfter(EMPTY_HEAD, first));
    expect(second.head).toBe(headAfter(first.head, second));
  });

  it.each<[string, Partial<JournalEntry>]>([
    ['number', { number: 3 }],
    ['hop', { hop: hop('b') }],
    ['time of the packet', { hop: { ...hop('a'), createdAtMs: 6 } }],
    ['no hop', { hop: null }],
    ['change', { delta: 8n }],
  ])('another %s gives another head', (_what, change) => {
    expect(headAfter(EMPTY_HEAD, { ...first, ...change })).not.toBe(first.head);
  });
});

describe('a set of hops', () => {
  it('has one digest in whatever order', () => {
    expect(hopsDigest([hop('a'), hop('b'), hop('a', 1)])).toBe(hopsDigest([hop('a', 1), hop('b'), hop('a')]));
  });

  it('has another digest with another hop, route or transaction', () => {
    const digests = [[], [hop('a')], [hop('b')], [hop('a', 1)], [{ ...hop('a'), routeIndex: 1 }]].map(hopsDigest);
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('of nothing is sha256 of nothing', () => {
    expect(hopsDigest([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('tells its hops apart by their names', () => {
    expect(new Set([hop('a'), hop('b'), hop('a', 1), { ...hop('a'), routeIndex: 1 }].map(hopKey)).size).toBe(4);
  });
});
