/** What the API needs of a running node. The composition root (node.ts) puts it together. */
import type { PublicKey } from '#protocol/identity.ts';
import type { Sign, Verify } from '#protocol/statement.ts';
import type { Backups } from '../backup/keeper.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Contacts } from '../contacts.ts';
import type { Driver } from '../driver.ts';
import type { HeldAmounts } from '../held.ts';
import type { Identity } from '../identity/key-file.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Host } from '../p2p/host.ts';
import type { Preferences } from '../preferences.ts';
import type { Store } from '../store/store.ts';
import type { EventLog } from './event-log.ts';
import type { Tokens } from './tokens.ts';
import type { UiSessions } from './ui-sessions.ts';

/** What the API needs of a participant, whether it has a node of its own or is one of many that a hub hosts. */
export interface ParticipantContext {
  readonly config: Pick<Config, 'network' | 'precision'>;
  /** Null: the key is elsewhere, so what is sealed to it stays sealed here. */
  readonly identity: { readonly publicKey: PublicKey; readonly seed: Uint8Array | null };
  readonly verify: Verify;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Store;
  readonly driver: Driver;
  readonly host: Pick<
    Host,
    'addresses' | 'linked' | 'unlinked' | 'reachability' | 'find' | 'learn' | 'follow' | 'forget' | 'network'
  >;
  readonly contacts: Contacts;
  readonly preferences: Pick<Preferences, 'now'>;
  readonly events: EventLog;
  readonly held: HeldAmounts;
  /** New at each start, hex. */
  readonly instance: string;
  readonly startedAtMs: number;
  /** Aborted when the node begins to stop, so that nobody is kept waiting. */
  readonly stopping: AbortSignal;
  /** Stays connected with a neighbour from now on, at the addresses that the address book has. */
  readonly keepLinked: (neighbour: PublicKey) => void;
}

/** The same of a node, which has its key and its owner here. */
export interface NodeContext extends ParticipantContext {
  readonly config: Config;
  readonly identity: Identity;
  readonly sign: Sign;
  readonly metrics: Metrics;
  readonly host: Host;
  readonly tokens: Tokens;
  readonly ui: UiSessions;
  readonly backups: Backups;
  /** What the owner may change of the settings, as it is now; `config` is as it was at the start. */
  readonly preferences: Preferences;
  /** Is the node taking commands? */
  readonly isReady: () => boolean;
  /** Begins a clean stop; returns at once. */
  readonly requestStop: (why: string) => void;
}
