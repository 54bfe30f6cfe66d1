/**
 * Probes along "I owe" and along "I am owed" that meet in the middle.
 *
 * Who may stand on a ring draws a nonce and sends a probe to a few of those it owes, and to a few of those who owe it.
 * Whoever gets a nonce for the first time in a direction passes it on to a few more, of its own choice; a second one it
 * drops. Where both directions meet a ring is found. Who stands there sends FOUND back both ways to who began: each hop
 * adds its key and lowers the amount to what its own account carries. Who began tries the longest first: a unit that is
 * cleared counts once per hop, and a long ring takes as much from each account as a short one does.
 */
import { MAX_CLEARING_HOPS } from '#protocol/limits.ts';
import type { Account, Chain, Direction, Message, Participant, Strategy, View } from '../view.ts';
import { LiveAccounts } from './accounts.ts';

export interface MeetingSettings {
  readonly name: string;
  /** Branches a hop, in the order of tries: the next one after a search that found nothing. */
  readonly fanOuts: readonly number[];
  /** Is it said when nothing leads on? */
  readonly tellsNoWay: boolean;
  /** Does each tell its neighbours whether it owes more than it is owed? Clearing never changes that. */
  readonly tellsExcess: boolean;
  readonly isLongestFirst: boolean;
}

export function meeting(settings: MeetingSettings): Strategy {
  return { name: settings.name, create: () => new Meeting(settings, new LiveAccounts(settings.tellsNoWay)) };
}

/** Hops of a probe each way. */
const HALF = MAX_CLEARING_HOPS / 2;
/** FOUND messages of one search that one participant passes on, so that one search cannot cost without bound. */
const MOST_FOUND = 8;
const MOST_WAIT = 1_024;
/** Weight of an account that had better stay. */
const SHUNNED = 0.1;

const BACK: Readonly<Record<Direction, Direction>> = { owes: 'owed', owed: 'owes' };

type Probe = Extract<Message, { type: 'probe' }>;
type Found = Extract<Message, { type: 'found' }>;

/** What is remembered of a search of somebody; the one before is forgotten, as a node forgets after seconds. */
interface Search {
  readonly nonce: number;
  readonly isOwn: boolean;
  /** The account that the first probe of each direction came over. */
  readonly came: Partial<Record<Direction, Account>>;
  /** FOUND messages that were passed on. */
  passed: number;
  /** Of an own search: halves of rings whose other half is still to come, by where they met. */
  readonly halves: Map<number, Found>;
  /** Of an own search: whole rings. */
  readonly rings: Chain[];
}

export class Meeting implements Participant {
  readonly #settings: MeetingSettings;
  readonly #accounts: LiveAccounts;
  /** What neighbours said of themselves. */
  readonly #excess = new Map<Account, Direction>();
  #search = newSearch(0, false);
  /** How many turns pass before the next search, and after the next one that finds nothing. */
  #skip = 0;
  #wait = 1;
  #try = 0;

  constructor(settings: MeetingSettings, accounts: LiveAccounts) {
    this.#settings = settings;
    this.#accounts = accounts;
  }

  join(view: View): void {
    this.#accounts.join(view);
    const [owes, owed] = [view.sum('owes'), view.sum('owed')];
    if (!this.#settings.tellsExcess || owes === owed) return;
    const direction = owes > owed ? 'owes' : 'owed';
    for (const side of ['owes', 'owed'] as const) {
      for (const account of view.accounts(side)) view.send(account, { type: 'excess', direction });
    }
  }

  lowered(view: View, account: Account): void {
    if (view.amount(account) === 0) this.#accounts.remove(view, account);
  }

  begin(view: View): boolean {
    if (!this.#accounts.isOnRings || this.#skip-- > 0) return false;
    const nonce = view.nonce();
    this.#search = newSearch(nonce, true);
    const fanOut = this.#settings.fanOuts[this.#try] as number;
    for (const direction of ['owes', 'owed'] as const) {
      this.#spread(view, { type: 'probe', nonce, direction, hops: 0, fanOut, mostHops: HALF });
    }
    return true;
  }

  settle(view: View): void {
    const { rings } = this.#search;
    if (this.#settings.isLongestFirst) rings.sort((a, b) => b.accounts.length - a.accounts.length);
    if (clearAll(view, rings) > 0) {
      this.#skip = 0;
      this.#wait = 1;
    } else if (this.#try < this.#settings.fanOuts.length - 1) {
      this.#try++;
      this.#skip = 0;
    } else {
      this.#skip = this.#wait;
      this.#wait = Math.min(MOST_WAIT, 2 * this.#wait);
    }
    this.#search = newSearch(0, false);
  }

  receive(view: View, message: Message, over: Account): void {
    if (message.type === 'probe') this.#probed(view, message, over);
    else if (message.type === 'found') this.#found(view, message, over);
    else if (message.type === 'excess') this.#excess.set(over, message.direction);
    else if (message.type === 'no-way') this.#accounts.remove(view, over);
  }

  #probed(view: View, probe: Probe, over: Account): void {
    if (this.#search.nonce !== probe.nonce) this.#search = newSearch(probe.nonce, false);
    const search = this.#search;
    if (search.isOwn || search.came[probe.direction] !== undefined || !this.#accounts.isOnRings) return;
    search.came[probe.direction] = over;
    if (search.came[BACK[probe.direction]] !== undefined) this.#tellFound(view, search);
    if (probe.hops < probe.mostHops) this.#spread(view, probe);
  }

  #spread(view: View, probe: Probe): void {
    const next: Probe = { ...probe, hops: probe.hops + 1 };
    // From one who owes more than it is owed to the opposite is a debt that stays, sooner or later.
    const isAtEnd = view.sum(probe.direction) > view.sum(BACK[probe.direction]);
    const weigh = (account: Account) =>
      view.amount(account) * (isAtEnd && this.#excess.get(account) === BACK[probe.direction] ? SHUNNED : 1);
    for (const account of this.#accounts.pick(view, probe.direction, probe.fanOut, weigh)) view.send(account, next);
  }

  /** Here both probes met: the half from who began to here, and the half from here to who began. */
  #tellFound(view: View, { nonce, came }: Search): void {
    const back = came.owes as Account;
    const on = came.owed as Account;
    const empty: Chain = { accounts: [], debtors: [], least: Number.POSITIVE_INFINITY };
    view.send(back, { type: 'found', nonce, meeting: view.key, direction: 'owes', chain: empty });
    const chain: Chain = { accounts: [on], debtors: [view.key], least: view.amount(on) };
    view.send(on, { type: 'found', nonce, meeting: view.key, direction: 'owed', chain });
  }

  #found(view: View, found: Found, over: Account): void {
    const { nonce, isOwn, came, halves } = this.#search;
    if (nonce !== found.nonce) return;
    const { direction, meeting } = found;
    const half = direction === 'owes' ? { ...found, chain: before(view, over, found.chain) } : found;
    if (isOwn) {
      const other = halves.get(meeting);
      if (other === undefined) halves.set(meeting, half);
      else this.#search.rings.push(...ringsOf(half, other));
      return;
    }
    const on = came[direction];
    if (on === undefined || this.#search.passed >= MOST_FOUND || half.chain.least === 0) return;
    this.#search.passed++;
    view.send(on, direction === 'owes' ? half : { ...found, chain: after(view, on, found.chain) });
  }
}

function newSearch(nonce: number, isOwn: boolean): Search {
  return { nonce, isOwn, came: {}, passed: 0, halves: new Map(), rings: [] };
}

/** The chain with an account of this participant's debt in front of it. */
function before(view: View, account: Account, { accounts, debtors, least }: Chain): Chain {
  return {
    accounts: [account, ...accounts],
    debtors: [view.key, ...debtors],
    least: Math.min(least, view.amount(account)),
  };
}

/** The chain with an account of this participant's debt at its end. */
function after(view: View, account: Account, { accounts, debtors, least }: Chain): Chain {
  return {
    accounts: [...accounts, account],
    debtors: [...debtors, view.key],
    least: Math.min(least, view.amount(account)),
  };
}

/** The ring of two halves, unless somebody would stand on it twice. */
function ringsOf(half: Found, other: Found): Chain[] {
  if (half.direction === other.direction) return [];
  const [{ chain: there }, { chain: back }] = half.direction === 'owes' ? [half, other] : [other, half];
  const debtors = [...there.debtors, ...back.debtors];
  if (new Set(debtors).size < debtors.length || debtors.length > MAX_CLEARING_HOPS) return [];
  return [{ accounts: [...there.accounts, ...back.accounts], debtors, least: Math.min(there.least, back.least) }];
}

/** Clears rings one after another, counting what the ones before took; how many were cleared. */
function clearAll(view: View, rings: readonly Chain[]): number {
  const taken = new Map<Account, number>();
  let cleared = 0;
  for (const { accounts, debtors, least } of rings) {
    const free = least - accounts.reduce((most, account) => Math.max(most, taken.get(account) ?? 0), 0);
    if (free <= 0 || !view.clear({ accounts, debtors, least: free })) continue;
    cleared++;
    for (const account of accounts) taken.set(account, (taken.get(account) ?? 0) + free);
  }
  return cleared;
}
