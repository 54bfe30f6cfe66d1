/**
 * A walk from creditor to debtor that carries the marks of the participants it passed last, as `protocol/README.md` §5.2
 * says. Each knows its neighbours' keys, so it sees whether one of its debtors is on the walk, and closes a ring there.
 * Where nothing leads on the walk goes back, and another debtor is tried. With the settings of `AS_NODES` it does what
 * nodes do; the other settings are what might be better.
 */
import { MIN_RING_HOPS } from '#protocol/clearing/ring.ts';
import { FIRST_WALK_HOPS, MAX_CLEARING_HOPS, MAX_WALK_STEPS, WALKS_PER_CHANGE } from '#protocol/limits.ts';
import type { Account, Chain, Message, Participant, Strategy, View } from '../view.ts';
import { LiveAccounts } from './accounts.ts';

export interface MarkedWalkSettings {
  readonly name: string;
  /** How often a walk is passed on at most, with the times that it was tried elsewhere. */
  readonly steps: number;
  /** Of several debtors on the walk, the one that closes the longest ring, or the shortest. */
  readonly closes: 'longest' | 'shortest';
  /** A debtor from which a walk came back is asked last, never again, or like all others. */
  readonly deadEnds: 'last' | 'never' | 'forgotten';
  /**
   * What is said where nothing leads on, whatever the walk: nothing; that, with the answer to a walk; or that over each
   * account at once.
   */
  readonly noWay: 'untold' | 'answered' | 'told';
  /** Does a walk go on from where it closed a ring? */
  readonly goesOn: boolean;
  /** The shortest ring that a walk closes, after so many walks of one's own, and so many for the same change of a debt. */
  readonly leastHops: (walks: number, tries: number) => number;
  /** Walks over a debt that changed, until one of them finds a ring. */
  readonly walksPerChange: number;
  /** Does it walk over one debt after another when nothing has changed? */
  readonly nowAndThen: boolean;
}

/** What nodes do. The lab has no clock: what they hold true for a minute is held true here for the rest of the run. */
export const AS_NODES: Omit<MarkedWalkSettings, 'name'> = {
  steps: MAX_WALK_STEPS,
  closes: 'longest',
  deadEnds: 'forgotten',
  noWay: 'answered',
  goesOn: false,
  leastHops: (_walks, tries) => Math.max(MIN_RING_HOPS, FIRST_WALK_HOPS - 2 * tries),
  walksPerChange: WALKS_PER_CHANGE,
  nowAndThen: true,
};

export function markedWalk(settings: MarkedWalkSettings): Strategy {
  const create = () => new MarkedWalk(settings, new LiveAccounts(settings.noWay === 'told'));
  return { name: settings.name, create };
}

type Step = Extract<Message, { type: 'marked-walk' }>;
type None = Extract<Message, { type: 'marked-none' }>;
type Found = Extract<Message, { type: 'marked-found' }>;

/** What is remembered of the walk that was here last. */
interface Passage {
  readonly nonce: number;
  /** How many rings the walk had closed. */
  readonly lap: number;
  readonly marks: readonly number[];
  /** Null: it began here. */
  readonly from: Account | null;
  /** It began here, or closed a ring here and went on: it does not go back further. */
  readonly isFirst: boolean;
  readonly to: Account;
  readonly tried: readonly Account[];
  readonly steps: number;
  readonly leastHops: number;
  /** The walk that closed a ring here, and is about to be answered. */
  readonly closed: { readonly over: Account; readonly steps: number } | null;
}

/** A debt over which a walk is to begin, and how many have for the same change. */
interface Due {
  readonly to: Account;
  readonly tries: number;
}

type Sought = Pick<Passage, 'marks' | 'leastHops'>;

export class MarkedWalk implements Participant {
  readonly #settings: MarkedWalkSettings;
  readonly #accounts: LiveAccounts;
  readonly #deadEnds = new Set<Account>();
  /** Walks that are still to begin, by debt. */
  readonly #due = new Map<Account, number>();
  /** Where it began last without a change: the place in the list of debts. */
  #turn = 0;
  #walks = 0;
  #passage: Passage | null = null;

  constructor(settings: MarkedWalkSettings, accounts: LiveAccounts) {
    this.#settings = settings;
    this.#accounts = accounts;
  }

  join(view: View): void {
    this.#accounts.join(view);
    for (const account of view.accounts('owed')) this.#due.set(account, this.#settings.walksPerChange);
  }

  lowered(view: View, account: Account): void {
    if (view.amount(account) > 0) return;
    this.#due.delete(account);
    this.#accounts.remove(view, account);
  }

  begin(view: View): boolean {
    if (!this.#accounts.isOnRings) return false;
    const due = this.#nextDue() ?? (this.#settings.nowAndThen ? this.#nextInTurn() : null);
    if (due === null) return false;
    const { to, tries } = due;
    const nonce = view.nonce();
    const leastHops = this.#settings.leastHops(this.#walks++, tries);
    const here = { nonce, lap: 0, marks: [view.key], from: null, isFirst: true, leastHops };
    this.#pass(view, { ...here, to, tried: [], steps: this.#settings.steps, closed: null });
    return true;
  }

  settle(): void {
    // A ring is cleared by who closes it.
  }

  receive(view: View, message: Message, over: Account): void {
    if (message.type === 'marked-walk') this.#walked(view, message, over);
    else if (message.type === 'marked-none') this.#none(view, message, over);
    else if (message.type === 'marked-found') this.#found(view, message, over);
    else if (message.type === 'no-way') this.#accounts.remove(view, over);
  }

  /** The debt that has waited longest of those with walks to come. */
  #nextDue(): Due | null {
    for (const [account, walks] of this.#due) {
      this.#due.delete(account);
      if (!this.#accounts.isLive('owed', account)) continue;
      if (walks > 1) this.#due.set(account, walks - 1);
      return { to: account, tries: this.#settings.walksPerChange - walks };
    }
    return null;
  }

  #nextInTurn(): Due | null {
    const debts = this.#accounts.all('owed');
    const to = debts[this.#turn++ % debts.length];
    return to === undefined ? null : { to, tries: this.#settings.walksPerChange };
  }

  #pass(view: View, passage: Passage): void {
    this.#passage = passage;
    const { nonce, lap, marks, steps, leastHops, to } = passage;
    view.send(to, { type: 'marked-walk', nonce, lap, marks, steps, leastHops });
  }

  #walked(view: View, { nonce, lap, marks, steps, leastHops }: Step, over: Account): void {
    const passage = this.#passage?.nonce === nonce ? this.#passage : null;
    if (marks.includes(view.key)) {
      if (passage === null || passage.closed !== null) return;
      this.#passage = { ...passage, closed: { over, steps } };
      const chain: Chain = { accounts: [over], debtors: [view.key], least: view.amount(over) };
      view.send(over, { type: 'marked-found', nonce, lap, chain });
      return;
    }
    const wasHere = passage !== null && passage.lap === lap;
    const all = [...marks, view.key].slice(-MAX_CLEARING_HOPS);
    const to = wasHere || steps === 0 ? null : this.#next(view, { marks: all, leastHops }, []);
    if (to === null) {
      this.#sayNone(view, over, { nonce, lap, steps });
      return;
    }
    const here = { nonce, lap, marks: all, from: over, isFirst: false, leastHops };
    this.#pass(view, { ...here, to, tried: [], steps: steps - 1, closed: null });
  }

  #sayNone(view: View, over: Account, step: Pick<Step, 'nonce' | 'lap' | 'steps'>): void {
    const isForGood = this.#settings.noWay === 'answered' && this.#accounts.all('owed').length === 0;
    view.send(over, { type: 'marked-none', ...step, isForGood });
  }

  #none(view: View, none: None, over: Account): void {
    if (none.isForGood) this.#accounts.remove(view, over);
    const passage = this.#passage;
    if (passage?.nonce !== none.nonce || passage.lap !== none.lap || passage.to !== over || passage.closed !== null)
      return;
    this.#deadEnds.add(over);
    const { from, isFirst, lap } = passage;
    // Where it began it goes over one debt only.
    if (from === null && lap === 0) return;
    const tried = [...passage.tried, over];
    const steps = Math.min(none.steps, passage.steps);
    const to = steps === 0 ? null : this.#next(view, passage, tried);
    if (to === null) {
      if (!isFirst && from !== null) this.#sayNone(view, from, { nonce: none.nonce, lap, steps });
      return;
    }
    this.#pass(view, { ...passage, to, tried, steps: steps - 1 });
  }

  /** The debt over which a walk goes on: to one with whom it closes a ring, or by chance, the likelier the more is owed. */
  #next(view: View, { marks, leastHops }: Sought, not: readonly Account[]): Account | null {
    const { closes, deadEnds } = this.#settings;
    const open: Account[] = [];
    let closing: Account | null = null;
    let closingAt = -1;
    for (const account of this.#accounts.all('owed')) {
      if (not.includes(account)) continue;
      const at = marks.indexOf(view.neighbour(account));
      if (at < 0) open.push(account);
      else if (marks.length - at < leastHops) continue;
      else if (closingAt < 0 || (closes === 'longest' ? at < closingAt : at > closingAt)) {
        closing = account;
        closingAt = at;
      }
    }
    if (closing !== null) return closing;
    const fresh = deadEnds === 'forgotten' ? open : open.filter((account) => !this.#deadEnds.has(account));
    return drawn(view, fresh.length > 0 || deadEnds === 'never' ? fresh : open);
  }

  /** A ring on its way back, against the walk. */
  #found(view: View, { nonce, lap, chain }: Found, over: Account): void {
    const passage = this.#passage;
    if (passage?.nonce !== nonce || passage.to !== over) return;
    if (chain.debtors[0] === view.key) {
      if (passage.closed !== null) this.#closed(view, passage, chain);
      return;
    }
    const { from } = passage;
    if (from === null || chain.debtors.includes(view.key) || chain.accounts.length >= MAX_CLEARING_HOPS) return;
    const longer: Chain = {
      accounts: [...chain.accounts, from],
      debtors: [...chain.debtors, view.key],
      least: Math.min(chain.least, view.amount(from)),
    };
    view.send(from, { type: 'marked-found', nonce, lap, chain: longer });
  }

  /** The ring is known. What is left of the debt is a change, and the walk may go on as if it had not gone round. */
  #closed(view: View, passage: Passage, ring: Chain): void {
    const { closed, to, from, nonce, marks, leastHops } = passage;
    this.#passage = { ...passage, closed: null };
    view.clear(ring);
    if (this.#accounts.isLive('owed', to)) this.#due.set(to, this.#settings.walksPerChange);
    if (!this.#settings.goesOn || closed === null || closed.steps === 0) return;
    const on = this.#next(view, passage, []);
    if (on === null) return;
    const here = { nonce, lap: passage.lap + 1, marks, from, isFirst: true, leastHops };
    this.#pass(view, { ...here, to: on, tried: [], steps: closed.steps - 1, closed: null });
  }
}

/** One of them, the chance of each in proportion to what is owed. */
function drawn(view: View, open: readonly Account[]): Account | null {
  let left = view.chance() * open.reduce((sum, account) => sum + view.amount(account), 0);
  for (const account of open) {
    left -= view.amount(account);
    if (left <= 0) return account;
  }
  return open.at(-1) ?? null;
}
