/**
 * Carries messages between participants in one process, and links them: the same links as between nodes, without a
 * network, and mostly without encoding what both read in the same memory.
 *
 * A link is up while somebody wants it and both are present. Messages are handed over in the order in which they were
 * sent, never within the step that sent them.
 */
import type { PublicKey } from '#protocol/identity.ts';
import type { Message } from '#protocol/link.ts';
import type { RingBudget } from './ring-budget.ts';

/** A participant in this process. */
export interface Port {
  receive(from: PublicKey, frame: Uint8Array): void;
  /** A message as it is, to be verified like any other; null: it takes frames only. */
  readonly take: ((from: PublicKey, message: Message) => void) | null;
  linkUp(neighbour: PublicKey): void;
  linkDown(neighbour: PublicKey): void;
  /** May its host sign for it now? One who may not is as one whose node is off. */
  isPresent(): boolean;
}

export class Exchange {
  readonly #ports = new Map<PublicKey, Port>();
  /** Who is to be linked with whom, both ways. */
  readonly #wanted = new Map<PublicKey, Set<PublicKey>>();
  readonly #linked = new Map<PublicKey, Set<PublicKey>>();
  readonly #rings: RingBudget;

  constructor(rings: RingBudget) {
    this.#rings = rings;
  }

  attach(participant: PublicKey, port: Port): void {
    this.#ports.set(participant, port);
    this.presenceChanged(participant);
  }

  /** The participant is not in this process any more: its links go down, and frames to it take another way. */
  detach(participant: PublicKey): void {
    for (const other of [...(this.#wanted.get(participant) ?? [])]) this.forget(participant, other);
    this.#ports.delete(participant);
  }

  has(participant: PublicKey): boolean {
    return this.#ports.has(participant);
  }

  linkedWith(participant: PublicKey): Iterable<PublicKey> {
    return this.#linked.get(participant) ?? [];
  }

  /** The two are to be linked whenever both are there. */
  keep(a: PublicKey, b: PublicKey): void {
    if (a === b) return;
    setIn(this.#wanted, a, b);
    setIn(this.#wanted, b, a);
    this.#settle(a, b);
  }

  /** They need not be linked any more; a link there is goes down. */
  forget(a: PublicKey, b: PublicKey): void {
    this.#wanted.get(a)?.delete(b);
    this.#wanted.get(b)?.delete(a);
    this.#settle(a, b);
  }

  presenceChanged(participant: PublicKey): void {
    for (const other of [...(this.#wanted.get(participant) ?? [])]) this.#settle(participant, other);
  }

  /** False: that one is not in this process. */
  send(from: PublicKey, to: PublicKey, frame: Uint8Array): boolean {
    const port = this.#ports.get(to);
    if (port === undefined) return false;
    queueMicrotask(() => port.receive(from, frame));
    return true;
  }

  /** As `send`, for a message as it is. False: that one is not in this process, or takes frames only. */
  hand(from: PublicKey, to: PublicKey, message: Message): boolean {
    const take = this.#ports.get(to)?.take;
    if (take === undefined || take === null) return false;
    if (this.#rings.admits(message)) queueMicrotask(() => take(from, message));
    return true;
  }

  #settle(a: PublicKey, b: PublicKey): void {
    const [portA, portB] = [this.#ports.get(a), this.#ports.get(b)];
    if (portA === undefined || portB === undefined) return;
    const shouldBe = this.#wanted.get(a)?.has(b) === true && portA.isPresent() && portB.isPresent();
    const isUp = this.#linked.get(a)?.has(b) === true;
    if (shouldBe === isUp) return;
    if (shouldBe) {
      setIn(this.#linked, a, b);
      setIn(this.#linked, b, a);
      portA.linkUp(b);
      portB.linkUp(a);
    } else {
      this.#linked.get(a)?.delete(b);
      this.#linked.get(b)?.delete(a);
      portA.linkDown(b);
      portB.linkDown(a);
    }
  }
}

function setIn(map: Map<PublicKey, Set<PublicKey>>, key: PublicKey, value: PublicKey): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([value]));
  else known.add(value);
}
