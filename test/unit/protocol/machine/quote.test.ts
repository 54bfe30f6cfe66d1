/** "How much can I pay this one now?" (§6.4): told at once, better with each answer, never blocking anything. */
import { describe, expect, it } from 'vitest';
import type { Notice } from '#protocol/event.ts';
import { refuse } from '#protocol/refusals.ts';
import { announced } from '#test/support/announcements.ts';
import { machineWith, type Step } from '#test/support/machine.ts';
import { type Network, network } from '#test/support/network.ts';
import { key, newPaymentId, UAH } from '#test/support/packets.ts';

type Quote = Extract<Notice, { type: 'quote' }>;

function ask(to: string, most = 1_000n, quoteId = newPaymentId()) {
  return { type: 'quote', quoteId, receiver: key(to), equivalent: UAH, most, randomness: '5a'.repeat(32) } as const;
}

function quoteIn(step: Step): Quote {
  const told = step.notices.filter((notice) => notice.type === 'quote');
  expect(told).toHaveLength(1);
  return told[0] as Quote;
}

/** All that was told, up to the last word. */
function told(net: Network, to: string, most?: bigint): readonly Quote[] {
  net.command('A', ask(to, most));
  net.wait(10_000);
  return net.notices('A', 'quote');
}

describe('a quote', () => {
  it('to a neighbour is known at once: what the own account carries, and whose limit ends it', () => {
    const machine = machineWith('A', { trustedBy: 'B' });
    const step = machine.command(ask('B'));
    expect(quoteIn(step)).toMatchObject({
      ...{ atLeast: 100n, atMost: 100n, isFinal: true },
      stoppedBy: { from: key('A'), to: key('B'), refusal: { code: 'insufficient', hop: 0, maxNow: 100n } },
    });
    expect([step.sent, step.saved]).toEqual([[], []]);
  });

  it('to somebody further on begins with what may be, and ends with what is', () => {
    const net = network('ABCR');
    for (const pair of ['BA', 'CA']) net.trust(pair, 50n);
    net.trust('RB', 20n);
    net.trust('RC', 35n);
    const quotes = told(net, 'R');
    expect(quotes[0]).toMatchObject({ atLeast: 0n, atMost: 100n, isFinal: false });
    expect(quotes.at(-1)).toMatchObject({ atLeast: 55n, atMost: 55n, isFinal: true });
    expect(quotes.at(-1)?.stoppedBy).toMatchObject({ from: key('C'), to: key('R'), refusal: { maxNow: 35n } });
    expect(quotes.filter(({ isFinal }) => isFinal)).toHaveLength(1);
    expect(net.held).toBe(0n);
  });

  it('asks nobody for more than was asked for', () => {
    const net = network('ABR');
    net.trust('BA', 500n);
    net.trust('RB', 400n);
    net.command('A', ask('R', 30n));
    expect(net.messageOn('A ---probe--> B')).toMatchObject({ amount: 30n });
    net.run();
    expect(net.notices('A', 'quote').at(-1)).toMatchObject({ atLeast: 30n, stoppedBy: null, isFinal: true });
  });

  it('to one whom nobody knows ends with nothing', () => {
    const net = network('ABR');
    net.trust('BA');
    expect(told(net, 'R').at(-1)).toMatchObject({ atLeast: 0n, atMost: 0n, isFinal: true });
  });

  it('without any account is nothing, at once', () => {
    expect(quoteIn(machineWith('A', {}).command(ask('R')))).toMatchObject({ atLeast: 0n, isFinal: true });
  });

  it('to oneself is refused', () => {
    const step = machineWith('A', { trustedBy: 'B' }).command(ask('A'));
    expect(step.notices).toEqual([{ type: 'refused', refusal: refuse('to-self', { what: 'payment' }) }]);
  });

  it('says what is known at once when too many are asked for at a time', () => {
    const machine = machineWith('A', { trustedBy: 'BC' });
    for (const pair of ['RB', 'RC']) machine.feed({ type: 'gossip', signed: announced(pair) });
    for (let at = 0; at < 64; at++) expect(quoteIn(machine.command(ask('R'))).isFinal).toBe(false);
    expect(quoteIn(machine.command(ask('R')))).toMatchObject({ atLeast: 0n, atMost: 200n, isFinal: true });
  });
});
