/** The composition root of a hub: a node, the indexer beside it, and its HTTP interface. */

import type { RunningNode, StartOptions } from '#node/assembly.ts';
import type { Config } from '#node/config.ts';
import type { Failure } from '#node/failure.ts';
import { createLog, type Log } from '#node/log.ts';
import { startNode } from '#node/node.ts';
import { startHttp } from './http/server.ts';
import { HubIndexer } from './indexer.ts';
import { MemberDesk } from './members/member-desk.ts';
import type { PushSettings } from './push/push.ts';
import type { Admission } from './web/desk.ts';

/** Where a hub serves its members unless somebody chose otherwise. */
export const USUAL_MEMBERS_PORT = 4613;
/** Where a hub serves hints over HTTP unless somebody chose otherwise. */
export const USUAL_HTTP_PORT = 4612;

export interface HubSettings {
  readonly httpHost: string;
  readonly httpPort: number;
  readonly isBehindProxy: boolean;
  readonly snapshotIntervalMs: number;
  /** Equivalents whose gossip is followed from the beginning; others as soon as a line of them is known. */
  readonly equivalents: readonly string[];
  /** How it hosts members; null: it does not. */
  readonly members: MembersSettings | null;
}

export interface MembersSettings {
  readonly admission: Admission;
  readonly host: string;
  readonly port: number;
  /** For how long the records of members who have left are kept. */
  readonly keepLeftMs: number;
  /** How they are told of what happens while their page is closed. */
  readonly push?: PushSettings;
  /** How long after one check of the books the next one begins; some minutes unless set. */
  readonly checkEveryMs?: number;
}

export interface RunningHub {
  readonly node: RunningNode;
  /** Of the HTTP interface. */
  readonly httpUrl: string;
  /** Where members are served; null: there are none. */
  readonly membersUrl: string | null;
}

/**
 * Starts the hub of a data folder; it stops with its node. Throws a Failure that says what stands in the way; nothing is
 * left running then.
 */
export async function startHub(config: Config, settings: HubSettings, options: StartOptions = {}): Promise<RunningHub> {
  const { dataDir, network } = config;
  let indexer: HubIndexer | null = null;
  const registry = () => (indexer as unknown as HubIndexer).metrics.registry;
  const { isBehindProxy } = settings;
  const members = settings.members === null ? null : new MemberDesk(settings.members, isBehindProxy, registry);
  let log: Log = createLog({ level: 'silent', file: null });
  const node = await startNode(config, {
    ...options,
    ...(members !== null && { hosting: (hostingNode) => members.open(hostingNode) }),
    async indexer(node) {
      log = node.log;
      const { snapshotIntervalMs, equivalents } = settings;
      indexer = await HubIndexer.open(node, { dataDir, network, snapshotIntervalMs, equivalents });
      return indexer;
    },
  });
  try {
    const http = await startHttp({
      ...{ indexer: indexer as unknown as HubIndexer, publicKey: node.publicKey, network, log },
      host: settings.httpHost,
      port: settings.httpPort,
      isBehindProxy,
      areMembersServed: () => members?.isServing ?? null,
    });
    log.info({ url: http.url }, 'hints are served over HTTP');
    void node.stopped.then(async () => http.stop());
    const web = (await Promise.race([members?.serve(), failureOf(node)])) ?? null;
    void node.stopped.then(async () => web?.stop());
    return { node, httpUrl: http.url, membersUrl: web?.url ?? null };
  } catch (error) {
    await node.stop('hints cannot be served', error as Failure);
    // What failed first has closed what others needed.
    throw (await node.stopped).failure ?? error;
  }
}

/** Rejects when the node fails; else it stays open. */
async function failureOf(node: RunningNode): Promise<never> {
  const { failure } = await node.stopped;
  throw failure ?? new Error('the node has stopped');
}
