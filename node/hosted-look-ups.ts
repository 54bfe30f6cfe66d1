/**
 * Looks in the directory (§13.7) for those with whom somebody here is to be linked over another node (§7.7) and is not: they may
 * have gone to another host, or to a node of their own. One after the other, each with a growing pause.
 */
import { type Pid, type PublicKey, pidOf } from '#protocol/identity.ts';
import type { Clock } from './clock.ts';
import type { HostedPeers } from './hosted-peers.ts';
import type { Log } from './log.ts';
import type { Found } from './p2p/directory.ts';
import { NEIGHBOUR_LOOKUP_FIRST_MS, NEIGHBOUR_LOOKUP_LAST_MS } from './p2p/limits.ts';

interface HostedLookUpsOptions {
  readonly peers: Pick<HostedPeers, 'unlinked'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Null: this node takes no part in the directory. */
  readonly find: (pid: Pid) => Promise<Found | null>;
  /** The directory names another host than where the two were to be linked; null: a node of its own. */
  readonly moved: (
    local: PublicKey,
    remote: PublicKey,
    where: { readonly addresses: readonly string[]; readonly host: PublicKey | null },
  ) => void;
}

interface Turn {
  nextAtMs: number;
  pauseMs: number;
}

export class HostedLookUps {
  readonly #options: HostedLookUpsOptions;
  /** Of those who are looked for. */
  readonly #turns = new Map<PublicKey, Turn>();
  #cancel: () => void = () => undefined;
  #isStopped = false;

  constructor(options: HostedLookUpsOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, log } = this.#options;
    if (this.#isStopped) return;
    this.#cancel = clock.wakeAt(clock.nowMs() + NEIGHBOUR_LOOKUP_FIRST_MS, () => {
      this.#look()
        .catch((error: unknown) => log.error({ err: error }, 'those who are hosted elsewhere were not looked for'))
        .finally(() => this.start());
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  async #look(): Promise<void> {
    const { peers, clock, find } = this.#options;
    const wanted = Map.groupBy(peers.unlinked(), ({ remote }) => remote);
    for (const remote of this.#turns.keys()) if (!wanted.has(remote)) this.#turns.delete(remote);
    for (const remote of wanted.keys()) {
      const turn = this.#turns.get(remote);
      const nowMs = clock.nowMs();
      // A link that has just gone mostly comes back by itself.
      if (turn === undefined) this.#turns.set(remote, { nextAtMs: nowMs, pauseMs: NEIGHBOUR_LOOKUP_FIRST_MS });
      else if (nowMs >= turn.nextAtMs) {
        turn.pauseMs = Math.min(NEIGHBOUR_LOOKUP_LAST_MS, 2 * turn.pauseMs);
        turn.nextAtMs = nowMs + turn.pauseMs;
        const found = await find(pidOf(remote));
        if (this.#isStopped) return;
        if (found !== null) this.#tell(remote, found);
      }
    }
  }

  /** Those who are still not linked: it took a while. */
  #tell(remote: PublicKey, { record, addresses }: Found): void {
    if (record === null || addresses.length === 0) return;
    const { host } = record;
    for (const pair of [...this.#options.peers.unlinked()]) {
      // Where a known host is now, that one tells itself.
      if (pair.remote === remote && pair.host !== (host ?? remote))
        this.#options.moved(pair.local, remote, { addresses, host });
    }
  }
}
