/** What is left of members who have gone: kept for a while, in case anybody asks, and then deleted. */
import type { Clock } from '#node/clock.ts';
import type { Log } from '#node/log.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { forgotten, isForgotten, type MemberProfile, type Profiles } from './profiles.ts';

/** How often it is looked who has been gone for long. */
const LOOK_INTERVAL_MS = 3_600_000;

interface RetentionOptions {
  readonly profiles: Profiles;
  readonly clock: Clock;
  readonly log: Log;
  /** For how long the records of who has left are kept. */
  readonly keepMs: number;
  /** Deletes all records of somebody who is not hosted. On disk when it resolves; again is as once. */
  readonly erase: (publicKey: PublicKey) => Promise<void>;
  readonly endSessions: (publicKey: PublicKey) => Promise<void>;
}

export class Retention {
  readonly #options: RetentionOptions;
  #cancel: () => void = () => undefined;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Looks now, and every hour. Resolves after the first look. */
  start(): Promise<void> {
    return this.#look(() => this.#finish());
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#looking;
  }

  #look(before: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const { clock, log } = this.#options;
    const look = async (): Promise<void> => {
      await before();
      await this.#forgetOld();
    };
    this.#looking = look().catch((error: unknown) => {
      log.error({ error }, 'records of members who left were not deleted; the hub tries again in an hour');
    });
    return this.#looking.then(() => {
      if (this.#isStopped) return;
      this.#cancel = clock.wakeAt(clock.nowMs() + LOOK_INTERVAL_MS, () => void this.#look());
    });
  }

  /** Deletes what a crash has left of those who were forgotten. */
  async #finish(): Promise<void> {
    const { profiles, erase } = this.#options;
    for (const { publicKey } of [...profiles.all()].filter(isForgotten)) {
      // In turn with joining: nobody comes back meanwhile.
      await profiles.change(publicKey, async (now) => {
        if (now !== undefined && isForgotten(now)) await erase(publicKey);
        return now;
      });
    }
  }

  async #forgetOld(): Promise<void> {
    const { profiles, clock, erase, endSessions, log } = this.#options;
    for (const { publicKey } of [...profiles.all()].filter((profile) => this.#isOver(profile))) {
      if (this.#isStopped) return;
      await profiles.change(publicKey, async (now) => {
        if (now === undefined || !this.#isOver(now)) return now;
        await erase(publicKey);
        return forgotten(now, clock.nowMs());
      });
      await endSessions(publicKey);
      log.info({ participant: publicKey }, 'the records of a member who left were deleted');
    }
  }

  #isOver(profile: MemberProfile): boolean {
    const { clock, keepMs } = this.#options;
    const { status, statusAtMs } = profile;
    return status === 'left' && !isForgotten(profile) && clock.nowMs() - statusAtMs >= keepMs;
  }
}
