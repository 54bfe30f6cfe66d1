/** A hub with members, each with the very code of its browser. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, vi } from 'vitest';
import type { Order, Signer } from '#desktop/ui/src/member/documents.ts';
import { Hub, type Kept, readHub } from '#desktop/ui/src/member/hub.ts';
import { Member } from '#desktop/ui/src/member/member.ts';
import { randomHex } from '#desktop/ui/src/member/random.ts';
import { type RunningHub, startHub } from '#hub-indexer/hub.ts';
import { type Client, connectClient } from '#node/api/client.ts';
import { openBackup } from '#node/backup/file.ts';
import { restoreInto } from '#node/backup/restore.ts';
import { readConfig } from '#node/config.ts';
import { createKeyFile, identityOf, newSeed } from '#node/identity/key-file.ts';
import { createLog, type Log } from '#node/log.ts';
import { startNode } from '#node/node.ts';
import { makeCard } from '#protocol/card.ts';
import { nobleEd25519 } from '#protocol/ed25519.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { VERSION } from '#protocol/limits.ts';
import type { PaymentId } from '#protocol/packet.ts';
import { signWith, verifyWith } from '#protocol/statement.ts';
import { Memory } from './memory.ts';
import type { Person } from './people.ts';

const stops: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
});

export interface TestHub {
  readonly dataDir: string;
  readonly hub: RunningHub;
  readonly url: string;
  stop(): Promise<void>;
}

export interface HubWays {
  readonly isBehindProxy?: boolean;
  readonly admission?: 'open' | 'invitation';
  readonly keepLeftMs?: number;
  /** Push services on this machine count. */
  readonly mayPushInside?: boolean;
  /** The hub's own key: of a hub that a test signs for. */
  readonly seed?: Uint8Array;
  /** Between checks of the books. */
  readonly checkEveryMs?: number;
  /** Where it logs; nowhere unless set. */
  readonly log?: Log;
  /** By which addresses it enters the directory. */
  readonly bootstrap?: readonly string[];
  readonly listen?: readonly string[];
}

/** Starts a hub whose members are served on a free port; in the folder of an earlier one and where that was. */
export async function startMembersHub(before?: Pick<TestHub, 'dataDir' | 'url'>, ways: HubWays = {}): Promise<TestHub> {
  const { isBehindProxy = false, admission = 'open', keepLeftMs = 90 * 86_400_000, checkEveryMs } = ways;
  const { mayPushInside = false, seed = newSeed(), log = createLog({ level: 'silent', file: null }) } = ways;
  const dataDir = before?.dataDir ?? join(mkdtempSync(join(tmpdir(), 'geo-members-')), 'hub');
  if (before === undefined) await createKeyFile(dataDir, seed, null);
  const port = before === undefined ? 0 : Number(new URL(before.url).port);
  const { bootstrap = [], listen = ['/ip4/127.0.0.1/tcp/0'] } = ways;
  const flags = { dataDir, listen: [...listen], bootstrap: [...bootstrap], apiPort: '0' };
  const hub = await startHub(
    readConfig({ flags, environment: {} }),
    {
      ...{ httpHost: '127.0.0.1', httpPort: 0, isBehindProxy, snapshotIntervalMs: 600_000, equivalents: [] },
      members: {
        ...{ admission, host: '127.0.0.1', port, keepLeftMs, push: { mayCallInside: mayPushInside } },
        ...(checkEveryMs !== undefined && { checkEveryMs }),
      },
    },
    { log },
  );
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopped ??= hub.node.stop('the test is over');
    return stopped;
  };
  stops.push(stop);
  return { dataDir, hub, url: hub.membersUrl as string, stop };
}

export interface TestMember extends Member {
  readonly key: PublicKey;
  readonly connection: Hub;
  readonly kept: Kept;
}

/** Opens the page of a member: signs in with its key, and joins where it is new; `wasElsewhere`: with a key that was used before. */
export async function openMember(
  url: string,
  { seed, key }: Pick<Person, 'seed' | 'key'>,
  name: string,
  kept: Kept = new Memory(),
  wasElsewhere = false,
): Promise<TestMember> {
  const { publicKey: hub, network } = await readHub(url);
  const signer: Signer = { publicKey: key, sign: signWith(nobleEd25519, seed), network, hub };
  const connection = new Hub(url, signer, kept);
  await connection.join(name, 'person', null, wasElsewhere);
  const member = new Member(signer, connection, kept, verifyWith(nobleEd25519));
  return Object.assign(member, { key, connection, kept });
}

/** The contact card of a member: where its hub is, signed by the member. */
export async function cardOfMember(member: TestMember, { seed }: Pick<Person, 'seed'>, name: string): Promise<string> {
  const { network } = await readHub(member.connection.url);
  const { parts } = await member.state();
  const card = {
    version: VERSION,
    network,
    publicKey: member.key,
    name,
    suggestedLimit: null,
    expiresAtMs: null,
    addresses: parts.getStatus.addresses,
    createdAtMs: Date.now(),
  } as const;
  return makeCard(card, signWith(nobleEd25519, seed));
}

/** The member goes on with a node of its own: from the backup that it took along, once neighbours have shown the same books. */
export async function startOwnNode(
  file: Uint8Array,
  seed: Uint8Array,
  name: string,
  bootstrap: readonly string[] = [],
): Promise<OwnNode> {
  const folder = join(mkdtempSync(join(tmpdir(), 'geo-moved-')), 'node');
  const backup = await openBackup(file, identityOf(seed));
  await restoreInto(folder, { seed, passphrase: null, backup, settings: null, neighbours: [] });
  const flags = { dataDir: folder, name, listen: ['/ip4/127.0.0.1/tcp/0'], apiPort: '0', bootstrap: [...bootstrap] };
  const node = await startNode(readConfig({ flags, environment: {} }), {
    log: createLog({ level: 'silent', file: null }),
  });
  const stop = (): Promise<void> => node.stop('the test is over');
  stops.push(stop);
  const client = await connectClient(folder);
  await vi.waitFor(async () => expect((await client.getStatus({})).restored?.unsure).toEqual([]), 30_000);
  await client.confirmRestored({});
  return { client, stop };
}

export interface OwnNode {
  readonly client: Client;
  stop(): Promise<void>;
}

export function order(receiver: PublicKey, amount: bigint, equivalent = 'UAH'): Order {
  return { paymentId: randomHex(32) as PaymentId, receiver, equivalent, amount, sealedMemo: null };
}

/** What the member owes (below 0) or is owed, by neighbour, in whole units. */
export async function balances(member: Member): Promise<Record<string, string>> {
  const { parts } = await member.state();
  return Object.fromEntries(parts.getBalance.accounts.map(({ neighbour, balance }) => [neighbour.publicKey, balance]));
}

/** An event of a member, as far as tests look at it. */
export interface EventMessage {
  readonly cursor: string;
  readonly notice?: { readonly type: string; readonly amount?: string };
}

/** The stream of a member's events from a cursor on. */
export async function eventsOf(hub: Hub, since: string) {
  const socket = await hub.openEvents(since);
  const seen: EventMessage[] = [];
  let told = Promise.withResolvers<void>();
  socket.addEventListener('message', ({ data }) => {
    seen.push(JSON.parse(String(data)) as EventMessage);
    told.resolve();
    told = Promise.withResolvers();
  });
  return {
    close: () => socket.close(),
    async until(isIt: (message: EventMessage) => boolean): Promise<EventMessage> {
      for (;;) {
        const found = seen.find(isIt);
        if (found !== undefined) return found;
        await told.promise;
      }
    },
  };
}
