/**
 * The participant records of members (protocol §13.7): each is signed by its member and names this hub as its host. The hub
 * judges one as any stranger would, keeps it over restarts, and has it published in the directory for as long as it counts.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import type { Clock } from '#node/clock.ts';
import type { Log } from '#node/log.ts';
import type { Host } from '#node/p2p/host.ts';
import { withWidestScope } from '#node/p2p/scope.ts';
import type { Documents, Store } from '#node/store/store.ts';
import { type PublicKey, publicKeyBytes } from '#protocol/identity.ts';
import { MAX_ADDRESSES } from '#protocol/limits.ts';
import {
  type ParticipantRecord,
  readParticipantRecord,
  recordSeq,
  supersedesRecord,
} from '#protocol/participant-record.ts';
import type { Verify } from '#protocol/statement.ts';
import { refuse, type WebRefusal } from '../web/codes.ts';

/** How a member stands in the directory. */
export interface Findable {
  /** False: the member wants to be found by nobody. It is true until it says otherwise, as with a node. */
  readonly isWanted: boolean;
  /** Does the hub take part in the directory? */
  readonly isPossible: boolean;
  /** Where the hub can be reached, as a record should say. */
  readonly addresses: readonly string[];
  /** The record that is published; null: none that counts now. */
  readonly record: ParticipantRecord | null;
}

interface MemberRecordsOptions {
  readonly hub: PublicKey;
  readonly network: string;
  readonly verify: Verify;
  readonly clock: Clock;
  readonly log: Log;
  readonly host: Pick<Host, 'addresses' | 'hosted'>;
  readonly isMember: (publicKey: PublicKey) => boolean;
}

/** A record as it was signed; no bytes: the member wants to be found by nobody. */
type Kept = Uint8Array;

const KIND = 'participant-record';
const UNWANTED: Kept = new Uint8Array();

export class MemberRecords {
  readonly #documents: Documents<Kept>;
  readonly #options: MemberRecordsOptions;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(documents: Documents<Kept>, options: MemberRecordsOptions) {
    this.#documents = documents;
    this.#options = options;
  }

  /** Publishes those that count still, and forgets those of who is no member any more. */
  static async open(store: Pick<Store, 'documents'>, options: MemberRecordsOptions): Promise<MemberRecords> {
    const records = new MemberRecords(store.documents<Kept>(KIND), options);
    const left: string[] = [];
    for await (const [id, bytes] of records.#documents.entries()) {
      const member = id as PublicKey;
      if (options.isMember(member)) records.#publish(member, bytes);
      else left.push(id);
    }
    for (const id of left) await records.#documents.delete(id);
    return records;
  }

  of(member: PublicKey): Findable {
    const { host } = this.#options;
    const kept = this.#documents.get(member);
    return {
      isWanted: kept === undefined || kept.length > 0,
      isPossible: host.hosted !== null,
      addresses: withWidestScope(host.addresses()).slice(0, MAX_ADDRESSES),
      record: kept === undefined ? null : this.#countingIn(member, kept),
    };
  }

  /** Takes a record that the member has signed, in place of an older one; why not, or null. On disk when it resolves. */
  take(member: PublicKey, bytes: Uint8Array): Promise<WebRefusal | null> {
    return this.#inTurn(async () => {
      // It may have left while others had their turn.
      if (!this.#options.isMember(member)) return refuse('token-wrong', {});
      const refusal = this.#judge(member, bytes);
      if (refusal !== null) return refusal;
      await this.#documents.put(member, bytes);
      this.#publish(member, bytes);
      return null;
    });
  }

  /** The member wants to be found by nobody: the record is published no more. On disk when it resolves. */
  hide(member: PublicKey): Promise<void> {
    return this.#inTurn(async () => {
      await this.#documents.put(member, UNWANTED);
      this.#options.host.hosted?.withdraw(member);
    });
  }

  /** The member has left: its record is published no more. On disk when it resolves; again is as once. */
  forget(member: PublicKey): Promise<void> {
    return this.#inTurn(async () => {
      this.#options.host.hosted?.withdraw(member);
      await this.#documents.delete(member);
    });
  }

  #judge(member: PublicKey, bytes: Uint8Array): WebRefusal | null {
    const { hub } = this.#options;
    const record = this.#read(member, bytes);
    if (typeof record === 'string') return refuse('record-flawed', { flaw: record });
    if (record.host !== hub) return refuse('record-of-other-host', { host: record.host, hub });
    const known = this.#documents.get(member);
    if (known === undefined || known.length === 0) return null;
    return supersedesRecord(bytes, known) ? null : refuse('record-stale', { seq: recordSeq(known) });
  }

  #publish(participant: PublicKey, bytes: Kept): void {
    const record = this.#countingIn(participant, bytes);
    if (record === null) return;
    const { expiresAtMs } = record;
    this.#options.host.hosted?.publish({ participant, bytes, expiresAtMs });
  }

  #countingIn(member: PublicKey, bytes: Kept): ParticipantRecord | null {
    const record = this.#read(member, bytes);
    return typeof record === 'string' || record.host !== this.#options.hub ? null : record;
  }

  #read(member: PublicKey, bytes: Uint8Array): ReturnType<typeof readParticipantRecord> {
    const { network, verify, clock } = this.#options;
    return readParticipantRecord(bytes, sha256(publicKeyBytes(member)), { network, verify, nowMs: clock.nowMs() });
  }

  /** One after the other: each reads what the one before has written. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
