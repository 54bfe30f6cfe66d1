/** Runs a strategy: one participant each, messages one after another, each counted, rings cleared hop by hop. */
import { MAX_CLEARING_HOPS } from '#protocol/limits.ts';
import { uniform } from '../graphs/variates.ts';
import { Random } from '../random.ts';
import { add } from '../routes/add.ts';
import { checkCleared, type DebtGraph } from './debts.ts';
import type { Account, Chain, Direction, Message, Participant, Strategy, View } from './view.ts';

/** What came of a method. */
export interface Cleared {
  /** What stays of each debt, in steps. */
  readonly left: Float64Array;
  readonly rings: number;
  /** Hops of all rings. */
  readonly hops: number;
  readonly messages: number;
  readonly rounds: number;
  /** What was cleared, in steps, when so many messages an account had been sent. */
  readonly curve: readonly { readonly messages: number; readonly cleared: number }[];
}

export interface ArenaSettings {
  readonly seed: number;
  /** Messages an account, over all: after these nobody begins a search. */
  readonly messageCap: number;
}

/** PREPARE, COMMIT and ACK. */
const MESSAGES_PER_HOP = 3;
/** Rounds that together clear less than this share more than before end a run. */
const LEAST_GAIN = 0.001;
const QUIET_ROUNDS = 8;
const FIRST_MARK = 10;
const CLEARING_STREAM = 13;

export function runStrategy(graph: DebtGraph, strategy: Strategy, settings: ArenaSettings): Cleared {
  const arena = new Arena(graph, strategy, settings);
  arena.run();
  checkCleared(graph, arena.left);
  return arena.result();
}

class Arena {
  readonly graph: DebtGraph;
  readonly left: Float64Array;
  readonly sums: Readonly<Record<Direction, Float64Array>>;
  readonly random: Random;
  readonly #settings: ArenaSettings;
  readonly #participants: readonly Participant[];
  readonly #views: readonly View[];
  /** Messages under way, each with the account and who gets it. */
  readonly #queue: [Message, Account, number][] = [];
  readonly #curve: { messages: number; cleared: number }[] = [];
  #mark = FIRST_MARK;
  #messages = 0;
  #cleared = 0;
  #rings = 0;
  #hops = 0;
  #rounds = 0;
  #nonces = 0;

  constructor(graph: DebtGraph, strategy: Strategy, settings: ArenaSettings) {
    this.graph = graph;
    this.left = graph.amounts.slice();
    this.random = new Random(settings.seed, CLEARING_STREAM);
    this.#settings = settings;
    this.sums = { owes: new Float64Array(graph.nodes), owed: new Float64Array(graph.nodes) };
    for (const [edge, amount] of this.left.entries()) {
      add(this.sums.owes, graph.from[edge] as number, amount);
      add(this.sums.owed, graph.to[edge] as number, amount);
    }
    this.#participants = Array.from({ length: graph.nodes }, () => strategy.create());
    this.#views = this.#participants.map((_, node) => new OwnView(this, node));
  }

  run(): void {
    for (const [node, participant] of this.#participants.entries()) {
      participant.join(this.#views[node] as View);
    }
    this.#deliver();
    const everybody = this.#participants.map((_, node) => node);
    const most = this.#settings.messageCap * this.graph.edges;
    const gains: number[] = [];
    do {
      const before = this.#cleared;
      this.#rounds++;
      for (const node of this.random.shuffle(everybody)) {
        if (this.#messages >= most) break;
        const participant = this.#participants[node] as Participant;
        const view = this.#views[node] as View;
        if (!participant.begin(view)) continue;
        this.#deliver();
        participant.settle(view);
        this.#deliver();
      }
      gains.push(this.#cleared - before);
    } while (this.#messages < most && !isQuiet(gains, this.#cleared));
  }

  result(): Cleared {
    const counts = { rings: this.#rings, hops: this.#hops, messages: this.#messages, rounds: this.#rounds };
    return { left: this.left, ...counts, curve: this.#curve };
  }

  nextNonce(): number {
    return ++this.#nonces;
  }

  otherEnd(node: number, account: Account): number {
    const { from, to } = this.graph;
    return (from[account] === node ? to[account] : from[account]) as number;
  }

  send(from: number, account: Account, message: Message): void {
    this.#queue.push([message, account, this.otherEnd(from, account)]);
    this.#count(1);
  }

  /** Each hop is asked in turn, as PREPARE does; where one refuses, ABORT goes back what PREPARE came. */
  clear(initiator: number, { accounts, least }: Chain): boolean {
    this.#checkRing(initiator, accounts);
    for (const [hop, account] of accounts.entries()) {
      if ((this.left[account] as number) >= least && least > 0) continue;
      this.#count(MESSAGES_PER_HOP * (hop + 1));
      return false;
    }
    this.#count(MESSAGES_PER_HOP * accounts.length);
    this.#rings++;
    this.#hops += accounts.length;
    this.#cleared += least * accounts.length;
    for (const account of accounts) {
      const debtor = this.graph.from[account] as number;
      const creditor = this.graph.to[account] as number;
      add(this.left, account, -least);
      add(this.sums.owes, debtor, -least);
      add(this.sums.owed, creditor, -least);
    }
    for (const account of accounts) {
      for (const end of [this.graph.from, this.graph.to]) {
        const node = end[account] as number;
        this.#participants[node]?.lowered(this.#views[node] as View, account);
      }
    }
    return true;
  }

  #checkRing(initiator: number, accounts: readonly Account[]): void {
    const seen = new Set<number>();
    let node = initiator;
    for (const account of accounts) {
      if (this.graph.from[account] !== node || seen.has(node)) throw new Error('bug: that is no ring');
      seen.add(node);
      node = this.graph.to[account] as number;
    }
    if (node !== initiator || accounts.length < 3 || accounts.length > MAX_CLEARING_HOPS) {
      throw new Error(`bug: a ring of ${accounts.length} hops from ${initiator} to ${node}`);
    }
  }

  #deliver(): void {
    for (let at = 0; at < this.#queue.length; at++) {
      const [message, account, node] = this.#queue[at] as [Message, Account, number];
      this.#participants[node]?.receive(this.#views[node] as View, message, account);
    }
    this.#queue.length = 0;
  }

  #count(messages: number): void {
    this.#messages += messages;
    while (this.#messages >= this.#mark * this.graph.edges) {
      this.#curve.push({ messages: this.#mark, cleared: this.#cleared });
      this.#mark *= 2;
    }
  }
}

function isQuiet(gains: readonly number[], cleared: number): boolean {
  if (gains.length < QUIET_ROUNDS) return false;
  return gains.slice(-QUIET_ROUNDS).reduce((sum, gain) => sum + gain, 0) <= LEAST_GAIN * cleared;
}

/** The only thing that a participant holds of the arena: everything is asked for its own node. */
class OwnView implements View {
  readonly key: number;
  readonly #arena: Arena;
  readonly #accounts: Readonly<Record<Direction, Int32Array>>;

  constructor(arena: Arena, node: number) {
    const { firstOwes, owes, firstOwed, owed } = arena.graph;
    this.key = node;
    this.#arena = arena;
    this.#accounts = {
      owes: owes.slice(firstOwes[node], firstOwes[node + 1]),
      owed: owed.slice(firstOwed[node], firstOwed[node + 1]),
    };
  }

  accounts(direction: Direction): Int32Array {
    return this.#accounts[direction];
  }

  amount(account: Account): number {
    return this.#arena.left[this.#own(account)] as number;
  }

  neighbour(account: Account): number {
    return this.#arena.otherEnd(this.key, this.#own(account));
  }

  sum(direction: Direction): number {
    return this.#arena.sums[direction][this.key] as number;
  }

  send(account: Account, message: Message): void {
    this.#arena.send(this.key, this.#own(account), message);
  }

  clear(ring: Chain): boolean {
    return this.#arena.clear(this.key, ring);
  }

  chance(): number {
    return uniform(this.#arena.random);
  }

  nonce(): number {
    return this.#arena.nextNonce();
  }

  #own(account: Account): Account {
    const { from, to } = this.#arena.graph;
    if (from[account] !== this.key && to[account] !== this.key) {
      throw new Error(`bug: participant ${this.key} looks into account ${account}, which is not its own`);
    }
    return account;
  }
}
