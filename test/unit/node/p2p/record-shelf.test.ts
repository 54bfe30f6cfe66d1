import { sha256 } from '@noble/hashes/sha2.js';
import { toString as toText } from 'uint8arrays/to-string';
import { expect, it } from 'vitest';
import { digestIn, directoryKey } from '#node/p2p/directory-key.ts';
import { NotKept, RecordShelf } from '#node/p2p/record-shelf.ts';
import { pidBytes, pidOf } from '#protocol/identity.ts';
import { VERSION } from '#protocol/limits.ts';
import { makeParticipantRecord, readParticipantRecord } from '#protocol/participant-record.ts';
import { dhtRecord } from '#test/support/directory-peer.ts';
import { person, THEN_MS, verify } from '#test/support/people.ts';

const people = Array.from({ length: 12 }, (_, at) => person(at + 1));
const keyOf = (at: number): Uint8Array => directoryKey(pidOf((people[at] as (typeof people)[0]).key));
const nameOf = (key: Uint8Array): string => `/dht/record/${toText(key, 'base32')}`;

function recordOf(at: number, seq = THEN_MS): Uint8Array {
  const { key, sign } = people[at] as (typeof people)[0];
  const facts = { version: VERSION, network: 'test', publicKey: key, seq, expiresAtMs: seq + 1_000 } as const;
  return Uint8Array.from(makeParticipantRecord({ ...facts, host: null, addresses: [], capabilities: [] }, sign));
}

function shelf(capacity: number, clock = { nowMs: THEN_MS }): RecordShelf {
  return new RecordShelf({
    capacity,
    place: new Uint8Array(32),
    nowMs: () => clock.nowMs,
    check(key, value) {
      const record = readParticipantRecord(value, digestIn(key) ?? new Uint8Array(), {
        network: 'test',
        ...clock,
        verify,
      });
      if (typeof record === 'string') throw new NotKept(record);
      return record.expiresAtMs;
    },
  });
}

function put(on: RecordShelf, at: number, seq?: number): string {
  try {
    on.put(nameOf(keyOf(at)), dhtRecord(keyOf(at), recordOf(at, seq)));
    return 'kept';
  } catch (error) {
    if (error instanceof NotKept) return error.why;
    throw error;
  }
}

it('a key of the directory is /geo/ and the digest behind the PID', () => {
  const pid = pidOf((people[0] as (typeof people)[0]).key);
  expect(digestIn(directoryKey(pid))).toEqual(pidBytes(pid));
  for (const key of ['/geo/', `/geo/${'x'.repeat(31)}`, `/geo/${'x'.repeat(33)}`, `/gea/${'x'.repeat(32)}`]) {
    expect(digestIn(new TextEncoder().encode(key))).toBeNull();
  }
});

it('keeps the newest, refuses what is older, and takes the same again', () => {
  const on = shelf(9);
  expect([put(on, 0, THEN_MS), put(on, 0, THEN_MS + 1), put(on, 0, THEN_MS), put(on, 0, THEN_MS + 1)]).toEqual([
    ...['kept', 'kept', 'stale', 'kept'],
  ]);
  expect(on.size).toBe(1);
  expect(on.valueOf(keyOf(0))).toEqual(recordOf(0, THEN_MS + 1));
});

it('takes nothing under a name that is not one of records, and nothing that is not valid', () => {
  const on = shelf(9);
  expect(() => on.put('/dht/provider/abc', dhtRecord(keyOf(0), recordOf(0)))).toThrow('foreign-key');
  expect(() => on.put(nameOf(keyOf(0)), dhtRecord(keyOf(0), recordOf(1)))).toThrow('other-participant');
  expect(() => on.get(nameOf(keyOf(0)))).toThrow('no such record');
});

it('forgets what has expired, asked for or not', () => {
  const clock = { nowMs: THEN_MS };
  const on = shelf(9, clock);
  expect([put(on, 0), put(on, 1, THEN_MS + 500)]).toEqual(['kept', 'kept']);
  clock.nowMs = THEN_MS + 1_000;
  expect(on.valueOf(keyOf(0))).toBeNull();
  expect(() => on.get(nameOf(keyOf(0)))).toThrow('no such record');
  on.forgetExpired();
  expect(on.size).toBe(1);
  clock.nowMs = THEN_MS + 1_500;
  on.forgetExpired();
  expect(on.size).toBe(0);
});

it('when it is full, those closest to the node stay', () => {
  const on = shelf(4);
  // The node is at zero: the distance is the hash of the key itself.
  const byDistance = people.map((_, at) => at).sort((a, b) => Buffer.compare(sha256(keyOf(a)), sha256(keyOf(b))));
  const [farthest = 0] = byDistance.slice(-1);
  for (const at of byDistance.slice(4, -1).reverse()) put(on, at);
  for (const at of byDistance.slice(0, 4)) expect(put(on, at)).toBe('kept');
  expect(put(on, farthest)).toBe('no-room');
  // What the node itself gives to others goes through, and is not kept.
  on.giving(keyOf(farthest), true);
  expect(put(on, farthest)).toBe('kept');
  expect(on.valueOf(keyOf(farthest))).toBeNull();
  on.giving(keyOf(farthest), false);
  expect(put(on, farthest)).toBe('no-room');
  expect(on.size).toBe(4);
  expect(byDistance.filter((at) => on.valueOf(keyOf(at)) !== null)).toEqual(byDistance.slice(0, 4));
});
