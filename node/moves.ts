/** What a node does when somebody with whom it, or one whom it hosts, is to be linked is somewhere else now. */
import type { PublicKey } from '#protocol/identity.ts';
import type { Records } from '#protocol/records.ts';
import type { Clock } from './clock.ts';
import type { Contacts } from './contacts.ts';
import { HostedLookUps } from './hosted-look-ups.ts';
import type { HostedPeers } from './hosted-peers.ts';
import type { Hosting } from './hosting.ts';
import type { KnownAddresses } from './known-addresses.ts';
import type { Log } from './log.ts';
import type { Host } from './p2p/host.ts';

interface MovesOptions {
  readonly self: PublicKey;
  readonly contacts: Contacts;
  readonly known: KnownAddresses;
  readonly records: Records;
  readonly peers: HostedPeers;
  readonly clock: Clock;
  readonly log: Log;
  readonly ready: Promise<Pick<Host, 'find' | 'forget'>>;
  readonly keepLinked: (neighbour: PublicKey) => void;
  readonly hosting: () => Pick<Hosting, 'moved'> | null;
}

export class Moves {
  readonly #options: MovesOptions;
  #lookUps: HostedLookUps | null = null;

  constructor(options: MovesOptions) {
    this.#options = options;
  }

  /** From now on those who are hosted elsewhere and are not linked are looked for. */
  start(): void {
    const { self, peers, clock, log, ready, hosting } = this.#options;
    this.#lookUps = new HostedLookUps({
      ...{ peers, clock, log },
      find: async (pid) => (await ready).find(pid),
      moved: (local, remote, { addresses, host }) => {
        if (local === self) this.found(remote, addresses, host);
        else hosting()?.moved(local, remote, addresses, host);
      },
    });
    this.#lookUps.start();
  }

  stop(): void {
    this.#lookUps?.stop();
  }

  /** A neighbour or contact is at these addresses, which are of its host, or its own where that is null. */
  found(neighbour: PublicKey, addresses: readonly string[], host: PublicKey | null): void {
    this.#move(neighbour, addresses, host).catch((error: unknown) => {
      this.#options.log.error({ err: error, neighbour }, 'new addresses of a contact were not kept');
    });
  }

  async #move(neighbour: PublicKey, addresses: readonly string[], hostedBy: PublicKey | null): Promise<void> {
    const { self, contacts, known, records, peers, clock, ready, keepLinked } = this.#options;
    const host = await ready;
    if (contacts.get(neighbour) === undefined && ![...records.neighbours()].includes(neighbour)) return;
    await contacts.moved(neighbour, addresses, clock.nowMs());
    if (hostedBy !== null) {
      // Those who are hosted by it need the link that there is.
      if (!peers.isHost(neighbour)) host.forget(neighbour);
      peers.keep(self, neighbour, hostedBy, addresses);
    } else if (peers.hostOf(self, neighbour) !== null) {
      peers.forget(self, neighbour);
      known.learn(neighbour, addresses);
      keepLinked(neighbour);
    }
  }
}
