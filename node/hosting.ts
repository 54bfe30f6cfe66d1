/**
 * What makes a node a host (§11): a part beside it that runs the machines of other participants in the same process, over
 * the same store and the same way out. Without one a node has only itself.
 */
import type { PublicKey } from '#protocol/identity.ts';
import type { Records } from '#protocol/records.ts';
import type { Sign, Verify } from '#protocol/statement.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Failure } from './failure.ts';
import type { HostedPeers, LocalPort } from './hosted-peers.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Host } from './p2p/host.ts';
import type { Store } from './store/store.ts';

/** What the node gives the hosting beside it. */
export interface HostingNode {
  readonly publicKey: PublicKey;
  readonly config: Config;
  /** As the node's own participant. */
  readonly sign: Sign;
  /** 32 bytes that are only this node's, for what is kept on disk; the same at every start. */
  readonly secret: Uint8Array;
  readonly verify: Verify;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly store: Store;
  /** Read only. Its map is the one of all participants in the process. */
  readonly records: Records;
  readonly host: Host;
  /** The way to participants of other nodes. */
  readonly peers: HostedPeers;
  /** New at each start, hex. */
  readonly instance: string;
  readonly startedAtMs: number;
  readonly stopping: AbortSignal;
  /** A frame for the node's own participant, from one who is hosted. */
  receive(from: PublicKey, frame: Uint8Array): Promise<void>;
  linkUp(neighbour: PublicKey): void;
  linkDown(neighbour: PublicKey): void;
  /** Ends the node: memory may be ahead of the disk. */
  fail(failure: Failure): void;
}

export interface Hosting {
  /** Is this one of those hosted here? */
  has(participant: PublicKey): boolean;
  /** A frame from the node's own participant to one who is hosted. */
  send(to: PublicKey, frame: Uint8Array): void;
  /** One who is hosted, as other nodes see it. */
  port(participant: PublicKey): LocalPort | undefined;
  /** The node's own participant is to be linked with one who is hosted. */
  keep(neighbour: PublicKey): void;
  /**
   * The directory says where somebody is now with whom one who is hosted here is to be linked: at these addresses, which are of
   * its host, or its own where that is null.
   */
  moved(local: PublicKey, neighbour: PublicKey, addresses: readonly string[], host: PublicKey | null): void;
  /** Before the node's store is closed. */
  stop(): Promise<void>;
}
