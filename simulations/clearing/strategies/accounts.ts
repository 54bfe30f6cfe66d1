/** What one participant keeps about its own accounts: which of them can be part of a ring at all. */
import { ln } from '../../graphs/variates.ts';
import type { Account, Direction, View } from '../view.ts';

const OTHER: Readonly<Record<Direction, Direction>> = { owes: 'owed', owed: 'owes' };

/**
 * Accounts over which no ring passes are left out. A participant that owes nobody any more (or is owed by nobody) stands
 * on no ring: it tells so, once, over each account that is left, and its neighbours count that account out, which may
 * make them tell the same. Each account carries one such message at most.
 */
export class LiveAccounts {
  readonly #live: Record<Direction, Set<Account>> = { owes: new Set(), owed: new Set() };
  readonly #tells: boolean;
  #hasJoined = false;

  constructor(tells: boolean) {
    this.#tells = tells;
  }

  /** Once; a second call does nothing. */
  join(view: View): void {
    if (this.#hasJoined) return;
    this.#hasJoined = true;
    for (const direction of ['owes', 'owed'] as const) {
      for (const account of view.accounts(direction)) this.#live[direction].add(account);
    }
    this.#tellIfStuck(view);
  }

  /** This account is paid up, or the neighbour says that nothing leads on. */
  remove(view: View, account: Account): void {
    this.#live.owes.delete(account);
    this.#live.owed.delete(account);
    this.#tellIfStuck(view);
  }

  /** Can a ring pass through this participant? */
  get isOnRings(): boolean {
    return this.#live.owes.size > 0 && this.#live.owed.size > 0;
  }

  isLive(direction: Direction, account: Account): boolean {
    return this.#live[direction].has(account);
  }

  /** Those over which a ring may pass. */
  all(direction: Direction): Account[] {
    return [...this.#live[direction]];
  }

  /** Up to `count` accounts, drawn without repetition, the chance of each in proportion to its weight above 0. */
  pick(view: View, direction: Direction, count: number, weigh: (account: Account) => number): Account[] {
    const live = this.#live[direction];
    if (live.size <= count) return [...live];
    const drawn: [number, Account][] = [];
    for (const account of live) drawn.push([ln(view.chance()) / weigh(account), account]);
    drawn.sort(([a], [b]) => b - a);
    return drawn.slice(0, count).map(([, account]) => account);
  }

  #tellIfStuck(view: View): void {
    if (!this.#tells) return;
    for (const direction of ['owes', 'owed'] as const) {
      if (this.#live[direction].size > 0) continue;
      const others = this.#live[OTHER[direction]];
      for (const account of others) view.send(account, { type: 'no-way' });
      others.clear();
    }
  }
}
