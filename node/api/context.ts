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

export interface NodeContext {
  readonly config: Config;
  readonly identity: Identity;
  readonly sign: Sign;
  readonly verify: Verify;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly store: Store;
  readonly driver: Driver;
  readonly host: Host;
  readonly contacts: Contacts;
  readonly tokens: Tokens;
  readonly ui: UiSessions;
  readonly backups: Backups;
  /** What the owner may change of the settings, as it is now; `config` is as it was at the start. */
  readonly preferences: Preferences;
  readonly events: EventLog;
  readonly held: HeldAmounts;
  /** New at each start, hex. */
  readonly instance: string;
  readonly startedAtMs: number;
  /** Is the node taking commands? */
  readonly isReady: () => boolean;
  /** Aborted when the node begins to stop, so that nobody is kept waiting. */
  readonly stopping: AbortSignal;
  /** Begins a clean stop; returns at once. */
  readonly requestStop: (why: string) => void;
  /** Stays connected with a neighbour from now on, at the addresses that the address book has. */
  readonly keepLinked: (neighbour: PublicKey) => void;
}
