/** How long records of members who have left are kept. */
import { expect, it } from 'vitest';
import { type MemberProfile, Profiles } from '#hub-indexer/members/profiles.ts';
import { Retention } from '#hub-indexer/members/retention.ts';
import { atRest } from '#hub-indexer/members/sealed-documents.ts';
import { createLog } from '#node/log.ts';
import { openStore } from '#node/store/store.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { ManualClock } from '#test/support/manual-clock.ts';
import { person, THEN_MS } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';

const KEEP_MS = 10 * 86_400_000;
const HOUR_MS = 3_600_000;
const [active, gone] = [person(1).key, person(2).key];

function profileOf(publicKey: PublicKey, change: Partial<MemberProfile>): MemberProfile {
  return {
    ...{ publicKey, pid: pidOf(publicKey), name: 'Somebody', kind: 'person', status: 'active', contact: '+380 44 000' },
    ...{ joinedAtMs: THEN_MS, statusAtMs: THEN_MS, invitedBy: null, invitation: null },
    ...change,
  };
}

async function start() {
  const clock = new ManualClock(THEN_MS);
  const store = await openStore(temporaryFolder(), { clock });
  const profiles = await Profiles.open(store, atRest(new Uint8Array(32).fill(7)), () => Promise.resolve());
  await profiles.change(active, () => profileOf(active, {}));
  await profiles.change(gone, () => profileOf(gone, { status: 'left' }));
  const erased: PublicKey[] = [];
  const ended: PublicKey[] = [];
  const options = {
    ...{ profiles, clock, keepMs: KEEP_MS, log: createLog({ level: 'silent', file: null }) },
    erase: async (publicKey: PublicKey) => void erased.push(publicKey),
    endSessions: async (publicKey: PublicKey) => void ended.push(publicKey),
  };
  return { clock, profiles, erased, ended, options };
}

/** Lets the look that began end. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

it('until the time is over, and of those who are here for ever', async () => {
  const { clock, profiles, erased, ended, options } = await start();
  const retention = new Retention(options);
  await retention.start();
  clock.advance(KEEP_MS - HOUR_MS);
  await settled();
  expect(erased).toEqual([]);
  for (let hours = 0; hours < 2; hours++) {
    clock.advance(HOUR_MS);
    await settled();
  }
  expect([erased, ended]).toEqual([[gone], [gone]]);
  expect(profiles.get(gone)).toMatchObject({ status: 'left', name: '–', contact: null });
  expect(profiles.get(active)).toMatchObject({ status: 'active', name: 'Somebody', contact: '+380 44 000' });
  clock.advance(KEEP_MS * 3);
  await settled();
  expect(erased).toEqual([gone]);
  await retention.stop();
  expect(clock.waiting).toBe(0);
});

it('what a crash has left of them is deleted at the next start', async () => {
  const { clock, profiles, erased, options } = await start();
  clock.advance(KEEP_MS);
  const cut = new Retention({ ...options, erase: () => Promise.reject(new Error('no disk')) });
  await cut.start();
  await cut.stop();
  expect(profiles.get(gone)?.name).toBe('Somebody');
  for (const times of [1, 2]) {
    const retention = new Retention(options);
    await retention.start();
    await retention.stop();
    expect(erased).toEqual(Array.from({ length: times }, () => gone));
  }
});

it('who has come back meanwhile keeps everything', async () => {
  const { clock, profiles, erased, options } = await start();
  clock.advance(KEEP_MS);
  const back = profiles.change(gone, async (now) => {
    await settled();
    return { ...(now as MemberProfile), status: 'active' as const };
  });
  const retention = new Retention(options);
  await Promise.all([back, retention.start()]);
  await retention.stop();
  expect(erased).toEqual([]);
  expect(profiles.get(gone)).toMatchObject({ status: 'active', name: 'Somebody' });
});

it('a disk that fails does not keep the hub from starting', async () => {
  const { clock, erased, options } = await start();
  clock.advance(KEEP_MS);
  const done = new Retention(options);
  await done.start();
  await done.stop();
  const failing = new Retention({ ...options, erase: () => Promise.reject(new Error('no disk')) });
  await expect(failing.start()).resolves.toBeUndefined();
  await failing.stop();
  expect(erased).toEqual([gone]);
});
