/**
 * Invitations to a hub, by a member or by the operator. A token is shown once, when it is made; what is kept is its hash.
 * How often one was used is counted by the profiles of those who came, and here where they were forgotten.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Documents, Store } from '#node/store/store.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_INVITATIONS_EACH } from '../limits.ts';
import { refuse, type WebRefusal } from './codes.ts';
import type { InvitationWish, SuggestedLimit } from './members.ts';

/** An invitation as it is stored, under its id, the hash of its token. */
export interface KeptInvitation {
  readonly id: string;
  readonly by: PublicKey | null;
  readonly suggestedLimit: SuggestedLimit | null;
  readonly uses: number;
  /** How many have come by it whose profiles do not say so any more; not there: nobody. */
  readonly spent?: number;
  readonly expiresAtMs: number;
}

const TOKEN_BYTES = 16;

export class Invitations {
  readonly #documents: Documents<KeptInvitation>;
  readonly #byId = new Map<string, KeptInvitation>();

  private constructor(documents: Documents<KeptInvitation>) {
    this.#documents = documents;
  }

  static async open(store: Pick<Store, 'documents'>): Promise<Invitations> {
    const invitations = new Invitations(store.documents<KeptInvitation>('invitation'));
    for await (const [id, invitation] of invitations.#documents.entries()) invitations.#byId.set(id, invitation);
    return invitations;
  }

  find(token: string): KeptInvitation | undefined {
    return this.#byId.get(idOf(token));
  }

  /** Somebody who has come by it is forgotten, or has come again by another: it stays used. */
  async spend(id: string): Promise<void> {
    const known = this.#byId.get(id);
    if (known === undefined) return;
    const spent = { ...known, spent: (known.spent ?? 0) + 1 };
    this.#byId.set(id, spent);
    await this.#documents.put(id, spent);
  }

  /** Makes one, and forgets those that have expired. */
  async make(
    by: PublicKey | null,
    { suggestedLimit, uses, lifetimeMs }: InvitationWish,
    nowMs: number,
  ): Promise<{ readonly token: string } | WebRefusal<'too-many-invitations'>> {
    const expired = [...this.#byId.values()].filter(({ expiresAtMs }) => expiresAtMs <= nowMs);
    for (const { id } of expired) this.#byId.delete(id);
    await Promise.all(expired.map(async ({ id }) => this.#documents.delete(id)));
    const own = [...this.#byId.values()].filter((one) => one.by === by);
    if (by !== null && own.length >= MAX_INVITATIONS_EACH) {
      return refuse('too-many-invitations', { limit: MAX_INVITATIONS_EACH });
    }
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const invitation = { id: idOf(token), by, suggestedLimit, uses, expiresAtMs: nowMs + lifetimeMs };
    // At once, so that the bound holds for those that are made at the same time.
    this.#byId.set(invitation.id, invitation);
    try {
      await this.#documents.put(invitation.id, invitation);
    } catch (error) {
      this.#byId.delete(invitation.id);
      throw error;
    }
    return { token };
  }
}

function idOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
