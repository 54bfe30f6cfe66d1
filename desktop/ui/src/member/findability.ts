/**
 * Being found by people outside of the hub (protocol §13.7): the member's own record in the directory, which names the hub as
 * its host. It is made and signed here, counts for a day, and is made anew while the page is used; the hub publishes it.
 */
import { toBase64url } from '#protocol/base64url.ts';
import { MAX_ADDRESSES, PARTICIPANT_RECORD_LIFETIME_MS, VERSION } from '#protocol/limits.ts';
import { makeParticipantRecord, nextRecordSeq } from '#protocol/participant-record.ts';
import { AskError } from '../ask-error.ts';
import type { Signer } from './documents.ts';
import { alone, type Hub, type Kept } from './hub.ts';

/** How the member stands in the directory, as the hub says. */
export interface Findable {
  /** False: the member said that nobody shall find it. */
  readonly wanted: boolean;
  /** Does the hub take part in the directory? */
  readonly possible: boolean;
  /** Where the hub is. */
  readonly addresses: readonly string[];
  /** What is published now; null: nothing. */
  readonly record: {
    readonly host: string;
    readonly seq: number;
    readonly expiresAtMs: number;
    readonly addresses: readonly string[];
  } | null;
}

const PATH = '/participants/me/record';
const LAST_SEQ = 'geo-record-seq';
/** One that is older is made anew, so that it counts for most of a day after the last visit. */
const ANEW_MS = 3_600_000;

export class Findability {
  readonly #signer: Signer;
  readonly #hub: Hub;
  readonly #kept: Kept;

  constructor(signer: Signer, hub: Hub, kept: Kept) {
    this.#signer = signer;
    this.#hub = hub;
    this.#kept = kept;
  }

  /** How it stands. Throws `AskError`. */
  read(): Promise<Findable> {
    return this.#hub.read<Findable>('GET', PATH);
  }

  /** Signs a record where the member wants to be found and there is none that is as good. Throws `AskError`. */
  stay(): Promise<Findable> {
    return this.#alone(async () => {
      const now = await this.read();
      const isDone = !now.wanted || !now.possible || this.#isAsGood(now, Date.now());
      return isDone ? now : this.#sign(now);
    });
  }

  /** The member wants to be found from now on. Throws `AskError`. */
  show(): Promise<Findable> {
    return this.#alone(async () => this.#sign(await this.read()));
  }

  /** And by nobody any more. Throws `AskError`. */
  hide(): Promise<Findable> {
    return this.#alone(() => this.#hub.act<Findable>('DELETE', PATH, null));
  }

  /** Two windows would sign one after the other for nothing. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    return alone(`geo-record-${this.#signer.publicKey}`, work);
  }

  #isAsGood({ record, addresses }: Findable, nowMs: number): boolean {
    if (record === null || record.host !== this.#signer.hub || nowMs - record.seq > ANEW_MS) return false;
    return record.addresses.join() === addresses.slice(0, MAX_ADDRESSES).join();
  }

  async #sign({ addresses, record }: Findable): Promise<Findable> {
    const known = Math.max(record?.seq ?? 0, Number(await this.#kept.get(LAST_SEQ)));
    try {
      return await this.#handIn(addresses, known);
    } catch (error) {
      // Another browser was first, or it has signed elsewhere.
      if (!(error instanceof AskError) || error.code !== 'record-stale') throw error;
      return this.#handIn(addresses, Number(error.facts.seq));
    }
  }

  async #handIn(addresses: readonly string[], lastSeq: number): Promise<Findable> {
    const { publicKey, network, hub, sign } = this.#signer;
    const seq = nextRecordSeq(lastSeq, Date.now());
    const bytes = makeParticipantRecord(
      {
        ...{ version: VERSION, network, publicKey, seq, expiresAtMs: seq + PARTICIPANT_RECORD_LIFETIME_MS, host: hub },
        ...{ addresses: addresses.slice(0, MAX_ADDRESSES), capabilities: [] },
      },
      sign,
    );
    await this.#kept.set(LAST_SEQ, String(seq));
    return this.#hub.act<Findable>('PUT', PATH, { document: toBase64url(bytes) });
  }
}
