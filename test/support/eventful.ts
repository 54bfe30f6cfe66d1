/** A network in which everything has happened that can stand in a ledger. */
import { comparedIn, lineMessage, type Step } from './machine.ts';
import { chain, type Network } from './network.ts';
import { type Draft, key, UAH } from './packets.ts';

/**
 * B of A-B-C-D has all of it: payments it made, got, passed on and refused, two routes, a checkpoint and one before it, a waiver
 * that came late, an amount let go, one that is held, two lines with one seq.
 */
export function eventful(): Network {
  const net = chain('ABCD');
  for (const pair of ['AB', 'BC', 'CD']) net.trust(pair, 50n);
  pay(net, 'A', 'D', 7n);
  pay(net, 'B', 'D', 5n);
  checkpoints(net);
  pay(net, 'A', 'B', 4n);
  pay(net, 'D', 'A', 3n);
  checkpoints(net);
  pay(net, 'A', 'C', 2n);
  pay(net, 'A', 'D', 500n);
  net.pay('A', 'D', 6n, {
    routes: [
      ['ABCD', 2n],
      ['ABCD', 4n],
    ],
  });
  net.run();
  const waived = begin(net, 'A');
  net.run();
  net.forge('C', 'B', waived.abort(2));
  net.run();
  const givenUp = begin(net, 'A');
  stopAtLastHop(net);
  net.letGo('B', givenUp);
  net.run();
  const declined = begin(net, 'B');
  stopAtLastHop(net);
  net.forge('D', 'B', declined.decline);
  net.run();
  begin(net, 'A');
  stopAtLastHop(net);
  const seq = net.machine('B').records.line(key('C'), key('B'), UAH)?.signed.line.seq ?? 0;
  net.forge('C', 'B', lineMessage('C', 'B', 60n, { seq }));
  net.run();
  return net;
}

/** A payment of 1 to D that has just been sent. */
function begin(net: Network, from: string): Draft {
  net.pay(from, 'D', 1n);
  return net.draftOf(`${from} ---prepare--> ${from === 'A' ? 'B' : 'C'}`);
}

/** It never comes to D. */
function stopAtLastHop(net: Network): void {
  net.until('C ---prepare--> D');
  net.drop('C ---prepare--> D');
}

function pay(net: Network, from: string, to: string, amount: bigint): void {
  net.pay(from, to, amount);
  net.run();
  net.wait(1_000);
}

/** Each two agree on a checkpoint. */
export function checkpoints(net: Network): void {
  net.wait(1_000);
  for (const name of 'ABCD')
    deliverCheckpoints(net, name, net.machine(name).command({ type: 'propose-checkpoints', which: 'all' }));
}

function deliverCheckpoints(net: Network, from: string, step: Step): void {
  for (const { to, message } of comparedIn(step)) {
    const name = [...'ABCD'].find((known) => key(known) === to);
    if (name === undefined || message.type !== 'checkpoint') continue;
    deliverCheckpoints(net, name, net.machine(name).receive(from, message));
  }
}
