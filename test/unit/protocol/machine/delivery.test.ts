/**
 * Each message of a short story lost, doubled, or late, and each participant stopped after each message: in the end all
 * is as if nothing had happened (rules 1, 5 and 8, INV-ONCE, INV-LIVE).
 */
import { describe, expect, it } from 'vitest';
import { Network } from '#test/support/network.ts';

const HOUR = 3_600_000;

interface Story {
  readonly name: string;
  readonly tell: () => Network;
  /** Balances of everybody when nothing goes wrong. */
  readonly ends: Readonly<Record<string, Readonly<Record<string, bigint>>>>;
}

function linked(names: string, ...pairs: string[]): Network {
  const net = new Network(names);
  for (const pair of pairs) net.trust(pair);
  return net;
}

const stories: readonly Story[] = [
  {
    name: 'a payment over three hops',
    tell: () => {
      const net = linked('ABCD', 'BA', 'CB', 'DC');
      net.pay('A', 'D', 10n);
      return net;
    },
    ends: { A: { B: -10n }, B: { A: 10n, C: -10n }, C: { B: 10n, D: -10n }, D: { C: 10n } },
  },
  {
    name: 'a payment that the last hop refuses',
    tell: () => {
      const net = linked('ABCD', 'BA', 'CB', 'DC');
      net.trust('DC', 5n);
      net.pay('A', 'D', 10n);
      return net;
    },
    ends: { A: {}, B: {}, C: {}, D: {} },
  },
  {
    name: 'a payment over two routes',
    tell: () => {
      const net = linked('ABCD', 'BA', 'CA', 'DB', 'DC');
      const routes = [
        ['ABD', 10n],
        ['ACD', 5n],
      ] as const;
      net.pay('A', 'D', 15n, { routes });
      return net;
    },
    ends: { A: { B: -10n, C: -5n }, B: { A: 10n, D: -10n }, C: { A: 5n, D: -5n }, D: { B: 10n, C: 5n } },
  },
  {
    name: 'a payment of two routes, one of which refuses',
    tell: () => {
      const net = linked('ABCD', 'BA', 'CA', 'DB', 'DC');
      net.trust('DC', 4n);
      const routes = [
        ['ABD', 10n],
        ['ACD', 5n],
      ] as const;
      net.pay('A', 'D', 15n, { routes });
      return net;
    },
    ends: { A: {}, B: {}, C: {}, D: {} },
  },
  {
    name: 'a clearing',
    tell: () => {
      const net = linked('ABC', 'BA', 'CB', 'AC');
      for (const [from, to] of ['AB', 'BC', 'CA']) {
        net.pay(from as string, to as string, 20n);
        net.run();
      }
      net.clear('ACBA', 15n);
      return net;
    },
    ends: { A: { B: -5n, C: 5n }, B: { A: 5n, C: -5n }, C: { B: 5n, A: -5n } },
  },
];

/** How many messages a story has when nothing goes wrong. */
function lengthOf({ tell }: Story): number {
  const net = tell();
  let count = 0;
  for (; net.inFlight.length > 0; count++) net.deliver(net.inFlight[0] as string);
  return count;
}

function told(messages: number, { tell }: Story): Network {
  const net = tell();
  for (let count = 0; count < messages; count++) net.deliver(net.inFlight[0] as string);
  return net;
}

function expectEnd(net: Network, { ends }: Story, what: string): void {
  net.wait(HOUR);
  const end = Object.fromEntries(Object.keys(ends).map((name) => [name, net.balances(name)]));
  expect(end, `${what}\n${net.story}`).toEqual(ends);
  expect(net.held, `${what}\n${net.story}`).toBe(0n);
}

describe.each(stories)('$name', (story) => {
  const messages = lengthOf(story);

  it('quiet', () => {
    expect(messages).toBeGreaterThan(4);
    expectEnd(told(messages, story), story, 'nothing happens');
  });

  it('each message lost', () => {
    for (let at = 0; at < messages; at++) {
      const net = told(at, story);
      const [lost] = net.inFlight as [string];
      net.drop(lost);
      expectEnd(net, story, `number ${at}, ${lost}, is lost`);
    }
  });

  it('each message doubled', () => {
    for (let at = 0; at < messages; at++) {
      const net = told(at, story);
      const [doubled] = net.inFlight as [string];
      net.duplicate(doubled);
      expectEnd(net, story, `number ${at}, ${doubled}, comes twice`);
    }
  });

  it('each message late, behind all that follow from the others', () => {
    for (let at = 0; at < messages; at++) {
      const net = told(at, story);
      const [late] = net.inFlight as [string];
      net.duplicate(late);
      net.drop(late);
      net.run();
      expectEnd(net, story, `number ${at}, ${late}, comes last`);
    }
  });

  it.each(Object.keys(story.ends))('%s stops after each message and starts again', (name) => {
    for (let at = 0; at <= messages; at++) {
      const net = told(at, story);
      net.restart(name);
      expectEnd(net, story, `${name} starts again after ${at}`);
    }
  });
});
