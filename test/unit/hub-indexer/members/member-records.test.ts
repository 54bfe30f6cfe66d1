/** The records of members: judged as a stranger would, kept over starts, and published while their member is one. */
import { expect, it } from 'vitest';
import { MemberRecords } from '#hub-indexer/members/member-records.ts';
import { createLog } from '#node/log.ts';
import type { HostedRecord } from '#node/p2p/hosted-publisher.ts';
import { openStore } from '#node/store/store.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { PARTICIPANT_RECORD_LIFETIME_MS, VERSION } from '#protocol/limits.ts';
import { makeParticipantRecord, type ParticipantRecord } from '#protocol/participant-record.ts';
import { ManualClock } from '#test/support/manual-clock.ts';
import { person, THEN_MS, verify } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';

const [anna, boris, hub, otherHub] = [person(1), person(2), person(3), person(4)];
const ADDRESSES = ['/ip4/127.0.0.1/tcp/1', '/ip4/192.0.2.1/tcp/4610', '/ip4/192.0.2.2/tcp/4610'];

function made(change: Partial<ParticipantRecord> = {}, by = anna): Uint8Array {
  const seq = change.seq ?? THEN_MS;
  const facts = { version: VERSION, network: 'geo-test', publicKey: by.key, host: hub.key, seq } as const;
  const expiresAtMs = seq + PARTICIPANT_RECORD_LIFETIME_MS;
  const record = { ...facts, expiresAtMs, addresses: [], capabilities: [], ...change };
  return Uint8Array.from(makeParticipantRecord(record, by.sign));
}

async function open(folder = temporaryFolder(), isMember: (key: PublicKey) => boolean = () => true) {
  const store = await openStore(folder);
  const published: HostedRecord[] = [];
  const withdrawn: PublicKey[] = [];
  const clock = new ManualClock(THEN_MS);
  const records = await MemberRecords.open(store, {
    ...{ hub: hub.key, network: 'geo-test', verify, clock, isMember },
    log: createLog({ level: 'silent', file: null }),
    host: {
      addresses: () => ADDRESSES,
      hosted: {
        publish: (record) => void published.push(record),
        withdraw: (participant) => void withdrawn.push(participant),
      },
    },
  });
  return { records, published, withdrawn, clock, folder, store };
}

it('publishes what a member has signed, and the newer one in its place', async () => {
  const { records, published, store } = await open();
  expect(records.of(anna.key)).toEqual({
    ...{ isWanted: true, isPossible: true, record: null },
    // Only those that reach as far as the widest of them.
    addresses: ADDRESSES.slice(1),
  });
  expect(await records.take(anna.key, made())).toBeNull();
  expect(await records.take(anna.key, made({ seq: THEN_MS + 1 }))).toBeNull();
  expect(published.map(({ expiresAtMs }) => expiresAtMs - PARTICIPANT_RECORD_LIFETIME_MS)).toEqual([
    THEN_MS,
    THEN_MS + 1,
  ]);
  expect(records.of(anna.key).record).toMatchObject({ seq: THEN_MS + 1, host: hub.key });
  await store.close();
});

it.each([
  ['of another member', made({}, boris), { refused: 'record-flawed', facts: { flaw: 'other-participant' } }],
  ['signed by another member', made({ publicKey: boris.key }), { refused: 'record-flawed' }],
  ['that is none', Uint8Array.of(1, 2), { refused: 'record-flawed', facts: { flaw: 'malformed' } }],
  ['of another network', made({ network: 'x' }), { refused: 'record-flawed', facts: { flaw: 'foreign-network' } }],
  [
    'that has expired',
    made({ seq: THEN_MS - PARTICIPANT_RECORD_LIFETIME_MS }),
    { refused: 'record-flawed', facts: { flaw: 'expired' } },
  ],
  [
    'of another host',
    made({ host: otherHub.key }),
    { refused: 'record-of-other-host', facts: { host: otherHub.key, hub: hub.key } },
  ],
  ['of no host', made({ host: null }), { refused: 'record-of-other-host', facts: { host: null, hub: hub.key } }],
  ['that is no newer', made({ seq: THEN_MS - 5 }), { refused: 'record-stale', facts: { seq: THEN_MS - 1 } }],
])('refuses one %s', async (_what, bytes, refusal) => {
  const { records, published, store } = await open();
  const known = made({ seq: THEN_MS - 1 });
  await records.take(anna.key, known);
  expect(await records.take(anna.key, bytes)).toMatchObject(refusal);
  expect(published.map((record) => record.bytes)).toEqual([known]);
  await store.close();
});

it('publishes again after a start what counts still, and forgets what is of who has left', async () => {
  const { records, folder, store } = await open();
  await records.take(anna.key, made());
  await records.take(boris.key, made({}, boris));
  await store.close();
  const again = await open(folder, (key) => key === anna.key);
  expect(again.published).toEqual([
    { participant: anna.key, bytes: made(), expiresAtMs: THEN_MS + PARTICIPANT_RECORD_LIFETIME_MS },
  ]);
  expect(again.store.documents('participant-record').get(boris.key)).toBeUndefined();
  expect(await again.records.take(boris.key, made({ seq: THEN_MS + 1 }, boris))).toMatchObject({
    refused: 'token-wrong',
  });
  await again.store.close();
});

it('who hides stays hidden over a start, until it signs another record', async () => {
  const { records, folder, withdrawn, store } = await open();
  await records.take(anna.key, made());
  await records.hide(anna.key);
  expect([withdrawn, records.of(anna.key)]).toMatchObject([[anna.key], { isWanted: false, record: null }]);
  await store.close();
  const again = await open(folder);
  expect([again.published, again.records.of(anna.key)]).toMatchObject([[], { isWanted: false, record: null }]);
  expect(await again.records.take(anna.key, made({ seq: THEN_MS + 1 }))).toBeNull();
  expect(again.records.of(anna.key)).toMatchObject({ isWanted: true, record: { seq: THEN_MS + 1 } });
  await again.store.close();
});

it('one that has expired is shown no more; of who leaves nothing is kept', async () => {
  const { records, clock, withdrawn, store } = await open();
  await records.take(anna.key, made());
  clock.advance(PARTICIPANT_RECORD_LIFETIME_MS);
  expect(records.of(anna.key)).toMatchObject({ isWanted: true, record: null });
  await records.forget(anna.key);
  await records.forget(anna.key);
  expect(withdrawn).toEqual([anna.key, anna.key]);
  expect(store.documents('participant-record').get(anna.key)).toBeUndefined();
  await store.close();
});
