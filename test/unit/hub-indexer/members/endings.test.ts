/** How a member ends at a hub. */
import { beforeEach, expect, it } from 'vitest';
import { endingsOf } from '#hub-indexer/members/endings.ts';
import { Profiles } from '#hub-indexer/members/profiles.ts';
import { atRest } from '#hub-indexer/members/sealed-documents.ts';
import { refuse } from '#hub-indexer/web/codes.ts';
import type { Release } from '#hub-indexer/web/move-routes.ts';
import { openStore } from '#node/store/store.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { ManualClock } from '#test/support/manual-clock.ts';
import { person, THEN_MS } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';

const { key } = person(1);
const underWay = refuse('payment-under-way', { untilMs: THEN_MS });

let profiles: Profiles;
/** Who was looked for elsewhere, with what its profile said then. */
const soughtAt: (readonly [PublicKey, string | undefined])[] = [];
let release: Release;
let isHosted: boolean;
/** What there was when the machine ended. */
let statusThen: string | undefined;

beforeEach(async () => {
  const clock = new ManualClock(THEN_MS);
  const store = await openStore(temporaryFolder(), { clock });
  profiles = await Profiles.open(store, atRest(new Uint8Array(32).fill(7)), () => Promise.resolve());
  await profiles.change(key, () => ({
    ...{ publicKey: key, pid: pidOf(key), name: 'Somebody', kind: 'person', status: 'active', contact: null },
    ...{ joinedAtMs: THEN_MS, statusAtMs: THEN_MS, invitedBy: null, invitation: null },
  }));
  isHosted = true;
  statusThen = undefined;
  soughtAt.length = 0;
  const hosting = {
    has: () => isHosted,
    async release() {
      isHosted = false;
      statusThen = profiles.get(key)?.status;
    },
    lookElsewhere: (gone: PublicKey) => void soughtAt.push([gone, profiles.get(gone)?.status]),
  };
  const nothing = (): Promise<void> => Promise.resolve();
  const [push, records] = [{ forget: nothing }, { forget: nothing }];
  release = endingsOf({ hosting, profiles, clock, store, records, push, endSessions: nothing });
  return () => store.close();
});

it('a payment that begins while others are written keeps it from leaving', async () => {
  let why: typeof underWay | null = null;
  const writing = Promise.withResolvers<undefined>();
  const before = profiles.change(person(2).key, () => writing.promise);
  const left = release.end(key, () => why);
  why = underWay;
  writing.resolve(undefined);
  await before;
  expect(await left).toEqual(underWay);
  expect([isHosted, profiles.get(key)?.status]).toEqual([true, 'active']);
});

it('its machine has ended before it is written that it left: nothing begins in between', async () => {
  expect(await release.end(key, () => (isHosted ? null : underWay))).toBeNull();
  expect([isHosted, statusThen, profiles.get(key)?.status]).toEqual([false, 'active', 'left']);
  // Others here look for it elsewhere only then.
  expect(soughtAt).toEqual([[key, 'left']]);
});
