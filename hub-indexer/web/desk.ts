/**
 * The front desk of a hub: who may come in, and who is in. What makes a member able to be paid, its machine and its
 * accounts, is `Hosting`.
 */
import type { Clock } from '#node/clock.ts';
import { type Pid, type PublicKey, pidOf } from '#protocol/identity.ts';
import type { JoinRequest } from '#protocol/join-request.ts';
import type { MemberProfile, Profiles } from '../members/profiles.ts';
import { isWebRefusal, refuse, type WebRefusal } from './codes.ts';
import type { Invitations, KeptInvitation } from './invitations.ts';
import type {
  EquivalentInfo,
  Invitation,
  InvitationWish,
  Joined,
  Members,
  ProfileChanges,
  SuggestedLimit,
} from './members.ts';

/** Whom a hub takes: whoever asks, or who was invited. */
export type Admission = 'open' | 'invitation';

export interface Hosting {
  /** Why nobody more, or not this one, can be hosted; asked before anything is written. */
  refusalFor(request: JoinRequest): WebRefusal | null;
  /** Somebody who is not hosted now may have signed anything before (§8.4): on disk when it resolves. */
  beginRestored(publicKey: PublicKey): Promise<void>;
  /** Hosts a member whose profile is on disk. Called again for the same one, also after a crash between both. */
  host(profile: MemberProfile): Promise<void>;
  equivalents(): readonly EquivalentInfo[];
}

interface DeskOptions {
  readonly profiles: Profiles;
  readonly invitations: Invitations;
  readonly hosting: Hosting;
  readonly admission: Admission;
  readonly clock: Clock;
}

export class Desk implements Members {
  readonly #options: DeskOptions;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  async join(request: JoinRequest, wasElsewhere: boolean): Promise<Joined | WebRefusal> {
    const { profiles, hosting } = this.#options;
    let isNew = false;
    const profile = await profiles.change<MemberProfile | WebRefusal>(request.participant, async (now) => {
      if (now?.status === 'suspended') return refuse('member-suspended', {});
      if (now?.status === 'active') return now;
      isNew = true;
      const admitted = this.#admit(request, now);
      // Who was here before has gone on elsewhere since.
      const isRestored = wasElsewhere || now !== undefined;
      if (!isWebRefusal(admitted) && isRestored) await hosting.beginRestored(request.participant);
      return admitted;
    });
    if (isWebRefusal(profile)) return profile;
    await hosting.host(profile);
    const suggestedLimit = request.invitation === null ? null : this.#suggestedBy(request.invitation, profile);
    return { profile, isNew, suggestedLimit };
  }

  profile(publicKey: PublicKey): MemberProfile | undefined {
    return this.#options.profiles.get(publicKey);
  }

  byPid(pid: Pid): MemberProfile | undefined {
    return this.#options.profiles.byPid(pid);
  }

  update(publicKey: PublicKey, changes: ProfileChanges): Promise<MemberProfile | WebRefusal> {
    return this.#options.profiles.change<WebRefusal>(publicKey, (now) =>
      now?.status === 'active' ? { ...now, ...changes } : refuse('token-wrong', {}),
    );
  }

  search(query: string, limit: number): readonly MemberProfile[] {
    return this.#options.profiles.search(query, limit);
  }

  invite(by: PublicKey | null, wish: InvitationWish): Promise<{ readonly token: string } | WebRefusal> {
    const { invitations, clock } = this.#options;
    return invitations.make(by, wish, clock.nowMs());
  }

  invitation(token: string): Invitation | WebRefusal {
    const kept = this.#usable(token);
    if (isWebRefusal(kept)) return kept;
    const { by, suggestedLimit, uses, expiresAtMs } = kept;
    const { profiles } = this.#options;
    const usesLeft = uses - this.#usesOf(kept);
    return { by: by === null ? null : (profiles.get(by) ?? null), suggestedLimit, usesLeft, expiresAtMs };
  }

  equivalents(): readonly EquivalentInfo[] {
    return this.#options.hosting.equivalents();
  }

  /** The profile of who comes now, for the first time or again. */
  #admit(request: JoinRequest, before: MemberProfile | undefined): MemberProfile | WebRefusal {
    const { hosting, admission, clock } = this.#options;
    const { participant, name, kind, invitation: token, createdAtMs } = request;
    const nowMs = clock.nowMs();
    // Somebody may have kept the request by which it joined before it left.
    if (before !== undefined && createdAtMs <= before.statusAtMs) {
      return refuse('join-stale', { createdAtMs, nowMs, limitMs: 0 });
    }
    if (token === null && admission === 'invitation') return refuse('invitation-needed', {});
    const invitation = token === null ? null : this.#usable(token);
    if (isWebRefusal(invitation)) return invitation;
    const full = hosting.refusalFor(request);
    if (full !== null) return full;
    return {
      ...{ publicKey: participant, pid: pidOf(participant), name, kind, contact: null },
      ...{ status: 'active', joinedAtMs: nowMs, statusAtMs: nowMs },
      ...{ invitedBy: invitation?.by ?? null, invitation: invitation?.id ?? null },
    };
  }

  /** The invitation with this token, if one may still come by it. */
  #usable(token: string): KeptInvitation | WebRefusal {
    const { invitations, profiles, clock } = this.#options;
    const invitation = invitations.find(token);
    if (invitation === undefined) return refuse('invitation-wrong', {});
    const { by, uses, expiresAtMs } = invitation;
    if (by !== null && profiles.get(by)?.status !== 'active') return refuse('invitation-wrong', {});
    if (clock.nowMs() >= expiresAtMs) return refuse('invitation-expired', { expiredAtMs: expiresAtMs });
    return this.#usesOf(invitation) < uses ? invitation : refuse('invitation-used-up', { uses });
  }

  #usesOf({ id, spent = 0 }: KeptInvitation): number {
    return this.#options.profiles.usesOf(id) + spent;
  }

  #suggestedBy(token: string, profile: MemberProfile): SuggestedLimit | null {
    const kept = this.#options.invitations.find(token);
    return kept !== undefined && kept.id === profile.invitation ? kept.suggestedLimit : null;
  }
}
