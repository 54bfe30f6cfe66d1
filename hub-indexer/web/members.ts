/** What the web server of a hub needs of what hosts its members. */
import type { Pid, PublicKey } from '#protocol/identity.ts';
import type { JoinRequest } from '#protocol/join-request.ts';
import type { MemberProfile } from '../members/profiles.ts';
import type { WebRefusal } from './codes.ts';

/** An amount in 10⁻⁸ units. */
export interface SuggestedLimit {
  readonly equivalent: string;
  readonly amount: bigint;
}

/** What an invitation says to whoever holds it. */
export interface Invitation {
  /** The member who gave it; null: the operator. */
  readonly by: MemberProfile | null;
  /** What limit it suggests to open to its giver, or the giver to whom it is for. */
  readonly suggestedLimit: SuggestedLimit | null;
  readonly usesLeft: number;
  readonly expiresAtMs: number;
}

export interface InvitationWish {
  readonly suggestedLimit: SuggestedLimit | null;
  readonly uses: number;
  readonly lifetimeMs: number;
}

/** Somebody who is a member now. */
export interface Joined {
  readonly profile: MemberProfile;
  /** False: it was one before, and nothing has changed. */
  readonly isNew: boolean;
  readonly suggestedLimit: SuggestedLimit | null;
}

export interface ProfileChanges {
  /** As `parseName` gives it. */
  readonly name?: string;
  /** One line; null: none. */
  readonly contact?: string | null;
}

export interface EquivalentInfo {
  readonly equivalent: string;
  /** Announced trust lines in it, and those who have one. */
  readonly lines: number;
  readonly participants: number;
}

export interface Members {
  /**
   * Hosts who asks. The request has been read and is fresh, and its signature is good. Twice is as once. `wasElsewhere`: the key
   * was used before, here or anywhere, and may have signed what nobody here knows of.
   */
  join(request: JoinRequest, wasElsewhere: boolean): Promise<Joined | WebRefusal>;
  /** Whoever has been a member, whatever its status. */
  profile(publicKey: PublicKey): MemberProfile | undefined;
  byPid(pid: Pid): MemberProfile | undefined;
  update(publicKey: PublicKey, changes: ProfileChanges): Promise<MemberProfile | WebRefusal>;
  /** Active members by name or beginning of the PID. */
  search(query: string, limit: number): readonly MemberProfile[];
  /** A new invitation of this member; null: of the operator. The token is not kept. */
  invite(by: PublicKey | null, wish: InvitationWish): Promise<{ readonly token: string } | WebRefusal>;
  invitation(token: string): Invitation | WebRefusal;
  equivalents(): readonly EquivalentInfo[];
}
