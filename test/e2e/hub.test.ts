/** The hub as a process of its own, beside real nodes whose lines it hears of. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Hints } from '#protocol/hints.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { decodeMessage, encodeMessage } from '#protocol/link.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { finish, type GeoFolder, GeoFolders } from '#test/support/geo.ts';
import { HostPark, type RecordedHost, randomInstance } from '#test/support/hosts.ts';
import { cardOf, startChain, type TestNode } from '#test/support/nodes.ts';

/** What a hub says of itself when it is up. */
interface Up {
  readonly publicKey: PublicKey;
  readonly http: string;
  readonly addresses: readonly string[];
  readonly process: number;
}

interface Index {
  readonly isReady: boolean;
  readonly equivalents: readonly { equivalent: string; lines: number; participants: number; digest: string }[];
}

const park = new HostPark();
const children: ChildProcess[] = [];
const nodes: TestNode[] = [];
let folders: GeoFolders | null = null;
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await park.stopAll();
  for (const { node } of nodes.splice(0)) await node.stop('the test is over');
  await folders?.close();
  folders = null;
});

async function newHub(): Promise<GeoFolder> {
  folders ??= await GeoFolders.create();
  const hub = folders.add('hub');
  const local = ['--listen', '/ip4/127.0.0.1/tcp/0', '--api-port', '0', '--log-level', 'debug'];
  await hub.json(['init', '--name', 'Hub', ...local]);
  return hub;
}

async function startHub(hub: GeoFolder, ...more: string[]): Promise<Up & { child: ChildProcess }> {
  const child = hub.spawn(['hub', 'start', '--http-port', '0', '--json', ...more]);
  children.push(child);
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [line] = (await once(lines, 'line')) as [string];
  const up = JSON.parse(line) as Up & { error?: { message: string } };
  if (up.error !== undefined) throw new Error(up.error.message);
  return { ...up, child };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

async function ask<T>(url: string): Promise<T> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

const hintsUrl = ({ http }: Up, source: PublicKey, target: PublicKey): string =>
  `${http}/v1/hints?equivalent=UAH&source=${source}&target=${target}`;

/**
 * Asks over libp2p, as somebody who has no link with the hub. A frame may be lost with the link to a hub that was just
 * killed, so it asks again until it is answered.
 */
async function hintsFrom(asking: RecordedHost, hub: Up, source: PublicKey, target: PublicKey): Promise<Hints> {
  const answersBefore = asking.framesFrom(hub.publicKey).length;
  const id = randomInstance();
  asking.host.learn(hub.publicKey, hub.addresses);
  const request = encodeMessage({ type: 'hint-request', id, equivalent: 'UAH', source, target, most: 8 });
  const answerTo = (frame: Uint8Array): Hints | null => {
    const answer = decodeMessage(frame);
    return !isRefusal(answer) && answer.type === 'hints' && answer.id === id ? answer : null;
  };
  return vi.waitFor(
    async () => {
      asking.host.send(hub.publicKey, request);
      return vi.waitFor(
        () => {
          const [answer] = asking
            .framesFrom(hub.publicKey)
            .slice(answersBefore)
            .flatMap((frame) => answerTo(frame) ?? []);
          if (answer === undefined) throw new Error('no hints came back');
          return answer;
        },
        { timeout: 5_000, interval: 20 },
      );
    },
    { timeout: 30_000, interval: 20 },
  );
}

/** Waits until the hub has so many lines. They come by gossip and from neighbours, which tells nobody when they are there. */
async function untilLines(hub: Up, lines: number): Promise<Index> {
  return vi.waitFor(
    async () => {
      const index = await ask<Index>(`${hub.http}/v1/index`);
      expect(index.equivalents.reduce((sum, one) => sum + one.lines, 0)).toBe(lines);
      return index;
    },
    { timeout: 60_000, interval: 200 },
  );
}

describe('a hub beside a chain of nodes', () => {
  it('tells the ways that their announced lines make, over HTTP and libp2p, as long as they stand', async () => {
    const hub = await newHub();
    const [alice, bob, carol] = await startChain((folders as GeoFolders).path);
    nodes.push(alice, bob, carol);
    let up = await startHub(hub, '--snapshot-every', '1');
    const { card } = await hub.json<{ card: string }>(['id', 'card']);
    await hub.json(['contact', 'add', await cardOf(alice)]);
    await alice.client.putContact({ who: card });

    const { equivalents } = await untilLines(up, 2);
    expect(equivalents).toMatchObject([{ equivalent: 'UAH', lines: 2, participants: 3 }]);
    const [a, b, c] = [alice, bob, carol].map(({ node }) => node.publicKey) as [PublicKey, PublicKey, PublicKey];
    const overHttp = await ask<Hints>(hintsUrl(up, a, c));
    expect(overHttp).toMatchObject({ count: 2, digest: equivalents[0]?.digest, routes: [[a, b, c]] });
    const asking = await park.start({ listen: [], network: 'geo' });
    const { count, digest, routes } = await hintsFrom(asking, up, a, c);
    expect({ count, digest, routes }).toEqual({ count: 2, digest: equivalents[0]?.digest, routes: [[a, b, c]] });
    // Both ways, since what is owed can be paid back.
    expect((await ask<Hints>(hintsUrl(up, c, a))).routes).toEqual([[c, b, a]]);

    // Killed and started again it knows the lines from its snapshot.
    await untilLogged(hub, 'a snapshot of the index was written');
    process.kill(up.process, 'SIGKILL');
    await ended(up.child);
    up = await startHub(hub);
    await untilLogged(hub, 'the index was read from its snapshot');
    expect(await ask<Index>(`${up.http}/v1/index`)).toMatchObject({ equivalents });
    expect((await hintsFrom(asking, up, a, c)).routes).toEqual([[a, b, c]]);

    await carol.client.closeTrustLine({ who: 'Bob', equivalent: 'UAH' });
    await untilLines(up, 1);
    expect((await ask<Hints>(hintsUrl(up, a, c))).routes).toEqual([]);
    expect(await hintsFrom(asking, up, a, c)).toMatchObject({ count: 1, routes: [] });
    expect((await hintsFrom(asking, up, a, b)).routes).toEqual([[a, b]]);

    // Stopped cleanly it saves what it knows.
    up.child.kill('SIGTERM');
    await ended(up.child);
    expect(up.child.exitCode).toBe(0);
    up = await startHub(hub);
    expect(await ask<Index>(`${up.http}/v1/index`)).toMatchObject({ equivalents: [{ lines: 1 }] });
  });

  it('makes the index anew where the snapshot is damaged, and says so', async () => {
    const hub = await newHub();
    const [alice, bob, carol] = await startChain((folders as GeoFolders).path);
    nodes.push(alice, bob, carol);
    let up = await startHub(hub);
    await hub.json(['contact', 'add', await cardOf(carol)]);
    await carol.client.putContact({ who: (await hub.json<{ card: string }>(['id', 'card'])).card });
    await untilLines(up, 2);
    up.child.kill('SIGTERM');
    await ended(up.child);
    await writeFile(join(hub.path, 'hub-index', 'CURRENT'), 'nonsense\n');
    for (const { node } of nodes.splice(0)) await node.stop('only the hub goes on');
    up = await startHub(hub);
    await untilLogged(hub, 'the snapshot of the index is put away: the index is made anew');
    await untilLines(up, 2);
    const [a, b, c] = [alice, bob, carol].map(({ node }) => node.publicKey) as [PublicKey, PublicKey, PublicKey];
    expect((await ask<Hints>(hintsUrl(up, a, c))).routes).toEqual([[a, b, c]]);
  });
});

it('garbage over libp2p is refused, and whoever asks well is answered; nobody finds in the log who asked for whom', async () => {
  const hub = await newHub();
  const up = await startHub(hub);
  const [bad, good] = [await park.start({ listen: [] }), await park.start({ listen: [] })];
  bad.host.learn(up.publicKey, up.addresses);
  const [source, target] = ['5a'.repeat(32), '7e'.repeat(32)] as [PublicKey, PublicKey];
  const request = encodeMessage({
    ...{ type: 'hint-request', id: '11'.repeat(16), equivalent: 'UAH', source, target, most: 8 },
  } as const);
  for (const frame of [
    request.subarray(0, 40),
    Uint8Array.from([...request, 0]),
    Uint8Array.from(request, (byte, at) => (at === request.length - 1 ? 9 : byte)),
    Uint8Array.of(0x86, 0x17),
    new Uint8Array(5_000).fill(0x81),
  ]) {
    bad.host.send(up.publicKey, frame);
  }
  const answer = await hintsFrom(good, up, source, target);
  expect(answer).toMatchObject({ count: 0, digest: '0'.repeat(16), routes: [] });
  await ask(hintsUrl(up, source, target));
  expect(bad.framesFrom(up.publicKey)).toEqual([]);
  up.child.kill('SIGTERM');
  await ended(up.child);
  const log = await readFile(join(hub.path, 'node.log'), 'utf8');
  expect(log).toMatch(/hints are served over HTTP/);
  for (const secret of [source, target, 'v1/hints']) expect(log).not.toContain(secret);
});

describe('geo hub', () => {
  it.each([
    [['hub', 'stop'], 3, /^geo: Unknown command 'stop'\. See/],
    [['hub', 'start', 'now'], 3, /Too many arguments/],
    [['hub', 'start', '--http-port', '70000'], 3, /--http-port is "70000"; allowed: an integer from 0 to 65535/],
    [['hub', 'start', '--http-host', 'example.org'], 3, /--http-host is "example.org"; allowed: an IP address/],
    [['hub', 'start', '--snapshot-every', '0'], 3, /--snapshot-every is "0"; allowed: an integer from 1/],
    [['hub', 'start', '--equivalents', 'UAH,no way'], 3, /--equivalents is "no way"/],
    [['hub', 'start', '--api-port', 'x'], 3, /--api-port is "x"/],
    [['hub', 'start'], 1, /no identity/i],
  ])('%j ends with %i and words', async (argv, code, words) => {
    folders = await GeoFolders.create();
    const ran = await finish(folders.add('nobody').spawn(argv));
    expect(ran.stderr).toMatch(words);
    expect(ran.code).toBe(code);
  });

  it('two on one folder: the second says who is there', async () => {
    const hub = await newHub();
    await startHub(hub);
    const second = await hub.run(['hub', 'start', '--http-port', '0', '--json']);
    expect([second.code, JSON.parse(second.stdout)]).toMatchObject([6, { error: { code: 'folder-in-use' } }]);
  });

  it('a port that is taken: nothing is left running', async () => {
    const hub = await newHub();
    const up = await startHub(hub);
    const other = (folders as GeoFolders).add('other');
    await other.json(['init', '--name', 'Other', '--listen', '/ip4/127.0.0.1/tcp/0', '--api-port', '0']);
    const ran = await other.run(['hub', 'start', '--http-port', new URL(up.http).port]);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/Another program uses 127\.0\.0\.1:\d+, where hints should be served.*--http-port/s);
  });
});

async function untilLogged(hub: GeoFolder, message: string): Promise<void> {
  await vi.waitFor(async () => expect(await readFile(join(hub.path, 'node.log'), 'utf8')).toContain(message), {
    timeout: 60_000,
    interval: 100,
  });
}
