/** Who is hosted elsewhere and not linked is looked for, and only then. */
import { beforeEach, expect, it } from 'vitest';
import { HostedLookUps } from '#node/hosted-look-ups.ts';
import { createLog } from '#node/log.ts';
import type { Found } from '#node/p2p/directory.ts';
import { NEIGHBOUR_LOOKUP_FIRST_MS, NEIGHBOUR_LOOKUP_LAST_MS } from '#node/p2p/limits.ts';
import { type Pid, type PublicKey, pidOf } from '#protocol/identity.ts';
import type { ParticipantRecord } from '#protocol/participant-record.ts';
import { ManualClock } from '#test/support/manual-clock.ts';
import { person, THEN_MS } from '#test/support/people.ts';

const [clara, dora, boris, hub, other] = [1, 2, 3, 4, 5].map((at) => person(at).key) as [
  PublicKey,
  PublicKey,
  PublicKey,
  PublicKey,
  PublicKey,
];
const WHERE = ['/ip4/192.0.2.1/tcp/4610'];

let clock: ManualClock;
let unlinked: { local: PublicKey; remote: PublicKey; host: PublicKey }[];
let asked: Pid[];
let moved: unknown[];
let answer: Found | null;
let lookUps: HostedLookUps;

const found = (host: PublicKey | null, addresses = WHERE): Found => ({
  record: { publicKey: boris, host } as ParticipantRecord,
  ...{ addresses, asked: 1 },
});

beforeEach(() => {
  clock = new ManualClock(THEN_MS);
  [asked, moved] = [[], []];
  unlinked = [
    { local: clara, remote: boris, host: hub },
    { local: dora, remote: boris, host: hub },
  ];
  answer = found(other);
  lookUps = new HostedLookUps({
    ...{ clock, log: createLog({ level: 'silent', file: null }) },
    peers: { unlinked: () => unlinked },
    async find(pid) {
      asked.push(pid);
      return answer;
    },
    moved: (local, remote, where) => moved.push([local, remote, where]),
  });
  lookUps.start();
});

/** So many rounds of looking. */
async function rounds(count: number): Promise<void> {
  for (let round = 0; round < count; round++) {
    clock.advance(NEIGHBOUR_LOOKUP_FIRST_MS);
    await new Promise(setImmediate);
  }
}

it('once for all who want to be linked with somebody, who are all told of the other host', async () => {
  await rounds(1);
  expect(asked).toEqual([]);
  await rounds(1);
  expect(asked).toEqual([pidOf(boris)]);
  const where = { addresses: WHERE, host: other };
  expect(moved).toEqual([
    [clara, boris, where],
    [dora, boris, where],
  ]);
});

it.each([
  ['the host is the known one', () => found(hub)],
  ['there is no record', () => ({ ...found(null), record: null })],
  ['there is no address', () => found(other, [])],
  ['the node takes no part in the directory', () => null],
])('nothing is told when %s', async (_why, make) => {
  answer = make();
  await rounds(2);
  expect([asked.length, moved]).toEqual([1, []]);
});

it('somebody is at a node of their own now', async () => {
  answer = found(null);
  await rounds(2);
  expect(moved[0]).toEqual([clara, boris, { addresses: WHERE, host: null }]);
});

it('with a growing pause, which begins anew once they were linked', async () => {
  answer = null;
  await rounds(2 + 2 + 4 + 8);
  expect(asked).toHaveLength(4);
  await rounds(NEIGHBOUR_LOOKUP_LAST_MS / NEIGHBOUR_LOOKUP_FIRST_MS);
  const before = asked.length;
  const wanted = unlinked;
  unlinked = [];
  await rounds(2);
  unlinked = wanted;
  await rounds(2);
  expect(asked).toHaveLength(before + 1);
});

it('no more once it is stopped', async () => {
  lookUps.stop();
  await rounds(4);
  expect([asked, clock.waiting]).toEqual([[], 0]);
});
