/** What the members' routes share. */
import type { Clock } from '#node/clock.ts';
import type { Log } from '#node/log.ts';
import type { Store } from '#node/store/store.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { Verify } from '#protocol/statement.ts';
import type { RequestCounts } from '../members/metrics.ts';
import type { AtRest } from '../members/sealed-documents.ts';
import { AccessTokens } from './access-tokens.ts';
import { Challenges } from './challenges.ts';
import { MemberRates } from './member-rates.ts';
import type { Members } from './members.ts';
import { Replays } from './replays.ts';
import { Sessions } from './sessions.ts';

export interface MembersWebOptions {
  readonly members: Members;
  /** Keeps sessions, and the secret of access tokens. */
  readonly store: Pick<Store, 'documents'>;
  /** Seals that secret. */
  readonly atRest: AtRest;
  /** The key of the hub. */
  readonly hub: PublicKey;
  readonly network: string;
  readonly clock: Clock;
  readonly verify: Verify;
  readonly log: Log;
  /** Told of each answer. */
  readonly counts?: RequestCounts;
  /** For rates: milliseconds of a clock that never steps back. */
  readonly elapsedMs?: () => number;
}

export interface WebContext extends MembersWebOptions {
  readonly sessions: Sessions;
  readonly accessTokens: AccessTokens;
  readonly challenges: Challenges;
  readonly replays: Replays;
  readonly rates: MemberRates;
  readonly startedAtMs: number;
}

export async function openContext(options: MembersWebOptions): Promise<WebContext> {
  const { store, atRest, hub, clock } = options;
  return {
    ...options,
    sessions: await Sessions.open(store, clock.nowMs()),
    accessTokens: await AccessTokens.open(store, atRest, hub),
    challenges: new Challenges(),
    replays: new Replays(),
    rates: new MemberRates(options.elapsedMs ?? (() => performance.now())),
    startedAtMs: clock.nowMs(),
  };
}
