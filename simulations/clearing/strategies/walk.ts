/**
 * A walk along "I owe", one neighbour at a time. Where it comes to somebody that it has passed before a loop is closed,
 * which is a ring; who notices sends ROUND back along the walk to collect keys and the amount, clears it, and the walk goes
 * on from there. So does one whose loop was too long.
 */
import { MAX_CLEARING_HOPS } from '#protocol/limits.ts';
import type { Account, Chain, Message, Participant, Strategy, View } from '../view.ts';
import { LiveAccounts } from './accounts.ts';

export interface WalkSettings {
  readonly name: string;
  /** Does the chance of an account grow with what is owed? */
  readonly isByAmount: boolean;
  /** Shorter rings are let pass at first: the shortest that counts after so many searches of one's own. */
  readonly leastHops: (searches: number) => number;
  readonly tellsNoWay: boolean;
  /** Hops of a walk. */
  readonly mostHops: number;
}

export function walk(settings: WalkSettings): Strategy {
  return { name: settings.name, create: () => new Walk(settings, new LiveAccounts(settings.tellsNoWay)) };
}

const SHORTEST = 3;

type Step = Extract<Message, { type: 'walk' }>;
type Round = Extract<Message, { type: 'round' }>;

export class Walk implements Participant {
  readonly #settings: WalkSettings;
  readonly #accounts: LiveAccounts;
  #nonce = 0;
  /** How far the walk was when it came here first, over which account (null: it began here), and where it went on. */
  #hops = 0;
  #came: Account | null = null;
  #searches = 0;
  /** A walk that closed a ring here: it goes on from here when the ring is cleared. */
  #paused: Step | null = null;

  constructor(settings: WalkSettings, accounts: LiveAccounts) {
    this.#settings = settings;
    this.#accounts = accounts;
  }

  join(view: View): void {
    this.#accounts.join(view);
  }

  lowered(view: View, account: Account): void {
    if (view.amount(account) === 0) this.#accounts.remove(view, account);
  }

  begin(view: View): boolean {
    if (!this.#accounts.isOnRings) return false;
    this.#searches++;
    this.#pass(view, { type: 'walk', nonce: view.nonce(), hops: 0, rest: this.#settings.mostHops }, null);
    return true;
  }

  settle(): void {
    // A ring is cleared by who closes it.
  }

  receive(view: View, message: Message, over: Account): void {
    if (message.type === 'walk') this.#walked(view, message, over);
    else if (message.type === 'round') this.#round(view, message, over);
    else if (message.type === 'no-way') this.#accounts.remove(view, over);
  }

  #walked(view: View, step: Step, over: Account): void {
    const length = step.hops - this.#hops;
    const isRing = this.#nonce === step.nonce && length <= MAX_CLEARING_HOPS && length >= this.#leastHops();
    if (!isRing) {
      this.#pass(view, step, over);
      return;
    }
    this.#paused = step;
    const chain = { accounts: [], debtors: [], least: Number.POSITIVE_INFINITY };
    view.send(over, { type: 'round', nonce: step.nonce, start: view.key, chain });
  }

  #leastHops(): number {
    return Math.max(SHORTEST, this.#settings.leastHops(this.#searches));
  }

  #pass(view: View, step: Step, came: Account | null): void {
    this.#nonce = step.nonce;
    this.#hops = step.hops;
    this.#came = came;
    const weigh = (account: Account) => (this.#settings.isByAmount ? view.amount(account) : 1);
    if (step.rest === 0) return;
    const [on] = this.#accounts.pick(view, 'owes', 1, weigh);
    if (on !== undefined) view.send(on, { ...step, hops: step.hops + 1, rest: step.rest - 1 });
  }

  #round(view: View, { nonce, start, chain }: Round, over: Account): void {
    // Marks of loops that were cleared may lead astray.
    if (this.#nonce !== nonce || chain.accounts.length === MAX_CLEARING_HOPS) return;
    const longer = {
      accounts: [over, ...chain.accounts],
      debtors: [view.key, ...chain.debtors],
      least: Math.min(chain.least, view.amount(over)),
    };
    if (start === view.key) this.#closed(view, longer);
    else if (this.#came !== null) view.send(this.#came, { type: 'round', nonce, start, chain: longer });
  }

  /** The ring is known: it is cleared, and the walk goes on as if it had not gone round. */
  #closed(view: View, ring: Chain): void {
    // A shorter ring that was let pass may lie within this one.
    if (new Set(ring.debtors).size === ring.debtors.length && ring.least > 0) view.clear(ring);
    const step = this.#paused;
    this.#paused = null;
    if (step !== null) this.#pass(view, { ...step, hops: this.#hops }, this.#came);
  }
}
