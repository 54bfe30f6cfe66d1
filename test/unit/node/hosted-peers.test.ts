/** Links of hosted participants at a node: who speaks for somebody who has moved from a hub to a node of their own. */
import { beforeEach, describe, expect, it } from 'vitest';
import { HostedPeers } from '#node/hosted-peers.ts';
import { createLog } from '#node/log.ts';
import { decodeHosted, encodeHosted, type HostedMessage } from '#protocol/hosted-link.ts';
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
let said: HostedMessage['type'][];
/** Where hosts are dialled. */
let kept: Map<string, readonly string[]>;
let peers: HostedPeers;

const hubSpeaks = (): Promise<void> | null => peers.receive(hub.key, encodeHosted(opening));
/** Does what is for him go over another node? */
const goesOver = (): boolean => peers.send(clara.key, boris.key, FRAME);

beforeEach(async () => {
  told = [];
  said = [];
  kept = new Map();
  peers = new HostedPeers({
    ...{ self: clara.key, network: 'geo-test', verify, clock: new ManualClock(THEN_MS) },
    log: createLog({ level: 'silent', file: null }),
    local: () => ({
      receive: () => Promise.resolve(),
      linkUp: () => told.push('up'),
      linkDown: () => told.push('down'),
      proof: () => null,
    }),
    send: (_host, frame) => said.push((decodeHosted(frame) as HostedMessage).type),
    keepHost: (host, addresses) => kept.set(host, addresses),
    forgetHost: (host) => kept.delete(host),
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
    forgetHost: () => undefined,
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

describe('a host', () => {
  const [dora, elsa] = [person(4), person(5)] as const;
  const [right, wrong] = ['/ip4/192.0.2.1/tcp/1', '/ip4/192.0.2.2/tcp/1'] as const;

  it('is dialled where any says that it is who is to be linked over it', () => {
    peers.keep(dora.key, elsa.key, hub.key, [right]);
    peers.keep(clara.key, boris.key, hub.key, [wrong]);
    expect(kept.get(hub.key)).toEqual(expect.arrayContaining([right, wrong]));
    peers.keep(clara.key, boris.key, hub.key, []);
    expect(kept.get(hub.key)).toEqual([right]);
  });

  it('is dialled while there is somebody who is to be linked over it', async () => {
    peers.keep(dora.key, elsa.key, hub.key, [right]);
    peers.forget(dora.key, elsa.key);
    expect([...kept.keys()]).toEqual([hub.key]);
    // While he is linked over the hub, that stays.
    peers.keep(clara.key, boris.key, elsa.key, []);
    expect([...kept.keys()]).toEqual([hub.key]);
    peers.hostDown(hub.key);
    peers.keep(clara.key, boris.key, elsa.key, []);
    expect([...kept.keys()]).toEqual([elsa.key]);
    peers.hostUp(hub.key);
    peers.forget(clara.key, boris.key);
    expect(kept.size).toBe(0);
    // That one calls asks for nothing.
    await hubSpeaks();
    expect([kept.size, told.at(-1)]).toEqual([0, 'up']);
  });
});

describe('who goes on elsewhere', () => {
  it('is not linked any more, and says so; and can be linked again when it comes back', async () => {
    peers.keep(person(4).key, boris.key, hub.key, []);
    expect(said).toEqual(['hosted-open', 'hosted-open']);
    peers.release(clara.key);
    expect([told, said.slice(2)]).toEqual([['up', 'down'], ['hosted-close']]);
    expect([goesOver(), ...kept.keys()]).toEqual([false, hub.key]);
    peers.keep(clara.key, boris.key, hub.key, []);
    await hubSpeaks();
    expect([told, goesOver()]).toEqual([['up', 'down', 'up'], true]);
  });
});
