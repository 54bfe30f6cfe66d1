/** A member in its browser: its key, its connection with the hub, and what both come to. */
import { signal } from '@preact/signals';
import { nobleEd25519 } from '#protocol/ed25519.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { openMemo } from '#protocol/memo.ts';
import { signWith, verifyWith } from '#protocol/statement.ts';
import { carryWith } from '../api.ts';
import { AskError } from '../ask-error.ts';
import { goLive, stayFresh } from '../live.ts';
import { connection, keptAtMs, known, knownFrom, refresh } from '../state.ts';
import type { BaggageFlaw } from './arrival.ts';
import { HubCarrier } from './carrier.ts';
import type { Signer } from './documents.ts';
import type { Findability } from './findability.ts';
import { alone, Hub, type Kept } from './hub.ts';
import { type Mandates, Member, type Progressed } from './member.ts';
import { Memos } from './memos.ts';
import { Names } from './names.ts';
import { Queue, type Waiting } from './queue.ts';
import { sealAll, sealedKept } from './sealed-kept.ts';
import { browserShelf, readValue, writeValue } from './storage.ts';
import { type LockedSeed, lockSeed } from './vault.ts';
import type { Alarm } from './watch.ts';

/** How far somebody has come with the key of this browser. */
export type Progress = 'words' | 'name' | 'member';

/** Who the member of this browser is, as it is kept. */
export interface Identity {
  readonly locked: LockedSeed;
  readonly hub: PublicKey;
  readonly network: string;
  readonly progress: Progress;
  /** Its words were made here, so nobody can be a member with them yet. */
  readonly isNew: boolean;
}

const IDENTITY = 'identity';
/** Held by the window that changes it. */
export const IDENTITY_LOCK = 'geo-identity';
const ORDER: readonly Progress[] = ['words', 'name', 'member'];

/** Undefined: this browser has none. */
export const readIdentity = (): Promise<Identity | undefined> => readValue<Identity>(IDENTITY);

/** Kept for good when it resolves. */
export const keepIdentity = (identity: Identity): Promise<void> => writeValue(IDENTITY, identity);

/** What waits to be sent, or to be proven. */
export const waiting = signal<readonly Waiting[]>([]);

/** What the hub may do for the member; null: not known yet. */
export const mandates = signal<Mandates | null>(null);

/** What the hub shows otherwise than the member has signed it. */
export const alarms = signal<readonly Alarm[]>([]);

/** What was taken along. */
export interface Taken {
  readonly file: Uint8Array;
  /** Of the accounts at the hub: the member may end there while it is still the same. Null: the hub did not answer. */
  readonly checksum: string | null;
  /** Where the hub did not answer: until when this browser knows what was. */
  readonly keptAtMs: number | null;
}

export class Session {
  readonly hub: Hub;
  readonly carrier: HubCarrier;
  readonly queue: Queue;
  readonly #seed: Uint8Array;
  readonly #member: Member;
  readonly #kept: Kept;
  #identity: Identity;
  #names: Names;
  #memos: Memos;
  #isLive = false;

  constructor(identity: Identity, seed: Uint8Array) {
    const { locked, hub, network } = identity;
    this.#identity = identity;
    this.#seed = seed;
    const signer: Signer = { publicKey: locked.publicKey, sign: signWith(nobleEd25519, seed), network, hub };
    const verify = verifyWith(nobleEd25519);
    const kept = sealedKept(browserShelf, seed);
    this.#kept = kept;
    this.hub = new Hub(location.origin, signer, kept, () => this.#signedIn());
    this.queue = new Queue(kept, (all) => {
      waiting.value = all;
    });
    this.#names = new Names(this.hub, kept);
    this.#memos = new Memos(this.hub, kept, (sealed) => openMemo(sealed, seed));
    const member = new Member(signer, this.hub, kept, verify);
    this.#member = member;
    this.carrier = new HubCarrier({
      ...{ signer, hub: this.hub, member, queue: this.queue, names: this.#names, memos: this.#memos, verify, kept },
      changed: () => void refresh(),
      shown: ({ parts }) => {
        known.value = knownFrom(parts);
      },
      renewed: (now) => {
        mandates.value = now;
      },
      alarmed: (now) => {
        alarms.value = now;
      },
    });
  }

  get identity(): Identity {
    return this.#identity;
  }

  /** Kept for good when it resolves. Nobody goes back. */
  async progress(progress: Progress): Promise<void> {
    await this.#change((now) => ({
      progress: ORDER.indexOf(now.progress) > ORDER.indexOf(progress) ? now.progress : progress,
    }));
  }

  /** Locks the key anew; null: with no passphrase. */
  async lock(passphrase: string | null): Promise<void> {
    const locked = await lockSeed(this.#seed, this.#identity.locked.publicKey, passphrase);
    await this.#change(() => ({ locked }));
  }

  /** Another window may have changed it meanwhile, or have forgotten it. */
  async #change(change: (now: Identity) => Partial<Identity>): Promise<void> {
    this.#identity = await alone(IDENTITY_LOCK, async () => {
      const now = await readIdentity();
      if (now === undefined) throw new AskError('nothing-kept', 'there is no key in this browser any more');
      const changed = { ...now, ...change(now) };
      await keepIdentity(changed);
      return changed;
    });
  }

  /**
   * All there is of the member at its hub, as a file that its words open; where the hub does not answer, what this browser has kept
   * of it. Throws `AskError`.
   */
  async takeAlong(): Promise<Taken> {
    try {
      return { ...(await this.#member.takeAlong(this.#seed)), keptAtMs: null };
    } catch (error) {
      const isAway = error instanceof AskError && error.code === 'unreachable';
      const last = isAway ? await this.carrier.lastState() : null;
      if (last === null) throw error;
      return { file: await this.#member.takeKept(this.#seed, last.state), checksum: null, keptAtMs: last.atMs };
    }
  }

  /** Shows the hub what a backup file holds: see `Member.arrive`. */
  async arrive(file: Uint8Array, tell: Progressed): Promise<BaggageFlaw | null> {
    const flaw = await this.#member.arrive(this.#seed, file, tell);
    // Those whom it knows may still look for it where it was.
    if (flaw === null) await this.#stayFindable();
    return flaw;
  }

  /** Being found by people outside of the hub. */
  findability(): Promise<Findability> {
    return this.#member.findability();
  }

  /** Ends at the hub, for good; refused when anything has changed since. */
  leaveHub(checksum: string): Promise<void> {
    return this.#member.leave(checksum);
  }

  /** Shows what was read last, then what there is, and follows it. */
  async begin(): Promise<void> {
    if (this.#isLive) return;
    this.#isLive = true;
    await Promise.all([this.#names.open(), this.#memos.open(), this.queue.tell()]);
    carryWith(this.carrier);
    const last = await this.carrier.lastState();
    if (last !== null) {
      keptAtMs.value = last.atMs;
      known.value = knownFrom(last.state.parts);
    }
    void sealAll(browserShelf, this.#kept, this.#seed).catch(() => undefined);
    void refresh().then(() => {
      // Who is not let in asks again when the person says so: a hub answers few such questions.
      if (connection.value !== 'signed-out') goLive();
      stayFresh();
      void this.#stayTold().catch(() => undefined);
      void this.#stayFindable();
    });
  }

  async #stayFindable(): Promise<void> {
    await this.findability()
      .then((findability) => findability.stay())
      .catch(() => undefined);
  }

  async #stayTold(): Promise<void> {
    // What the first screen does not wait for.
    const { stayTold } = await import('./push.ts');
    await stayTold(this.hub);
  }

  #signedIn(): void {
    // Before it is a member, there is nothing to allow.
    if (!this.#isLive) return;
    void this.carrier.renew().catch(() => undefined);
    void this.#stayFindable();
  }
}
