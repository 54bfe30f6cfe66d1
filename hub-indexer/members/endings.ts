/** How a member ends at a hub: it goes on elsewhere, or is forgotten. */
import type { Clock } from '#node/clock.ts';
import type { Store } from '#node/store/store.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { Release } from '../web/move-routes.ts';
import type { MemberHosting } from './hosting.ts';
import type { MemberRecords } from './member-records.ts';
import { forgotten, type Profiles } from './profiles.ts';

interface Ended {
  readonly hosting: Pick<MemberHosting, 'has' | 'release' | 'lookElsewhere'>;
  readonly profiles: Profiles;
  readonly clock: Clock;
  readonly store: Pick<Store, 'erase'>;
  /** What it has signed of where it is. */
  readonly records: Pick<MemberRecords, 'forget'>;
  readonly push: { readonly forget: (publicKey: PublicKey) => Promise<void> };
  readonly endSessions: (publicKey: PublicKey) => Promise<void>;
}

export function endingsOf({ hosting, profiles, clock, store, records, push, endSessions }: Ended): Release {
  return {
    nameOf: (publicKey) => (hosting.has(publicKey) ? (profiles.get(publicKey)?.name ?? null) : null),
    async end(publicKey, whyNot) {
      let why: ReturnType<typeof whyNot> = null;
      let stopped = Promise.resolve();
      // On disk before it is told: whatever is cut short after that, it does not start here again.
      await profiles.change(publicKey, (now) => {
        if (now?.status !== 'active') return now;
        why = whyNot();
        if (why !== null) return now;
        // In the same turn as the look, so that nothing begins in between.
        stopped = hosting.release(publicKey);
        return { ...now, status: 'left', statusAtMs: clock.nowMs() };
      });
      if (why !== null) return why;
      await stopped;
      await records.forget(publicKey);
      hosting.lookElsewhere(publicKey);
      await push.forget(publicKey);
      return null;
    },
    async forget(publicKey) {
      await hosting.release(publicKey);
      await profiles.change(publicKey, (now) => now && forgotten(now, clock.nowMs()));
      await records.forget(publicKey);
      await store.erase(publicKey);
      await push.forget(publicKey);
      await endSessions(publicKey);
    },
  };
}
