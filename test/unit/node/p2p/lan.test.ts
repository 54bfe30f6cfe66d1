/** What those on the local network can make a node do: anybody there can make up any number of names. */
import { multiaddr } from '@multiformats/multiaddr';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { identityOf } from '#node/identity/key-file.ts';
import { createLog } from '#node/log.ts';
import { Lan } from '#node/p2p/lan.ts';
import { LAN_DIAL_INTERVAL_MS, LAN_DIALS_AT_ONCE, MAX_LAN_NODES } from '#node/p2p/limits.ts';
import { peerIdOf } from '#node/p2p/peer-id.ts';
import type { PublicKey } from '#protocol/identity.ts';

const keyOf = (number: number): PublicKey =>
  identityOf(Uint8Array.from({ length: 32 }, (_, at) => (number >> (8 * (at % 2))) & 255)).publicKey;
const SELF = keyOf(0);
const NEAR = '/ip4/192.168.1.7/tcp/4610';

/** The rate of dials goes by a clock that never steps back; it stands still unless a test moves it. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

class Near {
  nowMs = 1_000_000;
  readonly dialled: string[] = [];
  readonly found: PublicKey[] = [];
  readonly routed = new Set<PublicKey>();
  readonly lan = new Lan({
    network: 'test',
    directory: { isRouted: (peer) => [...this.routed].some((key) => peerIdOf(key).equals(peer)) },
    nowMs: () => this.nowMs,
    found: (participant) => this.found.push(participant),
    log: createLog({ level: 'silent', file: null }),
  });

  constructor() {
    // In place of a network: every call is tried, and nobody is there.
    const dial = (addresses: unknown): Promise<never> => {
      this.dialled.push(String(addresses));
      return Promise.reject(new Error('nobody is there'));
    };
    this.lan.start({ peerId: peerIdOf(SELF), dial });
  }

  /** A participant, by number, answers from these addresses. */
  answers(number: number, ...addresses: readonly string[]): void {
    const multiaddrs = (addresses.length > 0 ? addresses : [NEAR]).map((address) => multiaddr(address));
    this.lan.found({ id: peerIdOf(keyOf(number)), multiaddrs });
  }
}

describe('a node that answers on the local network', () => {
  it('is remembered, told and called once; again only after a while', () => {
    const near = new Near();
    for (let time = 0; time < 10; time++) near.answers(1);
    expect(near.lan.nodes).toEqual([{ participant: keyOf(1), addresses: [NEAR], foundAtMs: near.nowMs }]);
    expect(near.dialled).toEqual([`${NEAR}/p2p/${peerIdOf(keyOf(1)).toString()}`]);
    near.nowMs += LAN_DIAL_INTERVAL_MS - 1;
    near.answers(1);
    expect(near.dialled).toHaveLength(1);
    near.nowMs += 1;
    near.answers(1);
    expect(near.dialled).toHaveLength(2);
  });

  it('is not called where the directory has it already', () => {
    const near = new Near();
    near.routed.add(keyOf(1));
    near.answers(1);
    expect([near.found, near.dialled]).toEqual([[keyOf(1)], []]);
  });

  it.each(['/ip4/8.8.8.8/tcp/4610', '/ip4/127.0.0.1/tcp/4610', '/dns4/example.org/tcp/4610'])(
    'is nobody with the address %s, which is not near',
    (address) => {
      const near = new Near();
      near.answers(1, address);
      expect([near.lan.nodes, near.found, near.dialled]).toEqual([[], [], []]);
      near.answers(1, address, NEAR);
      expect(near.lan.nodes).toMatchObject([{ addresses: [NEAR] }]);
    },
  );

  it('is not this node itself', () => {
    const near = new Near();
    near.answers(0);
    expect([near.lan.nodes, near.dialled]).toEqual([[], []]);
  });
});

describe('many names on the local network', () => {
  const many = (near: Near): void => {
    for (let number = 1; number <= MAX_LAN_NODES + 10; number++) near.answers(number);
  };

  it('are remembered up to a number, those heard of last', () => {
    const near = new Near();
    many(near);
    const kept = near.lan.nodes.map(({ participant }) => participant);
    expect(kept).toHaveLength(MAX_LAN_NODES);
    expect([kept[0], kept.at(-1)]).toEqual([keyOf(11), keyOf(MAX_LAN_NODES + 10)]);
  });

  it('are called so many at once, then one a second', () => {
    const near = new Near();
    many(near);
    expect(near.dialled).toHaveLength(LAN_DIALS_AT_ONCE);
    vi.advanceTimersByTime(3_000);
    // Names that were forgotten are new ones.
    for (let number = 1; number <= 10; number++) near.answers(number);
    expect(near.dialled).toHaveLength(LAN_DIALS_AT_ONCE + 3);
  });
});
