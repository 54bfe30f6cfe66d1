/** Calling back the other routes of a payment that has lost one (§4.6). */
import { beforeEach, describe, expect, it } from 'vitest';
import type { PaymentId } from '#protocol/packet.ts';
import { refuse } from '#protocol/refusals.ts';
import { type Network, network } from '#test/support/network.ts';

/** A pays R over B, over C, over D, and the longer way over E and F. */
const routes = [
  ['AEFR', 10n],
  ['ABR', 20n],
  ['ACR', 30n],
  ['ADR', 40n],
] as const;

let net: Network;
let id: PaymentId;

beforeEach(() => {
  net = network('ABCDEFR');
  for (const pair of ['BA', 'CA', 'DA', 'EA', 'FE', 'RB', 'RC', 'RD', 'RF']) net.trust(pair);
});

const cancelsIn = (story: readonly string[]): readonly string[] => story.filter((arrow) => arrow.includes('cancel'));

/** Everything is over, and nothing has moved. */
function expectNothingMoved(): void {
  expect(net.payment('A', id).state).toBe('ABORTED');
  expect([net.balances('A'), net.balances('R'), net.held]).toEqual([{}, {}, 0n]);
}

describe('the payer', () => {
  it('sends one CANCEL, along the shortest route that is still out', () => {
    net.cut('DR');
    id = net.pay('A', 'R', 100n, { routes });
    net.until('D ---abort--> A');
    expect(net.deliver('D ---abort--> A').sent).toEqual(['cancel → B', 'ack-abort → D']);
    expect(net.payment('A', id)).toMatchObject({ state: 'PREPARE_IN_PROGRESS', abortedRoutes: [3] });
    net.run();
    expect(cancelsIn(net.log)).toEqual(['A ---cancel--> B', 'B ---cancel--> R']);
    expect(net.refusal('A', id)).toEqual(refuse('neighbour-offline', { hop: 1 }));
    expectNothingMoved();
  });

  it('sends another only when the route that it went along is aborted on its way', () => {
    for (const pair of ['BR', 'CR', 'DR']) net.cut(pair);
    id = net.pay('A', 'R', 100n, { routes });
    net.until('D ---abort--> A');
    expect(net.deliver('D ---abort--> A').sent).toEqual(['cancel → B', 'ack-abort → D']);
    expect(net.deliver('C ---abort--> A').sent).toEqual(['ack-abort → C']);
    expect(net.deliver('B ---abort--> A').sent).toEqual(['cancel → E', 'ack-abort → B']);
    net.run();
    expectNothingMoved();
  });

  it('sends it again with each retry of PREPARE, along every route, since it may have been lost', () => {
    net.cut('DR');
    id = net.pay('A', 'R', 100n, { routes });
    net.until('A ---cancel--> B');
    net.drop('A ---cancel--> B');
    net.run();
    expect(net.payment('A', id).state).toBe('PREPARE_IN_PROGRESS');
    net.wait(1_100);
    expect(cancelsIn(net.log)).toContain('A ---cancel--> E');
    expectNothingMoved();
  });

  it('sends none while no route is aborted', () => {
    id = net.pay('A', 'R', 100n, { routes });
    net.until('C ---prepare--> R');
    net.drop('C ---prepare--> R');
    net.wait(10_000);
    expect(net.payment('A', id).state).toBe('COMMITTED');
    expect(cancelsIn(net.log)).toEqual([]);
  });
});

describe('the receiver', () => {
  it('that refuses one route lets go of those that have come, unasked', () => {
    net.command('R', { type: 'set-dust', smallest: 15n, letGoUpTo: 0n, budget: 0n });
    id = net.pay('A', 'R', 100n, { routes });
    net.run();
    expect(cancelsIn(net.log)).toEqual([]);
    expectNothingMoved();
  });

  it('gives up at expiry when no CANCEL ever comes', () => {
    net.cut('DR');
    id = net.pay('A', 'R', 100n, { routes });
    net.until('A ---cancel--> B');
    net.drop('A ---cancel--> B');
    net.run();
    for (const pair of ['AB', 'AC', 'AE']) net.cut(pair);
    net.wait(60_000);
    expect([...net.machine('R').records.accounts()].map(({ reservedIn }) => reservedIn)).toEqual([0n, 0n, 0n, 0n]);
    for (const pair of ['AB', 'AC', 'AE']) net.link(pair);
    net.run();
    expect(net.refusal('A', id)?.code).toBe('neighbour-offline');
    expectNothingMoved();
  });

  it('acts on a CANCEL of the upstream neighbour only', () => {
    id = net.pay('A', 'R', 100n, { routes });
    net.until('C ---prepare--> R');
    net.deliver('B ---prepare--> R');
    const payment = net.payment('A', id);
    if (payment.state !== 'PREPARE_IN_PROGRESS') throw new Error('it is not under way');
    net.forge('D', 'R', { type: 'cancel', txId: payment.txId, routeIndex: 1 });
    net.run();
    expect(net.payment('A', id).state).toBe('COMMITTED');
  });
});
