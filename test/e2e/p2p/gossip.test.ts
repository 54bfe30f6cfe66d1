import { afterEach, describe, expect, it } from 'vitest';
import { type SignedAnnouncement, signedAnnouncementShape } from '#protocol/announcement.ts';
import { encode } from '#protocol/codec.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { HostPark, type RecordedHost } from '#test/support/hosts.ts';
import { startRawPeer } from '#test/support/raw-peer.ts';
import { startTcpProxy, type TcpProxy } from '#test/support/tcp-proxy.ts';

const park = new HostPark();
afterEach(async () => park.stopAll());

/** Hosts do not judge announcements themselves, so the signatures may be anything. */
function announcement(seq: number, equivalent = 'UAH'): SignedAnnouncement {
  return {
    announcement: {
      version: 1,
      network: 'test',
      from: 'aa'.repeat(32) as PublicKey,
      to: 'bb'.repeat(32) as PublicKey,
      equivalent,
      seq,
      active: true,
      expiresAtMs: seq + 1,
    },
    fromSignature: new Uint8Array(64).fill(1),
    toSignature: new Uint8Array(64).fill(2),
  };
}

function heard(host: RecordedHost): number[] {
  return host.events
    .flatMap((event) => (event.type === 'announcement' ? [event.signed.announcement.seq] : []))
    .sort((x, y) => x - y);
}

/** Waits until so many others have said that they follow. */
async function followed(host: RecordedHost, count: number): Promise<void> {
  await host.until(() => {
    const told = host.logged.filter(({ msg }) => msg === 'another participant follows the gossip');
    return new Set(told.map(({ participant }) => participant)).size === count;
  });
}

it('what one of twelve hosts announces reaches all others, and each judges it once', async () => {
  const hosts: RecordedHost[] = [];
  for (let i = 0; i < 12; i++) hosts.push(await park.start());
  for (const host of hosts) host.host.follow('UAH');
  for (const [i, host] of hosts.entries()) {
    for (const next of [1, 5]) {
      const other = hosts[(i + next) % hosts.length] as RecordedHost;
      host.host.keep(other.publicKey, other.host.addresses());
    }
  }
  await Promise.all(hosts.map(async (host) => host.until(() => host.host.linked().length === 4)));
  await Promise.all(hosts.map(async (host) => followed(host, 4)));
  await Promise.all(hosts.map(async (host, i) => host.host.publish(announcement(i + 1))));
  const all = hosts.map((_, i) => i + 1);
  await Promise.all(hosts.map(async (host) => host.until(() => heard(host).length === 11)));
  for (const [i, host] of hosts.entries()) expect(heard(host)).toEqual(all.filter((seq) => seq !== i + 1));
});

it.each(['reject', 'ignore'] as const)('what a host judges with %s goes no further', async (verdict) => {
  const [first, last] = [await park.start(), await park.start()];
  const middle = await park.start({
    on: { announcement: (signed) => (signed.announcement.seq === 1 ? verdict : 'accept') },
  });
  for (const host of [first, middle, last]) host.host.follow('UAH');
  for (const end of [first, last]) middle.host.keep(end.publicKey, end.host.addresses());
  await Promise.all([followed(first, 1), followed(middle, 2), followed(last, 1)]);
  await first.host.publish(announcement(1));
  await middle.until(() => heard(middle).length === 1);
  await first.host.publish(announcement(2));
  await last.until(() => heard(last).length === 1);
  expect(heard(last)).toEqual([2]);
  expect(await middle.counted('geo_gossip_announcements_total', { verdict })).toBe(1);
});

it('bytes that are no announcement of the topic are rejected unseen', async () => {
  const host = await park.start();
  host.host.follow('UAH');
  const peer = await startRawPeer();
  try {
    peer.follow('geo/1/test/UAH');
    await peer.connect(host.host.addresses());
    await followed(host, 1);
    const bad = [
      new Uint8Array(0),
      Uint8Array.of(1, 2, 3),
      new Uint8Array(2_000),
      encode(signedAnnouncementShape, announcement(1, 'EUR')),
    ];
    for (const data of bad) await peer.gossip('geo/1/test/UAH', data);
    await peer.gossip('geo/1/test/UAH', encode(signedAnnouncementShape, announcement(5)));
    await host.until(() => heard(host).length === 1);
    expect(heard(host)).toEqual([5]);
    expect(await host.counted('geo_gossip_announcements_total', { verdict: 'reject' })).toBe(bad.length);
  } finally {
    await peer.stop();
  }
});

it('publishing to nobody, and the same twice, is no error', async () => {
  const host = await park.start();
  await host.host.publish(announcement(1));
  await host.host.publish(announcement(1));
  expect(host.events).toEqual([]);
});

it('goes on both ways when one of two connections breaks, whichever it is', async () => {
  for (const broken of [0, 1]) {
    const [a, b, proxies] = await callingEachOther();
    proxies[broken]?.cut();
    // What is said while the streams are made anew may be lost, so both repeat themselves until they are heard.
    for (let seq = 1; heard(a).length === 0 || heard(b).length === 0; seq++) {
      await Promise.all([a.host.publish(announcement(seq)), b.host.publish(announcement(-seq + 1e6))]);
      await exchange(a, b);
    }
    await park.stopAll();
    for (const proxy of proxies) await proxy.stop();
  }
});

/** Two hosts with a connection from each to the other, as happens when both call at the same time. */
async function callingEachOther(): Promise<[RecordedHost, RecordedHost, TcpProxy[]]> {
  for (;;) {
    const [a, b] = [await park.start(), await park.start()];
    const proxies = await Promise.all([b, a].map(async ({ host }) => startTcpProxy(host.addresses()[0] as string)));
    for (const host of [a, b]) host.host.follow('UAH');
    a.host.keep(b.publicKey, [proxies[0]?.address as string]);
    b.host.keep(a.publicKey, [proxies[1]?.address as string]);
    await Promise.all([followed(a, 1), followed(b, 1)]);
    await Promise.all([a.until(() => a.host.linked().length === 1), b.until(() => b.host.linked().length === 1)]);
    if (proxies.every(({ connections }) => connections === 1)) return [a, b, proxies];
    await park.stopAll();
    for (const proxy of proxies) await proxy.stop();
  }
}

/** A frame each way, over the link there is or the next one. */
async function exchange(a: RecordedHost, b: RecordedHost): Promise<void> {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const before = to.framesFrom(from.publicKey).length;
    await from.until(() => from.host.linked().length === 1);
    const links = from.upCount(to.publicKey);
    from.host.send(to.publicKey, Uint8Array.of(1));
    await to.until(() => to.framesFrom(from.publicKey).length > before || from.downCount(to.publicKey) === links);
  }
}

describe('a flood of gossip', () => {
  async function counted(host: RecordedHost, verdict: string): Promise<number> {
    return host.counted('geo_gossip_announcements_total', { verdict });
  }

  async function lookedAt(host: RecordedHost): Promise<number> {
    return host.counted('geo_gossip_announcements_total');
  }

  /** What is said until it is heard, by one that gossips as it should. */
  async function heardFrom(speaker: RecordedHost, host: RecordedHost, firstSeq: number): Promise<void> {
    for (let seq = firstSeq; !heard(host).some((said) => said >= firstSeq); seq++) {
      await speaker.host.publish(announcement(seq));
      await exchange(speaker, host);
    }
  }

  it.each([
    { what: 'bytes that are no announcement', verdict: 'reject', data: (n: number) => Uint8Array.of(n >> 8, n & 255) },
    {
      what: 'stale announcements',
      verdict: 'ignore',
      data: (n: number) => encode(signedAnnouncementShape, announcement(n)),
    },
  ])('of $what is judged a few times, then nothing of the stranger is heard; others are', async ({ verdict, data }) => {
    const host = await park.start({
      on: { announcement: ({ announcement: { seq } }) => (seq < 100_000 ? 'ignore' : 'accept') },
    });
    const honest = await park.start();
    for (const { host: each } of [host, honest]) each.follow('UAH');
    host.host.keep(honest.publicKey, []);
    honest.host.keep(host.publicKey, host.host.addresses());
    await Promise.all([followed(host, 1), followed(honest, 1)]);
    const peer = await startRawPeer();
    try {
      peer.follow('geo/1/test/UAH');
      await peer.connect(host.host.addresses());
      await followed(host, 2);
      let sent = 0;
      const rubbish = async (count: number): Promise<void> => {
        for (let i = 0; i < count; i++, sent++) await peer.gossip('geo/1/test/UAH', data(sent));
        await peer.roundTrip(host.host.addresses());
      };
      await rubbish(300);
      // Whoever has behaved until now is heard for a second more.
      let looked = -1;
      while (looked !== (await lookedAt(host))) {
        looked = await lookedAt(host);
        await rubbish(5);
      }
      expect(await counted(host, verdict)).toBeGreaterThan(0);
      // 40 at once, 10 a second.
      expect(await counted(host, verdict)).toBeLessThanOrEqual(150);
      await heardFrom(honest, host, 1_000_000);
      // What would be accepted from anybody else is not heard from it.
      const before = heard(host).length;
      await peer.gossip('geo/1/test/UAH', encode(signedAnnouncementShape, announcement(500_000)));
      await peer.roundTrip(host.host.addresses());
      expect(heard(host).length).toBe(before);
    } finally {
      await peer.stop();
    }
  });

  it('that a neighbour passes on is cut short, but not held against it', async () => {
    const host = await park.start({
      on: { announcement: ({ announcement: { seq } }) => (seq < 1_000_000 ? 'ignore' : 'accept') },
    });
    host.host.follow('UAH');
    const neighbour = await park.start();
    neighbour.host.follow('UAH');
    host.host.keep(neighbour.publicKey, []);
    neighbour.host.keep(host.publicKey, host.host.addresses());
    await Promise.all([followed(host, 1), followed(neighbour, 1)]);
    for (let seq = 0; seq < 4_000; seq++) await neighbour.host.publish(announcement(seq));
    await heardFrom(neighbour, host, 1_000_000);
    expect(await counted(host, 'ignore')).toBeGreaterThan(0);
    expect(await counted(host, 'too-many')).toBeGreaterThan(0);
  });
});
