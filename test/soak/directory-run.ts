/**
 * A community of real nodes, and one more that knows nothing but one address: it finds by PID whom it needs, gets one
 * trust line, and pays somebody whom it never met. And somebody who puts records that are not true to all of them.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ApiError } from '#node/api/client.ts';
import { MapWatch } from '#node/community/map.ts';
import { beginMember, type Member } from '#node/community/member.ts';
import { inParallel, Members, NETWORK } from '#node/community/members.ts';
import type { Community, TrustRow } from '#node/community/rows.ts';
import { directoryKey } from '#node/p2p/directory-key.ts';
import { type Pid, pidOf } from '#protocol/identity.ts';
import { PARTICIPANT_RECORD_LIFETIME_MS, VERSION } from '#protocol/limits.ts';
import { makeParticipantRecord, type ParticipantRecord } from '#protocol/participant-record.ts';
import { startDirectoryPeer } from '#test/support/directory-peer.ts';
import { person } from '#test/support/people.ts';

/** So many are trusted by one, and trust it: any two are 4 hops apart at most up to 57 participants. */
const BRANCHES = 7;
const LIMIT = 100_000_000_000n;
const EQUIVALENT = 'UAH';
const LOOK_AGAIN_MS = 20;

export interface DirectoryFigures {
  readonly nodes: number;
  /** From the newcomer's start until its record is in the directory. */
  readonly joinMs: number;
  /** To find somebody of whom nothing but the PID is known, key and address. */
  readonly findMs: readonly number[];
  /** To find one it never met and be done paying: what was asked for. */
  readonly findAndPayMs: number;
  readonly payMs: number;
  readonly hops: number | null;
  /** Nodes in the routing tables, fewest and most. */
  readonly routed: readonly [number, number];
  /** Untrue records that some node took, of those that were put. */
  readonly forged: { readonly put: number; readonly taken: number; readonly found: number };
}

/** `folder`: where each of them gets a folder of its own. */
export async function runDirectory(
  nodes: number,
  folder: string,
  tell: (what: string) => void,
): Promise<DirectoryFigures> {
  const members = new Members(folder, false);
  let newcomer: Awaited<ReturnType<typeof beginMember>> | null = null;
  try {
    const community = communityOf(nodes);
    await members.start(community, (progress) => {
      if (progress.type === 'up' && progress.count % 10 === 0) tell(`${progress.count} of ${progress.of} nodes are up`);
    });
    await link(members, community);
    tell('linked');
    await trust(members, community);
    tell('every map has every trust line');
    const entry = (await (members.all[nodes - 2] as Member).client.getId()).addresses;
    const startedAt = performance.now();
    const settings = {
      name: 'Newcomer',
      folder: join(folder, 'newcomer'),
      network: NETWORK,
      precision: {},
      clearing: 'never',
    } as const;
    newcomer = await beginMember({ ...settings, bootstrap: entry.slice(0, 1) });
    const joined = await newcomer.up;
    await until(async () => ((await joined.client.getNetwork()).directory?.published ?? null) !== null);
    const joinMs = performance.now() - startedAt;
    tell('the newcomer is in the directory');
    return { nodes, joinMs, ...(await payFromOutside(members, joined)), ...(await lookAround(members)) };
  } finally {
    await newcomer?.stop();
    await members.stop();
  }
}

/** A tree in which each trusts the one above and those below. */
function communityOf(nodes: number): Community {
  const participants = Array.from({ length: nodes }, (_, at) => `P${at}`);
  const rows = participants.slice(1).flatMap((name, at): TrustRow[] => {
    const above = participants[Math.floor(at / BRANCHES)] as string;
    const row = { kind: 'trust', line: at, equivalent: EQUIVALENT, limit: LIMIT } as const;
    return [
      { ...row, from: above, to: name },
      { ...row, from: name, to: above },
    ];
  });
  return { participants, rows, precisions: new Map([[EQUIVALENT, 2]]) };
}

/** As `Members.link`, with patience: on a busy machine so many nodes that start at once take their time. */
async function link(members: Members, { rows }: Community): Promise<void> {
  const cards = new Map<string, string>();
  for (const { name, client } of members.all) cards.set(name, (await patiently(() => client.getId())).card);
  await inParallel(rows, 2 * availableParallelism(), async ({ from, to }) => {
    await patiently(() => members.get(from).client.putContact({ who: cards.get(to) as string }));
  });
  await inParallel(rows, 2 * availableParallelism(), async ({ from, to }) => {
    const who = members.get(to).publicKey;
    await until(async () => (await members.get(from).client.connectPeer({ who, waitMs: 60_000 })).linked);
  });
}

async function trust(members: Members, { rows }: Community): Promise<void> {
  const map = new MapWatch(members);
  await inParallel(rows, 2 * availableParallelism(), async ({ from, to }) => {
    const { client } = members.get(from);
    const who = members.get(to).publicKey;
    await patiently(() => client.setTrustLine({ who, equivalent: EQUIVALENT, limit: '1000', waitMs: 60_000 }));
    map.add(EQUIVALENT, { from, to });
  });
  // It gives up after a time that is long where a machine has nothing else to do.
  for (let tries = 1; ; tries++) {
    try {
      return await map.untilComplete(() => undefined);
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}

async function payFromOutside(
  members: Members,
  { client, publicKey }: Member,
): Promise<Pick<DirectoryFigures, 'findMs' | 'findAndPayMs' | 'payMs' | 'hops'>> {
  const neighbour = members.get('P1');
  const receiver = members.all.at(-1) as Member;
  const findMs = [
    await timed(client.putContact({ who: pidOf(neighbour.publicKey), alias: 'Neighbour' })),
    await timed(neighbour.client.putContact({ who: pidOf(publicKey), alias: 'Newcomer' })),
  ];
  await neighbour.client.setTrustLine({ who: 'Newcomer', equivalent: EQUIVALENT, limit: '100', waitMs: 60_000 });
  const lines = 2 * members.all.length - 1;
  await until(async () => ((await client.getTopology({ equivalent: EQUIVALENT })).counts[0]?.lines ?? 0) >= lines);
  const startedAt = performance.now();
  const pid = pidOf(receiver.publicKey);
  const { found } = await client.putContact({ who: pid, alias: 'Stranger' });
  if (!found) throw new Error('the receiver was not found in the directory');
  const foundAt = performance.now();
  const payment = await client.pay({ to: pid, equivalent: EQUIVALENT, amount: '5', waitMs: 30_000 });
  const paidAt = performance.now();
  if (payment.state !== 'COMMITTED') throw new Error(`the payment is ${payment.state}: ${payment.refusal?.text}`);
  findMs.push(foundAt - startedAt);
  return { findMs, findAndPayMs: paidAt - startedAt, payMs: paidAt - foundAt, hops: payment.hops };
}

/** What the nodes have of the directory, after somebody put to each of them what is not true. */
async function lookAround(members: Members): Promise<Pick<DirectoryFigures, 'routed' | 'forged'>> {
  const [victim, stranger] = [person(41), person(42)];
  const liar = await startDirectoryPeer();
  const sizes: number[] = [];
  const forged = { put: 0, taken: 0, found: 0 };
  try {
    for (const { client, publicKey } of members.all) {
      const { addresses, directory } = await client.getNetwork();
      sizes.push(directory?.nodes ?? 0);
      for (const [pid, value] of untrueRecords(pidOf(publicKey))) {
        forged.put++;
        if (await liar.put(addresses, directoryKey(pid), value)) forged.taken++;
      }
    }
    // Asked again, from every node.
    for (const { client } of members.all) {
      const found = await client.findParticipant({ who: pidOf(victim.key) }).catch(() => null);
      if (found !== null) forged.found++;
    }
  } finally {
    await liar.stop();
  }
  return { routed: [Math.min(...sizes), Math.max(...sizes)], forged };

  /** Of somebody who never published one, and of the node itself. */
  function untrueRecords(pid: Pid): readonly (readonly [Pid, Uint8Array])[] {
    const seq = Date.now();
    const facts = {
      version: VERSION,
      ...{ network: NETWORK, publicKey: victim.key, seq, host: null, capabilities: [] },
      expiresAtMs: seq + PARTICIPANT_RECORD_LIFETIME_MS,
      addresses: ['/ip4/127.0.0.1/tcp/9'],
    } as const satisfies ParticipantRecord;
    const old = seq - PARTICIPANT_RECORD_LIFETIME_MS;
    const of = pidOf(victim.key);
    return [
      [of, makeParticipantRecord(facts, stranger.sign)],
      [of, makeParticipantRecord({ ...facts, publicKey: stranger.key }, stranger.sign)],
      [of, makeParticipantRecord({ ...facts, network: 'elsewhere' }, victim.sign)],
      [of, makeParticipantRecord({ ...facts, seq: old, expiresAtMs: seq }, victim.sign)],
      [of, new Uint8Array(2_000)],
      [pid, makeParticipantRecord({ ...facts, publicKey: stranger.key }, stranger.sign)],
    ];
  }
}

async function timed(work: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work;
  return performance.now() - startedAt;
}

/** There is no event for what comes from others. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await patiently(isSo))) await setTimeout(LOOK_AGAIN_MS);
}

/** A node gives a request a few seconds to come in, which is not enough where so many share two cores with others. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ApiError) || !error.message.includes('took too long to come')) throw error;
    }
  }
}
