/**
 * One turn of the machine (§8.2): reads through to the records, remembers what this step saves, collects effects.
 */
import { type Account, emptyAccount } from '../account.ts';
import type { Effect, Notice, Timer } from '../event.ts';
import type { PublicKey } from '../identity.ts';
import { RETRY_FIRST_MS, RETRY_LAST_MS } from '../limits.ts';
import type { Message } from '../link.ts';
import type { PaymentId, TxId } from '../packet.ts';
import type { Payment } from '../payment.ts';
import type { Position } from '../position.ts';
import type { DurableRecord, LineRecord, NodeRecord, Records, Transaction } from '../records.ts';
import type { Sign } from '../statement.ts';

export class Turn {
  readonly records: Records;
  readonly self: PublicKey;
  readonly nowMs: number;
  readonly sign: Sign;
  readonly #saves: DurableRecord[] = [];
  readonly #others: Effect[] = [];

  constructor(records: Records, nowMs: number, sign: Sign) {
    this.records = records;
    this.self = records.self;
    this.nowMs = nowMs;
    this.sign = sign;
  }

  /** All effects of the turn: saves first, one per record, then the rest in order. */
  effects(): Effect[] {
    const effects: Effect[] = [];
    for (const record of this.#saves) effects.push({ type: 'save', record });
    for (const effect of this.#others) effects.push(effect);
    return effects;
  }

  get node(): NodeRecord {
    for (const saved of this.#saves) if (saved.type === 'node') return saved;
    return this.records.node;
  }

  /** Time for judging expiry: never earlier than a time at which something was already declared expired (rule 8). */
  get judgedNowMs(): number {
    return Math.max(this.nowMs, this.node.clockHighMs);
  }

  account(neighbour: PublicKey, equivalent: string): Account | undefined {
    for (const saved of this.#saves) {
      if (saved.type === 'account' && saved.neighbour === neighbour && saved.equivalent === equivalent) return saved;
    }
    return this.records.account(neighbour, equivalent);
  }

  /** The account, or a fresh one to be saved. */
  accountOrNew(neighbour: PublicKey, equivalent: string): Account {
    return this.account(neighbour, equivalent) ?? emptyAccount(neighbour, equivalent);
  }

  line(from: PublicKey, to: PublicKey, equivalent: string): LineRecord | undefined {
    for (const saved of this.#saves) {
      if (saved.type !== 'line') continue;
      const { line } = saved.signed;
      if (line.from === from && line.to === to && line.equivalent === equivalent) return saved;
    }
    return this.records.line(from, to, equivalent);
  }

  positions(txId: TxId): readonly Position[] {
    return this.#savedTransaction(txId)?.positions ?? this.records.positions(txId);
  }

  position(txId: TxId, routeIndex: number, position: number): Position | undefined {
    for (const held of this.positions(txId)) {
      if (held.position === position && held.route.index === routeIndex) return held;
    }
    return undefined;
  }

  payment(paymentId: PaymentId): Payment | undefined {
    for (const saved of this.#saves) if (saved.type === 'payment' && saved.paymentId === paymentId) return saved;
    return this.records.payment(paymentId);
  }

  saveNode(node: NodeRecord): void {
    this.#save(node, (saved) => saved.type === 'node');
  }

  saveAccount(account: Account): void {
    const { neighbour, equivalent } = account;
    this.#save(
      account,
      (saved) => saved.type === 'account' && saved.neighbour === neighbour && saved.equivalent === equivalent,
    );
  }

  savePosition(position: Position): void {
    const { txId } = position;
    const same = (held: Position) => held.position === position.position && held.route.index === position.route.index;
    const before = this.positions(txId);
    const positions = before.some(same) ? before.map((held) => (same(held) ? position : held)) : [...before, position];
    const transaction: Transaction = { type: 'transaction', txId, positions };
    this.#save(transaction, (saved) => saved.type === 'transaction' && saved.txId === txId);
  }

  savePayment(payment: Payment): void {
    this.#save(payment, (saved) => saved.type === 'payment' && saved.paymentId === payment.paymentId);
  }

  /** Saves a record that no other save of this turn can concern. */
  saveOnce(record: DurableRecord): void {
    this.#saves.push(record);
  }

  send(to: PublicKey, message: Message): void {
    this.#others.push({ type: 'send', to, message });
  }

  schedule(timer: Timer, atMs: number): void {
    this.#others.push({ type: 'schedule', timer, atMs });
  }

  notify(notice: Notice): void {
    this.#others.push({ type: 'notify', notice });
  }

  #savedTransaction(txId: TxId): Transaction | undefined {
    for (const saved of this.#saves) if (saved.type === 'transaction' && saved.txId === txId) return saved;
    return undefined;
  }

  #save(record: DurableRecord, replaces: (saved: DurableRecord) => boolean): void {
    const index = this.#saves.findIndex(replaces);
    if (index < 0) this.#saves.push(record);
    else this.#saves[index] = record;
  }
}

/** Back-off of resends: 1 s, 2 s, 4 s … 10 min. */
export function retryDelayMs(tries: number): number {
  return Math.min(RETRY_FIRST_MS * 2 ** Math.min(tries, 20), RETRY_LAST_MS);
}
