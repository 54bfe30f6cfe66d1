/**
 * Nodes in a ring pay each other while they are killed at random instants and started again. What it shows is said in
 * an outcome: acknowledged payments that are not on all books, and broken invariants.
 */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ApiError, type Client } from '#node/api/client.ts';
import type { Result } from '#node/api/contract.ts';
import { Failure } from '#node/failure.ts';
import { formatAmount } from '#protocol/amount.ts';
import { Random } from '#simulations/random.ts';
import { type CommittedPayment, checkBooks } from './books.ts';
import { Killable } from './killable.ts';

const EQUIVALENT = 'UAH';

const NAMES = ['Alice', 'Bob', 'Carol', 'Dave'];
/** Low enough that many payments have to be split over both ways around the ring, and some find no room. */
const LIMIT = '40';
const LARGEST_CENTS = 1_000;
const CENT = 1_000_000n;

/** Payments under way at one time. */
const PAYERS = 4;
const LONGEST_PAUSE_MS = 60;
const WAIT_MS = 3_000;

/** Nodes that are down at one time. */
const KILLERS = 2;
const LONGEST_LIFE_MS = 700;
const LONGEST_DEATH_MS = 150;
/** Of a thousand starts, how many are killed before the node is up, and how soon. */
const KILLED_AT_START = 250;
const LONGEST_START_MS = 900;

const LOOK_AGAIN_MS = 100;
/** What was begun before the last kill ends within its lifetime, and is settled soon after. */
const REST_MS = 180_000;

export interface KillOptions {
  readonly kills: number;
  readonly seed: number;
  /** Where each node gets a folder. */
  readonly folder: string;
  readonly tell: (counts: KillCounts) => void;
}

export interface KillCounts {
  readonly kills: number;
  /** Asked of a node that was up. */
  readonly payments: number;
  /** Of those, answered with COMMITTED. */
  readonly acknowledged: number;
}

export interface KillOutcome extends KillCounts {
  /** Acknowledged payments that are missing on a book. */
  readonly lost: number;
  readonly violations: readonly string[];
}

/** One payment that was asked for. */
interface Asked {
  readonly id: string;
  readonly payer: Killable;
  /** What the API answered, if it answered that it is committed. */
  acknowledged: Result<'pay'> | null;
}

export async function runKills(options: KillOptions): Promise<KillOutcome> {
  const random = new Random(options.seed, 7);
  const nodes: Killable[] = [];
  try {
    for (const name of NAMES) nodes.push(await Killable.create(name, join(options.folder, name.toLowerCase()), random));
    const run = new KillRun(nodes, random, options);
    await run.prepare();
    return await run.run();
  } finally {
    await Promise.all(nodes.map((node) => node.kill()));
  }
}

class KillRun {
  readonly #nodes: readonly Killable[];
  readonly #random: Random;
  readonly #options: KillOptions;
  readonly #asked: Asked[] = [];
  readonly #dying = new Set<Killable>();
  #begun = 0;
  #kills = 0;
  #acknowledged = 0;

  constructor(nodes: readonly Killable[], random: Random, options: KillOptions) {
    this.#nodes = nodes;
    this.#random = random;
    this.#options = options;
  }

  /** Starts all; each trusts both its neighbours in the ring, and everybody's map shows it. */
  async prepare(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.start()));
    for (const [index, one] of this.#nodes.entries()) {
      const other = this.#nodes[(index + 1) % this.#nodes.length] as Killable;
      await clientOf(other).putContact({ who: (await clientOf(one).getId()).card });
      await clientOf(one).connectPeer({ who: (await clientOf(other).getId()).card, waitMs: 30_000 });
      for (const [from, to] of [
        [one, other],
        [other, one],
      ] as const) {
        const line = { who: to.publicKey, equivalent: EQUIVALENT, limit: LIMIT, waitMs: 30_000 };
        const { given } = await clientOf(from).setTrustLine(line);
        if (given?.acked !== true) throw new Error(`${to.name} does not answer ${from.name}`);
      }
    }
    const lines = 2 * this.#nodes.length;
    for (const node of this.#nodes) {
      while ((await clientOf(node).getStatus()).counts.mapLines < lines) await setTimeout(LOOK_AGAIN_MS);
    }
  }

  async run(): Promise<KillOutcome> {
    const ended = new AbortController();
    const payers = Array.from({ length: PAYERS }, () => this.#pay(ended.signal));
    try {
      await Promise.all(Array.from({ length: KILLERS }, () => this.#kill()));
    } finally {
      ended.abort();
      await Promise.all(payers);
    }
    return this.#outcome();
  }

  get #counts(): KillCounts {
    return { kills: this.#kills, payments: this.#asked.length, acknowledged: this.#acknowledged };
  }

  async #kill(): Promise<void> {
    const random = this.#random;
    while (this.#begun < this.#options.kills) {
      this.#begun++;
      const node = random.pick(this.#nodes.filter((each) => !this.#dying.has(each)));
      this.#dying.add(node);
      await setTimeout(random.below(LONGEST_LIFE_MS));
      await this.#killNow(node);
      while (this.#begun < this.#options.kills && random.permille(KILLED_AT_START)) {
        this.#begun++;
        const started = node.start();
        await setTimeout(random.below(LONGEST_START_MS));
        await this.#killNow(node);
        await started;
      }
      await node.start();
      this.#dying.delete(node);
    }
  }

  async #killNow(node: Killable): Promise<void> {
    await node.kill();
    this.#kills++;
    this.#options.tell(this.#counts);
    await setTimeout(this.#random.below(LONGEST_DEATH_MS));
  }

  /** One payment after the other, each by whoever is up. */
  async #pay(ended: AbortSignal): Promise<void> {
    const random = this.#random;
    while (!ended.aborted) {
      await setTimeout(random.below(LONGEST_PAUSE_MS));
      const [payer, receiver] = random.shuffle(this.#nodes) as [Killable, Killable];
      if (payer.client === null) continue;
      const asked: Asked = { id: `payment ${this.#asked.length}`, payer, acknowledged: null };
      this.#asked.push(asked);
      const amount = formatAmount(CENT * BigInt(random.between(1, LARGEST_CENTS)));
      const order = { to: receiver.publicKey, equivalent: EQUIVALENT, amount, id: asked.id, waitMs: WAIT_MS };
      const payment = await answerOf(payer.client.pay(order));
      if (payment?.state !== 'COMMITTED') continue;
      asked.acknowledged = payment;
      this.#acknowledged++;
    }
  }

  async #outcome(): Promise<KillOutcome> {
    const violations: string[] = [];
    if (!(await this.#untilRest())) violations.push(`not at rest ${REST_MS / 1_000} s after the last kill`);
    const committed = await this.#committed(violations);
    const balances = await this.#balances();
    await Promise.all(this.#nodes.map((node) => node.stop()));
    const books = await checkBooks(this.#nodes, balances, committed);
    violations.push(...books.violations);
    return { ...this.#counts, lost: books.lost, violations };
  }

  /** True once nothing is held or awaited anywhere. */
  async #untilRest(): Promise<boolean> {
    const deadline = performance.now() + REST_MS;
    while (performance.now() < deadline) {
      const all = await Promise.all(this.#nodes.map((node) => clientOf(node).getStatus()));
      if (all.every(({ held, counts }) => held.length === 0 && counts.unsettled === 0)) return true;
      await setTimeout(LOOK_AGAIN_MS);
    }
    return false;
  }

  /** What became of each payment, by its payer. Nobody was told that one is committed which now is not. */
  async #committed(violations: string[]): Promise<CommittedPayment[]> {
    const committed: CommittedPayment[] = [];
    for (const { id, payer, acknowledged } of this.#asked) {
      const now = await answerOf(clientOf(payer).getPayment({ id }));
      const isFinal = now === null || now.state === 'COMMITTED' || now.state === 'ABORTED';
      if (!isFinal) violations.push(`${id} of ${payer.name} is still ${now.state}`);
      if (acknowledged !== null && (now?.state !== 'COMMITTED' || now.txId !== acknowledged.txId)) {
        violations.push(`${id} of ${payer.name} was committed and is now ${now?.state ?? 'unknown'}`);
      }
      const payment = now?.state === 'COMMITTED' ? now : acknowledged;
      if (payment !== null) committed.push({ payment, isAcknowledged: acknowledged !== null });
    }
    return committed;
  }

  /** By owner and neighbour: what the neighbour owes the owner. */
  async #balances(): Promise<ReadonlyMap<string, string>> {
    const balances = new Map<string, string>();
    for (const node of this.#nodes) {
      const { accounts } = await clientOf(node).getBalance({ equivalent: EQUIVALENT });
      for (const { neighbour, balance } of accounts) balances.set(`${node.publicKey} ${neighbour.publicKey}`, balance);
    }
    return balances;
  }
}

function clientOf({ name, client }: Killable): Client {
  if (client === null) throw new Error(`${name} is not running`);
  return client;
}

/** Null when the node said no, or was killed while it was asked. */
async function answerOf<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiError) return null;
    if (error instanceof Failure && error.code === 'node-unreachable') return null;
    throw error;
  }
}
