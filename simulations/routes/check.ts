/** What must hold of a network that has come to rest, and of the mirror of it that the study kept (§14). */
import type { Account } from '#protocol/account.ts';
import type { InvariantId } from '#protocol/invariants.ts';
import { type CreditGraph, stepSize } from '../graphs/credit-graph.ts';
import { keyOf } from '../signatures.ts';
import type { Capacities } from './capacities.ts';
import { EQUIVALENT, type Network } from './network.ts';

/** Something that does not hold; `mirror`: the study looked at another state than the participants. */
export interface Violation {
  readonly invariant: InvariantId | 'mirror';
  readonly what: string;
}

/** Every account once, with both ends. */
export function checkAtRest(network: Network, graph: CreditGraph, capacities: Capacities): Violation[] {
  const violations: Violation[] = [];
  const report = (invariant: Violation['invariant'], what: string) => violations.push({ invariant, what });
  const unit = Number(stepSize(graph.precision));
  let sum = 0n;
  for (let number = 0; number < graph.a.length; number++) {
    const a = graph.a[number] as number;
    const b = graph.b[number] as number;
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
      if (account.reservedIn !== 0n || account.reservedOut !== 0n) report('INV-LIVE', `${where}: something is held`);
      const isOver = account.balance > account.limitGiven;
      // What a file says is owed may be over the limit from the beginning; then it may only shrink.
      if (isOver && Number(account.balance) / unit > before) report('INV-LIMIT', `${where}: owes more than the limit`);
    }
    const mirrored = [Number(ofA.limitReceived + ofA.balance) / unit, Number(ofB.limitReceived + ofB.balance) / unit];
    if (capacities[2 * number] !== mirrored[0] || capacities[2 * number + 1] !== mirrored[1]) {
      report('mirror', `${where}: the study has ${capacities[2 * number]} and ${capacities[2 * number + 1]}`);
    }
  }
  if (sum !== 0n) report('INV-ZERO', `balances sum to ${sum}`);
  for (let index = 0; index < network.participants; index++) {
    for (const { txId, state } of network.records(index).unsettled()) {
      report('INV-LIVE', `participant ${index}: ${txId} is ${state}`);
    }
  }
  return violations;
}
