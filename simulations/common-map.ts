/**
 * One map for a whole network: every participant agrees to every line on it, and nothing on it ever changes. It holds
 * the graph only, and makes announcements when somebody looks at one: a real map of a large network takes as much memory
 * as all its accounts.
 */
import type { SignedAnnouncement } from '#protocol/announcement.ts';
import { Graph } from '#protocol/graph.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { ANNOUNCEMENT_LIFETIME_MS, VERSION } from '#protocol/limits.ts';
import { Topology } from '#protocol/topology.ts';
import { EPOCH_MS } from './scenario.ts';

const NO_SIGNATURE = new Uint8Array(8);

export class CommonMap extends Topology {
  readonly #graph = new Graph();
  readonly #network: string;
  readonly #equivalent: string;

  /** Of one equivalent. */
  constructor(network: string, equivalent: string) {
    super();
    this.#network = network;
    this.#equivalent = equivalent;
  }

  add(from: PublicKey, to: PublicKey): void {
    this.#graph.add(from, to);
  }

  override get(from: PublicKey, to: PublicKey, equivalent: string): SignedAnnouncement | undefined {
    return equivalent === this.#equivalent && this.#graph.has(from, to) ? this.#announcementOf(from, to) : undefined;
  }

  /** Nobody asks for all of a map that is the same as its own. */
  override *all(): Generator<SignedAnnouncement> {}

  override get count(): number {
    return this.#graph.lineCount;
  }

  override graph(equivalent: string): Graph | undefined {
    return equivalent === this.#equivalent && this.#graph.lineCount > 0 ? this.#graph : undefined;
  }

  override apply(_signed: SignedAnnouncement): void {
    throw new Error('bug: the map of a simulated network does not change');
  }

  #announcementOf(from: PublicKey, to: PublicKey): SignedAnnouncement {
    return {
      announcement: {
        version: VERSION,
        network: this.#network,
        from,
        to,
        equivalent: this.#equivalent,
        seq: EPOCH_MS,
        active: true,
        expiresAtMs: EPOCH_MS + ANNOUNCEMENT_LIFETIME_MS,
      },
      fromSignature: NO_SIGNATURE,
      toSignature: NO_SIGNATURE,
    };
  }
}
