/**
 * One simulated participant: the driver contract (§8.2) over a virtual disk. No protocol decision is made here.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { type Checkpoint, checkpointDigest } from '#protocol/checkpoint.ts';
import type { SeekingMode } from '#protocol/clearing/seeking.ts';
import type { Effect, Event } from '#protocol/event.ts';
import { bytesToHex } from '#protocol/hex.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { step } from '#protocol/machine/step.ts';
import { type DurableRecord, Records } from '#protocol/records.ts';
import type { MaySign, Sign } from '#protocol/statement.ts';

/** Saves that go to disk together, and the effects that wait for them. */
interface Batch {
  readonly saves: DurableRecord[];
  readonly release: Effect[];
}

/** What a participant needs from the world around it. */
export interface World {
  /** A batch began to be written; the world calls `written` when it is on disk. */
  writing(participant: Participant): void;
  /** An effect is released: its saves and all earlier ones are on disk. */
  released(participant: Participant, effect: Effect): void;
}

/** What is not the same for every participant. */
export interface Ways {
  readonly seeking?: SeekingMode;
  readonly isHosted?: boolean;
}

export class Participant {
  readonly index: number;
  readonly key: PublicKey;
  readonly network: string;
  readonly sign: Sign;
  records: Records;
  /** Counts starts: timers and disk writes of an earlier one mean nothing. */
  incarnation = 0;
  isUp = true;
  /** Does it sign checkpoints itself, when it looks in? */
  readonly isHosted: boolean;
  /** Of the checkpoint that it signs just now; null: it is not there. */
  #handedIn: string | null = null;
  /** What its owner, who loses nothing, has signed last for each account. */
  readonly #signed = new Map<string, Checkpoint>();
  readonly #world: World;
  readonly #seeking: SeekingMode;
  /** What is on disk: whole batches, in order of writing. */
  #disk: (readonly DurableRecord[])[] = [];
  #writing: Batch | null = null;
  #waiting: Batch | null = null;

  constructor(
    index: number,
    key: PublicKey,
    network: string,
    sign: Sign,
    world: World,
    { seeking = 'never', isHosted = false }: Ways = {},
  ) {
    this.index = index;
    this.key = key;
    this.network = network;
    this.sign = sign;
    this.#world = world;
    this.#seeking = seeking;
    this.isHosted = isHosted;
    this.records = this.#read();
  }

  /** One event: step, take the saves into memory, queue the rest behind the disk. */
  handle(event: Event): readonly Effect[] {
    if (event.type === 'start') this.records.begin(event.nowMs);
    const effects = step(this.records, event, this.#maySign);
    let batch: Batch | null = null;
    for (const effect of effects) {
      if (effect.type === 'save') {
        this.records.apply(effect.record);
        batch ??= this.#batchToFill();
        batch.saves.push(effect.record);
      } else if (effect.type === 'learn') {
        this.records.knowledge.learn(effect.learned);
      } else if (batch !== null) {
        batch.release.push(effect);
      } else if (this.#writing === null) {
        this.#world.released(this, effect);
      } else {
        // Releases keep the order of steps.
        batch = this.#batchToFill();
        batch.release.push(effect);
      }
    }
    this.#write();
    return effects;
  }

  /** What the owner signs where it is asked for this: what it has signed already for that epoch, if anything. */
  signsOnce(asked: Checkpoint): Checkpoint {
    const account = `${asked.smaller}/${asked.larger}/${asked.equivalent}`;
    const signed = this.#signed.get(account);
    if (signed?.epoch === asked.epoch) return signed;
    this.#signed.set(account, asked);
    return asked;
  }

  /** A hosted participant is there for as long as `run` takes, and has signed this. */
  having(checkpoint: Checkpoint, run: () => void): void {
    this.#handedIn = checkpointDigest(checkpoint);
    run();
    this.#handedIn = null;
  }

  readonly #maySign: MaySign = (statement) => {
    const isOwners = this.isHosted && statement.domain === 'geo/1/checkpoint';
    if (isOwners && bytesToHex(sha256(statement.bytes)) !== this.#handedIn) return null;
    return this.sign(statement);
  };

  #batchToFill(): Batch {
    this.#waiting ??= { saves: [], release: [] };
    return this.#waiting;
  }

  #write(): void {
    if (this.#writing !== null || this.#waiting === null) return;
    this.#writing = this.#waiting;
    this.#waiting = null;
    this.#world.writing(this);
  }

  /** The batch being written is on disk: release what waited for it. */
  written(): void {
    const batch = this.#writing;
    if (batch === null) return;
    this.#disk.push(batch.saves);
    this.#writing = null;
    for (const effect of batch.release) this.#world.released(this, effect);
    this.#write();
  }

  /** Stops at once. What was not synced is gone, except that the batch being written may just have made it. */
  crash(batchMadeIt: boolean): void {
    if (batchMadeIt && this.#writing !== null) this.#disk.push(this.#writing.saves);
    this.isUp = false;
    this.incarnation++;
    this.#writing = null;
    this.#waiting = null;
  }

  /** Loses the last batches of the disk, as an old backup does. The world then tells it so (rule 10). */
  rewind(lost: number): void {
    this.#disk = this.#disk.slice(0, Math.max(0, this.#disk.length - lost));
  }

  /** Starts from what is on disk. The world then sends `start`. */
  restart(): void {
    this.records = this.#read();
    this.isUp = true;
  }

  #read(): Records {
    const records = new Records(this.key, this.network);
    records.seeking = this.#seeking;
    records.isHosted = this.isHosted;
    for (const batch of this.#disk) for (const record of batch) records.apply(record);
    return records;
  }
}
