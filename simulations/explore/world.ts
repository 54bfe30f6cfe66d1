/**
 * A network of one scenario with one set of malicious participants, and the form of its states.
 *
 * A state is a row of numbers: the state of each honest participant, then a bit for each message that was sent and each
 * signature that malicious participants have seen. States are kept *closed*: whatever can be added to them without any
 * participant's disk changing (answers to questions, repeats, what the malicious can say now) has been. That loses
 * nothing: sending hinders nothing, so every run from the state without it is also a run from the state with it.
 */
import type { PublicKey } from '#protocol/identity.ts';
import { step } from '#protocol/machine/step.ts';
import type { Header, Route, TxId } from '#protocol/packet.ts';
import { type DurableRecord, Records } from '#protocol/records.ts';
import { fastSignatures, keyOf } from '../signatures.ts';
import { Adversary, cheated, type Planned } from './adversary.ts';
import { bitsOf, hasBit, Items, type MessageItem, setBit } from './items.ts';
import { CLOCKS, Node } from './nodes.ts';
import { NETWORK, openingRecords } from './opening.ts';
import type { Order, Scenario } from './scenarios.ts';

/** Numbers of a state that hold bits. */
const WORDS = 16;

export class World {
  readonly scenario: Scenario;
  readonly malicious: readonly number[];
  readonly items: Items;
  /** By participant; null where malicious. */
  readonly nodes: readonly (Node | null)[];
  readonly #adversary: Adversary;
  readonly #worth: (readonly number[] | undefined)[] = [];

  constructor(scenario: Scenario, malicious: readonly number[]) {
    const { participants, orders, cheats, letsGo } = scenario;
    this.scenario = scenario;
    this.malicious = malicious;
    this.items = new Items(participants, WORDS);
    const openings = Array.from({ length: participants }, (_, index) => openingRecords(scenario, index));
    const plans = orders.flatMap((order) => {
      const plan = planOf(order, openings[order.participant] as readonly DurableRecord[], participants);
      const isCheat = malicious.includes(order.participant);
      if (plan === null) return [];
      return isCheat ? [plan, ...cheats.map((cheat) => cheated(plan, cheat))] : [plan];
    });
    this.#adversary = new Adversary(this.items, scenario, malicious, plans);
    this.nodes = openings.map((opening, index) =>
      malicious.includes(index)
        ? null
        : new Node(index, this.items, { opening, participants, orders, letsGo: letsGo.includes(index) }),
    );
  }

  /** How many numbers a state has. */
  get width(): number {
    return this.nodes.length + WORDS;
  }

  /** Where its bits begin. */
  get offset(): number {
    return this.nodes.length;
  }

  /** The state in which nothing has happened. */
  first(): Int32Array {
    const row = new Int32Array(this.width);
    for (const id of this.#adversary.atOnce) setBit(row, this.offset, id);
    for (const node of this.nodes) if (node !== null) this.close(row, node.index);
    return row;
  }

  /** Adds to a row what follows by itself after participant `changed` came to a new state. */
  close(row: Int32Array, changed: number): void {
    const node = this.nodes[changed] as Node;
    const state = row[changed] as number;
    const fresh: number[] = [];
    for (const id of node.own(state).answers) this.#put(row, id, fresh);
    const { answered, answers } = node.reactions(state, row, this.offset);
    for (const message of bitsOf(row, this.offset, answered)) {
      for (const id of answers[message] as readonly number[]) this.#put(row, id, fresh);
    }
    this.#settle(row, fresh);
  }

  /** Adds messages to a closed row, and what follows by itself. */
  send(row: Int32Array, sent: readonly number[]): void {
    const fresh: number[] = [];
    for (const id of sent) this.#put(row, id, fresh);
    this.#settle(row, fresh);
  }

  /** Would any of these messages be news to a row? */
  lacks(row: Int32Array, sent: readonly number[]): boolean {
    return sent.some((id) => {
      const item = this.items.item(id) as MessageItem;
      if (this.nodes[item.to] !== null) return !hasBit(row, this.offset, id);
      return this.#worthOf(item).some((signature) => !hasBit(row, this.offset, signature));
    });
  }

  #settle(row: Int32Array, fresh: number[]): void {
    for (let id = fresh.pop(); id !== undefined; id = fresh.pop()) {
      const { to } = this.items.item(id) as MessageItem;
      const { answers } = (this.nodes[to] as Node).reactions(row[to] as number, row, this.offset);
      for (const answer of answers[id] as readonly number[]) this.#put(row, answer, fresh);
    }
  }

  /** A message to an honest participant is on its way for ever; one to a malicious one is worth what is signed in it. */
  #put(row: Int32Array, id: number, fresh: number[]): void {
    const item = this.items.item(id) as MessageItem;
    if (this.nodes[item.to] !== null) {
      if (setBit(row, this.offset, id)) fresh.push(id);
      return;
    }
    for (const signature of this.#worthOf(item)) {
      if (!setBit(row, this.offset, signature)) continue;
      for (const said of this.#adversary.enabledBy(signature, (seen) => hasBit(row, this.offset, seen))) {
        if (setBit(row, this.offset, said)) fresh.push(said);
      }
    }
  }

  /** The signatures in a message that malicious participants have a use for. */
  #worthOf({ id, signed }: MessageItem): readonly number[] {
    let worth = this.#worth[id];
    if (worth === undefined) {
      worth = signed.filter((one) => this.#adversary.wants(one)).map((one) => this.items.signature(one).id);
      this.#worth[id] = worth;
    }
    return worth;
  }
}

/** The transaction that an order becomes, if it does: what its participant would send. */
function planOf(
  { participant, command }: Order,
  opening: readonly DurableRecord[],
  participants: number,
): Planned | null {
  const records = new Records(keyOf(participant), NETWORK);
  for (const record of opening) records.apply(record);
  for (let other = 0; other < participants; other++) records.linked.add(keyOf(other) satisfies PublicKey);
  const effects = step(records, { type: 'command', command, nowMs: CLOCKS[0] }, fastSignatures.signAs(participant));
  const routes: Route[] = [];
  let plan: { txId: TxId; header: Header } | null = null;
  for (const effect of effects) {
    if (effect.type !== 'send' || effect.message.type !== 'prepare') continue;
    const { txId, header, route } = effect.message.packet;
    plan = { txId, header };
    routes.push(route);
  }
  return plan === null ? null : { ...plan, routes };
}
