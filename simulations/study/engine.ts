/**
 * Runs one point of a study: payments arrive in virtual time while links lose messages, participants crash, go away
 * and break the rules. Then all faults stop, everybody comes back, and the books are compared.
 *
 * One seed gives one run, the same on every machine.
 */
import { MAX_AMOUNT } from '#protocol/amount.ts';
import type { Notice } from '#protocol/event.ts';
import type { Message } from '#protocol/link.ts';
import type { PaymentId, TxId } from '#protocol/packet.ts';
import type { DurableRecord } from '#protocol/records.ts';
import { stepSize } from '../graphs/credit-graph.ts';
import { txIdIn } from '../message-transaction.ts';
import { Network } from '../network.ts';
import { checkAtRest, type Violation } from '../network-at-rest.ts';
import { EQUIVALENT } from '../opening.ts';
import { Random } from '../random.ts';
import { EPOCH_MS } from '../scenario.ts';
import { keyOf } from '../signatures.ts';
import { Trace } from '../trace.ts';
import { behaviourOf, chooseMalicious } from './behaviours.ts';
import { countSignatures, type SignatureCounts } from './counted-signatures.ts';
import type { TimedDemand } from './demand.ts';
import { FlowOracle } from './flow-oracle.ts';
import { Holding } from './holding.ts';
import { Mishaps } from './mishaps.ts';
import type { RunPlan } from './plan.ts';
import { Traffic } from './traffic.ts';
import { Links } from './weather.ts';

/** What became of one payment. */
export interface Outcome {
  /** In steps. */
  readonly amount: number;
  /** Was the payer there to begin it? */
  readonly isTried: boolean;
  readonly isPaid: boolean;
  readonly attempts: number;
  /** Of what was committed. */
  readonly routes: number;
  readonly hops: number;
  /** From the payer's command to its end; null: none. */
  readonly tookMs: number | null;
  /** Could the maximum flow pay it when it began? Null: not asked. */
  readonly isPossible: boolean | null;
}

/** All that a run gives. */
export interface RunResult {
  readonly outcomes: readonly Outcome[];
  readonly holding: Holding;
  readonly traffic: Traffic;
  readonly signatures: SignatureCounts;
  /** In 10⁻⁸ units: by clearing, the sum over rings of amount × hops. */
  readonly cleared: bigint;
  readonly network: Network;
  /** How many participants were malicious. */
  readonly malicious: number;
  readonly virtualMs: number;
  readonly violations: readonly Violation[];
  readonly digest: string;
}

const ID_STREAM = 13;
/** Longer than any payment lives. */
const PATIENCE_MS = 60_000;
/** After the faults have ended: often enough to compare books, and for the slowest repetition to come twice. */
const HOUSEKEEPING_MINUTES = [1, 2, 13];
const REST_MS = 45 * 60_000;
/** Messages take less: what is settled for so long is not spoken of any more. */
const FORGET_AFTER_MS = 60_000;
const FORGET_EVERY_MS = 10_000;

interface UnderWay {
  readonly payer: number;
  readonly startedAtMs: number;
  readonly paymentId: PaymentId;
  outcome: Outcome;
  overAtMs: number | null;
}

/** Is told of how many payments have begun. */
export type Progress = (begun: number) => void;

/** Runs a point. */
export function runPoint(plan: RunPlan, progress: Progress = () => undefined): RunResult {
  return new Engine(plan, progress).run();
}

class Engine {
  readonly #plan: RunPlan;
  readonly #progress: Progress;
  readonly #network: Network;
  readonly #links: Links;
  readonly #mishaps: Mishaps;
  readonly #holding: Holding;
  readonly #malicious: ReturnType<typeof chooseMalicious>;
  readonly #counted: ReturnType<typeof countSignatures>;
  readonly #traffic = new Traffic();
  readonly #trace = new Trace();
  readonly #ids: Random;
  readonly #flow: FlowOracle | null;
  readonly #byPayment = new Map<PaymentId, UnderWay>();
  readonly #payments: UnderWay[] = [];
  readonly #forgotten = new Set<TxId>();
  readonly #violations: Violation[] = [];
  /** Payments that are over and not forgotten. */
  #over: UnderWay[] = [];
  #cleared = 0n;
  #rounds = 0;

  constructor(plan: RunPlan, progress: Progress) {
    this.#plan = plan;
    this.#progress = progress;
    const { graph, seed } = plan;
    this.#malicious = chooseMalicious(graph.nodes, plan.malicious, seed);
    const behaviours = new Map([...this.#malicious].map(([index, strategy]) => [index, behaviourOf(strategy)]));
    this.#links = new Links(graph, plan.latencies, plan.links, seed);
    this.#counted = countSignatures(plan.isFull);
    this.#ids = new Random(seed, ID_STREAM);
    this.#flow = plan.measuresMaxFlow ? new FlowOracle(graph) : null;
    this.#network = new Network(
      graph,
      {
        isMapKnown: plan.isMapKnown,
        weather: this.#links,
        signatures: this.#counted.signatures,
        throughBytes: plan.isFull,
        seeking: plan.clears ? 'always' : 'never',
        signsLines: true,
        behaviourOf: behaviours.size === 0 ? null : (index) => behaviours.get(index) ?? null,
      },
      {
        sent: (_from, message, bytes) => this.#traffic.count(message, bytes),
        changed: (owner, neighbour, account) => this.#flow?.changed(owner, neighbour, account),
        noticed: (participant, notice) => this.#notice(participant, notice),
        saving: (participant, record) => this.#saving(participant, record),
        stepped: (participant, event, effects) => this.#trace.step(participant, event, effects),
        heard: (participant, message) => this.#hear(participant, message),
        crashed: (participant) => this.#mishaps.crashed(participant),
      },
    );
    this.#holding = new Holding((key) => this.#network.indexOf(key), this.#malicious);
    this.#mishaps = new Mishaps(this.#network, plan);
    this.#counted.reset();
  }

  run(): RunResult {
    const network = this.#network;
    for (const [index, strategy] of this.#malicious) {
      if (strategy !== 'refuse') continue;
      const dust = { type: 'set-dust', smallest: MAX_AMOUNT, letGoUpTo: 0n, budget: 0n } as const;
      network.feed(index, { type: 'command', command: dust });
    }
    const { demands, housekeepingMs } = this.#plan;
    const healAtMs = EPOCH_MS + (demands.at(-1)?.atMs ?? 0) + PATIENCE_MS;
    this.#arrive(0);
    this.#forgetLater();
    this.#mishaps.begin(healAtMs);
    const rounds = housekeepingMs === 0 ? 0 : Math.floor((healAtMs - EPOCH_MS) / housekeepingMs);
    for (let round = 1; round <= rounds; round++)
      network.callAt(EPOCH_MS + round * housekeepingMs, () => this.#keepHouse());
    network.callAt(healAtMs, () => this.#heal());
    for (const minutes of HOUSEKEEPING_MINUTES) network.callAt(healAtMs + minutes * 60_000, () => this.#keepHouse());
    while (network.nextMs <= healAtMs + REST_MS) network.advance();
    return this.#result();
  }

  // ---- payments

  /** Begins a payment at its time, and then the next one. */
  #arrive(number: number): void {
    const demand = this.#plan.demands[number];
    if (demand === undefined) return;
    this.#network.callAt(EPOCH_MS + demand.atMs, () => {
      this.#begin(demand);
      this.#progress(number + 1);
      this.#arrive(number + 1);
    });
  }

  #begin(demand: TimedDemand): void {
    const { from, to, amount } = demand;
    const paymentId = this.#ids.hex(32) as PaymentId;
    const randomness = this.#ids.hex(32);
    const isTried = this.#network.isUp(from) && !this.#mishaps.isAway(from);
    const isPossible = this.#flow?.canPay(demand) ?? null;
    const outcome = { amount, isTried, isPaid: false, attempts: 0, routes: 0, hops: 0, tookMs: null, isPossible };
    const startedAtMs = this.#network.nowMs;
    const payment: UnderWay = { payer: from, startedAtMs, paymentId, outcome, overAtMs: null };
    this.#payments.push(payment);
    if (!isTried) return;
    this.#byPayment.set(paymentId, payment);
    this.#network.feed(from, {
      type: 'command',
      command: {
        type: 'pay',
        paymentId,
        receiver: keyOf(to),
        equivalent: EQUIVALENT,
        amount: BigInt(amount) * stepSize(this.#plan.graph.precision),
        sealedMemo: null,
        randomness,
        routes: null,
      },
    });
  }

  #notice(participant: number, notice: Notice): void {
    if (notice.type === 'cleared') this.#cleared += notice.amount;
    if (notice.type !== 'payment' || (notice.state !== 'COMMITTED' && notice.state !== 'ABORTED')) return;
    const known = this.#byPayment.get(notice.paymentId);
    const payment = this.#network.records(participant).payment(notice.paymentId);
    if (known === undefined || known.payer !== participant || payment === undefined) return;
    const routes = payment.state === 'COMMITTED' ? payment.routes : [];
    if (known.overAtMs === null) this.#over.push(known);
    known.overAtMs = this.#network.nowMs;
    known.outcome = {
      ...known.outcome,
      isPaid: payment.state === 'COMMITTED',
      attempts: payment.attempts,
      routes: routes.length,
      hops: routes.reduce((sum, { nodes }) => sum + nodes.length - 1, 0),
      tookMs: known.outcome.tookMs ?? this.#network.nowMs - known.startedAtMs,
    };
  }

  // ---- what is remembered

  #saving(participant: number, record: DurableRecord): void {
    if (record.type === 'transaction') this.#holding.saving(participant, record, this.#network.nowMs);
  }

  /** What is settled everywhere is forgotten, or memory would grow with every payment. */
  #forgetLater(): void {
    this.#network.callAt(this.#network.nowMs + FORGET_EVERY_MS, () => {
      const beforeMs = this.#network.nowMs - FORGET_AFTER_MS;
      for (const { txId, known } of this.#holding.takeSettled(beforeMs)) {
        this.#forgotten.add(txId);
        for (const index of known) this.#network.records(index).forgetTransaction(txId);
      }
      const later: UnderWay[] = [];
      for (const payment of this.#over) {
        const { payer, paymentId, overAtMs } = payment;
        if ((overAtMs as number) > beforeMs || this.#holding.isOpen(paymentId)) later.push(payment);
        else this.#forgetPayment(payer, paymentId);
      }
      this.#over = later;
      if (this.#network.nextMs < Number.POSITIVE_INFINITY) this.#forgetLater();
    });
  }

  #forgetPayment(payer: number, paymentId: PaymentId): void {
    this.#network.records(payer).forgetPayment(paymentId);
    this.#byPayment.delete(paymentId);
  }

  /** Would somebody still speak of what was forgotten, the run would not be an honest one. */
  #hear(participant: number, message: Message): void {
    if (this.#forgotten.size === 0) return;
    const txId = txIdIn(message);
    if (txId !== null && this.#forgotten.has(txId))
      this.#violations.push({ invariant: 'mirror', what: `participant ${participant} hears of ${txId}, long settled` });
  }

  // ---- the end

  #keepHouse(): void {
    const round = this.#rounds++;
    for (let index = 0; index < this.#network.participants; index++)
      this.#network.feed(index, { type: 'timer', timer: { type: 'housekeeping', round } });
  }

  #heal(): void {
    this.#holding.stop(this.#network.nowMs);
    this.#links.heal();
    this.#mishaps.heal();
  }

  #result(): RunResult {
    const { graph } = this.#plan;
    return {
      outcomes: this.#payments.map(({ outcome }) => outcome),
      holding: this.#holding,
      traffic: this.#traffic,
      signatures: this.#counted.counts,
      cleared: this.#cleared,
      network: this.#network,
      malicious: this.#malicious.size,
      virtualMs: this.#network.nowMs - EPOCH_MS,
      violations: [
        ...this.#violations,
        ...checkAtRest(this.#network, graph, { capacities: null, malicious: this.#malicious }),
      ],
      digest: this.#trace.digest,
    };
  }
}
