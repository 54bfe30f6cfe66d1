/**
 * Where neighbours said they are, themselves, when they were last connected. Kept on disk beside the contacts, which hold
 * what the owner was given: a neighbour that moved is found again after a restart.
 */
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_ADDRESSES } from '#protocol/limits.ts';
import type { Log } from './log.ts';
import type { Documents } from './store/store.ts';

interface Known {
  readonly addresses: readonly string[];
}

/** What comes in quick succession is written once: a neighbour cannot keep the disk busy. */
const SAVE_AFTER_MS = 1_000;

export class KnownAddresses {
  readonly #documents: Documents<Known>;
  readonly #log: Log;
  readonly #known = new Map<string, readonly string[]>();
  readonly #unsaved = new Set<string>();
  #timer: NodeJS.Timeout | null = null;

  private constructor(documents: Documents<Known>, log: Log) {
    this.#documents = documents;
    this.#log = log;
  }

  /** Reads what is on disk, and forgets those who are no neighbours any more. */
  static async open(
    documents: Documents<Known>,
    isNeighbour: (participant: PublicKey) => boolean,
    log: Log,
  ): Promise<KnownAddresses> {
    const known = new KnownAddresses(documents, log);
    for await (const [participant, { addresses }] of documents.entries()) {
      if (isNeighbour(participant as PublicKey)) known.#known.set(participant, addresses);
      else await documents.delete(participant);
    }
    return known;
  }

  get(participant: PublicKey): readonly string[] {
    return this.#known.get(participant) ?? [];
  }

  /** Takes what the participant says of itself in place of what it said before; on disk soon. */
  learn(participant: PublicKey, addresses: readonly string[]): void {
    const learned = addresses.slice(0, MAX_ADDRESSES);
    if (learned.length === 0 || learned.join() === this.get(participant).join()) return;
    this.#known.set(participant, learned);
    this.#unsaved.add(participant);
    this.#timer ??= setTimeout(() => void this.save(), SAVE_AFTER_MS);
  }

  /** Resolves when all is on disk. */
  async save(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const unsaved = [...this.#unsaved];
    this.#unsaved.clear();
    for (const participant of unsaved) {
      const addresses = this.#known.get(participant) ?? [];
      await this.#documents.put(participant, { addresses }).catch((error: unknown) => {
        this.#log.warn({ participant, err: error }, 'where a neighbour is was not saved');
      });
    }
  }
}
