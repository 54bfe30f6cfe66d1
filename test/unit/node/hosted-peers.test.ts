/** Links of hosted participants at a node: who speaks for somebody who has moved from a hub to a node of their own. */
import { beforeEach, describe, expect, it } from 'vitest';
import { HostedPeers } from '#node/hosted-peers.ts';
import { createLog } from '#node/log.ts';
import { encodeHosted, type HostedMessage } from '#protocol/hosted-link.ts';
import { mandateOf } from '#test/support/hosted.ts';
import { ManualClock } from '#test/support/manual-clock.ts';
import { person, THEN_MS, verify } from '#test/support/people.ts';

const [clara, boris, hub] = [person(1), person(2), person(3)] as const;
const accounts = [{ neighbour: clara.key, equivalent: 'UAH', cap: 1n }];
const { delegation, participantSignature: signature } = mandateOf(boris, hub, accounts);
const opening: HostedMessage = {
  ...{ type: 'hosted-open', from: boris.key, to: clara.key },
  proof: { delegation, signature },
};
const FRAME = Uint8Array.of(1);

let told: string[];
let peers: HostedPeers;

const hubSpeaks = (): Promise<void> | null => peers.receive(hub.key, encodeHosted(opening));
/** Does what is for him go over another node? */
const goesOver = (): boolean => peers.send(clara.key, boris.key, FRAME);

beforeEach(async () => {
  told = [];
  peers = new HostedPeers({
    ...{ self: clara.key, network: 'geo-test', verify, clock: new ManualClock(THEN_MS) },
    log: createLog({ level: 'silent', file: null }),
    local: () => ({
      receive: () => Promise.resolve(),
      linkUp: () => told.push('up'),
      linkDown: () => told.push('down'),
      proof: () => null,
    }),
    send: () => undefined,
    keepHost: () => undefined,
  });
  peers.keep(clara.key, boris.key, hub.key, []);
  peers.hostUp(hub.key);
  await hubSpeaks();
});

describe('a neighbour at a hub', () => {
  it('is linked over it', () => {
    expect(told).toEqual(['up']);
    expect(goesOver()).toBe(true);
  });

  it('is not any more once their own node links', () => {
    expect(peers.hasMoved(boris.key)).toBe(true);
    expect(told).toEqual(['up', 'down']);
    expect(goesOver()).toBe(false);
    expect(peers.hasMoved(boris.key)).toBe(false);
  });

  it('is not brought back by what is known of the hub, nor by the hub, while their own node is linked', async () => {
    peers.hasMoved(boris.key);
    peers.keep(clara.key, boris.key, hub.key, []);
    expect(goesOver()).toBe(false);
    await hubSpeaks();
    expect(goesOver()).toBe(false);
    expect(told).toEqual(['up', 'down']);
  });

  it('may come back to a hub after that', async () => {
    peers.hasMoved(boris.key);
    peers.hostDown(boris.key);
    peers.keep(clara.key, boris.key, hub.key, []);
    await hubSpeaks();
    expect(told).toEqual(['up', 'down', 'up']);
    expect(goesOver()).toBe(true);
  });
});

describe('one who is hosted elsewhere', () => {
  const kept: string[] = [];
  const node = new HostedPeers({
    ...{ self: clara.key, network: 'geo-test', verify, clock: new ManualClock(THEN_MS) },
    log: createLog({ level: 'silent', file: null }),
    local: (participant) =>
      participant === clara.key
        ? { receive: () => Promise.resolve(), linkUp: () => undefined, linkDown: () => undefined, proof: () => null }
        : undefined,
    send: () => undefined,
    keepHost: (host, addresses) => kept.push(`${host === hub.key ? 'hub' : 'other'} ${addresses.join()}`),
  });
  const unlinked = () => [...node.unlinked()].map(({ host }) => host);
  const other = person(4);

  it('is to be looked for while nobody links, also where the node itself is said to be the host', () => {
    node.keep(clara.key, boris.key, clara.key, ['/ip4/192.0.2.1/tcp/1']);
    expect([unlinked(), kept, node.isHost(clara.key)]).toEqual([[clara.key], [], true]);
    node.keep(clara.key, boris.key, other.key, ['/ip4/192.0.2.1/tcp/2']);
    expect([unlinked(), kept]).toEqual([[other.key], ['other /ip4/192.0.2.1/tcp/2']]);
    expect([node.isHost(clara.key), node.isHost(other.key)]).toEqual([false, true]);
  });

  it('is still wanted when another host speaks for it, to whom the link is kept from then on', async () => {
    node.hostUp(hub.key);
    await node.receive(hub.key, encodeHosted(opening));
    expect([unlinked(), node.hostOf(clara.key, boris.key), kept.at(-1)]).toEqual([[], hub.key, 'hub ']);
    // What an old card says does not end a link that there is.
    node.keep(clara.key, boris.key, other.key, ['/ip4/192.0.2.1/tcp/2']);
    expect([unlinked(), node.hostOf(clara.key, boris.key), kept.at(-1)]).toEqual([[], hub.key, 'hub ']);
    node.hostDown(hub.key);
    expect(unlinked()).toEqual([hub.key]);
    node.keep(clara.key, boris.key, other.key, ['/ip4/192.0.2.1/tcp/2']);
    expect(unlinked()).toEqual([other.key]);
  });
});
