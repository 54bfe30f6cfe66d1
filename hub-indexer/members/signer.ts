/**
 * Signs for a hosted participant (§11.4): what it signed itself and handed in, and within its mandates what the hub may.
 * A signature under a mandate leaves only after the batch with its use is on disk: `unsaved` goes into each batch.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { assert } from '#protocol/bug.ts';
import { delegatedFlaw, delegatedStatement, encodeDelegated } from '#protocol/delegation/delegated-signature.ts';
import { type MandateRecord, mandateFor, useMandate } from '#protocol/delegation/mandate.ts';
import { bytesToHex } from '#protocol/hex.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { LruCache } from '#protocol/lru.ts';
import type { Signature } from '#protocol/packet.ts';
import {
  type DocumentStatement,
  type MaySign,
  type Sign,
  type Statement,
  statementBytes,
  type TransactionStatement,
} from '#protocol/statement.ts';

/** Signatures made lately, in case a step asks for one again: it asks within the same step. */
const REMEMBERED = 64;

interface SignerOptions {
  /** Signs with the key that the mandates name as delegate. */
  readonly signAsHub: Sign;
  /** Told of each signature made under a mandate. */
  readonly made: (statement: Statement, signature: Signature) => void;
  readonly isBlocked: (neighbour: PublicKey, equivalent: string) => boolean;
}

export class HostedSigner {
  readonly #options: SignerOptions;
  readonly #mandates = new Map<number, MandateRecord>();
  /** Seqs of mandates that are on their way to the disk. */
  readonly #coming = new Set<number>();
  readonly #unsaved = new Set<number>();
  readonly #handedIn = new Map<string, Signature>();
  readonly #made = new LruCache<string, Signature | null>(REMEMBERED);

  constructor(mandates: Iterable<MandateRecord>, options: SignerOptions) {
    this.#options = options;
    for (const mandate of mandates) this.#mandates.set(mandate.delegation.seq, mandate);
  }

  /** The newest seq of a mandate that there is, or that is being written; 0: none. */
  get newestSeq(): number {
    return Math.max(0, ...this.#mandates.keys(), ...this.#coming);
  }

  /**
   * Takes a mandate with a newer seq than all others once `write` has put it on disk. Its seq counts as known at once: what is
   * used up of a mandate shall not be forgotten because the same one comes twice at a time.
   */
  async add(mandate: MandateRecord, write: () => Promise<void>): Promise<void> {
    const { seq } = mandate.delegation;
    assert(seq > this.newestSeq, 'a mandate is newer than all before');
    this.#coming.add(seq);
    try {
      await write();
      this.#mandates.set(seq, mandate);
    } finally {
      this.#coming.delete(seq);
    }
  }

  mandates(): Iterable<MandateRecord> {
    return this.#mandates.values();
  }

  /** How many more are being written. */
  get comingCount(): number {
    return this.#coming.size;
  }

  /** Nothing is signed any more under those of them that it gives back; of others a use is still to be saved. */
  forget(mandates: readonly MandateRecord[]): readonly MandateRecord[] {
    const forgotten = mandates.filter(({ delegation }) => !this.#unsaved.has(delegation.seq));
    for (const { delegation } of forgotten) this.#mandates.delete(delegation.seq);
    return forgotten;
  }

  /** While `run` goes on, these statements count as signed: by the participant itself, which was verified. */
  async having<T>(signed: readonly (readonly [Statement, Signature])[], run: () => Promise<T>): Promise<T> {
    const keys = signed.map(([statement]) => keyOf(statement));
    for (const [at, [, signature]] of signed.entries()) this.#handedIn.set(keys[at] as string, signature);
    try {
      return await run();
    } finally {
      for (const key of keys) this.#handedIn.delete(key);
    }
  }

  readonly sign: MaySign = (statement) => {
    // Nothing new on an account that a check found broken; what is under way goes on.
    if (this.#touchesBlocked(statement)) return null;
    const key = keyOf(statement);
    const handedIn = this.#handedIn.get(key);
    if (handedIn !== undefined) return handedIn;
    if (this.#made.has(key)) return this.#made.get(key, () => null);
    const made = this.#underMandate(statement);
    // A later mandate may allow what this one does not.
    return made === null ? null : this.#made.get(key, () => made);
  };

  /** The mandates that were used since they were taken the last time: for the batch that is written now. */
  takeUnsaved(): readonly MandateRecord[] {
    const unsaved = [...this.#unsaved].map((seq) => this.#mandates.get(seq) as MandateRecord);
    this.#unsaved.clear();
    return unsaved;
  }

  #touchesBlocked(statement: Statement): boolean {
    if (statement.domain !== 'geo/1/prepare' && statement.domain !== 'geo/1/commit') return false;
    const { about, signer } = statement;
    if (about === undefined) return false;
    const { equivalent } = about.header;
    return about.routes.some(({ nodes }) =>
      nodes.some((node, at) => {
        const isBeside = nodes[at - 1] === signer || nodes[at + 1] === signer;
        return isBeside && this.#options.isBlocked(node, equivalent);
      }),
    );
  }

  #underMandate(statement: Statement): Signature | null {
    const mandate = this.#mandateFor(statement);
    if (mandate === null) return null;
    const isUse = statement.domain === 'geo/1/prepare' || statement.domain === 'geo/1/commit';
    const used = isUse ? useMandate(mandate, statement) : null;
    if (isUse && used === null) return null;
    const { delegation, participantSignature } = mandate;
    const under = { delegation, use: used?.use ?? null };
    if (delegatedFlaw(statement, under) !== null) return null;
    const signature = this.#options.signAsHub(delegatedStatement(statement, under));
    if (used !== null) {
      this.#mandates.set(delegation.seq, used.after);
      this.#unsaved.add(delegation.seq);
    }
    const delegated = encodeDelegated({ ...under, participantSignature, signature });
    this.#options.made(statement, delegated);
    return delegated;
  }

  /** For a packet, the newest that covers its time; for a refusal, which costs nothing, the newest. */
  #mandateFor(statement: TransactionStatement | DocumentStatement): MandateRecord | null {
    if ('about' in statement && statement.about !== undefined) {
      return mandateFor(this.#mandates.values(), statement.about.header.createdAtMs);
    }
    if (statement.domain !== 'geo/1/refusal') return null;
    let newest: MandateRecord | null = null;
    for (const mandate of this.#mandates.values()) {
      if (newest === null || mandate.delegation.seq > newest.delegation.seq) newest = mandate;
    }
    return newest;
  }
}

function keyOf(statement: Statement): string {
  return bytesToHex(sha256(statementBytes(statement)));
}
