/** Where the browsers of members are told of what happens while their page is closed. Sealed at rest; a few for each member. */
import type { Documents, Store } from '#node/store/store.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_SUBSCRIPTIONS_EACH } from '../limits.ts';
import type { AtRest } from '../members/sealed-documents.ts';

/** Of one browser, as it says it itself. */
export interface Subscription {
  /** Where its push service takes what is for it: who knows the address may send there. */
  readonly endpoint: string;
  /** To what it is encrypted; both base64url. */
  readonly p256dh: string;
  readonly auth: string;
}

type Kept = readonly Subscription[];

const KIND = 'push-subscription';

export class Subscriptions {
  readonly #documents: Documents<Uint8Array>;
  readonly #atRest: AtRest;
  readonly #isMember: (member: PublicKey) => boolean;
  /** Who has any. The rest is read when it is wanted. */
  readonly #members = new Set<PublicKey>();
  #last: Promise<unknown> = Promise.resolve();

  private constructor(documents: Documents<Uint8Array>, atRest: AtRest, isMember: (member: PublicKey) => boolean) {
    this.#documents = documents;
    this.#atRest = atRest;
    this.#isMember = isMember;
  }

  /** Forgets those of who is no member any more. */
  static async open(
    store: Pick<Store, 'documents'>,
    atRest: AtRest,
    isMember: (member: PublicKey) => boolean,
  ): Promise<Subscriptions> {
    const subscriptions = new Subscriptions(store.documents<Uint8Array>(KIND), atRest, isMember);
    const left: string[] = [];
    for await (const [id] of subscriptions.#documents.entries()) {
      if (isMember(id as PublicKey)) subscriptions.#members.add(id as PublicKey);
      else left.push(id);
    }
    for (const id of left) await subscriptions.#documents.delete(id);
    return subscriptions;
  }

  has(member: PublicKey): boolean {
    return this.#members.has(member);
  }

  /** The latest last. */
  of(member: PublicKey): Kept {
    const sealed = this.#members.has(member) ? this.#documents.get(member) : undefined;
    return sealed === undefined ? [] : (this.#atRest.open(sealed, besideOf(member)) as Kept);
  }

  /** One more, or one that is known anew; the oldest of too many goes. On disk when it resolves. */
  put(member: PublicKey, subscription: Subscription): Promise<void> {
    return this.#change(member, (now) => {
      // It may have left while the name of the push service was looked up.
      if (!this.#isMember(member)) return [];
      const others = now.filter(({ endpoint }) => endpoint !== subscription.endpoint);
      return [...others, subscription].slice(-MAX_SUBSCRIPTIONS_EACH);
    });
  }

  delete(member: PublicKey, endpoint: string): Promise<void> {
    return this.#change(member, (now) => now.filter((one) => one.endpoint !== endpoint));
  }

  /** All of a member. */
  forget(member: PublicKey): Promise<void> {
    return this.#change(member, () => []);
  }

  /** One change after the other: each reads what the one before has written. */
  #change(member: PublicKey, change: (now: Kept) => Kept): Promise<void> {
    const turn = this.#last.then(async () => {
      const after = change(this.of(member));
      if (after.length > 0) {
        await this.#documents.put(member, this.#atRest.seal(after, besideOf(member)));
        this.#members.add(member);
      } else if (this.#members.delete(member)) await this.#documents.delete(member);
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

const besideOf = (member: PublicKey): string => `${KIND} ${member}`;
