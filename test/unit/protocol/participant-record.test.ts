import { describe, expect, it } from 'vitest';
import { encode } from '#protocol/codec.ts';
import { pidBytes, pidOf } from '#protocol/identity.ts';
import { MAX_PARTICIPANT_RECORD_BYTES, PARTICIPANT_RECORD_LIFETIME_MS, VERSION } from '#protocol/limits.ts';
import {
  makeParticipantRecord,
  nextRecordSeq,
  type ParticipantRecord,
  participantRecordStatement,
  type RecordFlaw,
  readParticipantRecord,
  recordSeq,
  signedParticipantRecordShape,
  supersedesRecord,
} from '#protocol/participant-record.ts';
import { person, THEN_MS, verify } from '#test/support/people.ts';

const [alice, bob] = [person(1), person(2)];
const network = 'geo-test';
const digest = pidBytes(pidOf(alice.key));
const record: ParticipantRecord = {
  version: VERSION,
  network,
  publicKey: alice.key,
  seq: THEN_MS,
  expiresAtMs: THEN_MS + PARTICIPANT_RECORD_LIFETIME_MS,
  host: null,
  addresses: ['/ip4/127.0.0.1/tcp/4001', '/dns4/alice.example/tcp/443/wss'],
  capabilities: [],
};

function made(change: Partial<ParticipantRecord> = {}, sign = alice.sign): Uint8Array {
  return makeParticipantRecord({ ...record, ...change }, sign);
}

function read(bytes: Uint8Array, nowMs: number | null = THEN_MS, of = digest): ParticipantRecord | RecordFlaw {
  return readParticipantRecord(bytes, of, { network, nowMs, verify });
}

it('gives back what went in, and the same bytes for the same record', () => {
  expect(read(made())).toEqual(record);
  expect(made()).toEqual(made());
  const hosted = { host: bob.key, addresses: [], capabilities: ['relay', 'hints'] };
  expect(read(made(hosted))).toEqual({ ...record, ...hosted });
});

it('has at most 1 KiB: the last addresses are left out', () => {
  const addresses = Array.from({ length: 8 }, (_, at) => `/dns/${'a'.repeat(200)}.example/tcp/400${at}`);
  const bytes = made({ addresses });
  expect(bytes.length).toBeLessThanOrEqual(MAX_PARTICIPANT_RECORD_BYTES);
  expect(read(bytes)).toEqual({ ...record, addresses: addresses.slice(0, 3) });
  const full = Array.from({ length: 32 }, () => 'c'.repeat(32));
  expect(() => made({ addresses: [], capabilities: full })).toThrow('too large');
});

describe('refuses', () => {
  const signed = (change: Partial<ParticipantRecord>): Uint8Array => {
    const changed = { ...record, ...change };
    const signature = alice.sign(participantRecordStatement(changed));
    return encode(signedParticipantRecordShape, { record: changed, signature });
  };

  it('one of more than 1 KiB, whatever it holds', () => {
    const addresses = Array.from({ length: 8 }, () => `/dns/${'a'.repeat(200)}.example/tcp/4001`);
    expect(read(signed({ addresses }))).toBe('too-large');
    expect(read(new Uint8Array(MAX_PARTICIPANT_RECORD_BYTES + 1))).toBe('too-large');
    expect(read(new Uint8Array(MAX_PARTICIPANT_RECORD_BYTES))).toBe('malformed');
  });

  it('what is no record: cut, longer, or nothing', () => {
    const bytes = made();
    for (let length = 0; length < bytes.length; length++) expect(read(bytes.subarray(0, length))).toBe('malformed');
    expect(read(Uint8Array.of(...bytes, 0))).toBe('malformed');
  });

  it('one of another network', () => expect(read(made({ network: 'elsewhere' }))).toBe('foreign-network'));

  it('one of somebody else', () => {
    expect(read(made(), THEN_MS, pidBytes(pidOf(bob.key)))).toBe('other-participant');
    expect(read(made({ publicKey: bob.key }, bob.sign))).toBe('other-participant');
    expect(read(made(), THEN_MS, digest.subarray(1))).toBe('other-participant');
  });

  it('one that lives too long, or not at all', () => {
    expect(read(made({ expiresAtMs: THEN_MS + PARTICIPANT_RECORD_LIFETIME_MS + 1 }))).toBe('bad-lifetime');
    expect(read(made({ expiresAtMs: THEN_MS }), null)).toBe('bad-lifetime');
    expect(read(made({ expiresAtMs: THEN_MS - 1 }), null)).toBe('bad-lifetime');
  });

  it('one from the future, but for what clocks differ', () => {
    expect(read(made(), THEN_MS - 60_000)).toEqual(record);
    expect(read(made(), THEN_MS - 60_001)).toBe('from-the-future');
  });

  it('one that has expired, on the millisecond', () => {
    expect(read(made(), record.expiresAtMs - 1)).toEqual(record);
    expect(read(made(), record.expiresAtMs)).toBe('expired');
  });

  it('neither, where no clock is given: what is signed stays so', () => expect(read(made(), null)).toEqual(record));

  it('one that its participant has not signed', () => {
    expect(read(made({}, bob.sign))).toBe('forged');
    const bytes = made();
    // Every bit of the signature, and the seq.
    for (const at of [bytes.length - 1, bytes.length - 64]) {
      expect(read(bytes.with(at, (bytes[at] as number) ^ 1))).toBe('forged');
    }
    const card = { ...participantRecordStatement(record), domain: 'geo/1/contact-card' } as const;
    expect(read(encode(signedParticipantRecordShape, { record, signature: alice.sign(card) }))).toBe('forged');
  });

  it('and asks for the signature last', () => {
    const neverAsked = () => expect.fail('a signature was checked');
    for (const change of [{ network: 'elsewhere' }, { publicKey: bob.key }, { expiresAtMs: THEN_MS }]) {
      const reader = { network, nowMs: THEN_MS, verify: neverAsked };
      expect(typeof readParticipantRecord(made(change), digest, reader)).toBe('string');
    }
  });
});

describe('of two', () => {
  it('the higher seq counts', () => {
    const [older, newer] = [made(), made({ seq: THEN_MS + 1 })];
    expect([supersedesRecord(newer, older), supersedesRecord(older, newer)]).toEqual([true, false]);
  });

  it('at equal seq exactly one does, the same for everyone', () => {
    const [one, other] = [made(), made({ addresses: [] })];
    expect(supersedesRecord(one, other)).toBe(!supersedesRecord(other, one));
    expect(supersedesRecord(one, one)).toBe(false);
    // The list of addresses has a shorter head.
    expect(supersedesRecord(other, one)).toBe(true);
  });
});

it('the next seq is the time, or more than any that was used', () => {
  expect(nextRecordSeq(null, THEN_MS)).toBe(THEN_MS);
  expect(nextRecordSeq(THEN_MS - 5, THEN_MS)).toBe(THEN_MS);
  expect(nextRecordSeq(THEN_MS, THEN_MS)).toBe(THEN_MS + 1);
  expect(nextRecordSeq(THEN_MS + 30_000, THEN_MS)).toBe(THEN_MS + 30_001);
});

it('its number can be read without judging it', () => {
  expect([recordSeq(made()), recordSeq(made({ seq: 7 }, bob.sign)), recordSeq(Uint8Array.of(1))]).toEqual([
    THEN_MS,
    7,
    -1,
  ]);
});
