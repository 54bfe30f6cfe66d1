/**
 * What a strategy is made of, and all that it sees. Each participant runs an object of its own with its own memory. It is
 * given a `View`, which answers about its own accounts only and throws when it is asked about another's, and messages
 * that came over one of its accounts. What it wants to happen it says to the view.
 */

/** One debt, as both of its ends call it. */
export type Account = number;

/** Part of a ring: its accounts, one hop after another in the direction of owing, and who stands on it. */
export interface Chain {
  readonly accounts: readonly Account[];
  /** Keys of those who owe at each of the accounts. */
  readonly debtors: readonly number[];
  /** The least that one of them can be lowered by, in steps. */
  readonly least: number;
}

/** A search, either way: `owed` asks those who owe the sender, `owes` those whom it owes. */
export type Direction = 'owes' | 'owed';

/** What goes between neighbours. */
export type Message =
  | {
      readonly type: 'probe';
      readonly nonce: number;
      readonly direction: Direction;
      /** Hops from who began. */
      readonly hops: number;
      /** Branches at each hop. */
      readonly fanOut: number;
      readonly mostHops: number;
    }
  /** Goes back the way that a probe came, to who began; grows by each hop. */
  | ({ readonly type: 'found'; readonly nonce: number; readonly meeting: number; readonly direction: Direction } & {
      readonly chain: Chain;
    })
  | {
      readonly type: 'walk';
      readonly nonce: number;
      /** Hops from who began, without loops that were cleared. */
      readonly hops: number;
      /** Hops that it may still make. */
      readonly rest: number;
    }
  /** Goes back along a walk that met itself, until it is round. */
  | { readonly type: 'round'; readonly nonce: number; readonly start: number; readonly chain: Chain }
  /** A walk from creditor to debtor with the keys of those it passed last; `lap` counts the rings that it closed. */
  | {
      readonly type: 'marked-walk';
      readonly nonce: number;
      readonly lap: number;
      readonly marks: readonly number[];
      readonly steps: number;
      /** Shorter rings are let pass. */
      readonly leastHops: number;
    }
  /** The answer where it cannot go on; for good where no walk can. */
  | {
      readonly type: 'marked-none';
      readonly nonce: number;
      readonly lap: number;
      readonly steps: number;
      readonly isForGood: boolean;
    }
  /** Goes back along a walk that closed a ring. */
  | { readonly type: 'marked-found'; readonly nonce: number; readonly lap: number; readonly chain: Chain }
  /** The sender owes more than it is owed, or the opposite. Only in a variant that tells it. */
  | { readonly type: 'excess'; readonly direction: Direction }
  /** No ring passes over this account: on the sender's side nothing leads on. */
  | { readonly type: 'no-way' };

/** One participant's own accounts, and what it can do. */
export interface View {
  /** Its own public key. */
  readonly key: number;
  /** Its accounts where it owes, or is owed. Those that are paid up stay in the list. */
  accounts(direction: Direction): ArrayLike<Account> & Iterable<Account>;
  /** What is left of a debt of its own, in steps. Throws for another's account. */
  amount(account: Account): number;
  /** The key of the other end of an account of its own. Throws for another's account. */
  neighbour(account: Account): number;
  /** How much it owes in all, or is owed. */
  sum(direction: Direction): number;
  send(account: Account, message: Message): void;
  /**
   * Sends a packet `clear` round a ring that begins with itself, for all that its chain can be lowered by: PREPARE, COMMIT
   * and ACK on each hop. False when a hop refused.
   */
  clear(ring: Chain): boolean;
  /** 0 < u < 1. */
  chance(): number;
  /** A fresh random number that names a search. */
  nonce(): number;
}

/** What one participant does. It has no other way to learn about the network than these calls. */
export interface Participant {
  /** Once, before all others. */
  join(view: View): void;
  /** It may begin a search; true when it has. */
  begin(view: View): boolean;
  /** Some seconds after it began: all answers are there. */
  settle(view: View): void;
  receive(view: View, message: Message, over: Account): void;
  /** A debt of its own was lowered. */
  lowered(view: View, account: Account): void;
}

/** A way of finding rings. */
export interface Strategy {
  readonly name: string;
  create(): Participant;
}
