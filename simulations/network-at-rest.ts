/** What must hold of a network that has come to rest, and of the mirror of it that a study kept (§14). */
import type { Account } from '#protocol/account.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { InvariantId } from '#protocol/invariants.ts';
import { isLast, type Position, upstreamOf } from '#protocol/position.ts';
import { type CreditGraph, stepSize } from './graphs/credit-graph.ts';
import type { Network } from './network.ts';
import { EQUIVALENT } from './opening.ts';
import type { Capacities } from './routes/capacities.ts';
import { keyOf } from './signatures.ts';

/** Something that does not hold; `mirror`: the study looked at another state than the participants. */
export interface Violation {
  readonly invariant: InvariantId | 'mirror';
  readonly what: string;
}

/** What a study adds to the network itself. */
export interface RestSettings {
  /** The mirror that was kept, if there is one. */
  readonly capacities: Capacities | null;
  /** Nothing is asked of those, nor of whoever has to wait for them. */
  readonly malicious: ReadonlyMap<number, unknown>;
}

const NOBODY: ReadonlyMap<number, unknown> = new Map();

/** Every account between honest participants once, with both ends; and nobody honest waits for another for ever. */
export function checkAtRest(
  network: Network,
  graph: CreditGraph,
  { capacities, malicious }: RestSettings = { capacities: null, malicious: NOBODY },
): Violation[] {
  const violations: Violation[] = [];
  const report = (invariant: Violation['invariant'], what: string) => violations.push({ invariant, what });
  const unit = Number(stepSize(graph.precision));
  let sum = 0n;
  for (let number = 0; number < graph.a.length; number++) {
    const a = graph.a[number] as number;
    const b = graph.b[number] as number;
    if (malicious.has(a) || malicious.has(b)) continue;
    const ofA = network.records(a).account(keyOf(b), EQUIVALENT) as Account;
    const ofB = network.records(b).account(keyOf(a), EQUIVALENT) as Account;
    const where = `account ${a}–${b}`;
    sum += ofA.balance + ofB.balance;
    if (ofA.balance !== -ofB.balance) report('INV-MIRROR', `${where}: ${ofA.balance} and ${ofB.balance}`);
    if (ofA.balance > 0n && ofB.balance > 0n) report('INV-ONEWAY', `${where}: each says that the other owes`);
    for (const [account, before] of [
      [ofA, graph.owedToA[number] as number],
      [ofB, -(graph.owedToA[number] as number)],
    ] as const) {
      const isHeld = account.reservedIn !== 0n || account.reservedOut !== 0n;
      if (isHeld && malicious.size === 0) report('INV-LIVE', `${where}: something is held`);
      const isOver = account.balance > account.limitGiven;
      // What a file says is owed may be over the limit from the beginning; then it may only shrink.
      if (isOver && Number(account.balance) / unit > before) report('INV-LIMIT', `${where}: owes more than the limit`);
    }
    if (capacities === null) continue;
    const mirrored = [Number(ofA.limitReceived + ofA.balance) / unit, Number(ofB.limitReceived + ofB.balance) / unit];
    if (capacities[2 * number] !== mirrored[0] || capacities[2 * number + 1] !== mirrored[1]) {
      report('mirror', `${where}: the study has ${capacities[2 * number]} and ${capacities[2 * number + 1]}`);
    }
  }
  if (sum !== 0n) report('INV-ZERO', `balances sum to ${sum}`);
  const isHonest = (key: PublicKey) => !malicious.has(network.indexOf(key));
  for (let index = 0; index < network.participants; index++) {
    if (malicious.has(index)) continue;
    for (const position of network.records(index).unsettled()) {
      if (awaitedBy(position).every(isHonest))
        report('INV-LIVE', `participant ${index}: ${position.txId} is ${position.state}`);
    }
  }
  return violations;
}

/** Those on whom it depends that an unsettled position is settled. */
export function awaitedBy(position: Position): readonly PublicKey[] {
  const { route } = position;
  if (position.state === 'committed' || (position.state === 'aborted' && position.ownRisk === null))
    return [upstreamOf(position) as PublicKey];
  return route.nodes.slice(isLast(position) ? 0 : position.position);
}
